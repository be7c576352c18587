/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "init/sys_walk.h"

enum {
    LINKS_SIZE = 256 * 1024, /* inodes with more names than one */
    TURNS_MAX = 100000,      /* whoever holds the lock that long is dead */
};

struct walk_links {
    atomic_flag lock;
    struct linkset set;
    struct linkset_entry entry[LINKS_SIZE];
};

struct walk_links *
walk_links_new(void)
{
    /* Zeros, and pages that nothing reaches cost nothing. */
    struct walk_links *links =
        mmap(NULL, sizeof *links, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (links == MAP_FAILED) {
        return NULL;
    }
    atomic_flag_clear(&links->lock);
    links->set = (struct linkset){.entry = links->entry, .size = LINKS_SIZE};
    return links;
}

void
walk_links_free(struct walk_links *links)
{
    if (links != NULL) {
        (void)munmap(links, sizeof *links);
    }
}

static bool
is_locked(struct walk_links *links)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        if (!atomic_flag_test_and_set(&links->lock)) {
            return true;
        }
        (void)sched_yield();
    }
    return false;
}

bool
walk_links_see(struct walk_links *links, const struct walk_inode *inode)
{
    if (!is_locked(links)) {
        return false;
    }
    bool result = linkset_see(&links->set, inode);
    atomic_flag_clear(&links->lock);
    return result;
}

void
walk_links_close(struct walk_links *links)
{
    if (is_locked(links)) {
        links->set.is_closed = true;
        atomic_flag_clear(&links->lock);
    }
}

uint64_t
walk_links_left(const struct walk_links *links)
{
    return linkset_incomplete(&links->set) + links->set.refused;
}
