/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_STRAYS_H
#define ROINIT_SUPERVISOR_SYS_STRAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Processes of a unit that have left its process group (a double fork, setsid): they carry
 * ROINIT_UNIT in their environment, or have a parent that does. Nothing here allocates; the search
 * is bounded.
 */

/* Whether PID 1 has more children than the `known` ones, so that strays may be among them: what a
 * unit's main process leaves behind becomes PID 1's as it ends. True where the kernel cannot tell
 * (CONFIG_PROC_CHILDREN). */
bool strays_may_exist(size_t known);

/* Whose processes are looked for. */
struct strays_of {
    const char *unit;
    pid_t group; /* those in that process group have had the signal; 0: nobody has */
    /* Whether a session is another unit's: who is in one cannot be this unit's, and is not looked
     * at closely, which is what costs. */
    bool (*is_of_other)(void *context, pid_t session);
    void *context;
};

/* Signals the unit's processes. With SIGKILL it looks again until it finds no more. Returns how
 * many were found. */
size_t strays_signal(const struct strays_of *of, int signal);

/* Whether the process carries the unit's name in its environment: anybody may write that into his
 * own. */
bool strays_is_marked(pid_t pid, const char *unit);

/* Sets a process's oom_score_adj where it is another. A process that has been executed is asked for
 * by its owner; while it is PID 1's copy its files belong to root alone. Returns 0, or an errno
 * value. */
int strays_set_oom(pid_t pid, int adj);

#endif
