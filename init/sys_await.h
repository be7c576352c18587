/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_AWAIT_H
#define ROINIT_INIT_SYS_AWAIT_H

#include "config/config.h"
#include "config/err.h"
#include "init/facts.h"

/*
 * Whoever looks at a file of a server that does not answer waits for it, in the kernel, and hears
 * no signal. So before PID 1 looks at what the contract names, a process of its own does, where a
 * file system is mounted that has somebody behind it.
 */

/* Waits until all that the contract names has been looked at once, and says so where that takes
 * long. Returns as helper_run() does. */
int await_places(const struct config *config, const struct mount_table *table, struct err *err);

#endif
