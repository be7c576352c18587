/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

START_TEST(a_unit_without_user_runs_as_roinit)
{
    stage_resolve(CODE_OK);
    ck_assert_uint_eq(stage.identities.unit[0].uid, 0);
    ck_assert_str_eq(stage.identities.unit[0].home, "/root");
    ck_assert(stage.identities.has_single);
    ck_assert(!stage.identities.is_mapped);
}
END_TEST

static const struct {
    const char *user, *group;
    uid_t uid;
    gid_t gid;
    const char *name;
} named[] = {
    {"app", NULL, 10001, 20001, "app"}, {"10001", NULL, 10001, 20001, "app"},
    {"10001", "5", 10001, 5, "app"},    {"app", "media", 10001, 44, "app"},
    {"777", NULL, 777, 777, NULL},      {"0", NULL, 0, 0, "root"},
    {"777", "media", 777, 44, NULL},    {"4294967294", NULL, 4294967294, 4294967294, NULL},
};

START_TEST(names_and_numbers_become_uid_and_gid)
{
    stage_set_user(0, named[_i].user, named[_i].group);
    stage_resolve(CODE_OK);
    const struct identity *who = &stage.identities.unit[0];
    ck_assert_uint_eq(who->uid, named[_i].uid);
    ck_assert_uint_eq(who->gid, named[_i].gid);
    stage_is(who->name, named[_i].name);
}
END_TEST

static const char *const nobody[] = {"nobody", "0x0",        "-1", "+0", " 0",
                                     "00",     "4294967295", "1a", ""};

START_TEST(what_is_neither_a_number_nor_a_name_is_never_root)
{
    stage_set_user(0, nobody[_i], NULL);
    stage_resolve(CODE_CONFIG);
    ck_assert_ptr_nonnull(strstr(stage_first(), "is not in /etc/passwd"));
    ck_assert_uint_eq(stage.diags.item[0].line, 7);
}
END_TEST

START_TEST(a_user_that_a_variable_spoiled_is_the_fault_of_whoever_set_it)
{
    stage.setting.text = "${APP_USER}";
    stage_set_user(0, "nobody", NULL);
    stage_resolve(CODE_BROKEN);
}
END_TEST

static const struct {
    const char *text, *user, *group, *sentence;
} spoiled[] = {
    {"${PUID}", "abc", NULL, "user = ${PUID}: PUID is \"abc\", want a number"},
    {"${PUID:-911}:${PGID:-911}", "abc", "911",
     "user = ${PUID:-911}:${PGID:-911}: PUID is \"abc\", want a number"},
    {"$PUID:$PGID", "911", "xyz", "user = $PUID:$PGID: PGID is \"xyz\", want a number"},
    {"app:${PGID}", "app", "xyz", "user = app:${PGID}: PGID is \"xyz\", want a number"},
    {"u${PUID}", "u7", NULL, "user = u${PUID}: the user is \"u7\", want a number"},
    {"${A}${B}", "xy", NULL, "user = ${A}${B}: the user is \"xy\", want a number"},
    {"${WHO}", "app", "xyz", "user = ${WHO}: the group is \"xyz\", want a number"},
    {"${PUID:-${UID:-x}}:5", "abc", "5",
     "user = ${PUID:-${UID:-x}}:5: PUID is \"abc\", want a number"},
    {"a:${PGID}", "a", NULL, "user = a:${PGID}: the user is \"a\", want a number"},
};

START_TEST(the_variable_that_spoiled_it_is_told_with_its_value)
{
    stage.setting.text = spoiled[_i].text;
    stage_set_user(0, spoiled[_i].user, spoiled[_i].group);
    stage_resolve(CODE_BROKEN);
    ck_assert_str_eq(stage_first(), spoiled[_i].sentence);
}
END_TEST

START_TEST(a_user_and_a_group_that_are_both_wrong_are_both_told)
{
    stage.setting.text = "${PUID}:${PGID}";
    stage_set_user(0, "abc", "xyz");
    stage_resolve(CODE_BROKEN);
    ck_assert_str_eq(stage_first(), "user = ${PUID}:${PGID}: PUID is \"abc\", want a number");
    ck_assert_uint_eq(stage.diags.errors, 2);
}
END_TEST

START_TEST(a_name_that_is_nearly_right_is_asked_about)
{
    stage_set_user(0, "apq", NULL);
    stage_resolve(CODE_CONFIG);
    ck_assert_str_eq(stage_first(), "user \"apq\" is not in /etc/passwd; did you mean \"app\"?");
}
END_TEST

START_TEST(a_group_that_is_nearly_right_is_asked_about)
{
    stage_set_user(0, "777", "medea"); /* whoever he is */
    stage_resolve(CODE_CONFIG);
    ck_assert_str_eq(stage_first(),
                     "group \"medea\" is not in /etc/group; did you mean \"media\"?");
    ck_assert_uint_eq(stage.diags.errors, 1);
}
END_TEST

START_TEST(an_owner_of_a_mount_that_nobody_is_is_an_error)
{
    stage.mount[STAGE_DATA].owner.user = "nobody";
    stage.mount[STAGE_DATA].from[MOUNT_owner] = &stage.setting;
    stage_resolve(CODE_CONFIG);
    ck_assert_str_eq(stage_first(), "user \"nobody\" is not in /etc/passwd");
    ck_assert(!stage.identities.mount[STAGE_DATA].is_known);
}
END_TEST

START_TEST(lint_looks_at_the_owners_of_mkdir_lines)
{
    stage.mount[STAGE_DATA].mkdir =
        WORDS("a", "b 0755", "c 0755 app", "d 0755 :", "e 0755 nobody:media");
    stage.mount[STAGE_DATA].from[MOUNT_mkdir] = &stage.setting;
    stage_resolve(CODE_OK);
    identities_check_mkdir(&stage.config, &stage.identities, &stage.arena, &stage.diags);
    ck_assert_str_eq(stage_first(), "user \"nobody\" is not in /etc/passwd");
    ck_assert_uint_eq(stage.diags.errors, 1);
}
END_TEST

START_TEST(started_as_another_uid_the_one_user_means_roinits_own)
{
    stage.config.unit_count = 3; /* app, app by number, and one that names none */
    stage_set_user(0, "app", NULL);
    stage_set_user(1, "10001", NULL);
    stage.mount[STAGE_DATA].owner.user = "app";
    stage.mount[STAGE_RUN].owner.user = "web";
    stage_start_as(1000650000, 0);
    stage_resolve(CODE_OK);
    ck_assert(stage.identities.is_mapped);
    ck_assert_str_eq(stage.identities.mapped_name, "app");
    for (size_t u = 0; u < 3; u++) {
        ck_assert_uint_eq(stage.identities.unit[u].uid, 1000650000);
        ck_assert_uint_eq(stage.identities.unit[u].gid, 0);
        ck_assert_ptr_null(stage.identities.unit[u].name);
    }
    ck_assert_uint_eq(stage.identities.mount[STAGE_DATA].uid, 1000650000);
    ck_assert_uint_eq(stage.identities.mount[STAGE_RUN].uid, 10002);
}
END_TEST

START_TEST(started_as_the_user_himself_nothing_is_mapped)
{
    stage_set_user(0, "app", "media");
    stage_start_as(10001, 10001);
    stage_resolve(CODE_OK);
    ck_assert(!stage.identities.is_mapped);
    ck_assert_uint_eq(stage.identities.unit[0].gid, 10001);
    ck_assert_str_eq(stage.identities.unit[0].name, "app");
}
END_TEST

START_TEST(several_users_need_root)
{
    stage.config.unit_count = 2;
    stage_set_user(0, "app", NULL);
    stage_set_user(1, "web", NULL);
    stage_start_as(10001, 20001);
    stage_resolve(CODE_BROKEN);
    ck_assert_str_eq(stage.diags.item[0].cure,
                     "start as root with SETUID, SETGID, KILL, or name one user");
}
END_TEST

START_TEST(root_that_may_not_switch_never_starts_it_as_root)
{
    stage_set_user(0, "app", NULL);
    stage_start_as(0, 0);
    stage_resolve(CODE_BROKEN);
    ck_assert_ptr_nonnull(strstr(stage_first(), "\"app\" (10001:20001)"));
}
END_TEST

START_TEST(root_that_may_not_switch_has_no_other_group_either)
{
    stage_set_user(0, "root", "media");
    stage_start_as(0, 0);
    stage_resolve(CODE_BROKEN);
    ck_assert_ptr_nonnull(strstr(stage_first(), "\"root\" (0:44)"));
}
END_TEST

START_TEST(root_that_may_not_switch_can_run_units_as_root)
{
    stage_set_user(0, "root", NULL);
    stage_start_as(0, 0);
    stage_resolve(CODE_OK);
}
END_TEST

START_TEST(a_mount_belongs_to_whom_it_names_else_to_the_single_user)
{
    stage_set_user(0, "app", NULL);
    stage.mount[STAGE_DATA].owner.user = "web";
    stage_resolve(CODE_OK);
    ck_assert(stage.identities.mount[STAGE_TMP].is_default);
    ck_assert(stage.identities.mount[STAGE_TMP].is_known);
    ck_assert_uint_eq(stage.identities.mount[STAGE_TMP].uid, 10001);
    ck_assert(!stage.identities.mount[STAGE_DATA].is_default);
    ck_assert_uint_eq(stage.identities.mount[STAGE_DATA].uid, 10002);
}
END_TEST

START_TEST(with_several_users_a_mount_has_no_default_owner)
{
    stage.config.unit_count = 2;
    stage_set_user(1, "app", NULL);
    stage_resolve(CODE_OK);
    ck_assert(!stage.identities.has_single);
    ck_assert(!stage.identities.mount[STAGE_TMP].is_known);
}
END_TEST

Suite *
identity_suite(void)
{
    Suite *suite = suite_create("identity");
    TCase *tests = tcase_create("identity");
    tcase_add_checked_fixture(tests, stage_init, stage_free);
    tcase_add_loop_test(tests, the_variable_that_spoiled_it_is_told_with_its_value, 0,
                        sizeof spoiled / sizeof spoiled[0]);
    tcase_add_test(tests, a_user_and_a_group_that_are_both_wrong_are_both_told);
    tcase_add_test(tests, a_name_that_is_nearly_right_is_asked_about);
    tcase_add_test(tests, a_group_that_is_nearly_right_is_asked_about);
    tcase_add_test(tests, an_owner_of_a_mount_that_nobody_is_is_an_error);
    tcase_add_test(tests, lint_looks_at_the_owners_of_mkdir_lines);
    tcase_add_test(tests, a_unit_without_user_runs_as_roinit);
    tcase_add_loop_test(tests, names_and_numbers_become_uid_and_gid, 0,
                        (int)(sizeof named / sizeof named[0]));
    tcase_add_loop_test(tests, what_is_neither_a_number_nor_a_name_is_never_root, 0,
                        (int)(sizeof nobody / sizeof nobody[0]));
    tcase_add_test(tests, a_user_that_a_variable_spoiled_is_the_fault_of_whoever_set_it);
    tcase_add_test(tests, started_as_another_uid_the_one_user_means_roinits_own);
    tcase_add_test(tests, started_as_the_user_himself_nothing_is_mapped);
    tcase_add_test(tests, several_users_need_root);
    tcase_add_test(tests, root_that_may_not_switch_never_starts_it_as_root);
    tcase_add_test(tests, root_that_may_not_switch_has_no_other_group_either);
    tcase_add_test(tests, root_that_may_not_switch_can_run_units_as_root);
    tcase_add_test(tests, a_mount_belongs_to_whom_it_names_else_to_the_single_user);
    tcase_add_test(tests, with_several_users_a_mount_has_no_default_owner);
    suite_add_tcase(suite, tests);
    return suite;
}
