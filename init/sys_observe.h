/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_OBSERVE_H
#define ROINIT_INIT_SYS_OBSERVE_H

#include "config/config.h"
#include "config/err.h"
#include "init/facts.h"

/*
 * The container as the kernel tells it, into facts. Declared paths are asked about one by one
 * (statvfs, statx: about a microsecond each); the mount table is read within a bound, since the
 * kernel needs quadratic time to list stacked mounts.
 */
enum {
    OBSERVE_TABLE_BYTES = 1024 * 1024,
    OBSERVE_TABLE_MS = 100, /* then it is incomplete, and said to be */
};

/* The table of mounts as it is now, within those bounds. */
void observe_table(struct arena *arena, struct mount_table *ret_table);

/* Looks at everything that the contract asks about. Returns 0; the number of a signal that asked
 * for the end while somebody's file system did not answer; or -1 with *err (71). What cannot be
 * looked at is a fact as well. */
int observe(const struct config *config, const struct self *self, struct arena *arena,
            struct facts *ret_facts, struct err *err);

#endif
