/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_CHILD_H
#define ROINIT_SUPERVISOR_SYS_CHILD_H

#include <stdint.h>

#include "supervisor/launch.h"

/*
 * What runs between fork and exec, and the few calls that it shares with PID 1. Nothing here
 * allocates (but the host's find_out() where a server may hang), nothing returns an error to be
 * handled later: a step that fails ends the child.
 */

/* A resource limit, as the kernel lays it out (struct rlimit64). */
struct proc_limit {
    uint64_t soft, hard;
};

/* Goes through the steps of launch.h in their order, each checked, then executes. Never returns:
 * what fails is written to `report_fd` and ends the child with launch_exit_code(). */
void child_execute(const struct launch *as_known,
                   const struct proc_limit boot_limits[LAUNCH_RLIMITS], int report_fd)
    __attribute__((noreturn));

/* getrlimit(2) and setrlimit(2) by the kernel's own call: the C libraries differ in the type of
 * `resource`. UINT64_MAX: unlimited. Returns 0, or -1 with errno. */
int proc_get_limit(int resource, struct proc_limit *ret_limit);
int proc_set_limit(int resource, const struct proc_limit *limit);

/* Sets the signal mask to the kernel's 64 bits. Returns 0, or -1 with errno. */
int proc_set_mask(uint64_t mask);
/* The same; returns the mask that was. */
uint64_t proc_swap_mask(uint64_t mask);

/* Closes every descriptor from `first` on; by close_range(2), else by /proc/self/fd. */
void proc_close_from(int first);

#endif
