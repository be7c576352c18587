/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <signal.h>

#include "config/exitcode.h"
#include "tests/sim/suites.h"

/* Restarts, losses, and what they do to the others. */

START_TEST(restarts_wait_twice_as_long_each_time_and_the_limit_gives_the_last_code)
{
    static const int64_t starts_ms[] = {0, 510, 1520, 3530, 7540};
    world_begin();
    size_t crash = world_add("crash");
    world.unit[crash].restart = RESTART_ALWAYS;
    world.script[crash].runs_ms = 10;
    world.script[crash].code = 3;
    world_boot();
    world_run_until(600000);
    world_is_over(3);
    ck_assert_uint_eq(world.starts[crash], 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(world.started_ms[crash][i], starts_ms[i]);
    }
    ck_assert_int_eq(world.now_ms, 7550);
}
END_TEST

START_TEST(a_unit_that_ends_well_too_often_gives_70)
{
    world_begin();
    size_t busy = world_add("busy");
    world.unit[busy].restart = RESTART_ALWAYS;
    world.script[busy].runs_ms = 10;
    world_boot();
    world_run_until(600000);
    world_is_over(CODE_INTERNAL);
}
END_TEST

START_TEST(a_long_run_resets_the_delay)
{
    world_begin();
    size_t unit = world_add("unit");
    world.unit[unit].restart = RESTART_ALWAYS;
    world.script[unit].runs_ms = 10;
    world.script[unit].code = 3;
    world_boot();
    world_run_until(1519); /* the delay is at 2 s now */
    world.script[unit].runs_ms = 30000;
    world_run_until(40000);
    ck_assert_int_eq(world.started_ms[unit][2], 1520);
    ck_assert_int_eq(world.started_ms[unit][3], 1520 + 30000 + 500);
}
END_TEST

START_TEST(restarts_that_are_due_at_once_take_more_than_one_turn)
{
    enum { MANY = 2 * FLEET_STARTS_A_TURN + 8 };
    size_t again = 0;
    world_begin();
    for (size_t u = 0; u < MANY; u++) {
        (void)world_add(NULL);
        world.unit[u].restart = RESTART_ALWAYS;
        world.script[u].runs_ms = 10;
        world.script[u].code = 3;
    }
    world_boot();
    world_run_until(509);
    world.now_ms = 510;
    for (int u = 0; u < MANY; u++) { /* all in one turn */
        *world_timer(u) = -1;
        fleet_timeout(&world.fleet, u, world.now_ms);
        again += world.starts[u] - 1;
    }
    ck_assert_uint_eq(again, FLEET_STARTS_A_TURN);
    world_settle();
    world_run_until(512);
    for (size_t u = 0; u < MANY; u++) {
        ck_assert_uint_eq(world.starts[u], 2);
    }
}
END_TEST

START_TEST(an_hour_of_restarts_keeps_its_delay_and_reaches_no_limit)
{
    world_begin();
    size_t calm = world_add("calm");
    world.unit[calm].restart = RESTART_ALWAYS;
    world.script[calm].runs_ms = 30000;
    world_boot();
    world_run_until(3600000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert_uint_eq(world.starts[calm], 3600000 / 30500 + 1);
    world_term();
    world_run_until(3700000);
    world_is_over(0);
}
END_TEST

START_TEST(a_death_by_a_signal_gives_128_and_its_number)
{
    world_begin();
    size_t web = world_add("web");
    world.script[web].runs_ms = 100;
    world.script[web].signal = 11;
    world_boot();
    world_run_until(1000);
    world_is_over(128 + 11);
}
END_TEST

START_TEST(who_requires_a_lost_unit_is_lost_too_with_the_code_of_the_first)
{
    world_begin();
    size_t db = world_add("db");
    size_t api = world_add("api");
    size_t web = world_add("web");
    world.unit[api].requires = world_names("db", NULL);
    world.unit[web].requires = world_names("api", NULL);
    world.unit[db].essential = false;
    world.unit[api].essential = false;
    world.script[db].runs_ms = 1000;
    world.script[db].code = 9;
    world_boot();
    world_run_until(60000);
    world_is_over(9);
    ck_assert(world_has("-api"));
    ck_assert(world_has("-web"));
    ck_assert_uint_eq(world.fleet.cause_unit, db);
}
END_TEST

START_TEST(who_requires_a_unit_that_is_restarted_is_left_alone)
{
    world_begin();
    size_t db = world_add("db");
    size_t web = world_add("web");
    world.unit[web].requires = world_names("db", NULL);
    world.unit[db].restart = RESTART_ALWAYS;
    world.script[db].runs_ms = 40000;
    world.script[db].code = 9;
    world_boot();
    world_run_until(600000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert_uint_eq(world.starts[web], 1);
    ck_assert(!world_has("-web"));
}
END_TEST

START_TEST(the_loss_of_a_unit_that_is_not_essential_ends_nothing)
{
    world_begin();
    (void)world_add("web");
    size_t side = world_add("side");
    world.unit[side].essential = false;
    world.script[side].runs_ms = 1000;
    world.script[side].code = 9;
    world_boot();
    world_run_until(60000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert(!fleet_is_ready(&world.fleet) || !world.fleet.unit[side].config->essential);
    world_term();
    world_run_until(80000);
    world_is_over(0);
}
END_TEST

START_TEST(a_fork_that_fails_backs_off_and_does_not_count_as_a_start)
{
    world_begin();
    (void)world_add("first");
    size_t second = world_add("second");
    world.script[second].forks_failing = 20;
    world_boot();
    world_run_until(600000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert_uint_eq(world.starts[second], 1);
    ck_assert_uint_eq(world.fleet.unit[second].starts, 1);
    /* 200 ms doubling to 4 s: 200 + 400 + 800 + 1600 + 3200, and 15 times 4 s. */
    ck_assert_int_eq(world.started_ms[second][0], 6200 + 15 * 4000);
}
END_TEST

/* A check of it is down: the fleet is told, and the unit stopped. */
static void
say_unwell(size_t u)
{
    ck_assert(fleet_unwell(&world.fleet, u, world.now_ms));
    ck_assert_int_eq(world_state(u), LIFE_EXPIRING);
}

START_TEST(a_restart_for_a_check_counts_waits_and_ends_in_the_limit_with_70)
{
    static const int64_t starts_ms[] = {0, 610, 1720, 3830, 7940}; /* up 100 ms, 10 ms to stop */
    world_begin();
    size_t web = world_add("web"); /* restart = no: a check restarts it all the same */
    size_t api = world_add("api");
    world.unit[api].requires = world_names("web", NULL);
    world_boot();
    for (size_t i = 0; i < 5; i++) {
        world_run_until(starts_ms[i] + 100);
        ck_assert_int_eq(world_state(web), LIFE_READY);
        ck_assert_int_eq(world.started_ms[web][i], starts_ms[i]);
        ck_assert_uint_eq(world.starts[api], 1); /* who requires it stays */
        say_unwell(web);
    }
    world_run_until(60000);
    world_is_over(CODE_INTERNAL);
    ck_assert(world.fleet.unit[web].is_limit);
}
END_TEST

START_TEST(a_restart_for_a_check_that_needs_kill_ends_in_the_limit_with_that_code)
{
    world_begin();
    size_t web = world_add("web");
    world.unit[web].stop_timeout_ms = 1000;
    world.unit[web].restart_delay_ms = 0;
    world.unit[web].start_limit.starts = 2;
    world.script[web].stops_ms = WORLD_FOR_EVER;
    world_boot();
    for (int i = 0; i < 2; i++) {
        world_run_until(world.now_ms + 100);
        say_unwell(web);
        world_run_until(world.now_ms + 1010);
    }
    world_run_until(60000);
    world_is_over(CODE_SIGNAL + SIGKILL);
}
END_TEST

START_TEST(an_hour_of_restarts_for_a_check_far_apart_reaches_no_limit)
{
    world_begin();
    size_t web = world_add("web");
    world_boot();
    for (int i = 0; i < 60; i++) {
        world_run_until((i + 1) * 60000);
        say_unwell(web);
    }
    world_run_until(3700000);
    ck_assert_int_eq(world_state(web), LIFE_READY);
    ck_assert_uint_eq(world.starts[web], 61);
}
END_TEST

START_TEST(what_a_check_says_of_a_unit_that_is_not_up_is_no_restart)
{
    world_begin();
    size_t web = world_add("web");
    size_t other = world_add("other");
    world.script[web].runs_ms = 100;
    world.unit[web].essential = false;
    world_boot();
    world_run_until(200);
    ck_assert(!fleet_unwell(&world.fleet, web, world.now_ms)); /* it has ended */
    say_unwell(other);
    ck_assert(!fleet_unwell(&world.fleet, other, world.now_ms)); /* it is on its way */
    ck_assert(fleet_stop(&world.fleet, &other, 1));              /* … and now not up again */
    world_settle();
    world_run_until(1000);
    ck_assert(life_is_final(world_state(other)));
    ck_assert(!fleet_is_lost(&world.fleet.unit[other]));
    ck_assert_uint_eq(world.starts[other], 1);
}
END_TEST

START_TEST(a_term_ends_a_unit_that_is_stopped_for_a_check_and_well)
{
    world_begin();
    size_t web = world_add("web");
    world.script[web].stops_ms = 500;
    world_boot();
    world_run_until(100);
    say_unwell(web);
    world_run_until(200);
    world_term();
    ck_assert(!fleet_unwell(&world.fleet, web, world.now_ms));
    world_run_until(10000);
    world_is_over(0);
    ck_assert_uint_eq(world.starts[web], 1);
}
END_TEST

Suite *
fleet_restart_suite(void)
{
    const TTest *const tests[] = {
        restarts_wait_twice_as_long_each_time_and_the_limit_gives_the_last_code,
        a_unit_that_ends_well_too_often_gives_70,
        a_long_run_resets_the_delay,
        restarts_that_are_due_at_once_take_more_than_one_turn,
        an_hour_of_restarts_keeps_its_delay_and_reaches_no_limit,
        a_death_by_a_signal_gives_128_and_its_number,
        who_requires_a_lost_unit_is_lost_too_with_the_code_of_the_first,
        who_requires_a_unit_that_is_restarted_is_left_alone,
        the_loss_of_a_unit_that_is_not_essential_ends_nothing,
        a_fork_that_fails_backs_off_and_does_not_count_as_a_start,
        a_restart_for_a_check_counts_waits_and_ends_in_the_limit_with_70,
        a_restart_for_a_check_that_needs_kill_ends_in_the_limit_with_that_code,
        an_hour_of_restarts_for_a_check_far_apart_reaches_no_limit,
        what_a_check_says_of_a_unit_that_is_not_up_is_no_restart,
        a_term_ends_a_unit_that_is_stopped_for_a_check_and_well,
    };
    Suite *suite = suite_create("fleet_restart");
    TCase *tcase = tcase_create("fleet_restart");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
