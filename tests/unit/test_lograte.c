/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "supervisor/lograte.h"
#include "tests/unit/suites.h"

static struct lograte rate;

static void
setup(void)
{
    rate = (struct lograte){.unit = "web", .limit = {.starts = 3, .within_ms = 1000}};
}

static int
take(int lines, int64_t now_ms)
{
    int taken = 0;
    for (int i = 0; i < lines; i++) {
        taken += lograte_take(&rate, now_ms);
    }
    return taken;
}

START_TEST(so_many_lines_pass_in_so_much_time)
{
    ck_assert_int_eq(take(10, 5000), 3);
    ck_assert_int_eq(take(10, 5999), 0);
    ck_assert_int_eq(take(10, 6000), 3);
    ck_assert_int_eq(take(2, 8000), 2);
}
END_TEST

START_TEST(what_was_held_back_is_told_once_when_its_time_is_over)
{
    (void)take(10, 5000);
    ck_assert_uint_eq(lograte_tell(&rate, false, 5999), 0);
    ck_assert_uint_eq(lograte_tell(&rate, false, 6000), 7);
    ck_assert_uint_eq(lograte_tell(&rate, false, 6000), 0);
    (void)take(4, 7000);
    ck_assert_uint_eq(lograte_tell(&rate, true, 7001), 1);
}
END_TEST

START_TEST(a_quiet_unit_begins_its_time_with_its_next_line)
{
    ck_assert_int_eq(take(1, 0), 1);
    ck_assert_int_eq(take(10, 999), 2);
    ck_assert_int_eq(take(10, 100000), 3);
    ck_assert_int_eq(take(10, 100999), 0);
}
END_TEST

Suite *
lograte_suite(void)
{
    Suite *suite = suite_create("lograte");
    TCase *tcase = tcase_create("lograte");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, so_many_lines_pass_in_so_much_time);
    tcase_add_test(tcase, what_was_held_back_is_told_once_when_its_time_is_over);
    tcase_add_test(tcase, a_quiet_unit_begins_its_time_with_its_next_line);
    suite_add_tcase(suite, tcase);
    return suite;
}
