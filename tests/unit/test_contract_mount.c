/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <errno.h>

#include "tests/unit/judged.h"
#include "tests/unit/suites.h"

/* Declared paths: whether they are mounts, of which type, with which options and sizes. */

START_TEST(a_path_that_is_no_mount_breaks_the_contract)
{
    stage.path[STAGE_TMP].is_mount_root = false;
    stage.path[STAGE_DATA] = (struct path_facts){.path = "/data", .errnum = ENOENT};
    judged_findings_are("error /tmp: not a mount, want tmpfs rw\n"
                        "error /data: not there (no such file or directory), want a volume, rw\n");
    judged_mend_is(MEND_DOCKER, "--tmpfs /tmp:rw,nosuid,nodev,noexec,size=64M");
    judged_mend_is(MEND_COMPOSE, "tmpfs: [\"/tmp:rw,nosuid,nodev,noexec,size=64M\"]");
    judged_mend_is(MEND_KUBERNETES, "emptyDir {medium: Memory, sizeLimit: 64Mi} at /tmp");
    judged_mend_is(MEND_PODMAN, NULL);
    ck_assert_str_eq(judged.findings.item[1].mend[MEND_DOCKER], "-v data:/data");
}
END_TEST

START_TEST(an_optional_section_is_as_if_it_were_not_there)
{
    stage.mount[STAGE_TMP].optional = stage.mount[STAGE_DATA].optional = true;
    stage.path[STAGE_TMP].is_mount_root = false;
    stage.path[STAGE_DATA] = (struct path_facts){.path = "/data", .errnum = ENOENT};
    judged_findings_are("");
    stage.path[STAGE_TMP].is_mount_root = true;
    stage.path[STAGE_TMP].is_read_only = true;
    judged_findings_are("error /tmp: ro, want rw\n");
}
END_TEST

START_TEST(a_path_that_cannot_be_looked_at_is_not_said_to_be_absent)
{
    stage.path[STAGE_DATA] = (struct path_facts){.path = "/data", .errnum = EACCES};
    judged_findings_are(
        "error /data: not to be looked at (permission denied), want a volume, rw\n");
}
END_TEST

START_TEST(options_are_wishes_where_a_question_mark_stands)
{
    stage.path[STAGE_TMP].is_noexec = stage.path[STAGE_TMP].is_nosuid = false;
    stage.path[STAGE_DATA].is_read_only = true;
    judged_findings_are("wish /tmp: suid, want nosuid\nwish /tmp: exec, want noexec\n"
                        "error /data: ro, want rw\n");
}
END_TEST

START_TEST(each_pair_of_options_stands_alone)
{
    stage.mount[STAGE_TMP].options = WORDS("exec");
    stage.mount[STAGE_RUN].options = WORDS("nodev", "noexec");
    stage.path[STAGE_RUN].is_nodev = false;
    stage.mount[STAGE_DATA].options = WORDS("nosuid?");
    judged_findings_are("error /tmp: noexec, want exec\nerror /run: dev, want nodev\n"
                        "wish /data: suid, want nosuid\n");
    judged_mend_is(MEND_DOCKER, "--tmpfs /tmp:rw,nosuid,nodev,exec,size=64M");
    judged_mend_is(MEND_KUBERNETES,
                   "an emptyDir takes no flags: let the contract say exec?, as a wish");
    ck_assert_str_eq(judged.findings.item[2].mend[MEND_KUBERNETES],
                     "a persistentVolumeClaim, mounted at /data, mountOptions: [nosuid] of the "
                     "PersistentVolume");
    ck_assert_str_eq(judged.findings.item[2].mend[MEND_PODMAN], "-v data:/data:rw,nosuid");
    ck_assert_str_eq(judged.findings.item[2].mend[MEND_DOCKER],
                     "-v FOLDER:/data, where the host has mounted FOLDER nosuid");
}
END_TEST

START_TEST(the_type_of_file_system_is_a_wish_or_asked_for)
{
    stage.path[STAGE_TMP].fs = "ext4";
    stage.mount[STAGE_DATA].fs = WORDS("xfs", "btrfs");
    judged_findings_are("wish /tmp: ext4, want tmpfs\nerror /data: ext4, want xfs or btrfs\n");
    stage.mount[STAGE_TMP].fs = WORDS("xfs?");
    stage.mount[STAGE_DATA].fs = WORDS("tmpfs");
    judged_check();
    judged_mend_is(MEND_DOCKER, "-v tmp:/tmp");
    ck_assert_str_eq(judged.findings.item[1].mend[MEND_KUBERNETES],
                     "emptyDir {medium: Memory, sizeLimit: 64Mi} at /data");
    stage.path[STAGE_TMP].fs = "xfs";
    stage.path[STAGE_DATA].fs = "tmpfs";
    judged_findings_are("");
}
END_TEST

START_TEST(a_tmpfs_without_limit_is_a_wish_and_an_error_with_size_max)
{
    stage.path[STAGE_TMP].has_limit = false;
    stage.path[STAGE_RUN].size_bytes = 0;
    stage.mount[STAGE_RUN].size_max_bytes = 8 * 1024 * 1024;
    stage.mount[STAGE_RUN].from[MOUNT_size_max_bytes] = &stage.setting;
    stage.path[STAGE_DATA].size_bytes = 0;
    judged_findings_are("wish /tmp: no size limit, want a size limit (size=...): without one it is "
                        "memory without a limit\n"
                        "error /run: no size limit, want at most 8M\n");
    ck_assert_str_eq(judged.findings.item[1].mend[MEND_DOCKER],
                     "--tmpfs /run:rw,nosuid,nodev,noexec,size=8M,uid=10001,gid=20001");
    ck_assert_str_eq(judged.findings.item[1].place.file, "FILE");
    ck_assert_str_eq(judged.findings.item[1].place.key, "size-max");
    ck_assert_uint_eq(judged.findings.item[1].place.line, 7);
}
END_TEST

START_TEST(size_max_and_min_free_are_limits_themselves)
{
    for (size_t m = 0; m < STAGE_MOUNTS; m++) {
        stage.mount[m].size_max_bytes = stage.mount[m].min_free_bytes = 16 * 1024 * 1024;
        stage.mount[m].from[MOUNT_size_max_bytes] = &stage.setting;
    }
    judged_findings_are("");
    stage.path[STAGE_TMP].size_bytes++;
    stage.path[STAGE_DATA].free_bytes--;
    judged_findings_are("error /tmp: a size of 16777217, want at most 16M\n"
                        "error /data: free room of 16777215, want at least 16M\n");
}
END_TEST

START_TEST(the_mend_of_a_tmpfs_is_a_size_that_kubernetes_knows)
{
    stage.path[STAGE_TMP].is_mount_root = false;
    stage.mount[STAGE_TMP].size_max_bytes = 1000;
    judged_findings_are("error /tmp: not a mount, want tmpfs rw\n");
    judged_mend_is(MEND_KUBERNETES, "emptyDir {medium: Memory, sizeLimit: 1000} at /tmp");
}
END_TEST

START_TEST(all_is_told_at_once)
{
    stage.facts.root.is_read_only = false;
    stage.path[STAGE_TMP].is_mount_root = false;
    stage.path[STAGE_DATA].is_read_only = true;
    stage.config.require.env = WORDS("TOKEN");
    judged_findings_are("error /: mounted read-write, want read-only\n"
                        "error TOKEN: a variable that is not set, want a value\n"
                        "error /tmp: not a mount, want tmpfs rw\n"
                        "error /data: ro, want rw\n");
    ck_assert_uint_eq(judged.findings.errors, 4);
}
END_TEST

Suite *
contract_mount_suite(void)
{
    Suite *suite = suite_create("contract_mount");
    TCase *path = judged_case(suite, "declared");
    tcase_add_test(path, a_path_that_is_no_mount_breaks_the_contract);
    tcase_add_test(path, an_optional_section_is_as_if_it_were_not_there);
    tcase_add_test(path, a_path_that_cannot_be_looked_at_is_not_said_to_be_absent);
    tcase_add_test(path, options_are_wishes_where_a_question_mark_stands);
    tcase_add_test(path, each_pair_of_options_stands_alone);
    tcase_add_test(path, the_type_of_file_system_is_a_wish_or_asked_for);
    tcase_add_test(path, a_tmpfs_without_limit_is_a_wish_and_an_error_with_size_max);
    tcase_add_test(path, size_max_and_min_free_are_limits_themselves);
    tcase_add_test(path, the_mend_of_a_tmpfs_is_a_size_that_kubernetes_knows);
    tcase_add_test(path, all_is_told_at_once);
    return suite;
}
