/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_PROMISE_H
#define ROINIT_SUPERVISOR_SYS_PROMISE_H

#include "supervisor/launch.h"

/*
 * The descriptors that a unit starts with: 0, 1 and 2, and the one that it is promised (`ready =
 * fd:N`). Called in the child, between fork and exec.
 */

/* Closes all others but the exec report's, which becomes close-on-exec under another number.
 * Returns that number, or -1 with errno. */
int promise_descriptors(const struct launch *launch, int report_fd);

#endif
