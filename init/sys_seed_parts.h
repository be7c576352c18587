/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_SEED_PARTS_H
#define ROINIT_INIT_SYS_SEED_PARTS_H

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "init/sys_step.h"

/* What the files of the seed share; for them alone. */

enum {
    SEED_DEPTH_MAX = 100,  /* two descriptors a level */
    SEED_LINKS_MAX = 4096, /* files with more names that stay one file */
    SEED_MODE_BITS = 07777,
    SEED_FILE_MODE = 0600,
};

/* The hidden name under which a file comes. */
extern const char seed_fresh[];

/* One directory that is being copied. */
struct seed_level {
    DIR *from;
    int to;
    bool is_ours; /* made by us: gets its attributes when its contents are there */
    char name[NAME_MAX + 1];
};

/* A file of the image with more names than one, and the first copy. */
struct seed_link {
    dev_t device;
    ino_t number;
    ino_t copy;
    char *path; /* of the copy, below the top */
};

struct seeder {
    uid_t self_uid;
    int top_fd;
    struct problem *problem;
    struct walk_counts
        *counts; /* looked at, and copied as `changed`; `special` could not be made */
    struct seed_link *link;
    size_t link_count;
    size_t depth, entries;
    struct seed_level level[SEED_DEPTH_MAX];
};

/* Copies anything but a directory, complete with its attributes, where there is none of that name.
 * Returns 0, or -1 with the seeder's problem. */
int seed_copy_entry(struct seeder *seeder, const struct seed_level *at, const char *name,
                    const struct stat *file);

/* All that a file has beside its bytes, from one descriptor to the other. */
int seed_finish(struct seeder *seeder, int from, int to, const struct stat *file, const char *name);

/* Makes the hidden name a further one of the copy of the same file, where there is one. Returns
 * whether it is. */
bool seed_link_again(struct seeder *seeder, const struct seed_level *at, const struct stat *file);

/* Notes what the copy of a file with more names is. */
void seed_link_note(struct seeder *seeder, const struct seed_level *at, const char *name,
                    const struct stat *file);

void seed_links_free(struct seeder *seeder);

#endif
