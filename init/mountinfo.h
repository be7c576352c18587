/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_MOUNTINFO_H
#define ROINIT_INIT_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/arena.h"

/*
 * /proc/self/mountinfo as values. Pure: the bytes come in. Format: Linux,
 * Documentation/filesystems/proc.rst, 3.5.
 */
struct mount_entry {
    uint64_t id, parent;
    unsigned major, minor;
    const char *root;                                  /* field 4, unescaped */
    const char *path;                                  /* field 5, unescaped */
    bool is_read_only, is_noexec, is_nosuid, is_nodev; /* field 6 */
    const char *fs;
    const char *source;
    bool is_super_read_only;
    const char *super_options;
    bool is_hidden; /* cannot be reached: another mount lies on top of it, or of what it lies on */
};

struct mount_table {
    struct mount_entry *entry;  /* in the kernel's order */
    struct mount_entry **by_id; /* the same, sorted */
    size_t count;
    bool is_complete;       /* false: the bound was reached, or a line made no sense */
    const char *incomplete; /* then why, as a sentence */
};

/* Parses `length` bytes. Lines that make no sense are left out and make the table incomplete. */
void mountinfo_parse(const char *bytes, size_t length, struct arena *arena,
                     struct mount_table *ret_table);

/* The entry with that id, or NULL. */
const struct mount_entry *mountinfo_by_id(const struct mount_table *table, uint64_t id);

/* What a walk to `path`, free of symbolic links, reaches if a mount of its own lies there; else
 * NULL. For kernels that tell no mount ids. */
const struct mount_entry *mountinfo_by_path(const struct mount_table *table, const char *path);

/* The value of NAME=VALUE among the super block's options, up to the next comma or the end; NULL
 * where there is none of that name. */
const char *mountinfo_super_option(const struct mount_entry *entry, const char *name);

#endif
