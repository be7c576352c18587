/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_GUARD_H
#define ROINIT_SUPERVISOR_SYS_GUARD_H

#include "supervisor/launch.h"

/*
 * `guard = yes` (I37): what keeps a unit off PID 1 where both have one uid, so that the kernel's
 * own checks see no difference between them. A Landlock scope where the kernel has it: the unit
 * sends signals to nobody but what it started itself. And a short seccomp filter: the calls that
 * signal, limit, schedule or look into a process are refused (EPERM) where they are aimed at PID
 * 1. Both go on to all that the unit starts, for ever. A command beside the unit (stop-command)
 * has the filter alone: what it signals is not its own.
 */

/* The step of a child; the last one before the exec. Needs no_new_privs, or SYS_ADMIN. Returns 0,
 * or -1 with errno where the kernel has no seccomp filters. */
int guard_set(const struct launch *launch);

#endif
