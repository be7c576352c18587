/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_ORIGIN_H
#define ROINIT_SUPERVISOR_SYS_ORIGIN_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Where a client of the control socket comes from: what `docker exec` or a kubelet's probe starts
 * has no parent in the container, so that its chain of parents ends at 0; that of a unit's process
 * leads to roinit (promises.md, I32).
 */

/* Whether the peer of the connected socket `fd`, whose pid is `pid` as SO_PEERCRED tells it (0:
 * it lives outside of this pid namespace), comes from outside of the units. A process that is gone
 * does not. */
bool origin_is_outside(int fd, pid_t pid);

struct kin {
    pid_t group, session;
};

/* The parent of a process, and its group and session (may be NULL); 0: it has none here; -1: there
 * is no such process. */
pid_t origin_parent(pid_t pid, struct kin *ret_kin);

#endif
