/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_CGROUP_H
#define ROINIT_SUPERVISOR_SYS_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the container's cgroup is delegated (version 2, and roinit may make groups in it), each
 * unit gets one of its own: cgroup.kill then ends all that is left of it, whatever it has made of
 * its session and environment (cgroups(7)). Elsewhere nothing of this happens; most runtimes mount
 * it read-only.
 */

/* The path of our cgroup ("/…") below the mount of that controller of version 1, or of version 2
 * (""), as /proc/self/cgroup tells it. Returns false where there is none. */
bool cgroup_path(const char *controller, char *ret_path, size_t size);

/* Makes a folder of our own, if it may be. To be called once. */
void cgroup_open(void);

/* A descriptor to write "0" to, by which a process becomes one of the unit; -1: there is none. */
int cgroup_entry(const char *unit);

/* KILL to all of the unit. Returns false where that cannot be done this way. */
bool cgroup_kill(const char *unit);

/* Removes the unit's group, and with NULL our folder, where they are empty. */
void cgroup_remove(const char *unit);

#endif
