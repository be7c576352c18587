/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include "config/exitcode.h"
#include "tests/sim/suites.h"

/* How a container begins. */

START_TEST(units_start_in_the_order_of_after_and_requires_a_task_before_a_service)
{
    world_begin();
    size_t web = world_add("web");
    size_t db = world_add("db");
    size_t init = world_add_task("init", 100, 0);
    world.unit[web].requires = world_names("db", NULL);
    world.unit[db].after = world_names("init", NULL);
    world_boot();
    world_run_until(99);
    ck_assert_str_eq(world.order, "+init ");
    ck_assert_int_eq(world.fleet.phase, FLEET_BOOTING);
    ck_assert(!fleet_is_ready(&world.fleet));
    world_run_until(200);
    ck_assert_str_eq(world.order, "+init +db +web ");
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert(fleet_is_ready(&world.fleet));
    ck_assert_int_eq(world.fleet.unit[init].state, LIFE_ENDED);
    ck_assert_uint_eq(world.told[TELL_RUNNING], 1);
}
END_TEST

START_TEST(who_comes_after_nobody_waits_for_nobody)
{
    world_begin();
    size_t web = world_add("web");
    world.unit[web].after = world_names("nobody", NULL);
    world_boot();
    ck_assert_str_eq(world.order, "+web ");
}
END_TEST

START_TEST(units_without_an_order_start_in_the_one_they_are_written_in)
{
    world_begin();
    (void)world_add("c");
    (void)world_add("a");
    (void)world_add("b");
    world_boot();
    ck_assert_str_eq(world.order, "+c +a +b ");
}
END_TEST

START_TEST(after_waits_for_an_end_of_any_kind_and_requires_for_a_good_one)
{
    world_begin();
    size_t bad = world_add_task("bad", 100, 3);
    size_t loose = world_add("loose");
    size_t strict = world_add("strict");
    world.unit[bad].essential = false;
    world.unit[strict].essential = false;
    world.unit[loose].after = world_names("bad", NULL);
    world.unit[strict].requires = world_names("bad", NULL);
    world_boot();
    world_run_until(1000);
    ck_assert_str_eq(world.order, "+bad +loose ");
    ck_assert_int_eq(world.fleet.unit[strict].state, LIFE_STOPPED);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
}
END_TEST

START_TEST(a_skipped_unit_counts_for_those_that_require_it)
{
    world_begin();
    size_t init = world_add_task("init", 10, 0);
    size_t web = world_add("web");
    world.script[init].is_skipped = true;
    world.unit[web].requires = world_names("init", NULL);
    world_boot();
    world_run_until(100);
    ck_assert_str_eq(world.order, "+web ");
    ck_assert_int_eq(world.fleet.unit[init].state, LIFE_SKIPPED);
    ck_assert(fleet_is_ready(&world.fleet));
}
END_TEST

START_TEST(a_container_of_skipped_units_ends_with_0)
{
    world_begin();
    world.script[world_add("web")].is_skipped = true;
    world_boot();
    world_run_until(100);
    world_is_over(0);
    ck_assert_str_eq(world.order, "");
}
END_TEST

START_TEST(a_crash_loop_of_what_is_not_essential_does_not_keep_the_boot_from_its_end)
{
    static const enum probe_kind readies[] = {PROBE_START, PROBE_NOTIFY};
    for (int is_essential = 0; is_essential < 2; is_essential++) {
        for (size_t i = 0; i < 2; i++) {
            world_begin();
            size_t loops = world_add("loops");
            (void)world_add("web");
            world.unit[loops].essential = is_essential != 0;
            world.unit[loops].ready.kind = readies[i];
            world.unit[loops].restart = RESTART_ALWAYS;
            world.unit[loops].start_limit.starts = 0;
            world.script[loops].runs_ms = 100;
            world.script[loops].ready_ms = WORLD_FOR_EVER;
            world_boot();
            world_run_until(90);
            bool is_up = readies[i] == PROBE_START;
            ck_assert_int_eq(world.fleet.phase, is_up ? FLEET_RUNNING : FLEET_BOOTING);
            world_run_until(3600000);
            is_up |= is_essential == 0;
            ck_assert_int_eq(world.fleet.phase, is_up ? FLEET_RUNNING : FLEET_BOOTING);
            ck_assert(fleet_is_ready(&world.fleet) == (is_essential == 0));
        }
    }
}
END_TEST

START_TEST(a_unit_without_autostart_keeps_nobody_waiting)
{
    world_begin();
    size_t manual = world_add("manual");
    size_t web = world_add("web");
    world.unit[manual].autostart = false;
    world.unit[web].after = world_names("manual", NULL);
    world_boot();
    world_run_until(100);
    ck_assert_str_eq(world.order, "+web ");
    ck_assert(fleet_is_ready(&world.fleet));
}
END_TEST

START_TEST(a_boot_that_waits_is_told_after_10_s_and_then_ever_more_rarely)
{
    world_begin();
    (void)world_add_task("slow", 100000, 0);
    world_boot();
    world_run_until(9999);
    ck_assert_uint_eq(world.told[TELL_SLOW], 0);
    world_run_until(10000);
    ck_assert_uint_eq(world.told[TELL_SLOW], 1);
    world_run_until(90000);
    ck_assert_uint_eq(world.told[TELL_SLOW], 4);
}
END_TEST

START_TEST(a_task_that_runs_over_its_time_fails_with_75)
{
    world_begin();
    size_t slow = world_add_task("slow", WORLD_FOR_EVER, 0);
    world.unit[slow].timeout_ms = 2000;
    world_boot();
    world_run_until(1999);
    ck_assert_str_eq(world.order, "+slow ");
    world_run_until(60000);
    world_is_over(CODE_LATE);
    ck_assert_str_eq(world.order, "+slow -slow ");
}
END_TEST

START_TEST(a_command_that_is_not_found_ends_the_container_with_127)
{
    world_begin();
    size_t web = world_add("web");
    (void)world_add("db");
    world.script[web].cannot_start = CODE_NOT_FOUND;
    world_boot();
    world_run_until(1000);
    world_is_over(CODE_NOT_FOUND);
}
END_TEST

START_TEST(a_fork_that_fails_before_anything_ran_ends_with_71)
{
    world_begin();
    world.script[world_add("only")].forks_failing = 1;
    world_boot();
    world_run_until(1000);
    world_is_over(CODE_SYSTEM);
}
END_TEST

START_TEST(a_thousand_units_start_and_stop_with_a_budget_for_each_turn)
{
    world_begin();
    for (int i = 0; i < 1000; i++) {
        (void)world_add(NULL);
    }
    world_boot();
    world_run_until(1000);
    ck_assert(fleet_is_ready(&world.fleet));
    ck_assert_uint_eq(world.most_forks_a_turn, FLEET_STARTS_A_TURN);
    world_term();
    ck_assert_uint_eq(world.most_stops_a_turn, FLEET_STOPS_A_TURN);
    world_run_until(20000);
    world_is_over(0);
}
END_TEST

START_TEST(units_that_end_at_once_and_stop_tasks_keep_to_the_budget_too)
{
    world_begin();
    (void)world_add("web");
    for (int i = 0; i < 200; i++) {
        size_t u = world_add_task(NULL, 10, 0);
        world.unit[u].essential = false;
        world.unit[u].when = i % 2 == 0 ? WHEN_START : WHEN_STOP;
        world.script[u].cannot_start = i % 2 == 0 ? CODE_NOT_FOUND : 0;
    }
    world_boot();
    ck_assert_uint_le(world.most_forks_a_turn, FLEET_STARTS_A_TURN);
    world_run_until(1000);
    world_term();
    ck_assert_uint_le(world.most_forks_a_turn, FLEET_STARTS_A_TURN);
    world_run_until(20000);
    world_is_over(0);
    ck_assert_uint_eq(world.starts[200], 1);
}
END_TEST

START_TEST(a_chain_of_a_thousand_units_starts_and_stops)
{
    world_begin();
    for (size_t i = 0; i < 1000; i++) {
        size_t u = world_add(NULL);
        if (i > 0) {
            world.unit[u].requires = world_names(world.name[i - 1], NULL);
        }
        world.script[u].stops_ms = 1;
    }
    world_boot();
    world_run_until(1000);
    ck_assert(fleet_is_ready(&world.fleet));
    world_term();
    world_run_until(20000);
    world_is_over(0);
    ck_assert_uint_eq(world.told[TELL_HURRY], 0);
}
END_TEST

Suite *
fleet_boot_suite(void)
{
    const TTest *const tests[] = {
        units_start_in_the_order_of_after_and_requires_a_task_before_a_service,
        units_without_an_order_start_in_the_one_they_are_written_in,
        who_comes_after_nobody_waits_for_nobody,
        after_waits_for_an_end_of_any_kind_and_requires_for_a_good_one,
        a_skipped_unit_counts_for_those_that_require_it,
        a_container_of_skipped_units_ends_with_0,
        a_crash_loop_of_what_is_not_essential_does_not_keep_the_boot_from_its_end,
        a_unit_without_autostart_keeps_nobody_waiting,
        a_boot_that_waits_is_told_after_10_s_and_then_ever_more_rarely,
        a_task_that_runs_over_its_time_fails_with_75,
        a_command_that_is_not_found_ends_the_container_with_127,
        a_fork_that_fails_before_anything_ran_ends_with_71,
        a_thousand_units_start_and_stop_with_a_budget_for_each_turn,
        units_that_end_at_once_and_stop_tasks_keep_to_the_budget_too,
        a_chain_of_a_thousand_units_starts_and_stops,
    };
    Suite *suite = suite_create("fleet_boot");
    TCase *tcase = tcase_create("fleet_boot");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
