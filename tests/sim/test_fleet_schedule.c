/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include "config/schedule.h"
#include "supervisor/fleet_parts.h"
#include "tests/sim/suites.h"

/* Tasks that run by themselves: the agenda says when, the test is the agenda. */

static const struct schedule every_minute = {.every_ms = 60000};

static size_t
add_scheduled(const char *name, int64_t runs_ms, int code)
{
    size_t u = world_add_task(name, runs_ms, code);
    world.unit[u].schedule = &every_minute;
    world.unit[u].essential = false;
    return u;
}

static void
is_due(size_t u)
{
    fleet_due(&world.fleet, u);
    world_settle();
}

START_TEST(a_scheduled_task_runs_each_time_that_it_is_due)
{
    world_begin();
    size_t backup = add_scheduled("backup", 1000, 0);
    (void)world_add("web");
    world_boot();
    world_run_until(60000);
    ck_assert_str_eq(world.order, "+web ");
    ck_assert_int_eq(world_state(backup), LIFE_WAITING);
    is_due(backup);
    world_run_until(120000);
    ck_assert_int_eq(world_state(backup), LIFE_ENDED);
    is_due(backup);
    world_run_until(180000);
    ck_assert_str_eq(world.order, "+web +backup +backup ");
}
END_TEST

START_TEST(a_run_that_is_due_while_the_last_one_runs_is_skipped_and_counted)
{
    world_begin();
    size_t backup = add_scheduled("backup", 150000, 0);
    world_boot();
    world_run_until(60000);
    is_due(backup);
    world_run_until(120000);
    is_due(backup);
    world_run_until(180000);
    is_due(backup);
    ck_assert_uint_eq(world.starts[backup], 1);
    ck_assert_uint_eq(world.fleet.unit[backup].runs_skipped, 2);
    ck_assert_uint_eq(world.told[TELL_OVERLAP], 2);
    world_run_until(240000);
    is_due(backup);
    ck_assert_uint_eq(world.starts[backup], 2);
    ck_assert_uint_eq(world.fleet.unit[backup].runs_skipped, 2);
}
END_TEST

START_TEST(the_container_does_not_end_while_something_is_scheduled)
{
    world_begin();
    size_t backup = add_scheduled("backup", 1000, 3);
    (void)world_add_task("init", 100, 0);
    world_boot();
    world_run_until(3600000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    is_due(backup);
    world_run_until(7200000);
    ck_assert_int_eq(world_state(backup), LIFE_FAILED); /* and it is not essential */
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    is_due(backup);
    ck_assert_int_eq(world_state(backup), LIFE_STARTING);
    world_term();
    world_run_until(7300000);
    world_is_over(0);
}
END_TEST

START_TEST(an_essential_scheduled_task_that_fails_ends_the_container)
{
    world_begin();
    size_t backup = add_scheduled("backup", 1000, 3);
    world.unit[backup].essential = true;
    (void)world_add("web");
    world_boot();
    world_run_until(60000);
    is_due(backup);
    world_run_until(70000);
    world_is_over(3);
}
END_TEST

START_TEST(a_scheduled_task_waits_for_what_it_requires)
{
    world_begin();
    (void)world_add_task("init", 90000, 0);
    size_t db = world_add("db");
    size_t backup = add_scheduled("backup", 1000, 0);
    world.unit[db].requires = world_names("init", NULL);
    world.unit[backup].requires = world_names("db", NULL);
    world_boot();
    world_run_until(60000);
    is_due(backup);
    ck_assert_str_eq(world.order, "+init ");
    is_due(backup); /* it waits already */
    ck_assert_uint_eq(world.fleet.unit[backup].runs_skipped, 1);
    world_run_until(100000);
    ck_assert_str_eq(world.order, "+init +db +backup ");
}
END_TEST

START_TEST(a_scheduled_task_is_stopped_when_what_it_requires_is_lost_and_never_runs_again)
{
    world_begin();
    (void)world_add("web");
    size_t db = world_add("db");
    size_t backup = add_scheduled("backup", 50000, 0);
    world.unit[db].essential = false;
    world.script[db].runs_ms = 70000;
    world.script[db].code = 1;
    world.unit[backup].requires = world_names("db", NULL);
    world_boot();
    world_run_until(60000);
    is_due(backup);
    world_run_until(71000);
    ck_assert_int_eq(world_state(backup), LIFE_STOPPED);
    is_due(backup);
    world_run_until(80000);
    ck_assert_str_eq(world.order, "+web +db +backup -backup ");
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
}
END_TEST

START_TEST(nothing_that_is_due_starts_once_the_end_has_begun)
{
    world_begin();
    size_t web = world_add("web");
    size_t backup = add_scheduled("backup", 1000, 0);
    world.script[web].stops_ms = 5000;
    world_boot();
    world_run_until(1000);
    world_term();
    is_due(backup);
    world_run_until(20000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+web -web ");
}
END_TEST

START_TEST(a_run_that_was_stopped_by_hand_is_not_the_last)
{
    world_begin();
    size_t backup = add_scheduled("backup", 50000, 0);
    world_boot();
    is_due(backup);
    world_run_until(1000);
    ck_assert(fleet_stop(&world.fleet, &backup, 1));
    world_settle();
    world_run_until(2000);
    ck_assert_int_eq(world_state(backup), LIFE_STOPPED);
    is_due(backup);
    world_run_until(3000);
    ck_assert_int_eq(world_state(backup), LIFE_STARTING);
}
END_TEST

START_TEST(a_schedule_that_does_not_run_by_itself_keeps_nothing_alive)
{
    world_begin();
    size_t backup = add_scheduled("backup", 1000, 0);
    world.unit[backup].autostart = false;
    (void)world_add_task("init", 100, 0);
    world_boot();
    world_run_until(1000);
    world_is_over(0);
}
END_TEST

START_TEST(what_was_started_by_hand_meanwhile_has_had_its_run)
{
    world_begin();
    (void)world_add_task("init", 5000, 0);
    size_t backup = add_scheduled("backup", 50000, 0);
    world.unit[backup].requires = world_names("init", NULL);
    world_boot();
    is_due(backup); /* waits for init */
    world_run_until(1000);
    ck_assert_int_eq(world_state(backup), LIFE_WAITING);
    fleet_event(&world.fleet, backup, ON_START, NULL, world.now_ms);
    world_settle();
    ck_assert_uint_eq(world.fleet.unit[backup].runs_skipped, 1);
    world_run_until(40000);
    ck_assert_uint_eq(world.starts[backup], 1);
}
END_TEST

START_TEST(what_is_due_at_once_starts_turn_after_turn)
{
    enum { MANY = 2 * FLEET_STARTS_A_TURN + 8 };
    world_begin();
    for (size_t u = 0; u < MANY; u++) {
        (void)add_scheduled(NULL, 1000, 0);
    }
    world_boot();
    for (size_t u = 0; u < MANY; u++) {
        fleet_due(&world.fleet, u);
    }
    world_settle();
    ck_assert_uint_eq(world.most_forks_a_turn, FLEET_STARTS_A_TURN);
    for (size_t u = 0; u < MANY; u++) {
        ck_assert_uint_eq(world.starts[u], 1);
    }
}
END_TEST

START_TEST(only_if_is_asked_at_each_run)
{
    world_begin();
    (void)world_add("web");
    size_t backup = add_scheduled("backup", 1000, 0);
    world.script[backup].is_skipped = true;
    world_boot();
    is_due(backup);
    ck_assert_int_eq(world_state(backup), LIFE_SKIPPED);
    world.script[backup].is_skipped = false;
    is_due(backup);
    ck_assert_int_eq(world_state(backup), LIFE_STARTING);
}
END_TEST

Suite *
fleet_schedule_suite(void)
{
    Suite *suite = suite_create("fleet_schedule");
    TCase *tcase = tcase_create("fleet_schedule");
    tcase_add_test(tcase, a_scheduled_task_runs_each_time_that_it_is_due);
    tcase_add_test(tcase, a_run_that_is_due_while_the_last_one_runs_is_skipped_and_counted);
    tcase_add_test(tcase, the_container_does_not_end_while_something_is_scheduled);
    tcase_add_test(tcase, an_essential_scheduled_task_that_fails_ends_the_container);
    tcase_add_test(tcase, a_scheduled_task_waits_for_what_it_requires);
    tcase_add_test(tcase,
                   a_scheduled_task_is_stopped_when_what_it_requires_is_lost_and_never_runs_again);
    tcase_add_test(tcase, nothing_that_is_due_starts_once_the_end_has_begun);
    tcase_add_test(tcase, a_run_that_was_stopped_by_hand_is_not_the_last);
    tcase_add_test(tcase, a_schedule_that_does_not_run_by_itself_keeps_nothing_alive);
    tcase_add_test(tcase, what_was_started_by_hand_meanwhile_has_had_its_run);
    tcase_add_test(tcase, what_is_due_at_once_starts_turn_after_turn);
    tcase_add_test(tcase, only_if_is_asked_at_each_run);
    suite_add_tcase(suite, tcase);
    return suite;
}
