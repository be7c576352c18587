/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_CLIENT_H
#define ROINIT_INIT_CLIENT_H

#include "init/options.h"

/*
 * The thin client: sends its words over the control socket, prints what comes back, ends with the
 * code that it is told. All rendering is on the side of PID 1.
 */

/* Asks. Returns the exit code: 69 where nobody answers. */
int client_ask(const struct options *options);

#endif
