/* SPDX-License-Identifier: MIT */
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "config/capname.h"
#include "config/doc.h"
#include "config/err.h"
#include "config/text.h"
#include "init/judge.h"
#include "init/mend.h"

/* The clauses about everything but the declared paths. */

enum { NAME_BYTES = 512, UNDECLARED_MAX = 64 };

static struct finding
begin(const struct judge *judge, const char *subject, enum require_key key, const char *name)
{
    const struct setting *from = judge->config->require.from[key];
    return (struct finding){
        .level = FINDING_ERROR, .subject = subject, .place = judge_place(from, NULL, name)};
}

void
judge_root(const struct judge *judge)
{
    const struct path_facts *root = &judge->facts->root;
    if (judge->config->require.root == ROOT_ANY || (root->errnum == 0 && root->is_read_only)) {
        return;
    }
    struct finding finding = begin(judge, "/", REQUIRE_root, "root");
    finding.found = root->errnum == 0 ? "mounted read-write" : "not to be looked at";
    finding.expected = "read-only";
    mend_fixed(&finding, MEND_READ_ONLY_ROOT);
    findings_add(judge->findings, &finding);
}

void
judge_admin(const struct judge *judge)
{
    if (judge->config->require.root == ROOT_ANY ||
        (judge->facts->cap_bounding >> CAP_SYS_ADMIN & 1) == 0) {
        return;
    }
    struct finding finding = begin(judge, "CAP_SYS_ADMIN", REQUIRE_root, "root");
    finding.level = FINDING_WISH;
    finding.found = "in the bounding set";
    finding.expected = "dropped: whoever has it can mount / read-write again";
    mend_fixed(&finding, MEND_DROP_ADMIN);
    findings_add(judge->findings, &finding);
}

/* any, non-root, UID or UID-UID. */
static bool
is_user_of(const char *word, uid_t uid)
{
    unsigned long long low;
    unsigned long long high;
    char text[64];
    if (text_equal(word, "any") || (text_equal(word, "non-root") && uid != 0)) {
        return true;
    }
    (void)snprintf(text, sizeof text, "%s", word);
    char *dash = strchr(text, '-');
    if (dash != NULL) {
        *dash = '\0';
    }
    if (!text_number(text, UINT32_MAX, &low)) {
        return false;
    }
    high = low;
    return (dash == NULL || text_number(dash + 1, UINT32_MAX, &high)) && uid >= low && uid <= high;
}

void
judge_user(const struct judge *judge)
{
    const struct words *users = &judge->config->require.user;
    uid_t uid = judge->facts->self.uid;
    bool is_allowed = users->count == 0;
    char wanted[NAME_BYTES];
    struct text text = TEXT_OVER(wanted);
    for (size_t i = 0; i < users->count; i++) {
        is_allowed |= is_user_of(users->item[i], uid);
        text_addf(&text, "%s%s", i == 0 ? "" : " or ", users->item[i]);
    }
    if (is_allowed) {
        return;
    }
    struct finding finding = begin(judge, "user", REQUIRE_user, "user");
    finding.found = arena_printf(judge->findings->arena, "uid %u", (unsigned)uid);
    finding.expected = arena_strdup(judge->findings->arena, wanted);
    const char *first = users->item[0];
    unsigned long long number;
    bool is_number = text_number(first, UINT32_MAX, &number);
    mend_user(judge, is_number ? first : "10001", &finding);
    findings_add(judge->findings, &finding);
}

enum { CAPABILITIES = 64 };

static bool
is_capability_of(const struct words *allowed, int number)
{
    for (size_t i = 0; i < allowed->count; i++) {
        const char *word = allowed->item[i];
        if (text_equal(word, "any") || capname_number(word) == number) {
            return true;
        }
    }
    return allowed->count == 0;
}

void
judge_capabilities(const struct judge *judge)
{
    const struct words *allowed = &judge->config->require.capabilities;
    char more[NAME_BYTES];
    char kept[NAME_BYTES];
    struct text text = TEXT_OVER(more);
    struct text keep = TEXT_OVER(kept);
    for (int i = 0; i < CAPABILITIES; i++) {
        const char *name = capname_text(i);
        if ((judge->facts->cap_bounding >> i & 1) == 0) {
            continue;
        }
        struct text *to = is_capability_of(allowed, i) ? &keep : &text;
        const char *between = to == &keep ? "," : " ";
        text_addf(to, "%s%s", to->length == 0 ? "" : between, name != NULL ? name : "UNKNOWN");
    }
    if (text.length == 0) {
        return;
    }
    struct finding finding = begin(judge, "capabilities", REQUIRE_capabilities, "capabilities");
    finding.found = arena_printf(judge->findings->arena, "%s in the bounding set", more);
    finding.expected =
        keep.length == 0 ? "none" : arena_printf(judge->findings->arena, "no more than %s", kept);
    mend_capabilities(judge, arena_strdup(judge->findings->arena, kept), &finding);
    findings_add(judge->findings, &finding);
}

void
judge_seccomp(const struct judge *judge)
{
    if (!judge->config->require.seccomp || judge->facts->has_seccomp) {
        return;
    }
    struct finding finding = begin(judge, "seccomp", REQUIRE_seccomp, "seccomp");
    finding.found = "no filter";
    finding.expected = "an active filter";
    mend_fixed(&finding, MEND_SECCOMP);
    findings_add(judge->findings, &finding);
}

void
judge_env(const struct judge *judge)
{
    const struct words *names = &judge->config->require.env;
    for (size_t i = 0; i < names->count; i++) {
        const char *value = vars_get(judge->inherited, names->item[i]);
        if (value != NULL && value[0] != '\0') {
            continue;
        }
        struct finding finding = begin(judge, names->item[i], REQUIRE_env, "env");
        finding.found = value == NULL ? "a variable that is not set" : "a variable that is empty";
        finding.expected = "a value";
        mend_env(judge, names->item[i], &finding);
        findings_add(judge->findings, &finding);
    }
}

void
judge_files(const struct judge *judge)
{
    const struct words *files = &judge->config->require.files;
    for (size_t i = 0; i < files->count; i++) {
        int errnum = judge->facts->required_file_errnum[i];
        if (errnum == 0) {
            continue;
        }
        struct finding finding = begin(judge, files->item[i], REQUIRE_files, "files");
        struct arena *arena = judge->findings->arena;
        finding.found = arena_printf(arena, "not readable (%s)", err_errno_text(errnum));
        finding.expected = "a readable file";
        finding.mend[MEND_DOCKER] = arena_printf(arena, "-v FILE:%s:ro", files->item[i]);
        finding.mend[MEND_COMPOSE] =
            arena_printf(arena, "volumes: [\"FILE:%s:ro\"]", files->item[i]);
        finding.mend[MEND_KUBERNETES] =
            arena_printf(arena, "a secret or configMap, mounted at %s", files->item[i]);
        findings_add(judge->findings, &finding);
    }
}

/* ---------------------------------------------------------------- undeclared mounts */

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
    "/run/.containerenv",
};

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

static bool
is_declared(const struct judge *judge, const struct mount_entry *entry)
{
    for (size_t m = 0; m < judge->config->mount_count; m++) {
        const struct path_facts *path = &judge->facts->mount[m];
        if (path->errnum == 0 && path->is_mount_root &&
            (path->mount_id == entry->id || text_equal(path->resolved, entry->path))) {
            return true;
        }
    }
    return text_equal(entry->path, "/");
}

static void
add_undeclared(const struct judge *judge, enum finding_level level, const char *path)
{
    struct arena *arena = judge->findings->arena;
    struct finding finding = begin(judge, path, REQUIRE_undeclared_mounts, "undeclared-mounts");
    finding.level = level;
    finding.found = "writable, and not in the contract";
    finding.expected = "declared, or read-only";
    finding.mend[MEND_CONTRACT] =
        arena_printf(arena, "add [volume %s], or mount it read-only", path);
    findings_add(judge->findings, &finding);
}

void
judge_undeclared(const struct judge *judge)
{
    const struct mount_table *table = &judge->facts->table;
    enum undeclared_mounts policy =
        (enum undeclared_mounts)judge->config->require.undeclared_mounts;
    enum finding_level level = policy == UNDECLARED_DENY ? FINDING_ERROR : FINDING_WARN;
    size_t told = 0;
    if (policy == UNDECLARED_ALLOW) {
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct mount_entry *entry = &table->entry[i];
        if (entry->is_hidden || entry->is_read_only || entry->is_super_read_only ||
            is_expected(entry) || is_declared(judge, entry)) {
            continue;
        }
        if (told++ < UNDECLARED_MAX) {
            add_undeclared(judge, level, entry->path);
        }
    }
    if (told > UNDECLARED_MAX || !table->is_complete) {
        struct finding finding =
            begin(judge, "mounts", REQUIRE_undeclared_mounts, "undeclared-mounts");
        finding.level = level;
        finding.found =
            table->is_complete
                ? arena_printf(judge->findings->arena, "%zu more that are writable",
                               told - UNDECLARED_MAX)
                : arena_printf(judge->findings->arena, "a table of mounts that is incomplete: %s",
                               table->incomplete);
        finding.expected = "all writable mounts in the contract";
        findings_add(judge->findings, &finding);
    }
}
