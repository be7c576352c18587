/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_WATCH_H
#define ROINIT_INIT_SYS_WATCH_H

#include "init/host.h"

/*
 * Looks at the container while it runs, and tells what has changed: as a line, an event, in the
 * status. Never asks a file system that may keep PID 1 waiting.
 */

/* Before the loop runs. */
void watch_init(struct host *host, struct arena *arena);

/* How full the declared mounts are. Returns when to look again, in ms: sooner while one fills. */
int64_t watch_sample(struct host *host);

/* The same for somebody who asks, at most once a second. */
void watch_refresh(struct host *host);

/* The table of mounts has changed. */
void watch_look_at_mounts(struct host *host);

/* Whether a process was killed for want of memory since this was asked last. */
bool watch_was_out_of_memory(struct host *host);
/* Tells what share of the memory tmpfs holds. */
void watch_tell_memory(struct host *host);

#endif
