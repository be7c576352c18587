/* SPDX-License-Identifier: MIT */
#include "tests/unit/judged.h"

struct judged judged;

static void
setup(void)
{
    static const char *tmpfs[] = {"tmpfs?"};
    static const char *any[] = {"any"};
    stage_init();
    stage_set_user(0, "10001", "20001");
    stage_start_as(STAGE_APP, 20001);
    stage.config.require.undeclared_mounts = UNDECLARED_WARN;
    stage.facts.has_proc = true;
    stage.facts.root =
        (struct path_facts){.path = "/", .is_mount_root = true, .is_read_only = true};
    stage.facts.table.is_complete = true;
    for (size_t m = 0; m < STAGE_MOUNTS; m++) {
        struct path_facts *path = &stage.path[m];
        path->fs = m == STAGE_DATA ? "ext4" : "tmpfs";
        path->is_noexec = path->is_nosuid = path->is_nodev = m != STAGE_DATA;
        path->has_limit = true;
        path->size_bytes = path->free_bytes = 16 * MIB;
        path->uid = STAGE_APP;
        path->gid = 20001;
        stage.mount[m].fs = (struct words){1, m == STAGE_DATA ? any : tmpfs};
    }
    vars_init(&judged.inherited, &stage.arena);
}

static void
teardown(void)
{
    stage_free();
}

TCase *
judged_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, setup, teardown);
    suite_add_tcase(suite, tcase);
    return tcase;
}

static const char *
level_of(const struct finding *finding)
{
    static const char *const words[] = {
        [FINDING_ERROR] = "error", [FINDING_WARN] = "warn", [FINDING_WISH] = "wish"};
    return finding->is_mended_by_prepare ? "mended" : words[finding->level];
}

void
judged_check(void)
{
    judged.findings = (struct findings){.arena = &stage.arena};
    contract_check(&stage.config, &stage.facts, &stage.identities, &judged.inherited,
                   &judged.findings);
}

void
judged_findings_are(const char *want)
{
    static char bytes[16 * 1024];
    struct text text = TEXT_OVER(bytes);
    stage_resolve(CODE_OK);
    judged_check();
    for (size_t i = 0; i < judged.findings.count; i++) {
        const struct finding *finding = &judged.findings.item[i];
        text_addf(&text, "%s %s: %s, want %s\n", level_of(finding), finding->subject,
                  finding->found, finding->expected);
    }
    ck_assert_str_eq(bytes, want);
}

void
judged_mend_is(enum mend_for mend, const char *want)
{
    ck_assert_uint_gt(judged.findings.count, 0);
    ck_assert_pstr_eq(judged.findings.item[0].mend[mend], want);
}
