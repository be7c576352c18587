/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_SOAK_SEEN_H
#define ROINIT_TESTS_SOAK_SEEN_H

/* What /proc says, from outside, of PID 1 in a box. */
#include "tests/proc/harness.h"

enum { SEEN_CHILDREN_MAX = 256 };

/* What is written to, without the program: PID 1 has more of its code in memory until a second
 * after it was last busy, and on this root that counts as written. */
long seen_memory_kb(const struct box *box);

/* How long a process was ready to run, and waited for a processor; 0 where the kernel keeps no
 * account. */
int64_t seen_waited_us(pid_t pid);

/* The children of PID 1: units' processes, orphans, descendants that were adopted. */
size_t seen_children(const struct box *box, pid_t child[SEEN_CHILDREN_MAX]);

/* Children that have ended and are not reaped: those of services are the services' own. */
size_t seen_zombies(const struct box *box);

#endif
