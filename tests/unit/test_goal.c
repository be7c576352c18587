/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "init/goal.h"
#include "tests/unit/suites.h"

#define YES GOAL_REACHED
#define NO GOAL_MISSED
#define YET GOAL_NOT_YET

/* What each state is to whoever waits. `w`: wanted, `l`: lost where it is final, for nobody asked
 * for its stop, `s`: a start is asked for. */
static const struct {
    enum life_state state;
    bool is_task, w, l, s;
    enum goal_answer up, down, ready, final, stopped;
} states[] = {
    {LIFE_WAITING, false, true, false, false, YET, YET, YET, YET, YET},
    {LIFE_WAITING, false, false, false, false, YET, YES, YET, YET, YES},
    {LIFE_WAITING, false, false, false, true, YET, YET, YET, YET, YET},
    {LIFE_STARTING, false, true, false, false, YET, YET, YET, YET, YET},
    {LIFE_READY, false, true, false, false, YES, YET, YES, YET, YET},
    {LIFE_READY, false, true, false, true, YET, YET, YET, YET, YET},
    {LIFE_RELOADING, false, true, false, false, YES, YET, YES, YET, YET},
    {LIFE_STARTING, true, true, false, false, YET, YET, YET, YET, YET},
    {LIFE_STOPPING, false, true, false, false, YET, YET, YET, YET, YET},
    {LIFE_BACKOFF, false, true, false, false, YET, YET, YET, YET, YET},
    {LIFE_STOPPED, false, true, false, false, NO, YES, YET, YES, YES},
    {LIFE_STOPPED, false, true, false, true, YET, YET, YET, YET, YET},
    {LIFE_STOPPED, false, true, true, false, NO, YES, NO, YES, YES},
    {LIFE_ENDED, false, true, true, false, NO, YES, NO, YES, YES},
    {LIFE_ENDED, true, true, false, false, YES, YES, YES, YES, YES},
    {LIFE_FAILED, true, true, true, false, NO, YES, NO, YES, YES},
    {LIFE_SKIPPED, false, true, false, false, YES, YES, YES, YES, YES},
};

static struct unit_config config;
static struct fleet_unit unit;
static struct fleet fleet = {.unit = &unit, .count = 1};

static void
set(int i, enum fleet_phase phase)
{
    config.is_task = states[i].is_task;
    unit = (struct fleet_unit){.config = &config,
                               .state = states[i].state,
                               .is_wanted = states[i].w,
                               .is_stop_asked = !states[i].l,
                               .is_start_asked = states[i].s};
    fleet.phase = phase;
}

START_TEST(each_state_is_what_it_is_to_whoever_waits)
{
    set(_i, FLEET_RUNNING);
    ck_assert_int_eq((int)goal_of_unit(&fleet, 0, GOAL_UP), (int)states[_i].up);
    ck_assert_int_eq((int)goal_of_unit(&fleet, 0, GOAL_DOWN), (int)states[_i].down);
    ck_assert_int_eq((int)goal_of_unit(&fleet, 0, GOAL_READY), (int)states[_i].ready);
    ck_assert_int_eq((int)goal_of_unit(&fleet, 0, GOAL_FINAL), (int)states[_i].final);
    ck_assert_int_eq((int)goal_of_unit(&fleet, 0, GOAL_STOPPED), (int)states[_i].stopped);
}
END_TEST

START_TEST(when_all_is_over_nobody_waits_on)
{
    static const enum goal goals[] = {GOAL_UP, GOAL_DOWN, GOAL_READY, GOAL_FINAL, GOAL_STOPPED};
    set(_i, FLEET_OVER);
    for (size_t i = 0; i < sizeof goals / sizeof goals[0]; i++) {
        ck_assert_int_ne((int)goal_of_unit(&fleet, 0, goals[i]), (int)GOAL_NOT_YET);
        if (goals[i] >= GOAL_READY) {
            ck_assert_int_ne((int)goal_of_all(&fleet, goals[i]), (int)GOAL_NOT_YET);
        }
    }
}
END_TEST

START_TEST(all_units_are_awaited_together)
{
    set(4, FLEET_BOOTING); /* ready */
    ck_assert_int_eq((int)goal_of_all(&fleet, GOAL_READY), (int)YET);
    set(4, FLEET_RUNNING);
    ck_assert_int_eq((int)goal_of_all(&fleet, GOAL_READY), (int)YES);
    ck_assert_int_eq((int)goal_of_all(&fleet, GOAL_STOPPED), (int)YET);
    set(4, FLEET_STOPPING);
    ck_assert_int_eq((int)goal_of_all(&fleet, GOAL_READY), (int)NO);
    set(4, FLEET_OVER); /* it outlived KILL */
    ck_assert_int_eq((int)goal_of_all(&fleet, GOAL_STOPPED), (int)NO);
    set(1, FLEET_RUNNING); /* never asked for */
    ck_assert_int_eq((int)goal_of_all(&fleet, GOAL_FINAL), (int)YES);
}
END_TEST

Suite *
goal_suite(void)
{
    Suite *suite = suite_create("goal");
    TCase *tests = tcase_create("goal");
    int count = (int)(sizeof states / sizeof states[0]);
    tcase_add_loop_test(tests, each_state_is_what_it_is_to_whoever_waits, 0, count);
    tcase_add_loop_test(tests, when_all_is_over_nobody_waits_on, 0, count);
    tcase_add_test(tests, all_units_are_awaited_together);
    suite_add_tcase(suite, tests);
    return suite;
}
