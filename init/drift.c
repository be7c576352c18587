/* SPDX-License-Identifier: MIT */
#include "init/drift.h"

#include "config/text.h"

static void
renew_path(struct path_facts *path, const struct mount_table *table)
{
    if (path->errnum != 0) {
        return;
    }
    const struct mount_entry *entry = mountinfo_by_path(table, path->resolved);
    if (text_equal(path->resolved, "/")) { /* of two mounts there, ours is the one we are in */
        entry = mountinfo_by_id(table, path->mount_id);
    }
    if (entry == NULL) {
        path->is_mount_root = path->is_mount_root && !table->is_complete;
        return;
    }
    path->is_mount_root = true;
    path->mount_id = entry->id;
    path->is_read_only = entry->is_read_only || entry->is_super_read_only;
    path->is_noexec = entry->is_noexec;
    path->is_nosuid = entry->is_nosuid;
    path->is_nodev = entry->is_nodev;
    path->fs = entry->fs;
}

void
drift_facts(const struct facts *boot, size_t mount_count, const struct mount_table *table,
            struct arena *arena, struct facts *ret_facts)
{
    struct path_facts *mount = ARENA_NEW(arena, struct path_facts, mount_count);
    *ret_facts = *boot;
    ret_facts->table = *table;
    for (size_t m = 0; mount != NULL && m < mount_count; m++) {
        mount[m] = boot->mount[m];
        renew_path(&mount[m], table);
    }
    ret_facts->mount = mount != NULL ? mount : boot->mount;
    renew_path(&ret_facts->root, table);
}

void
drift_new(const struct findings *before, const struct findings *now, struct findings *ret_new)
{
    for (size_t i = 0; i < now->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < before->count && !is_known; k++) {
            is_known = text_equal(before->item[k].subject, now->item[i].subject) &&
                       text_equal(before->item[k].found, now->item[i].found);
        }
        if (!is_known) {
            findings_add(ret_new, &now->item[i]);
        }
    }
}
