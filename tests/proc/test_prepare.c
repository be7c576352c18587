/* SPDX-License-Identifier: MIT */
#include "tests/proc/applied.h"
#include "tests/proc/field.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The directories of a volume: made, and given to their owners. */

static struct plan_step
directory(const char *path, mode_t mode, uid_t uid, bool is_private)
{
    return (struct plan_step){.kind = PLAN_DIRECTORY,
                              .top = applied.top,
                              .path = path,
                              .mode = mode,
                              .uid = uid,
                              .gid = uid,
                              .sets_mode = true,
                              .sets_owner = true,
                              .is_private = is_private};
}

START_TEST(a_directory_is_made_with_its_mode_and_owner)
{
    NEEDS_UIDS();
    (void)umask(077);
    ck_assert_str_eq(applied_step(directory("a/b", 02775, BOX_UID, false)), "");
    applied_is(applied_at(applied.top, "a/b"), 02775, BOX_UID);
}
END_TEST

START_TEST(what_is_right_is_not_written)
{
    NEEDS_UIDS();
    struct stat before, after;
    applied_step(directory("a", 0700, BOX_UID, true));
    ck_assert_int_eq(stat(applied_at(applied.top, "a"), &before), 0);
    ck_assert_str_eq(applied_step(directory("a", 0700, BOX_UID, true)), "");
    ck_assert_int_eq(stat(applied_at(applied.top, "a"), &after), 0);
    ck_assert_int_eq(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}
END_TEST

START_TEST(a_directory_that_is_there_gets_mode_and_owner)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(applied_at(applied.top, "a"), 0777), 0);
    ck_assert_str_eq(applied_step(directory("a", 0750, BOX_UID, false)), "");
    applied_is(applied_at(applied.top, "a"), 0750, BOX_UID);
}
END_TEST

START_TEST(a_planted_symbolic_link_is_not_followed)
{
    NEEDS_UIDS();
    ck_assert_int_eq(symlink(applied.outside, applied_at(applied.top, "a")), 0);
    ck_assert_ptr_nonnull(
        strstr(applied_step(directory("a", 0777, BOX_UID, false)), "no directory is in the way"));
    ck_assert_ptr_nonnull(
        strstr(applied_step(directory("a/b", 0777, BOX_UID, false)), "no directory is in the way"));
    ck_assert_str_eq(applied.findings.item[0].subject, applied_at(applied.top, "a/b"));
    applied_is(applied.outside, 0700, 0);
    ck_assert(!applied_exists(applied_at(applied.outside, "b")));
}
END_TEST

START_TEST(a_private_directory_of_another_user_is_refused)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(applied_at(applied.top, "home"), 0700), 0);
    ck_assert_int_eq(chown(applied_at(applied.top, "home"), OTHER_UID, OTHER_UID), 0);
    ck_assert_ptr_nonnull(
        strstr(applied_step(directory("home", 0700, BOX_UID, true)), "belongs to another user"));
    ck_assert_ptr_nonnull(strstr(applied_step(directory("home/.cache", 0700, BOX_UID, true)),
                                 "belongs to another user"));
    applied_is(applied_at(applied.top, "home"), 0700, OTHER_UID);
    ck_assert(!applied_exists(applied_at(applied.top, "home/.cache")));
}
END_TEST

START_TEST(a_private_directory_that_an_earlier_run_left_is_finished)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(applied_at(applied.top, "home"), 0700), 0);
    ck_assert_str_eq(applied_step(directory("home", 0700, BOX_UID, true)), "");
    applied_is(applied_at(applied.top, "home"), 0700, BOX_UID);
}
END_TEST

START_TEST(another_mount_is_not_entered)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(applied_at(applied.top, "mounted"), 0700), 0);
    if (mount("none", applied_at(applied.top, "mounted"), "tmpfs", 0, "mode=0700") != 0) {
        (void)proc_leaves_out(__func__, false, "needs mount(2)");
        return;
    }
    ck_assert_ptr_nonnull(
        strstr(applied_step(directory("mounted/a", 0700, BOX_UID, false)), "another mount"));
}
END_TEST

static const int openat2_number = SYS_openat2;

static void
without_openat2(void)
{
    field_refuse(&openat2_number, 1, ENOSYS);
}

static void
with_refused_openat2(void)
{
    field_refuse(&openat2_number, 1, EPERM);
}

START_TEST(without_openat2_it_is_the_same)
{
    NEEDS_UIDS();
    static void (*const filters[])(void) = {without_openat2, with_refused_openat2};
    ck_assert_int_eq(symlink(applied.outside, applied_at(applied.top, "link")), 0);
    ck_assert_str_eq(applied_restricted(directory("a/b", 0700, BOX_UID, true), filters[_i]), "");
    applied_is(applied_at(applied.top, "a/b"), 0700, BOX_UID);
    ck_assert_ptr_nonnull(strstr(
        applied_restricted(directory("link/b", 0700, BOX_UID, false), filters[_i]), "in the way"));
    ck_assert_int_eq(mkdir(applied_at(applied.top, "mounted"), 0700), 0);
    if (mount("none", applied_at(applied.top, "mounted"), "tmpfs", 0, "mode=0700") == 0) {
        ck_assert_ptr_nonnull(
            strstr(applied_restricted(directory("mounted/a", 0700, BOX_UID, false), filters[_i]),
                   "another mount"));
    }
}
END_TEST

static void
without_chown(void)
{
    applied_drop(1U << CAP_CHOWN);
}

static void
without_fowner(void)
{
    applied_drop(1U << CAP_FOWNER);
}

static void
without_override(void)
{
    applied_drop(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER);
}

START_TEST(a_missing_capability_is_named)
{
    NEEDS_UIDS();
    ck_assert_str_eq(applied_restricted(directory("a", 0700, BOX_UID, true), without_chown),
                     "cannot set its owner: not permitted, needs CAP_CHOWN");
    ck_assert_int_eq(mkdir(applied_at(applied.top, "b"), 0700), 0);
    ck_assert_int_eq(chown(applied_at(applied.top, "b"), OTHER_UID, OTHER_UID), 0);
    ck_assert_str_eq(applied_restricted(directory("b", 0755, BOX_UID, false), without_fowner),
                     "cannot set its mode: not permitted, needs CAP_FOWNER");
    ck_assert_str_eq(applied_restricted(directory("b/c", 0755, BOX_UID, false), without_override),
                     "cannot make it: permission denied, needs CAP_DAC_OVERRIDE");
}
END_TEST

START_TEST(without_override_private_directories_are_made_in_the_plans_order)
{
    NEEDS_UIDS();
    ck_assert_str_eq(
        applied_restricted(directory("h/.cache", 0700, BOX_UID, true), without_override), "");
    ck_assert_str_eq(applied_restricted(directory("h", 0700, BOX_UID, true), without_override), "");
    applied_is(applied_at(applied.top, "h"), 0700, BOX_UID);
    applied_is(applied_at(applied.top, "h/.cache"), 0700, BOX_UID);
}
END_TEST

START_TEST(the_top_gets_mode_and_owner)
{
    NEEDS_UIDS();
    struct plan_step step = directory("", 0750, BOX_UID, false);
    step.kind = PLAN_TOP;
    ck_assert_str_eq(applied_step(step), "");
    applied_is(applied.top, 0750, BOX_UID);
}
END_TEST

START_TEST(another_mount_than_the_one_verified_is_refused)
{
    NEEDS_UIDS();
    struct plan_step step = directory("", 0750, BOX_UID, false);
    step.kind = PLAN_TOP;
    step.mount_id = UINT64_MAX;
    ck_assert_ptr_nonnull(strstr(applied_step(step), "another mount than the one verified"));
    applied_is(applied.top, 0755, 0);
}
END_TEST

START_TEST(a_full_file_system_is_no_fault_of_whoever_runs_it)
{
    NEEDS_UIDS();
    struct plan_step step = directory("mounted", 0700, 0, false);
    struct plan plan = {.arena = &applied.arena, .step = &step, .count = 1};
    applied_step(step);
    if (mount("none", applied_at(applied.top, "mounted"), "tmpfs", 0, "nr_inodes=1") != 0) {
        (void)proc_leaves_out(__func__, false, "needs mount(2)");
        return;
    }
    char inner[256];
    (void)snprintf(inner, sizeof inner, "%s", applied_at(applied.top, "mounted"));
    step = directory("a", 0700, 0, false);
    step.top = inner;
    ck_assert_int_eq(plan_apply(&plan, &applied.findings, &applied.err), -1);
    ck_assert_int_eq(applied.err.code, CODE_SYSTEM);
    ck_assert_int_eq(applied.err.errnum, ENOSPC);
}
END_TEST

/* Not proc_suite(): these need the folder of applied_setup(), and some run twice. */
Suite *
prepare_suite(void)
{
    Suite *suite = suite_create("prepare");
    TCase *tests = tcase_create("prepare");
    tcase_add_checked_fixture(tests, applied_setup, applied_teardown);
    tcase_add_test(tests, a_directory_is_made_with_its_mode_and_owner);
    tcase_add_test(tests, what_is_right_is_not_written);
    tcase_add_test(tests, a_directory_that_is_there_gets_mode_and_owner);
    tcase_add_test(tests, a_planted_symbolic_link_is_not_followed);
    tcase_add_test(tests, a_private_directory_of_another_user_is_refused);
    tcase_add_test(tests, a_private_directory_that_an_earlier_run_left_is_finished);
    tcase_add_test(tests, another_mount_is_not_entered);
    tcase_add_loop_test(tests, without_openat2_it_is_the_same, 0, 2);
    tcase_add_test(tests, a_missing_capability_is_named);
    tcase_add_test(tests, without_override_private_directories_are_made_in_the_plans_order);
    tcase_add_test(tests, the_top_gets_mode_and_owner);
    tcase_add_test(tests, another_mount_than_the_one_verified_is_refused);
    tcase_add_test(tests, a_full_file_system_is_no_fault_of_whoever_runs_it);
    suite_add_tcase(suite, tests);
    return suite;
}
