/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_WALK_H
#define ROINIT_INIT_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/text.h"

/*
 * What the walk through a volume decides: which inodes get a new owner, which stay, and how that is
 * told. Pure; sys_walk.h does it.
 */

/* One inode, as its descriptor tells it. */
struct walk_inode {
    mode_t mode; /* type and permissions */
    uid_t uid;
    gid_t gid;
    uint64_t link_count;
    uint64_t mount_id; /* 0: unknown */
    uint64_t device, number;
};

/* What the volume is to become. */
struct walk_rule {
    uid_t uid;
    gid_t gid;
    uint64_t mount_id; /* of the top */
    /* fs.protected_hardlinks: nobody can have made a link to a file that is not his (I4). */
    bool links_are_protected;
    /* Only permission bits decide who renames there, and no other mount lies in it: a directory
     * that root alone may write keeps its names as they are. */
    bool names_can_be_held;
    /* Inodes, more than lay there when it began: whoever makes files faster than they can be looked
     * at must not hold up the boot for ever. 0: the file system does not count. */
    uint64_t inodes_max;
};

enum walk_verdict {
    WALK_RIGHT,  /* it is his already: not written (I3) */
    WALK_CHANGE, /* it gets its owner */
    WALK_COUNT,  /* it has more names: it gets its owner when all of them were seen in the volume */
    WALK_LINKED, /* it has more names, and they may lie outside: it stays */
    WALK_SPECIAL, /* a device, a FIFO, a socket: it stays */
    WALK_MOUNT,   /* another mount: neither changed nor entered */
};

enum walk_verdict walk_judge(const struct walk_rule *rule, const struct walk_inode *inode);

/* Whether nobody but its owner (and root) can rename what lies in the directory. The group's bits
 * are the mask of an ACL where it has one. */
bool walk_may_hold(const struct walk_rule *rule, const struct walk_inode *directory);

/* Which of the walkers handles what lies in the directory. */
unsigned walk_share(const struct walk_inode *directory, unsigned shares);

/* What a walk has done so far. Counters only: they are read while they grow. */
struct walk_counts {
    uint64_t looked, changed;
    uint64_t linked;  /* left alone for their links */
    uint64_t special; /* left alone */
    uint64_t mounts;  /* not entered */
    uint64_t setuid;  /* his already, with a set-user-ID or set-group-ID bit that is in force */
};

void walk_counts_add(struct walk_counts *sum, const struct walk_counts *counts);

/* "/data: 412000 looked at, 409113 changed, 98000 a second". */
void walk_progress_text(const char *top, const struct walk_counts *counts, int64_t elapsed_ms,
                        struct text *out);

/* ---- files with more names than one */

/* A set of inodes with the number of their names that were seen, in memory of the caller's: zeros
 * are an empty set. */
struct linkset_entry {
    uint64_t device, number;
    uint64_t seen; /* 0: a free place */
};

struct linkset {
    struct linkset_entry *entry;
    size_t size; /* a power of two */
    size_t used;
    uint64_t refused; /* inodes' names that found no place, or came after it was closed */
    bool is_closed;   /* somebody has to walk again, and would count names twice */
};

enum { LINKSET_DONE = 0x7fffffff }; /* `seen` of an inode of which all names were seen */

/* Notes one more name. Returns true where it is the last one: all `link_count` were seen. False as
 * well where the set is full. */
bool linkset_see(struct linkset *set, const struct walk_inode *inode);

/* How many inodes have names that were not seen. */
uint64_t linkset_incomplete(const struct linkset *set);

#endif
