/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PUPPET_SHOW_H
#define ROINIT_TESTS_PUPPET_SHOW_H

/*
 * The puppet's verbs that show what it was given: all of them print to standard output, and change
 * nothing that matters. Arguments are what stood behind the verb's colon, or empty.
 */

/* The puppet's argv. */
extern char **puppet_words;

/* Prints `WHAT: done`, or `WHAT: refused (errno N)` where the result is negative. */
void puppet_verdict(const char *what, long result);

/* `env NAME=value` for each variable; with an argument NAME=value or `NAME unset`. */
void show_env(char *arg);

/* `argv [WORD]` for each word. */
void show_argv(char *arg);

/* `fds 0 1 2`: its open descriptors. */
void show_fds(char *arg);

/* The lines of /proc/self/status that begin with the argument, tabs as blanks. */
void show_status(char *arg);

/* A file of at most 4 KiB. */
void show_cat(char *arg);

/* Whether session, group and foreground are its own, and who its parent is. */
void show_session(char *arg);

/* `umask 0022`. */
void show_umask(char *arg);

/* `nofile SOFT HARD`, or core. */
void show_limit(char *arg);

/* `cwd /`. */
void show_cwd(char *arg);

/* Tries the named thing on PID 1, and prints `attack NAME: done` or `refused`. */
void show_attack(char *arg);

#endif
