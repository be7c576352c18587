/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_HOST_PARTS_H
#define ROINIT_INIT_HOST_PARTS_H

#include "init/host.h"

/* What host.c and host_probe.c share. */

/*
 * Where a look at a path may wait for a server, PID 1 leaves it to the child of the start: what
 * `env-file` holds, and so the command's words, and whether `only-if` holds.
 */
struct late {
    struct host *host;
    size_t unit, part;
    const char *command, *name, *value; /* of a command beside it; NULL: of its own */
    bool asks_only_if;
};
/* Whether that is so for this start; takes over that only-if is to be asked. */
bool host_is_late(struct late *late);
/* Leaves it to the child. Memory is the arena's, and has to last until the fork. */
void host_defer(const struct late *late, struct arena *arena, struct launch *ret_launch);

/* Of loop.h. */
int host_launch(void *context, size_t u, size_t part, struct arena *arena,
                struct launch *ret_launch, struct err *err);
bool host_may_start(void *context, size_t u);

/* Of loop.h: a command beside the unit. */
int host_launch_beside(void *context, size_t u, const char *command, const char *name,
                       const char *value, struct arena *arena, struct launch *ret_launch,
                       struct err *err);

/* NOTIFY_SOCKET and WATCHDOG_USEC, for a unit that is to say how it is. */
void host_add_notify(const struct host *host, size_t u, struct vars *vars);

/* What the loop asks for its probes; loop.h. */
int host_launch_probe(void *context, size_t unit, const char *command, struct arena *arena,
                      struct launch *ret_launch, struct err *err);
void host_identify(void *context, size_t unit, struct probe_as *ret_as);

#endif
