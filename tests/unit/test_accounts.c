/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "init/accounts.h"
#include "tests/unit/suites.h"

static struct arena arena;
static struct accounts accounts;

static void
parse(const char *passwd, const char *group)
{
    accounts_parse(passwd, group, &arena, &accounts);
}

static void
teardown(void)
{
    arena_free(&arena);
}

START_TEST(a_user_is_found_by_name_and_by_number)
{
    parse("root:x:0:0::/root:/bin/sh\napp:x:7:8:,,,:/home/app:\n", NULL);
    const struct account *app = accounts_user(&accounts, "app");
    ck_assert_ptr_nonnull(app);
    ck_assert_uint_eq(app->uid, 7);
    ck_assert_uint_eq(app->gid, 8);
    ck_assert_str_eq(app->home, "/home/app");
    ck_assert_ptr_eq(accounts_user_by_uid(&accounts, 7), app);
    ck_assert_ptr_null(accounts_user(&accounts, "ap"));
    ck_assert_ptr_null(accounts_user_by_uid(&accounts, 1));
}
END_TEST

START_TEST(the_first_of_two_lines_counts)
{
    parse("a:x:5:1::/a:\na:x:6:1::/b:\nb:x:5:1::/c:\n", NULL);
    ck_assert_uint_eq(accounts_user(&accounts, "a")->uid, 5);
    ck_assert_str_eq(accounts_user_by_uid(&accounts, 5)->name, "a");
}
END_TEST

static const char *const odd[] = {
    "",
    "\n",
    ":",
    "a",
    "a:x:1:1::/a",
    "a:x:1:1::/a:/bin/sh:more",
    ":x:1:1::/a:",
    "a:x:-1:1::/:",
    "a:x:0x1:1::/:",
    "a:x: 1:1::/:",
    "a:x::1::/:",
    "a:x:01:1::/:",
    "a:x:4294967295:1::/:",
    "a:x:99999999999999999999:1::/:",
    "#a:x:1:1::/:",
    "a:x:1:b::/:",
    "+@nis::::::",
    "g:x:-1:a",
};

START_TEST(a_line_that_makes_no_sense_finds_nobody)
{
    parse(odd[_i], odd[_i]);
    ck_assert_uint_eq(accounts.user_count, 0);
    ck_assert_uint_eq(accounts.group_count, 0);
}
END_TEST

START_TEST(the_last_line_needs_no_end)
{
    parse("a:x:5:1::/a:/bin/sh", "g:x:9:a");
    ck_assert_ptr_nonnull(accounts_user(&accounts, "a"));
    ck_assert_uint_eq(accounts_group(&accounts, "g")->gid, 9);
}
END_TEST

START_TEST(groups_are_those_that_list_him_each_once)
{
    gid_t found[4];
    parse(NULL, "own:x:1:app\na:x:2:other,app\nb:x:3:app2,xapp\nc:x:4:app\nd:x:4:app\ne:x:5:\n");
    ck_assert_uint_eq(accounts_groups_of(&accounts, "app", 1, found, 4), 2);
    ck_assert_uint_eq(found[0], 2);
    ck_assert_uint_eq(found[1], 4);
    ck_assert_uint_eq(accounts_groups_of(&accounts, "app", 1, found, 1), 1);
    ck_assert_uint_eq(accounts_groups_of(&accounts, NULL, 1, found, 4), 0);
}
END_TEST

START_TEST(the_view_has_the_name_first_and_once_and_keeps_the_rest)
{
    parse("root:x:0:0::/root:/bin/sh\npostgres:x:70:70::/old:\nodd line\nnopostgres:x:3:3::/:",
          "root:x:0:\npostgres:x:70:\npostgresql:x:71:\n");
    ck_assert_str_eq(accounts_passwd_view(&accounts, "postgres", 10001, 0, "/tmp/home", &arena),
                     "postgres:x:10001:0::/tmp/home:/sbin/nologin\nroot:x:0:0::/root:/bin/sh\n"
                     "odd line\nnopostgres:x:3:3::/:\n");
    ck_assert_str_eq(accounts_group_view(&accounts, "postgres", 0, &arena),
                     "postgres:x:0:\nroot:x:0:\npostgresql:x:71:\n");
}
END_TEST

START_TEST(the_view_of_an_image_without_accounts_is_one_line)
{
    parse(NULL, "");
    ck_assert_str_eq(accounts_passwd_view(&accounts, "app", 1, 2, "/", &arena),
                     "app:x:1:2::/:/sbin/nologin\n");
}
END_TEST

Suite *
accounts_suite(void)
{
    Suite *suite = suite_create("accounts");
    TCase *tests = tcase_create("accounts");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, a_user_is_found_by_name_and_by_number);
    tcase_add_test(tests, the_first_of_two_lines_counts);
    tcase_add_loop_test(tests, a_line_that_makes_no_sense_finds_nobody, 0,
                        (int)(sizeof odd / sizeof odd[0]));
    tcase_add_test(tests, the_last_line_needs_no_end);
    tcase_add_test(tests, groups_are_those_that_list_him_each_once);
    tcase_add_test(tests, the_view_has_the_name_first_and_once_and_keeps_the_rest);
    tcase_add_test(tests, the_view_of_an_image_without_accounts_is_one_line);
    suite_add_tcase(suite, tests);
    return suite;
}
