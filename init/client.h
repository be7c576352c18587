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

/* Whether standard output is a terminal that understands more than letters. */
bool client_has_terminal(void);

#endif
