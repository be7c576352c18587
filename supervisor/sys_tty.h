/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_TTY_H
#define ROINIT_SUPERVISOR_SYS_TTY_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The terminal, for a command with a process group of its own. A shell above us knows our group,
 * the terminal knows the command's: what happens to one has to happen to the other. TTOU is
 * blocked, so that tcsetpgrp(3) works from the background (tty_ioctl(4)). `tty_fd` may be -1.
 */

/* The controlling terminal among descriptors 0 to 2, or -1. */
int tty_find(void);

/* Whether its foreground is our own group: then the command may have it. One started in the
 * background of a shell has no claim to it. */
bool tty_is_ours(int tty_fd);

/* In the child: a process group of its own, with the terminal's foreground. Returns 0, or -1 with
 * errno. */
int tty_take_group(int tty_fd);

/* From now on SIGCHLD tells of stops as well. */
void tty_watch_stops(void);

/* Whether the command has been stopped since the last look; by which signal. 0: it has not. */
int tty_find_stop(pid_t command);

/* The command has been stopped by `signal`: where the terminal did that we stop as well, so that
 * whoever waits for us sees it, and return when both go on. */
void tty_stopped(int tty_fd, pid_t command, int signal);

/* We go on: the command has the terminal where it is ours again. */
void tty_continued(int tty_fd, pid_t command);

/* The command has ended, and is not reaped yet: takes back what it held. */
void tty_ended(int tty_fd, pid_t command);

#endif
