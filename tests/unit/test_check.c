/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "supervisor/check.h"
#include "tests/unit/suites.h"

static const struct check_config config = {
    .name = "web", .interval_ms = 10000, .retries = 3, .start_period_ms = 0};
static const struct probe_failure refused = {PROBE_ERRNO, 111};

static struct check_state
begun(const struct check_config *of)
{
    struct check_state state = {.config = of};
    check_begin(&state, 1000);
    return state;
}

START_TEST(one_success_makes_it_up_and_only_several_failures_in_a_row_make_it_down)
{
    struct check_state state = begun(&config);
    ck_assert_int_eq(state.result, CHECK_IS_UNKNOWN);
    ck_assert(!check_note(&state, false, &refused, 2000));
    ck_assert(!check_note(&state, false, &refused, 3000));
    ck_assert(check_note(&state, true, NULL, 4000));
    ck_assert_int_eq(state.result, CHECK_IS_UP);
    ck_assert_int_eq(state.since_ms, 4000);
    ck_assert(!check_note(&state, false, &refused, 5000));
    ck_assert(!check_note(&state, false, &refused, 6000));
    ck_assert_int_eq(state.result, CHECK_IS_UP);
    ck_assert(check_note(&state, false, &refused, 7000));
    ck_assert_int_eq(state.result, CHECK_IS_DOWN);
    ck_assert(!check_note(&state, false, &refused, 8000));
    ck_assert(check_note(&state, true, NULL, 9000));
    ck_assert_uint_eq(state.runs, 8);
    ck_assert_uint_eq(state.runs_failed, 6);
}
END_TEST

START_TEST(failures_of_the_start_period_do_not_count_until_it_was_up)
{
    struct check_config slow = config;
    slow.start_period_ms = 5000;
    struct check_state state = begun(&slow);
    for (int64_t now_ms = 1100; now_ms < 6000; now_ms += 100) {
        ck_assert(!check_note(&state, false, &refused, now_ms));
    }
    ck_assert_int_eq(state.result, CHECK_IS_UNKNOWN);
    (void)check_note(&state, false, &refused, 6000);
    (void)check_note(&state, false, &refused, 6100);
    ck_assert(check_note(&state, false, &refused, 6200));
    state = begun(&slow);
    (void)check_note(&state, true, NULL, 1100);
    (void)check_note(&state, false, &refused, 1200);
    (void)check_note(&state, false, &refused, 1300);
    ck_assert(check_note(&state, false, &refused, 1400));
}
END_TEST

START_TEST(it_says_nothing_of_a_service_that_is_not_ready)
{
    struct check_state state = begun(&config);
    (void)check_note(&state, true, NULL, 2000);
    check_end(&state, 3000);
    ck_assert_int_eq(state.result, CHECK_IS_UNKNOWN);
    ck_assert(!state.is_active);
    check_begin(&state, 4000);
    ck_assert_uint_eq(state.failures, 0);
}
END_TEST

START_TEST(a_thousand_checks_are_spread_over_their_interval)
{
    size_t due[100] = {0};
    for (size_t i = 0; i < 1000; i++) {
        int64_t first_ms = check_first_pause_ms(&config, i);
        int64_t now_ms = 12345 + first_ms;
        ck_assert_int_ge(first_ms, 0);
        ck_assert_int_lt(first_ms, 1000);
        now_ms += check_pause_ms(&config, i, now_ms);
        due[now_ms % 10000 / 100]++;
        /* From then on it keeps its time. */
        for (int turn = 0; turn < 3; turn++) {
            int64_t pause_ms = check_pause_ms(&config, i, now_ms + turn);
            ck_assert_int_eq(pause_ms, 10000 - turn);
        }
    }
    for (size_t slot = 0; slot < 100; slot++) {
        ck_assert_uint_ge(due[slot], 5);
        ck_assert_uint_le(due[slot], 15);
    }
}
END_TEST

START_TEST(a_pause_is_never_short_nor_much_longer_than_the_interval)
{
    struct check_config quick = config;
    quick.interval_ms = 10;
    for (int64_t now_ms = 0; now_ms < 1000; now_ms++) {
        ck_assert_int_ge(check_pause_ms(&quick, 7, now_ms), 5);
        ck_assert_int_lt(check_pause_ms(&quick, 7, now_ms), 15);
        ck_assert_int_ge(check_pause_ms(&config, 999, now_ms), 5000);
        ck_assert_int_lt(check_pause_ms(&config, 999, now_ms), 15000);
    }
}
END_TEST

Suite *
check_suite(void)
{
    const TTest *const tests[] = {
        one_success_makes_it_up_and_only_several_failures_in_a_row_make_it_down,
        failures_of_the_start_period_do_not_count_until_it_was_up,
        it_says_nothing_of_a_service_that_is_not_ready,
        a_thousand_checks_are_spread_over_their_interval,
        a_pause_is_never_short_nor_much_longer_than_the_interval,
    };
    Suite *suite = suite_create("check");
    TCase *tcase = tcase_create("check");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
