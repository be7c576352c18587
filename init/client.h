/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_CLIENT_H
#define ROINIT_INIT_CLIENT_H

#include <stdbool.h>

#include "init/options.h"

/*
 * The thin client: sends its words over the control socket, prints what comes back, ends with the
 * code that it is told. All rendering is on the side of PID 1.
 */

/* Asks. Returns the exit code: 69 where nobody answers. The connection ends with the process. */
int client_ask(const struct options *options);
/* The same for a process that asks more than once. */
int client_ask_again(const struct options *options);

/* A connection over which the end of the container comes; -1: nobody answers. PID 1 waits a moment
 * for whoever has one to close it. */
int client_watch(void);

/* Takes what has come over it, where something has. Returns whether it is the end. Where nothing
 * will come any more, the connection is closed, and *fd is -1. */
bool client_has_ended(int *fd);

/* Whether standard output is a terminal that understands more than letters. */
bool client_has_terminal(void);

#endif
