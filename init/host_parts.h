/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_HOST_PARTS_H
#define ROINIT_INIT_HOST_PARTS_H

#include "init/host.h"

/* What host.c and host_probe.c share. */

/* Of loop.h: a command beside the unit. */
int host_launch_beside(void *context, size_t u, const char *command, const char *name,
                       const char *value, struct arena *arena, struct launch *ret_launch,
                       struct err *err);

/* NOTIFY_SOCKET and WATCHDOG_USEC, for a unit that is to say how it is. */
void host_add_notify(const struct boot *boot, size_t u, struct vars *vars);

/* What the loop asks for its probes; loop.h. */
int host_launch_probe(void *context, size_t unit, const char *command, struct arena *arena,
                      struct launch *ret_launch, struct err *err);
void host_identify(void *context, size_t unit, struct probe_as *ret_as);

#endif
