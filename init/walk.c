/* SPDX-License-Identifier: MIT */
#include "init/walk.h"

#include <sys/stat.h>

enum { SECOND_MS = 1000 };

enum walk_verdict
walk_judge(const struct walk_rule *rule, const struct walk_inode *inode)
{
    if (inode->mount_id != rule->mount_id) {
        return WALK_MOUNT;
    }
    if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode) && !S_ISLNK(inode->mode)) {
        return WALK_SPECIAL;
    }
    if (inode->uid == rule->uid && inode->gid == rule->gid) {
        return WALK_RIGHT;
    }
    if (inode->link_count > 1 && !S_ISDIR(inode->mode)) {
        return rule->links_are_protected ? WALK_COUNT : WALK_LINKED;
    }
    return WALK_CHANGE;
}

bool
walk_may_hold(const struct walk_rule *rule, const struct walk_inode *directory)
{
    enum { OTHERS_WRITE = 022 };
    return rule->names_can_be_held && (directory->mode & OTHERS_WRITE) == 0;
}

static uint64_t
spread(uint64_t number)
{
    return number * 0x9e3779b97f4a7c15; /* neighbours lie far from each other, as Knuth has it */
}

unsigned
walk_share(const struct walk_inode *directory, unsigned shares)
{
    return (unsigned)((spread(directory->number) >> 32) % shares);
}

void
walk_counts_add(struct walk_counts *sum, const struct walk_counts *counts)
{
    sum->looked += counts->looked;
    sum->changed += counts->changed;
    sum->linked += counts->linked;
    sum->special += counts->special;
    sum->mounts += counts->mounts;
    sum->setuid += counts->setuid;
}

void
walk_progress_text(const char *top, const struct walk_counts *counts, int64_t elapsed_ms,
                   struct text *out)
{
    uint64_t rate =
        elapsed_ms > 0 ? counts->looked * SECOND_MS / (uint64_t)elapsed_ms : counts->looked;
    text_addf(out, "%s: %llu looked at, %llu changed, %llu a second", top,
              (unsigned long long)counts->looked, (unsigned long long)counts->changed,
              (unsigned long long)rate);
}

/* ---------------------------------------------------------------- files with more names */

/* The place of the inode, or the free one where it would stand: a quarter always is. */
static struct linkset_entry *
find(const struct linkset *set, const struct walk_inode *inode)
{
    size_t at = (size_t)(spread(inode->number ^ inode->device << 32) >> 20) & (set->size - 1);
    const struct linkset_entry *entry = &set->entry[at];
    while (entry->seen != 0 && (entry->number != inode->number || entry->device != inode->device)) {
        at = (at + 1) & (set->size - 1);
        entry = &set->entry[at];
    }
    return &set->entry[at];
}

bool
linkset_see(struct linkset *set, const struct walk_inode *inode)
{
    struct linkset_entry *entry = find(set, inode);
    /* A quarter stays free, so that a search ends, and soon. */
    if (set->is_closed || (entry->seen == 0 && set->used >= set->size / 4 * 3)) {
        set->refused++;
        return false;
    }
    if (entry->seen == 0) {
        *entry = (struct linkset_entry){.device = inode->device, .number = inode->number};
        set->used++;
    }
    if (entry->seen != LINKSET_DONE && ++entry->seen >= inode->link_count) {
        entry->seen = LINKSET_DONE;
    }
    return entry->seen == LINKSET_DONE;
}

uint64_t
linkset_incomplete(const struct linkset *set)
{
    uint64_t count = 0;
    for (size_t i = 0; set->used > 0 && i < set->size; i++) {
        count += set->entry[i].seen != 0 && set->entry[i].seen != LINKSET_DONE ? 1 : 0;
    }
    return count;
}
