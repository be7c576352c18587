/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/doc.h"
#include "config/text.h"
#include "init/contract.h"
#include "init/judge.h"

/* What is writable and not in the contract: the one clause that needs the whole mount table. */

enum { UNDECLARED_MAX = 64 };

/* The surfaces that runtimes always add (platforms.md, part 3); with a slash at the end all that
 * lies below. */
static const char *const expected_surfaces[] = {
    "/proc",
    "/proc/",
    "/sys",
    "/sys/",
    "/dev",
    "/dev/",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/run/secrets/kubernetes.io/serviceaccount",
    "/var/run/secrets/kubernetes.io/serviceaccount",
};

void
contract_surfaces(struct text *out)
{
    text_add(out, "\n# Writable by every runtime's doing, and so never undeclared:\n#");
    for (size_t i = 0; i < sizeof expected_surfaces / sizeof expected_surfaces[0]; i++) {
        text_addf(out, " %s", expected_surfaces[i]);
    }
    text_add(out, "\n");
}

static bool
is_expected(const struct mount_entry *entry)
{
    for (size_t i = 0; i < sizeof expected_surfaces / sizeof expected_surfaces[0]; i++) {
        const char *surface = expected_surfaces[i];
        size_t length = strlen(surface);
        bool is_below = surface[length - 1] == '/';
        if (is_below ? text_starts_with(entry->path, surface) : text_equal(entry->path, surface)) {
            return true;
        }
    }
    /* /dev/null bound over a file that is to be hidden: says rw, holds nothing. */
    return text_equal(entry->root, "/null") &&
           (text_equal(entry->fs, "tmpfs") || text_equal(entry->fs, "devtmpfs"));
}

/* Which entries the contract names, by mount id: a declared path may have been reached through
 * symbolic links, and several mounts may lie on it. The root is the first clause's. */
static bool *
find_declared(const struct judge *judge)
{
    const struct mount_table *table = &judge->facts->table;
    bool *is_declared = ARENA_NEW(judge->findings->arena, bool, table->count + 1);
    for (size_t m = 0; is_declared != NULL && m < judge->config->mount_count; m++) {
        const struct path_facts *path = &judge->facts->mount[m];
        const struct mount_entry *entry = mountinfo_by_id(table, path->mount_id);
        if (path->errnum == 0 && path->is_mount_root && entry != NULL) {
            is_declared[entry - table->entry] = true;
        }
    }
    return is_declared;
}

static struct finding
begin(const struct judge *judge, const char *subject)
{
    static const char key[] = "undeclared-mounts";
    const struct require_config *require = &judge->config->require;
    const struct setting *from = require->from[REQUIRE_undeclared_mounts];
    bool is_denied = require->undeclared_mounts == UNDECLARED_DENY;
    return (struct finding){.level = is_denied ? FINDING_ERROR : judge->level,
                            .subject = subject,
                            .place = judge_place(from, NULL, key)};
}

static void
tell_mount(const struct judge *judge, const char *path)
{
    struct finding finding = begin(judge, path);
    finding.found = "writable, and not in the contract";
    finding.expected = "declared, or read-only";
    finding.mend[MEND_CONTRACT] =
        arena_printf(judge->findings->arena, "add [volume %s], or mount it read-only", path);
    findings_add(judge->findings, &finding);
}

static void
tell_rest(const struct judge *judge, const char *found)
{
    struct finding finding = begin(judge, "mounts");
    finding.found = found;
    finding.expected = "all writable mounts in the contract";
    findings_add(judge->findings, &finding);
}

void
judge_undeclared(const struct judge *judge)
{
    const struct mount_table *table = &judge->facts->table;
    struct arena *arena = judge->findings->arena;
    size_t told = 0;
    if (judge->config->require.undeclared_mounts == UNDECLARED_ALLOW) {
        return;
    }
    const bool *is_declared = find_declared(judge);
    for (size_t i = 0; is_declared != NULL && i < table->count; i++) {
        const struct mount_entry *entry = &table->entry[i];
        bool is_writable = !entry->is_read_only && !entry->is_super_read_only;
        if (is_writable && !entry->is_hidden && !is_declared[i] && !is_expected(entry) &&
            !text_equal(entry->path, "/") && told++ < UNDECLARED_MAX) {
            tell_mount(judge, entry->path);
        }
    }
    if (told > UNDECLARED_MAX) {
        tell_rest(judge, arena_printf(arena, "%zu more that are writable", told - UNDECLARED_MAX));
    }
    if (!table->is_complete) {
        tell_rest(judge, arena_printf(arena, "a table of mounts that is incomplete: %s",
                                      table->incomplete));
    }
}
