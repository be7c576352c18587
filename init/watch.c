/* SPDX-License-Identifier: MIT */
#include "init/watch.h"

#include <stdlib.h>
#include <string.h>

#include "config/pages.h"

enum { BELOW_POINTS = 5, KIB = 1024, ROUND_FROM = 10 };

static unsigned
percent_of(uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        return 0;
    }
    while (whole > UINT64_MAX / 100) {
        whole /= 2;
        part /= 2;
    }
    return (unsigned)(part >= whole ? 100 : part * 100 / whole);
}

uint64_t
watch_used_bytes(const struct path_facts *path)
{
    return path->size_bytes > path->free_bytes ? path->size_bytes - path->free_bytes : 0;
}

bool
watch_fill(struct mount_fill *fill, const struct path_facts *path, uint64_t inodes,
           int warn_at_percent)
{
    uint64_t used = watch_used_bytes(path);
    bool has_inodes = inodes > 0 && path->free_inodes <= inodes;
    unsigned of_bytes = percent_of(used, path->size_bytes);
    unsigned of_inodes = has_inodes ? percent_of(inodes - path->free_inodes, inodes) : 0;
    fill->used_bytes = used;
    fill->is_by_inodes = of_inodes > of_bytes;
    fill->percent = fill->is_by_inodes ? of_inodes : of_bytes;
    int limit = fill->is_above ? warn_at_percent - BELOW_POINTS : warn_at_percent;
    bool is_above = warn_at_percent >= 0 && (int)fill->percent >= limit;
    if (is_above == fill->is_above) {
        return false;
    }
    fill->is_above = is_above;
    return true;
}

/* Rounded, as people read sizes: "58M", "3.4G". */
static void
add_bytes(struct text *out, uint64_t bytes)
{
    static const char units[] = "BKMGTPE";
    size_t unit = 0;
    uint64_t rest = 0;
    while (bytes >= KIB) { /* six times at most */
        rest = bytes % KIB;
        bytes /= KIB;
        unit++;
    }
    if (unit > 0 && bytes < ROUND_FROM) {
        text_addf(out, "%llu.%llu%c", (unsigned long long)bytes,
                  (unsigned long long)(rest * 10 / KIB), units[unit]);
    } else {
        text_addf(out, "%llu%c", (unsigned long long)bytes, units[unit]);
    }
}

void
watch_add_fill(const struct mount_fill *fill, const struct path_facts *path, int warn_at_percent,
               struct text *out)
{
    text_add_escaped(out, path->path, strlen(path->path));
    text_addf(out, fill->is_above ? " is %u%% full" : " is no more than %u%% full", fill->percent);
    if (fill->is_by_inodes) {
        text_add(out, " by its number of files");
    } else {
        text_add(out, ": ");
        add_bytes(out, fill->used_bytes);
        text_add(out, " of ");
        add_bytes(out, path->size_bytes);
    }
    text_addf(out, " (warn-at %d%%)", warn_at_percent);
}

void
watch_add_use(const struct mount_fill *fill, const struct path_facts *path, struct text *out)
{
    text_add_escaped(out, path->path, strlen(path->path));
    text_addf(out, "  %u%%%s  ", fill->percent, fill->is_by_inodes ? " of its files" : "");
    add_bytes(out, fill->used_bytes);
    text_add(out, " of ");
    add_bytes(out, path->size_bytes);
}

bool
watch_add_memory(const struct memory_use *memory, struct text *out)
{
    if (memory->limit_bytes == 0) {
        return false;
    }
    text_add(out, "tmpfs holds ");
    add_bytes(out, memory->tmpfs_bytes);
    text_addf(out, " (%u%%) of the container's memory of ",
              percent_of(memory->tmpfs_bytes, memory->limit_bytes));
    add_bytes(out, memory->limit_bytes);
    return true;
}

QUIET_TURN bool
watch_may_hang(const char *fs)
{
    static const char *const names[] = {
        "nfs",    "nfs4", "cifs",   "smb3",  "smbfs", "ceph",     "glusterfs", "9p",      "afs",
        "lustre", "gpfs", "beegfs", "ocfs2", "gfs2",  "virtiofs", "autofs",    "orangefs"};
    if (fs == NULL || text_starts_with(fs, "fuse")) {
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text_equal(names[i], fs)) {
            return true;
        }
    }
    return false;
}

bool
watch_way_may_hang(const struct mount_table *table, const char *path)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *mount = table->entry[i].path;
        bool is_on_way = path == NULL || text_is_within(path, mount);
        if (is_on_way && !text_equal(mount, "/") && watch_may_hang(table->entry[i].fs)) {
            return true;
        }
    }
    return path == NULL && !table->is_complete;
}

QUIET_TURN uint64_t
watch_number(const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *at = text; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, key, length) == 0 && at[length] == ' ') {
            return strtoull(at + length + 1, NULL, 10);
        }
    }
    return 0;
}
