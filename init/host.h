/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_HOST_H
#define ROINIT_INIT_HOST_H

#include "init/boot.h"
#include "supervisor/loop.h"

/*
 * What floor 3 gives to the loop: the launch of each start, only-if, the status file, the answers.
 */

/* The callbacks over `boot`, which lives as long as the loop. */
struct loop_host host_of(struct boot *boot);

/* The final environment of a unit, with its env-files as they are now. Returns 0, or -1 with the
 * first thing that is wrong in *err. */
int host_unit_vars(const struct boot *boot, size_t u, struct arena *arena, struct vars *ret_vars,
                   struct err *err);

/* PATH, or what execvp(3) would take without one. */
const char *host_search_path(const struct vars *vars);

#endif
