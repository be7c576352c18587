/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "init/mountinfo.h"
#include "tests/fuzz/fuzz.h"

/* /proc/self/mountinfo: mount points bear names that others chose, and the read may be cut. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct mount_table table;
    size_t lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    mountinfo_parse((const char *)data, size, &arena, &table);
    MUST(table.count <= lines);
    MUST(table.is_complete || table.incomplete != NULL);
    for (size_t i = 0; i < table.count; i++) {
        const struct mount_entry *entry = &table.entry[i];
        MUST(entry->path != NULL && entry->fs != NULL && entry->source != NULL);
        MUST(mountinfo_by_id(&table, entry->id) != NULL);
        MUST(mountinfo_by_id(&table, entry->id)->id == entry->id);
        const struct mount_entry *at = mountinfo_by_path(&table, entry->path);
        MUST(at == NULL || (!at->is_hidden && strcmp(at->path, entry->path) == 0));
        MUST(at != NULL || entry->is_hidden);
        (void)mountinfo_super_option(entry, "size");
        (void)mountinfo_super_option(entry, "upperdir");
    }
    arena_free(&arena);
    return 0;
}
