/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"
#include "tests/sim/suites.h"

/* How a container ends when it is told to. */

START_TEST(a_term_stops_the_units_in_reverse_order)
{
    world_begin();
    size_t web = world_add("web");
    size_t api = world_add("api");
    (void)world_add("db");
    world.unit[web].requires = world_names("api", NULL);
    world.unit[api].after = world_names("db", NULL);
    world_boot();
    world_run_until(100);
    world_term();
    ck_assert_str_eq(world.order, "+db +api +web -web ");
    world_run_until(20000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+db +api +web -web -api -db ");
    ck_assert_int_eq(world.now_ms, 130);
}
END_TEST

START_TEST(a_term_during_boot_starts_nothing_more)
{
    world_begin();
    size_t web = world_add("web");
    (void)world_add_task("init", 5000, 0);
    world.unit[web].requires = world_names("init", NULL);
    world_boot();
    world_run_until(1000);
    world_term();
    world_run_until(20000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+init -init ");
}
END_TEST

START_TEST(a_term_while_a_unit_waits_for_its_restart_starts_it_no_more)
{
    world_begin();
    size_t crash = world_add("crash");
    world.unit[crash].restart = RESTART_ALWAYS;
    world.script[crash].runs_ms = 10;
    world_boot();
    world_run_until(20);
    world_term();
    world_run_until(20000);
    world_is_over(0);
    ck_assert_uint_eq(world.starts[crash], 1);
}
END_TEST

START_TEST(a_unit_that_ignores_term_is_killed_at_the_end_of_the_clock_and_its_code_is_137)
{
    world_begin();
    size_t deaf = world_add("deaf");
    world.script[deaf].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(100 + WORLD_CLOCK_MS - 1);
    ck_assert_str_eq(world.order, "+deaf -deaf ");
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(137);
    ck_assert(world_has("!deaf"));
    ck_assert_uint_eq(world.told[TELL_HURRY], 0); /* nobody was left to be told */
}
END_TEST

START_TEST(at_two_thirds_of_the_one_clock_every_unit_gets_its_stop_signal)
{
    world_begin();
    size_t proxy = world_add("proxy");
    (void)world_add("db");
    world.unit[proxy].requires = world_names("db", NULL);
    world.script[proxy].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(100 + WORLD_CLOCK_MS * 2 / 3 - 1);
    ck_assert(!world_has("-db"));
    world_run_until(100 + WORLD_CLOCK_MS * 2 / 3);
    ck_assert(world_has("-db"));
    ck_assert_uint_eq(world.told[TELL_HURRY], 1);
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(137);
}
END_TEST

START_TEST(a_chain_of_slow_units_shares_one_clock)
{
    world_begin();
    for (size_t i = 0; i < 10; i++) {
        size_t u = world_add(NULL);
        world.script[u].stops_ms = 2000;
        if (i > 0) {
            world.unit[u].requires = world_names(world.name[i - 1], NULL);
        }
    }
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(0);
    ck_assert_uint_eq(world.told[TELL_KILL], 0);
}
END_TEST

START_TEST(without_a_clock_roinit_waits_for_ever)
{
    world_begin();
    world.config.init.stop_timeout_ms = DURATION_NONE;
    world.script[world_add("slow")].stops_ms = 3600000;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(3600000);
    ck_assert_int_eq(world.fleet.phase, FLEET_STOPPING);
    world_run_until(3600100);
    world_is_over(0);
}
END_TEST

START_TEST(a_unit_has_its_own_stop_timeout_and_0_is_kill_at_once)
{
    world_begin();
    size_t deaf = world_add("deaf");
    world.unit[deaf].stop_timeout_ms = 0;
    world.script[deaf].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(110);
    world_is_over(137);
    ck_assert_str_eq(world.order, "+deaf -deaf !deaf ");
}
END_TEST

START_TEST(a_second_term_a_second_later_kills_and_one_before_that_does_not)
{
    world_begin();
    size_t deaf = world_add("deaf");
    world.script[deaf].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(1099);
    world_term();
    ck_assert_str_eq(world.order, "+deaf -deaf ");
    world_run_until(1100);
    world_term();
    ck_assert(world_has("!deaf"));
    world_run_until(1100 + WORLD_GRACE_MS);
    world_is_over(137);
}
END_TEST

START_TEST(the_end_says_the_code_of_the_first_that_did_not_end_well)
{
    world_begin();
    size_t web = world_add("web");
    size_t db = world_add("db");
    size_t side = world_add("side");
    world.unit[web].requires = world_names("db", NULL);
    world.unit[side].requires = world_names("web", NULL);
    world.unit[side].essential = false;
    world.script[side].runs_ms = 105; /* while the end is on, and badly; but it does not count */
    world.script[side].code = 5;
    world.script[side].stops_ms = WORLD_FOR_EVER;
    world.script[web].runs_ms = 110;
    world.script[web].code = 4;
    world.script[web].stops_ms = WORLD_FOR_EVER;
    world.script[db].runs_ms = 115;
    world.script[db].code = 3;
    world.script[db].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(20000);
    world_is_over(4);
}
END_TEST

START_TEST(tasks_of_stop_run_before_the_first_unit_is_told_and_those_of_stopped_after_the_last)
{
    static const enum task_when whens[] = {WHEN_STOP, WHEN_STOPPED};
    world_begin();
    (void)world_add("web");
    for (size_t i = 0; i < 2; i++) {
        size_t u = world_add_task(i == 0 ? "before" : "after", 50, 0);
        world.unit[u].when = (int)whens[i];
        world.unit[u].essential = false;
    }
    world_boot();
    world_run_until(100);
    ck_assert_str_eq(world.order, "+web ");
    world_term();
    world_run_until(20000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+web +before -web +after ");
}
END_TEST

START_TEST(a_task_of_stop_that_hangs_takes_no_more_than_two_thirds_of_the_clock)
{
    world_begin();
    (void)world_add("web");
    size_t hang = world_add_task("hang", WORLD_FOR_EVER, 0);
    world.unit[hang].when = WHEN_STOP;
    world.unit[hang].essential = false;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(100 + WORLD_CLOCK_MS * 2 / 3);
    ck_assert(world_has("-web"));
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(0);
}
END_TEST

START_TEST(when_all_units_are_final_the_container_ends_with_0)
{
    world_begin();
    (void)world_add_task("a", 10, 0);
    (void)world_add_task("b", 20, 0);
    world_boot();
    world_run_until(1000);
    world_is_over(0);
    ck_assert_int_eq(world.now_ms, 20);
    ck_assert_int_eq(world.fleet.cause, CAUSE_ALL_FINAL);
}
END_TEST

START_TEST(a_shutdown_with_a_code_ends_with_that_code)
{
    world_begin();
    (void)world_add("web");
    world_boot();
    world_run_until(100);
    fleet_shutdown(&world.fleet, 42, world.now_ms);
    world_settle();
    world_run_until(20000);
    world_is_over(42);
}
END_TEST

START_TEST(strays_get_two_seconds_and_are_killed)
{
    world_begin();
    (void)world_add("web");
    world.has_strays = true;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(2100);
    ck_assert_uint_eq(world.told[TELL_SWEEP], 1);
    world_run_until(2110 + WORLD_GRACE_MS);
    world_is_over(0);
    ck_assert_int_ge(world.now_ms, 2110);
}
END_TEST

Suite *
fleet_stop_suite(void)
{
    const TTest *const tests[] = {
        a_term_stops_the_units_in_reverse_order,
        a_term_during_boot_starts_nothing_more,
        a_term_while_a_unit_waits_for_its_restart_starts_it_no_more,
        a_unit_that_ignores_term_is_killed_at_the_end_of_the_clock_and_its_code_is_137,
        at_two_thirds_of_the_one_clock_every_unit_gets_its_stop_signal,
        a_chain_of_slow_units_shares_one_clock,
        without_a_clock_roinit_waits_for_ever,
        a_unit_has_its_own_stop_timeout_and_0_is_kill_at_once,
        a_second_term_a_second_later_kills_and_one_before_that_does_not,
        the_end_says_the_code_of_the_first_that_did_not_end_well,
        tasks_of_stop_run_before_the_first_unit_is_told_and_those_of_stopped_after_the_last,
        a_task_of_stop_that_hangs_takes_no_more_than_two_thirds_of_the_clock,
        when_all_units_are_final_the_container_ends_with_0,
        a_shutdown_with_a_code_ends_with_that_code,
        strays_get_two_seconds_and_are_killed,
    };
    Suite *suite = suite_create("fleet_stop");
    TCase *tcase = tcase_create("fleet_stop");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
