/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "tests/unit/judged.h"
#include "tests/unit/sample.h"
#include "tests/unit/suites.h"

START_TEST(a_container_as_promised_has_no_finding)
{
    judged_findings_are("");
    ck_assert_uint_eq(judged.findings.errors, 0);
}
END_TEST

/* ---------------------------------------------------------------- [require] */

START_TEST(a_writable_root_breaks_the_contract_unless_it_may_be)
{
    stage.facts.root.is_read_only = false;
    judged_findings_are("error /: mounted read-write, want read-only\n");
    judged_mend_is(MEND_DOCKER, "--read-only");
    ck_assert_str_eq(judged.findings.item[0].place.section, "require");
    stage.config.require.root = ROOT_ANY;
    judged_findings_are("");
}
END_TEST

START_TEST(a_root_that_nobody_could_look_at_is_not_said_to_be_read_only)
{
    stage.facts.root.errnum = EACCES;
    judged_findings_are("error /: not to be looked at, want read-only\n");
}
END_TEST

START_TEST(whoever_may_remount_is_told_of_as_a_wish)
{
    stage.facts.cap_bounding = CAPABILITY(SYS_ADMIN);
    judged_findings_are("wish CAP_SYS_ADMIN: in the bounding set, "
                        "want dropped: whoever has it can mount / read-write again\n");
}
END_TEST

/* clang-format off */
static const struct {
    const char *words[3];
    uid_t uid;
    const char *want, *mend;
} users[] = {
    {{"any"}, 0, "", NULL},
    {{"non-root"}, 10001, "", NULL},
    {{"non-root"}, 0, "error user: uid 0, want non-root\n", "--user 10001:10001"},
    {{"2000"}, 2001, "error user: uid 2001, want 2000\n", "--user 2000:2000"},
    {{"2000-3000"}, 3000, "", NULL},
    {{"2000-3000"}, 3001, "error user: uid 3001, want 2000-3000\n", "--user 2000:2000"},
    {{"5", "7-8"}, 7, "", NULL},
    {{"5", "7-8"}, 6, "error user: uid 6, want 5 or 7-8\n", "--user 5:5"},
    {{"5-x"}, 5, "error user: uid 5, want 5-x\n", "--user 5:5"},
};
/* clang-format on */

START_TEST(roinit_runs_as_whom_the_contract_allows)
{
    stage.config.mount_count = 0;
    stage.config.unit_count = 0;
    stage.self.uid = users[_i].uid;
    stage.config.require.user =
        stage_words((const char *[]){users[_i].words[0], users[_i].words[1], users[_i].words[2]});
    judged_findings_are(users[_i].want);
    if (users[_i].mend != NULL) {
        judged_mend_is(MEND_DOCKER, users[_i].mend);
    }
}
END_TEST

START_TEST(the_bounding_set_has_an_upper_bound)
{
    stage.facts.cap_bounding = CAPABILITY(CHOWN) | CAPABILITY(NET_BIND_SERVICE);
    stage.config.require.capabilities = WORDS("none");
    judged_findings_are(
        "error capabilities: CHOWN NET_BIND_SERVICE in the bounding set, want none\n");
    judged_mend_is(MEND_DOCKER, "--cap-drop ALL");
    stage.config.require.capabilities = WORDS("NET_BIND_SERVICE", "CAP_KILL");
    judged_findings_are("error capabilities: CHOWN in the bounding set, "
                        "want no more than KILL NET_BIND_SERVICE\n");
    judged_mend_is(MEND_DOCKER, "--cap-drop ALL --cap-add NET_BIND_SERVICE");
    stage.config.require.capabilities = WORDS("CHOWN", "NET_BIND_SERVICE");
    judged_findings_are("");
    stage.config.require.capabilities = WORDS("any");
    judged_findings_are("");
}
END_TEST

START_TEST(all_capabilities_at_once_are_told_whole)
{
    stage.facts.cap_bounding = UINT64_MAX;
    stage.config.require.capabilities = WORDS("none");
    stage.config.require.root = ROOT_ANY;
    stage_resolve(CODE_OK);
    judged_check();
    ck_assert_ptr_nonnull(strstr(judged.findings.item[0].found, " 63 in the bounding set"));
}
END_TEST

START_TEST(without_proc_nothing_counts_as_kept_that_nobody_saw)
{
    stage.facts.has_proc = false;
    stage.facts.table = (struct mount_table){.incomplete = "/proc/self/mountinfo cannot be read"};
    stage.config.require.capabilities = WORDS("none");
    stage.config.require.seccomp = true;
    judged_findings_are(
        "error capabilities: not to be looked at: /proc/self/status cannot be read, "
        "want none\n"
        "error seccomp: not to be looked at: /proc/self/status cannot be read, "
        "want an active filter\n"
        "warn mounts: a table of mounts that is incomplete: "
        "/proc/self/mountinfo cannot be read, want all writable mounts in the contract\n");
    judged_mend_is(MEND_CONTRACT, "mount proc on /proc");
}
END_TEST

START_TEST(seccomp_variables_and_files_are_asked_for)
{
    static int errnums[] = {0, EACCES, ENOENT};
    stage.config.require.seccomp = true;
    stage.config.require.env = WORDS("SET", "EMPTY", "UNSET");
    stage.config.require.files = WORDS("/a", "/b", "/c");
    stage.facts.required_file_errnum = errnums;
    vars_set(&judged.inherited, "SET", "x");
    vars_set(&judged.inherited, "EMPTY", "");
    judged_findings_are(
        "error seccomp: no filter, want an active filter\n"
        "error EMPTY: a variable that is empty, want a value\n"
        "error UNSET: a variable that is not set, want a value\n"
        "error /b: not readable (permission denied), want a readable file\n"
        "error /c: not readable (no such file or directory), want a readable file\n");
    stage.facts.has_seccomp = true;
    stage.config.require.env = WORDS("SET");
    stage.config.require.files = WORDS("/a");
    judged_findings_are("");
}
END_TEST

START_TEST(tmpfs_that_do_not_fit_into_the_memory_are_a_wish)
{
    stage.facts.memory_limit_bytes = 32 * MIB;
    judged_findings_are("");
    stage.facts.memory_limit_bytes = 31 * MIB;
    judged_findings_are(
        "wish memory: tmpfs of 32M together, want less than the memory limit, 31M\n");
    stage.path[STAGE_TMP].is_read_only = true;
    stage.mount[STAGE_TMP].options = WORDS("ro");
    judged_findings_are("");
}
END_TEST

/* ---------------------------------------------------------------- undeclared mounts */

/* Nothing declared, and the sample's own root left aside. */
static void
stand_in(const char *name)
{
    stage.config.mount_count = 0;
    sample_read(name, &stage.arena, &stage.facts.table);
}

START_TEST(of_real_tables_exactly_what_is_writable_is_told)
{
    const struct sample *sample = &samples[_i];
    stand_in(sample->name);
    stage_resolve(CODE_OK);
    judged_check();
    size_t i = 0;
    for (; i < SAMPLE_UNDECLARED_MAX && sample->undeclared[i] != NULL; i++) {
        ck_assert_msg(i < judged.findings.count, "%s lacks %s", sample->name,
                      sample->undeclared[i]);
        ck_assert_str_eq(judged.findings.item[i].subject, sample->undeclared[i]);
        ck_assert_int_eq(judged.findings.item[i].level, FINDING_WARN);
    }
    ck_assert_uint_eq(judged.findings.count, i);
}
END_TEST

START_TEST(undeclared_mounts_are_allowed_or_denied_by_the_contract)
{
    stand_in("docker-ro-volumes");
    stage.config.require.undeclared_mounts = UNDECLARED_ALLOW;
    judged_findings_are("");
    stage.config.require.undeclared_mounts = UNDECLARED_DENY;
    judged_findings_are(
        "error /data: writable, and not in the contract, want declared, or read-only\n");
    judged_mend_is(MEND_CONTRACT, "add [volume /data], or mount it read-only");
}
END_TEST

START_TEST(declared_mounts_are_found_by_id_whatever_their_name)
{
    sample_read("docker-ro-varrun-symlink-stacked", &stage.arena, &stage.facts.table);
    stage.config.mount_count = STAGE_DATA;
    stage.path[STAGE_RUN].path = stage.mount[STAGE_RUN].path = "/var/run";
    stage.path[STAGE_RUN].mount_id = 116;
    judged_findings_are("");
}
END_TEST

START_TEST(what_lies_below_a_declared_mount_is_not_declared_by_it)
{
    sample_read("podman-ro-systemd", &stage.arena, &stage.facts.table);
    stage.config.mount_count = STAGE_DATA;
    stage.path[STAGE_TMP].mount_id = 99;
    stage.path[STAGE_RUN].mount_id = 101;
    judged_findings_are(
        "warn /var/tmp: writable, and not in the contract, want declared, or read-only\n"
        "warn /run/lock: writable, and not in the contract, want declared, or read-only\n"
        "warn /var/log/journal: writable, and not in the contract, "
        "want declared, or read-only\n");
}
END_TEST

START_TEST(only_surfaces_of_runtimes_are_expected)
{
    stage.config.mount_count = 0;
    sample_parse("1 0 0:1 / / ro - overlay o rw\n2 1 0:2 / /devices rw - tmpfs t rw\n"
                 "3 1 0:2 / /system rw - tmpfs t rw\n4 1 0:2 / /etc/hosts.d rw - tmpfs t rw\n"
                 "5 1 0:2 / /dev/shm rw - tmpfs t rw\n6 1 0:2 / /etc/hosts rw - ext4 d rw\n"
                 "7 1 0:2 /null /etc/x rw - devtmpfs d rw\n8 1 0:2 /null /etc/y rw - ext4 d rw\n"
                 "9 1 0:2 / /proc/sys rw - proc p rw\n11 1 0:2 /null /etc/z rw - tmpfs d rw\n10 1 "
                 "0:2 / /srv/ro rw - ext4 d ro,x\n",
                 &stage.arena, &stage.facts.table);
    judged_findings_are(
        "warn /devices: writable, and not in the contract, want declared, or read-only\n"
        "warn /system: writable, and not in the contract, want declared, or read-only\n"
        "warn /etc/hosts.d: writable, and not in the contract, "
        "want declared, or read-only\n"
        "warn /etc/y: writable, and not in the contract, want declared, or read-only\n");
}
END_TEST

START_TEST(the_surfaces_of_runtimes_are_documented)
{
    char bytes[512];
    struct text text = TEXT_OVER(bytes);
    contract_surfaces(&text);
    ck_assert_str_eq(bytes, "\n# Writable by every runtime's doing, and so never undeclared:\n"
                            "# /proc /proc/ /sys /sys/ /dev /dev/ /etc/hosts /etc/hostname "
                            "/etc/resolv.conf /run/secrets/kubernetes.io/serviceaccount "
                            "/var/run/secrets/kubernetes.io/serviceaccount\n");
}
END_TEST

START_TEST(an_incomplete_table_is_a_warning_and_an_error_where_it_is_denied)
{
    stage.facts.table = (struct mount_table){.incomplete = "the kernel needs too long to list it"};
    stage.config.require.undeclared_mounts = _i == 0 ? UNDECLARED_WARN : UNDECLARED_DENY;
    judged_findings_are(
        _i == 0 ? "warn mounts: a table of mounts that is incomplete: the kernel needs "
                  "too long to list it, want all writable mounts in the contract\n"
                : "error mounts: a table of mounts that is incomplete: the kernel needs "
                  "too long to list it, want all writable mounts in the contract\n");
}
END_TEST

START_TEST(thousands_of_undeclared_mounts_are_counted_not_listed)
{
    enum { MOUNTS = 5000 };
    static char table[MOUNTS * 64];
    struct text text = TEXT_OVER(table);
    for (int i = 1; i <= MOUNTS; i++) {
        text_addf(&text, "%d 0 0:1 / /srv/%d rw - tmpfs t rw\n", i, i);
    }
    stage.config.mount_count = 0;
    sample_parse(table, &stage.arena, &stage.facts.table);
    stage_resolve(CODE_OK);
    judged_check();
    ck_assert_uint_eq(judged.findings.count, 65);
    ck_assert_str_eq(judged.findings.item[64].found, "4936 more that are writable");
}
END_TEST

Suite *
contract_suite(void)
{
    Suite *suite = suite_create("contract");
    TCase *require = judged_case(suite, "require");
    TCase *undeclared = judged_case(suite, "undeclared");
    tcase_add_test(require, a_container_as_promised_has_no_finding);
    tcase_add_test(require, a_writable_root_breaks_the_contract_unless_it_may_be);
    tcase_add_test(require, a_root_that_nobody_could_look_at_is_not_said_to_be_read_only);
    tcase_add_test(require, whoever_may_remount_is_told_of_as_a_wish);
    tcase_add_loop_test(require, roinit_runs_as_whom_the_contract_allows, 0,
                        sizeof users / sizeof users[0]);
    tcase_add_test(require, the_bounding_set_has_an_upper_bound);
    tcase_add_test(require, all_capabilities_at_once_are_told_whole);
    tcase_add_test(require, without_proc_nothing_counts_as_kept_that_nobody_saw);
    tcase_add_test(require, seccomp_variables_and_files_are_asked_for);
    tcase_add_test(require, tmpfs_that_do_not_fit_into_the_memory_are_a_wish);
    tcase_add_loop_test(undeclared, of_real_tables_exactly_what_is_writable_is_told, 0,
                        sample_count);
    tcase_add_test(undeclared, undeclared_mounts_are_allowed_or_denied_by_the_contract);
    tcase_add_test(undeclared, declared_mounts_are_found_by_id_whatever_their_name);
    tcase_add_test(undeclared, what_lies_below_a_declared_mount_is_not_declared_by_it);
    tcase_add_test(undeclared, only_surfaces_of_runtimes_are_expected);
    tcase_add_test(undeclared, the_surfaces_of_runtimes_are_documented);
    tcase_add_loop_test(undeclared,
                        an_incomplete_table_is_a_warning_and_an_error_where_it_is_denied, 0, 2);
    tcase_add_test(undeclared, thousands_of_undeclared_mounts_are_counted_not_listed);
    return suite;
}
