/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <signal.h>

#include "config/exitcode.h"
#include "config/signame.h"
#include "supervisor/restart.h"
#include "tests/unit/suites.h"

/* What the end of a process means. A chance of 100 is no jitter. */
enum { NO_JITTER = 100, LIMIT = 3 };

static const struct unit_config crashing = {
    .name = "crashing",
    .restart = RESTART_ALWAYS,
    .restart_delay_ms = 500,
    .restart_max_delay_ms = 30000,
    .success_status.codes = {1},
};

static const struct {
    struct outcome outcome;
    int stop_signal;
    bool is_success;
} ends[] = {
    {{.code = 0}, 0, true},
    {{.code = 1}, 0, false},
    {{.code = 7}, 0, true}, /* of success-status */
    {{.code = 255}, 0, true},
    {{.code = 254}, 0, false},
    {{.code = 128 + SIGHUP, .signal = SIGHUP}, 0, true}, /* of success-status */
    {{.code = 128 + SIGTERM, .signal = SIGTERM}, 0, false},
    {{.code = 128 + SIGTERM, .signal = SIGTERM}, SIGTERM, true},
    {{.code = 128 + SIGTERM}, SIGTERM, true}, /* a JVM's 143 */
    {{.code = 128 + SIGTERM}, 0, false},
    {{.code = 128 + SIGKILL, .signal = SIGKILL}, SIGTERM, false},
    {{.code = 0, .fault = FAULT_LATE}, 0, false},
    {{.code = 128 + SIGTERM, .signal = SIGTERM, .fault = FAULT_LATE}, SIGTERM, false},
};

START_TEST(an_end_is_a_success_by_its_code_its_signal_or_the_stop_signal)
{
    const struct unit_config unit = {
        .name = "web",
        .success_status.codes = {1U << 0 | 1U << 7, [3] = 1ULL << 63},
        .success_status.signals = SIGNAME_BIT(SIGHUP),
    };
    ck_assert_int_eq(restart_is_success(&unit, &ends[_i].outcome, ends[_i].stop_signal),
                     ends[_i].is_success);
}
END_TEST

static const struct {
    int mode, code;
    enum life_event event;
} modes[] = {
    {RESTART_NO, 0, ON_EXIT_DONE},         {RESTART_NO, 3, ON_EXIT_FAILED},
    {RESTART_ON_FAILURE, 0, ON_EXIT_DONE}, {RESTART_ON_FAILURE, 3, ON_EXIT_AGAIN},
    {RESTART_ALWAYS, 0, ON_EXIT_AGAIN},    {RESTART_ALWAYS, 3, ON_EXIT_AGAIN},
};

START_TEST(who_did_not_feed_its_watchdog_has_failed_whatever_its_code)
{
    const struct outcome died = {.code = 128 + SIGABRT, .signal = SIGABRT, .fault = FAULT_HUNG};
    const struct outcome ended = {.code = 0, .fault = FAULT_HUNG};
    ck_assert_int_eq(restart_judge(&crashing, &died, 0).code, 128 + SIGABRT);
    struct restart_verdict verdict = restart_judge(&crashing, &ended, 0);
    ck_assert(!verdict.is_success);
    ck_assert_int_eq(verdict.code, CODE_LATE);
}
END_TEST

START_TEST(restart_says_which_ends_are_followed_by_a_start)
{
    struct unit_config unit = crashing;
    struct restart_history history = {0};
    struct outcome outcome = {.code = modes[_i].code};
    unit.restart = modes[_i].mode;
    struct restart_verdict verdict = restart_decide(&unit, &history, &outcome, 0, 0, 10, NO_JITTER);
    ck_assert_int_eq(verdict.event, modes[_i].event);
    ck_assert_int_eq(verdict.code, modes[_i].code);
    ck_assert_int_eq(verdict.is_success, modes[_i].code == 0);
    ck_assert(!verdict.is_limit);
}
END_TEST

START_TEST(the_delay_doubles_to_its_maximum_and_starts_over_after_a_long_run)
{
    static const int64_t delays[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
    struct restart_history history = {0};
    struct outcome outcome = {.code = 3};
    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        ck_assert_int_eq(
            restart_decide(&crashing, &history, &outcome, 0, 0, 10, NO_JITTER).delay_ms, delays[i]);
    }
    ck_assert_int_eq(restart_decide(&crashing, &history, &outcome, 0, 0, 29999, NO_JITTER).delay_ms,
                     30000);
    ck_assert_int_eq(restart_decide(&crashing, &history, &outcome, 0, 0, 30000, NO_JITTER).delay_ms,
                     500);
}
END_TEST

START_TEST(jitter_is_a_tenth_either_way)
{
    for (unsigned chance = 0; chance < 1000; chance++) {
        struct restart_history history = {0};
        struct outcome outcome = {.code = 3};
        int64_t delay_ms = restart_decide(&crashing, &history, &outcome, 0, 0, 10, chance).delay_ms;
        ck_assert_int_ge(delay_ms, 450);
        ck_assert_int_le(delay_ms, 550);
    }
}
END_TEST

START_TEST(a_thousand_failures_do_not_overflow_the_delay)
{
    struct restart_history history = {0};
    struct outcome outcome = {.code = 3};
    for (int i = 0; i < 1000; i++) {
        int64_t delay_ms = restart_decide(&crashing, &history, &outcome, 0, 0, 10, 200).delay_ms;
        ck_assert_int_ge(delay_ms, 450);
        ck_assert_int_le(delay_ms, 33000);
    }
}
END_TEST

static const struct {
    int code, ends_with;
} limits[] = {{3, 3}, {0, CODE_INTERNAL}};

START_TEST(one_start_more_than_start_limit_fails_with_the_last_code_or_70)
{
    int64_t ring[LIMIT];
    struct restart_history history = {.started_ms = ring};
    struct unit_config unit = crashing;
    struct outcome outcome = {.code = limits[_i].code};
    unit.start_limit.starts = LIMIT;
    unit.start_limit.within_ms = 120000;
    struct restart_verdict verdict = {.event = ON_EXIT_AGAIN};
    int64_t now_ms = 0;
    for (int start = 1; start <= LIMIT; start++) {
        ck_assert_int_eq(verdict.event, ON_EXIT_AGAIN);
        restart_note_start(&history, &unit, now_ms);
        verdict = restart_decide(&unit, &history, &outcome, 0, now_ms, now_ms + 10, NO_JITTER);
        now_ms += 10 + verdict.delay_ms;
    }
    ck_assert_int_eq(verdict.event, ON_EXIT_FAILED);
    ck_assert(verdict.is_limit);
    ck_assert_int_eq(verdict.code, limits[_i].ends_with);
}
END_TEST

START_TEST(starts_further_apart_than_the_limits_time_go_on_for_ever)
{
    int64_t ring[LIMIT];
    struct restart_history history = {.started_ms = ring};
    struct unit_config unit = crashing;
    struct outcome outcome = {.code = 3};
    unit.start_limit.starts = LIMIT;
    unit.start_limit.within_ms = 10000;
    for (int64_t now_ms = 0; now_ms < 3600000; now_ms += 4000) {
        restart_note_start(&history, &unit, now_ms);
        ck_assert_int_eq(
            restart_decide(&unit, &history, &outcome, 0, now_ms, now_ms + 10, NO_JITTER).event,
            ON_EXIT_AGAIN);
    }
}
END_TEST

START_TEST(a_late_task_has_75_whatever_its_process_said)
{
    struct unit_config unit = crashing;
    struct restart_history history = {0};
    struct outcome outcome = {.code = 0, .fault = FAULT_LATE};
    unit.restart = RESTART_NO;
    struct restart_verdict verdict =
        restart_decide(&unit, &history, &outcome, SIGTERM, 0, 10, NO_JITTER);
    ck_assert_int_eq(verdict.event, ON_EXIT_FAILED);
    ck_assert_int_eq(verdict.code, CODE_LATE);
}
END_TEST

START_TEST(a_fork_that_fails_is_tried_again_after_200_ms_doubling_to_4_s)
{
    static const int64_t delays[] = {200, 400, 800, 1600, 3200, 4000, 4000};
    for (unsigned i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        ck_assert_int_eq(restart_fork_delay(i, NO_JITTER), delays[i]);
    }
    ck_assert_int_le(restart_fork_delay(4000000000U, 200), 4400);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
restart_suite(void)
{
    Suite *suite = suite_create("restart");
    TCase *tests = tcase_create("restart");
    tcase_add_loop_test(tests, an_end_is_a_success_by_its_code_its_signal_or_the_stop_signal, 0,
                        COUNT(ends));
    tcase_add_test(tests, who_did_not_feed_its_watchdog_has_failed_whatever_its_code);
    tcase_add_loop_test(tests, restart_says_which_ends_are_followed_by_a_start, 0, COUNT(modes));
    tcase_add_test(tests, the_delay_doubles_to_its_maximum_and_starts_over_after_a_long_run);
    tcase_add_test(tests, jitter_is_a_tenth_either_way);
    tcase_add_test(tests, a_thousand_failures_do_not_overflow_the_delay);
    tcase_add_loop_test(tests, one_start_more_than_start_limit_fails_with_the_last_code_or_70, 0,
                        COUNT(limits));
    tcase_add_test(tests, starts_further_apart_than_the_limits_time_go_on_for_ever);
    tcase_add_test(tests, a_late_task_has_75_whatever_its_process_said);
    tcase_add_test(tests, a_fork_that_fails_is_tried_again_after_200_ms_doubling_to_4_s);
    suite_add_tcase(suite, tests);
    return suite;
}
