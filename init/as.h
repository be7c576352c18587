/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_AS_H
#define ROINIT_INIT_AS_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"
#include "config/signame.h"
#include "supervisor/lone.h"
#include "supervisor/log.h"

/*
 * The other names that roinit answers to, so that it can take the place of the file that an image
 * or an engine calls: a row for each, in a file of its own (as_tini.c ...). A row fills the same
 * configuration that a contract comes to, with one service, and the same fleet runs it; no contract
 * is read and nothing is verified, since those names promise nothing of the kind.
 */
struct as {
    const struct personality *row;
    struct config config;
    struct unit_config unit;
    struct manners manners; /* the row's, as the options left them */
    char *const *command;
    int verbosity;
    int death_signal; /* ours, when our parent ends; 0: none */
    bool is_subreaper_wanted;
    bool tells_reaped;
    bool is_pause; /* no command: reap for ever */
};

enum { AS_GO_ON = -1 };

struct personality {
    const char *const *name; /* how the base name of argv[0] may begin; ends with NULL */
    struct manners manners;
    bool is_subreaper; /* without being asked */
    /* Takes the command line and the environment. Returns AS_GO_ON, or the exit code. */
    int (*parse)(struct as *as, char **argv);
    /* Before the start: what the command line wanted of this process is done. */
    void (*prepare)(const struct as *as, int subreaper_errnum);
    void (*tell)(void *as, const struct lone_news *news);
};

extern const struct personality as_tini, as_dumb_init, as_catatonit;

/* The row for that argv[0]; NULL: it is roinit's own name. */
const struct personality *as_find(const char *argv0);

/* Runs the command, or answers, as the row says. Returns the exit code. */
int as_run(const struct personality *row, char **argv);

/* Says a line, without waiting for who reads it. */
void as_say(enum log_sink sink, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The licence of the program that this is: roinit's. */
void as_say_licence(enum log_sink sink);

/* The command that begins at `word`: a "--" right behind the program is none of its arguments where
 * `drops_dashes`: that is how the usage of these programs has it, "PROGRAM -- [ARGS]". Returns
 * false where there is none. */
bool as_take_command(struct as *as, char **word, bool drops_dashes);

/* Signals that the kernel sends for a fault: of ours, they are ours. */
#define AS_FAULTS                                                                                  \
    (SIGNAME_BIT(SIGFPE) | SIGNAME_BIT(SIGILL) | SIGNAME_BIT(SIGSEGV) | SIGNAME_BIT(SIGBUS) |      \
     SIGNAME_BIT(SIGABRT) | SIGNAME_BIT(SIGTRAP) | SIGNAME_BIT(SIGSYS))
/* Signals that the C libraries keep for themselves: a program would die of them. */
#define AS_LIBC (SIGNAME_BIT(32) | SIGNAME_BIT(33))

/* "tini version N_roinit": what Docker reads. Without " - git." and a commit, of which older
 * daemons cut as many bytes as their own has. */
#define AS_TINI_VERSION(number_) "tini version " number_ "_roinit"

#endif
