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

enum { NAME_BYTES = 1024 }; /* all capabilities need some 700 */

static struct finding
begin(const struct judge *judge, const char *subject, enum require_key key, const char *name)
{
    struct diag_place place = judge_place(judge->config->require.from[key], NULL, name);
    place.section = "require";
    return (struct finding){.level = judge->level, .subject = subject, .place = place};
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
    /* The first of UID-UID; for non-root any will do. */
    const char *first = users->item[0];
    size_t length = strcspn(first, "-");
    bool is_number = first[0] <= '9';
    mend_user(judge, is_number ? arena_strndup(judge->findings->arena, first, length) : "10001",
              &finding);
    findings_add(judge->findings, &finding);
}

/* What nobody can say without /proc: not kept then, and never silently. */
static bool
tell_unknown(const struct judge *judge, struct finding *finding)
{
    if (judge->facts->has_proc) {
        return false;
    }
    finding->found = "not to be looked at: /proc/self/status cannot be read";
    finding->mend[MEND_CONTRACT] = "mount proc on /proc";
    findings_add(judge->findings, finding);
    return true;
}

static bool
is_any(const struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        if (text_equal(words->item[i], "any")) {
            return true;
        }
    }
    return words->count == 0;
}

void
judge_capabilities(const struct judge *judge)
{
    const struct words *words = &judge->config->require.capabilities;
    struct arena *arena = judge->findings->arena;
    uint64_t allowed = capname_set(words);
    uint64_t bounding = judge->facts->cap_bounding;
    char bytes[3][NAME_BYTES];
    struct text more = TEXT_OVER(bytes[0]);
    struct text keep = TEXT_OVER(bytes[1]);
    struct text want = TEXT_OVER(bytes[2]);
    if (is_any(words)) {
        return;
    }
    capname_add_set(bounding & ~allowed, "", " ", &more);
    capname_add_set(bounding & allowed, "", ",", &keep);
    capname_add_set(allowed, "", " ", &want);
    struct finding finding = begin(judge, "capabilities", REQUIRE_capabilities, "capabilities");
    finding.expected = allowed == 0 ? "none" : arena_printf(arena, "no more than %s", bytes[2]);
    if (tell_unknown(judge, &finding) || (bounding & ~allowed) == 0) {
        return;
    }
    finding.found = arena_printf(arena, "%s in the bounding set", bytes[0]);
    mend_capabilities(judge, arena_strdup(arena, bytes[1]), &finding);
    findings_add(judge->findings, &finding);
}

void
judge_seccomp(const struct judge *judge)
{
    if (!judge->config->require.seccomp || judge->facts->has_seccomp) {
        return;
    }
    struct finding finding = begin(judge, "seccomp", REQUIRE_seccomp, "seccomp");
    finding.expected = "an active filter";
    if (tell_unknown(judge, &finding)) {
        return;
    }
    finding.found = "no filter";
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

/* Each page of a tmpfs counts as memory of the container: whoever fills one that is larger than
 * its limit is killed where he could have been told "no space". Those without any limit are told
 * one by one (judge_size). */
void
judge_memory(const struct judge *judge)
{
    uint64_t limit = judge->facts->memory_limit_bytes;
    uint64_t sum = 0;
    char told[2][64];
    for (size_t m = 0; m < judge->config->mount_count; m++) {
        const struct path_facts *path = &judge->facts->mount[m];
        bool is_memory = path->errnum == 0 && path->is_mount_root && text_equal(path->fs, "tmpfs");
        if (is_memory && path->has_limit && !path->is_read_only) {
            sum += path->size_bytes < UINT64_MAX - sum ? path->size_bytes : UINT64_MAX - sum;
        }
    }
    if (limit == 0 || sum <= limit) {
        return;
    }
    struct text size = TEXT_OVER(told[0]);
    struct text most = TEXT_OVER(told[1]);
    text_add_size(&size, (long long)(sum & INT64_MAX));
    text_add_size(&most, (long long)(limit & INT64_MAX));
    struct arena *arena = judge->findings->arena;
    struct finding finding = {.level = judge->level, .subject = "memory"};
    finding.found = arena_printf(arena, "tmpfs of %s together", told[0]);
    finding.expected = arena_printf(arena, "less than the memory limit, %s", told[1]);
    mend_memory(judge, told[0], &finding);
    findings_add(judge->findings, &finding);
}
