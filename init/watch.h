/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_WATCH_H
#define ROINIT_INIT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "config/arena.h"
#include "config/config.h"
#include "config/text.h"
#include "init/facts.h"
#include "init/finding.h"

/*
 * What is known of a container that runs: how full its declared mounts are, which findings came
 * after the boot, whom the kernel killed for want of memory. watch.c judges and is pure;
 * sys_watch.c looks.
 */
struct mount_fill {
    unsigned long flags; /* of statvfs(2), as last seen */
    uint64_t used_bytes; /* as last seen */
    unsigned percent;    /* of the bytes or the inodes, whichever is more */
    bool is_above;       /* warn-at */
    bool is_by_inodes;
    bool may_hang; /* who asks: there is a server behind it, or behind what it lies on */
};

struct memory_use {
    uint64_t limit_bytes, tmpfs_bytes; /* 0: not known */
};

struct watch {
    struct mount_fill *fill; /* [mount] */
    struct arena arena;      /* of `seen` */
    struct findings seen;    /* by mounts, when they were looked at last */
    struct findings shown;   /* those of the boot, and what came since */
    bool has_seen;
    bool may_hang;      /* who looks at some path: watch_way_may_hang() */
    int64_t sampled_ms; /* when mounts were asked last how full they are */
    int oom_fd;         /* of the counter; -1: not readable */
    uint64_t oom_seen;  /* the counter as it was read last */
    char folder[192];   /* of the cgroup's memory files */
    bool is_v1;
    char cause[256]; /* what on-drift ends the container for: "/tmp is ro" */
};

/* What is used of a mount; 0 where its size is not known. Pure. */
uint64_t watch_used_bytes(const struct path_facts *path);

/* Takes over how full a mount is. Returns whether it went above or below warn-at. Once above, it
 * has to fall by five points more to be below. Pure. */
bool watch_fill(struct mount_fill *fill, const struct path_facts *path, uint64_t inodes,
                int warn_at_percent);

/* Adds "/tmp is 91% full: 58M of 64M (warn-at 85%)". Pure. */
void watch_add_fill(const struct mount_fill *fill, const struct path_facts *path,
                    int warn_at_percent, struct text *out);

/* Adds "/tmp  50%  8.0M of 16M". Pure. */
void watch_add_use(const struct mount_fill *fill, const struct path_facts *path, struct text *out);

/* Adds "tmpfs holds 48M (75%) of the container's memory of 64M"; false where nothing is known.
 * Pure. */
bool watch_add_memory(const struct memory_use *memory, struct text *out);

/* Whether asking the file system may wait for somebody else: a server, a program. Pure. */
bool watch_may_hang(const char *fs);

/* Whether that may happen on the way to a path below "/", which is where all comes from: to `path`,
 * free of symbolic links; NULL: to any, and where the table is not all. Pure. */
bool watch_way_may_hang(const struct mount_table *table, const char *path);

/* The value behind `key` in a file of lines "KEY NUMBER", or 0. Pure. */
uint64_t watch_number(const char *text, const char *key);

#endif
