/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_DRIFT_H
#define ROINIT_INIT_DRIFT_H

#include "init/facts.h"
#include "init/finding.h"

/*
 * A mount that changes while the container runs: facts made new from a fresh table of mounts, and
 * what is found now and was not before. Pure.
 */

/* Makes *ret_facts of the facts of the boot and the table as it is now: the root and the declared
 * mounts with the flags, the file system and the mount of the table's entry, all else as it was.
 * Nobody asks the file systems themselves: one whose server hangs would hang PID 1. */
void drift_facts(const struct facts *boot, size_t mount_count, const struct mount_table *table,
                 struct arena *arena, struct facts *ret_facts);

/* Adds what stands in `now` and not in `before` to *ret_new. */
void drift_new(const struct findings *before, const struct findings *now, struct findings *ret_new);

#endif
