/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <signal.h>

#include "config/signame.h"
#include "supervisor/sigmap.h"
#include "tests/unit/suites.h"

enum { HALT = SIGNAME_RTMIN + 3 };

static const struct {
    int signal;
    bool is_lone, has_clock;
    enum sigmap_action action;
} actions[] = {
    {SIGCHLD, false, true, SIGMAP_CHILD},  {SIGCHLD, true, false, SIGMAP_CHILD},
    {SIGTERM, false, true, SIGMAP_STOP},   {SIGTERM, false, false, SIGMAP_STOP},
    {HALT, false, true, SIGMAP_STOP},      {SIGHUP, false, true, SIGMAP_FORWARD},
    {SIGTERM, true, true, SIGMAP_STOP},    {SIGTERM, true, false, SIGMAP_FORWARD},
    {SIGUSR1, true, true, SIGMAP_FORWARD},
};

START_TEST(a_stop_signal_ends_the_container_but_for_a_lone_command_without_a_clock)
{
    const struct config config = {
        .is_lone = actions[_i].is_lone,
        .init.stop_timeout_ms = actions[_i].has_clock ? 9000 : DURATION_NONE,
        .init.stop_signals = SIGNAME_BIT(SIGTERM) | SIGNAME_BIT(HALT),
    };
    ck_assert_int_eq(sigmap_action(&config, actions[_i].signal), actions[_i].action);
}
END_TEST

START_TEST(a_signal_is_forwarded_as_itself_as_another_or_not_at_all)
{
    const struct unit_config none = {.name = "none"};
    const struct unit_config all = {
        .name = "all", .forward_signals.all = true, .forward_signals.to[SIGHUP] = SIGUSR1};
    const struct unit_config one = {.name = "one", .forward_signals.to[SIGHUP] = SIGHUP};
    ck_assert_int_eq(sigmap_forwarded(&none, SIGHUP), 0);
    ck_assert_int_eq(sigmap_forwarded(&all, SIGHUP), SIGUSR1);
    ck_assert_int_eq(sigmap_forwarded(&all, SIGUSR2), SIGUSR2);
    ck_assert_int_eq(sigmap_forwarded(&all, SIGNAME_MAX), SIGNAME_MAX);
    ck_assert_int_eq(sigmap_forwarded(&one, SIGHUP), SIGHUP);
    ck_assert_int_eq(sigmap_forwarded(&one, SIGUSR2), 0);
}
END_TEST

static const struct {
    int own, rewritten, arrived;
    bool is_main;
    int stop;
} stops[] = {
    {0, 0, 0, true, SIGTERM},              /* nobody sent one */
    {0, 0, SIGTERM, true, SIGTERM},        /* the main unit gets what came */
    {0, 0, SIGINT, true, SIGINT},          /* … whatever it is */
    {0, 0, SIGINT, false, SIGTERM},        /* the others get TERM */
    {0, 0, HALT, true, SIGTERM},           /* no program but an init knows it */
    {0, SIGQUIT, SIGTERM, true, SIGQUIT},  /* rewritten for the main unit */
    {0, SIGQUIT, SIGTERM, false, SIGTERM}, /* … and for it only */
    {SIGWINCH, SIGQUIT, SIGTERM, true, SIGWINCH},
    {SIGWINCH, 0, 0, false, SIGWINCH},
};

START_TEST(a_units_own_stop_signal_comes_first_then_for_the_main_unit_the_one_that_came)
{
    struct unit_config unit = {
        .name = "web", .stop_signal = stops[_i].own, .is_main = stops[_i].is_main};
    unit.forward_signals.to[SIGTERM] = (unsigned char)stops[_i].rewritten;
    ck_assert_int_eq(sigmap_stop_signal(&unit, stops[_i].arrived), stops[_i].stop);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
sigmap_suite(void)
{
    Suite *suite = suite_create("sigmap");
    TCase *tests = tcase_create("sigmap");
    tcase_add_loop_test(tests,
                        a_stop_signal_ends_the_container_but_for_a_lone_command_without_a_clock, 0,
                        COUNT(actions));
    tcase_add_test(tests, a_signal_is_forwarded_as_itself_as_another_or_not_at_all);
    tcase_add_loop_test(
        tests, a_units_own_stop_signal_comes_first_then_for_the_main_unit_the_one_that_came, 0,
        COUNT(stops));
    suite_add_tcase(suite, tests);
    return suite;
}
