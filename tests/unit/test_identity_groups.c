/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>

#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

/* Supplementary groups, and whom the view names. */

START_TEST(groups_are_his_own_and_what_the_runtime_added)
{
    stage.self.group_count = 3;
    stage.self.group[0] = 0;    /* roinit's own gid */
    stage.self.group[1] = 6;    /* disk: the group file gives it to root */
    stage.self.group[2] = 2000; /* fsGroup */
    stage_set_user(0, "app", NULL);
    stage_resolve(CODE_OK);
    const struct identity *who = &stage.identities.unit[0];
    ck_assert_uint_eq(who->group_count, 3);
    ck_assert_uint_eq(who->group[0], 44);
    ck_assert_uint_eq(who->group[1], 29);
    ck_assert_uint_eq(who->group[2], 2000);
}
END_TEST

START_TEST(without_an_entry_of_roinits_own_nothing_explains_its_groups)
{
    stage.self.uid = 5000;
    stage.self.gid = 6000;
    stage.self.group_count = 1;
    stage.self.group[0] = 6; /* disk, but roinit is not root */
    stage_set_user(0, "5000", NULL);
    stage_resolve(CODE_OK);
    ck_assert_uint_eq(stage.identities.unit[0].gid, 6000);
    ck_assert_uint_eq(stage.identities.unit[0].group_count, 1);
}
END_TEST

START_TEST(units_with_the_same_groups_share_them)
{
    stage.config.unit_count = 3;
    stage_set_user(0, "app", NULL);
    stage_set_user(1, "app", NULL);
    stage_set_user(2, "web", NULL);
    stage_resolve(CODE_OK);
    const struct identity *unit = stage.identities.unit;
    ck_assert_uint_eq(unit[0].group_count, 2);
    ck_assert_ptr_eq(unit[0].group, unit[1].group);
    ck_assert_uint_eq(unit[2].group_count, 1);
    stage_set_user(1, "root", NULL); /* as many as web, and others */
    stage_resolve(CODE_OK);
    ck_assert_uint_eq(stage.identities.unit[1].group[0], 6);
    ck_assert_uint_eq(stage.identities.unit[2].group[0], 44);
}
END_TEST

START_TEST(more_groups_than_a_process_is_given_are_left_out)
{
    enum { MANY = IDENTITY_GROUPS_MAX + 6 };
    static char text[MANY][8];
    static const char *words[MANY];
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(text[i], sizeof text[i], "%zu", 100 + i);
        words[i] = text[i];
    }
    stage.config.unit_count = 2;
    stage_set_user(0, "app", NULL);
    stage_set_user(1, "app", NULL); /* keeps the default */
    stage.unit[0].groups = (struct words){MANY, words};
    stage_write(0, UNIT_groups);
    stage_resolve(CODE_OK);
    identities_resolve_groups(&stage.config, &stage.arena, &stage.identities, &stage.diags);
    ck_assert_uint_eq(stage.identities.unit[0].group_count, IDENTITY_GROUPS_MAX);
    ck_assert_uint_eq(stage.identities.unit[0].group[IDENTITY_GROUPS_MAX - 1],
                      99 + IDENTITY_GROUPS_MAX);
    ck_assert_uint_eq(stage.identities.unit[1].group_count, 2);
}
END_TEST

START_TEST(as_another_user_groups_stay_as_they_are)
{
    stage.self.group_count = 2;
    stage.self.group[0] = 2000;
    stage.self.group[1] = 20001; /* its own, once more */
    stage_set_user(0, "app", NULL);
    stage_start_as(10001, 20001);
    stage_resolve(CODE_OK);
    ck_assert_uint_eq(stage.identities.unit[0].group_count, 1);
    ck_assert_uint_eq(stage.identities.unit[0].group[0], 2000);

    stage.unit[0].groups = WORDS("none");
    stage_write(0, UNIT_groups);
    identities_resolve_groups(&stage.config, &stage.arena, &stage.identities, &stage.diags);
    ck_assert_uint_eq(stage.identities.unit[0].group_count, 1);
    ck_assert_uint_eq(stage.diags.count, 1);
    ck_assert_int_eq(stage.diags.item[0].level, DIAG_WARN);

    stage.unit[0].groups = WORDS("2000", "20001"); /* the one that he has, and his own */
    identities_resolve_groups(&stage.config, &stage.arena, &stage.identities, &stage.diags);
    ck_assert_uint_eq(stage.diags.count, 1);
    stage.unit[0].groups = WORDS("2001", "2000"); /* more, and another one first */
    identities_resolve_groups(&stage.config, &stage.arena, &stage.identities, &stage.diags);
    ck_assert_uint_eq(stage.diags.count, 1);
    stage.unit[0].groups = WORDS("2001"); /* as many, and another one */
    stage.diags.count = 0;                /* the same twice is told once */
    identities_resolve_groups(&stage.config, &stage.arena, &stage.identities, &stage.diags);
    ck_assert_uint_eq(stage.diags.count, 1);
}
END_TEST

START_TEST(named_groups_replace_the_default)
{
    stage_set_user(0, "app", NULL);
    stage.unit[0].groups = WORDS("audio", "77", "77");
    stage_write(0, UNIT_groups);
    stage_resolve(CODE_OK);
    identities_resolve_groups(&stage.config, &stage.arena, &stage.identities, &stage.diags);
    ck_assert_uint_eq(stage.identities.unit[0].group_count, 2);
    ck_assert_uint_eq(stage.identities.unit[0].group[0], 29);
    ck_assert_uint_eq(stage.identities.unit[0].group[1], 77);

    stage.unit[0].groups = WORDS("nogroup");
    identities_resolve_groups(&stage.config, &stage.arena, &stage.identities, &stage.diags);
    ck_assert_str_eq(stage_first(), "group \"nogroup\" is not in /etc/group");
}
END_TEST

START_TEST(the_view_names_the_user_of_the_defaults_where_units_differ)
{
    size_t count;
    struct setting own = {.key = &schema_keys(SECTION_SERVICE, &count)[UNIT_user],
                          .name = "user",
                          .text = "web",
                          .file = "FILE",
                          .line = 9};
    struct section section = {.title = "service two", .settings = &own};
    stage.config.unit_count = 2;
    stage.config.init.passwd = "viewed";
    stage_set_user(0, "web", NULL);
    stage.unit[0].section = &section;
    stage_set_user(1, "app", NULL); /* his setting is none of the unit's section */
    stage_resolve(CODE_OK);
    ck_assert_ptr_eq(stage.identities.viewed, &stage.identities.unit[1]);
    ck_assert_str_eq(stage.identities.unit[1].name, "viewed");
    ck_assert_str_eq(stage.identities.unit[0].name, "web");
}
END_TEST

START_TEST(the_view_names_the_user_of_main_where_there_are_no_defaults)
{
    stage.config.unit_count = 3;
    stage.config.init.passwd = "viewed";
    stage.unit[2].is_main = true;
    stage.unit[0].user.user = "app";
    stage_resolve(CODE_OK);
    ck_assert_ptr_eq(stage.identities.viewed, &stage.identities.unit[2]);
    stage.unit[2].is_main = false; /* nor a main: the first */
    stage_resolve(CODE_OK);
    ck_assert_ptr_eq(stage.identities.viewed, &stage.identities.unit[0]);
}
END_TEST

START_TEST(without_a_unit_or_a_name_there_is_no_view)
{
    stage.config.init.passwd = "";
    stage_resolve(CODE_OK);
    ck_assert_ptr_null(stage.identities.viewed);
    stage.config.init.passwd = "viewed";
    stage.config.unit_count = 0;
    stage_resolve(CODE_OK);
    ck_assert_ptr_null(stage.identities.viewed);
}
END_TEST

static const char *const no_names[] = {"a:b", "1a", "a b", "-a", "a\n"};

START_TEST(a_name_that_passwd_cannot_hold_is_an_error)
{
    stage.config.init.passwd = no_names[_i];
    stage_resolve(CODE_CONFIG);
}
END_TEST

Suite *
identity_groups_suite(void)
{
    Suite *suite = suite_create("identity_groups");
    TCase *tests = tcase_create("identity_groups");
    tcase_add_checked_fixture(tests, stage_init, stage_free);
    tcase_add_test(tests, groups_are_his_own_and_what_the_runtime_added);
    tcase_add_test(tests, without_an_entry_of_roinits_own_nothing_explains_its_groups);
    tcase_add_test(tests, units_with_the_same_groups_share_them);
    tcase_add_test(tests, more_groups_than_a_process_is_given_are_left_out);
    tcase_add_test(tests, as_another_user_groups_stay_as_they_are);
    tcase_add_test(tests, named_groups_replace_the_default);
    tcase_add_test(tests, the_view_names_the_user_of_the_defaults_where_units_differ);
    tcase_add_test(tests, the_view_names_the_user_of_main_where_there_are_no_defaults);
    tcase_add_test(tests, without_a_unit_or_a_name_there_is_no_view);
    tcase_add_loop_test(tests, a_name_that_passwd_cannot_hold_is_an_error, 0,
                        sizeof no_names / sizeof no_names[0]);
    suite_add_tcase(suite, tests);
    return suite;
}
