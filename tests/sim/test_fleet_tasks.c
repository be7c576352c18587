/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <signal.h>

#include "config/exitcode.h"
#include "tests/sim/suites.h"

/* Tasks: at the container's end, by hand, over their time, and of many commands. */

static size_t
add_end_task(const char *name, enum task_when when, int64_t runs_ms)
{
    size_t u = world_add_task(name, runs_ms, 0);
    world.unit[u].when = (int)when;
    world.unit[u].essential = false;
    return u;
}

START_TEST(a_stop_task_has_what_it_requires_until_it_is_done)
{
    world_begin();
    (void)world_add("db");
    size_t flush = add_end_task("flush", WHEN_STOP, 3000);
    world.unit[flush].requires = world_names("db", NULL);
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(3099);
    ck_assert_str_eq(world.order, "+db +flush ");
    world_run_until(20000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+db +flush -db ");
}
END_TEST

START_TEST(a_stop_task_whose_requirement_is_lost_keeps_nobody_waiting)
{
    world_begin();
    size_t db = world_add("db");
    (void)world_add("web");
    size_t flush = add_end_task("flush", WHEN_STOP, 10);
    world.unit[flush].requires = world_names("db", NULL);
    world.script[db].runs_ms = 1000;
    world.script[db].code = 9;
    world_boot();
    world_run_until(1500);
    world_is_over(9);
    ck_assert_str_eq(world.order, "+db +web -web ");
}
END_TEST

START_TEST(a_stop_task_whose_requirement_never_started_keeps_nobody_waiting_even_without_a_clock)
{
    world_begin();
    world.config.init.stop_timeout_ms = DURATION_NONE;
    (void)world_add_task("init", 60000, 0);
    size_t db = world_add("db");
    size_t flush = add_end_task("flush", WHEN_STOP, 10);
    world.unit[db].requires = world_names("init", NULL);
    world.unit[flush].requires = world_names("db", NULL);
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(1000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+init -init ");
}
END_TEST

START_TEST(a_task_after_the_last_unit_that_requires_one_of_them_does_not_run)
{
    world_begin();
    world.config.init.stop_timeout_ms = DURATION_NONE;
    (void)world_add("db");
    size_t upload = add_end_task("upload", WHEN_STOPPED, 10);
    world.unit[upload].requires = world_names("db", NULL);
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(1000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+db -db ");
}
END_TEST

START_TEST(stop_tasks_keep_their_order_and_one_may_fail)
{
    world_begin();
    size_t second = add_end_task("second", WHEN_STOP, 100);
    size_t first = add_end_task("first", WHEN_STOP, 100);
    (void)world_add("web");
    world.unit[second].after = world_names("first", NULL);
    world.script[first].code = 5;
    world_boot();
    world_run_until(1000);
    world_term();
    world_run_until(20000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+web +first +second -web ");
}
END_TEST

START_TEST(an_essential_stop_task_that_fails_gives_the_code)
{
    world_begin();
    size_t flush = add_end_task("flush", WHEN_STOP, 100);
    (void)world_add("web");
    world.unit[flush].essential = true;
    world.script[flush].code = 5;
    world_boot();
    world_run_until(1000);
    world_term();
    world_run_until(20000);
    world_is_over(5);
}
END_TEST

START_TEST(a_stop_task_that_had_no_turn_by_two_thirds_of_the_clock_has_none_any_more)
{
    world_begin();
    (void)world_add("web");
    (void)add_end_task("hang", WHEN_STOP, WORLD_FOR_EVER);
    size_t never = add_end_task("never", WHEN_STOP, 10);
    (void)add_end_task("upload", WHEN_STOPPED, 10);
    world.unit[never].after = world_names("hang", NULL);
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+web +hang -web -hang +upload ");
    ck_assert_int_eq(world_state(never), LIFE_STOPPED);
}
END_TEST

START_TEST(a_task_after_the_last_unit_that_hangs_gets_its_stop_signal_at_two_thirds_of_the_clock)
{
    world_begin();
    (void)world_add("web");
    (void)add_end_task("upload", WHEN_STOPPED, WORLD_FOR_EVER);
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(100 + WORLD_CLOCK_MS * 2 / 3 - 1);
    ck_assert_str_eq(world.order, "+web -web +upload ");
    world_run_until(20000);
    world_is_over(0);
    ck_assert_int_eq(world.now_ms, 100 + WORLD_CLOCK_MS * 2 / 3 + 10);
    ck_assert_uint_eq(world.told[TELL_KILL], 0);
}
END_TEST

START_TEST(stop_tasks_run_when_all_else_has_ended_by_itself)
{
    world_begin();
    (void)world_add_task("job", 100, 0);
    (void)add_end_task("flush", WHEN_STOP, 10);
    (void)add_end_task("upload", WHEN_STOPPED, 10);
    world_boot();
    world_run_until(1000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+job +flush +upload ");
}
END_TEST

START_TEST(tasks_by_hand_and_those_without_autostart_never_run_and_keep_nobody_waiting)
{
    world_begin();
    (void)add_end_task("manual", WHEN_MANUAL, 10);
    size_t off = add_end_task("off", WHEN_STOP, 10);
    size_t web = world_add("web");
    world.unit[off].autostart = false;
    world.unit[web].after = world_names("manual", "off");
    world_boot();
    ck_assert(fleet_is_ready(&world.fleet) || world_state(web) == LIFE_STARTING);
    world_run_until(100);
    world_term();
    world_run_until(1000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+web -web ");
}
END_TEST

static const int64_t clocks_ms[] = {WORLD_CLOCK_MS, DURATION_NONE};

START_TEST(a_task_over_its_time_that_ignores_its_stop_signal_is_killed)
{
    world_begin();
    world.config.init.stop_timeout_ms = clocks_ms[_i];
    size_t slow = world_add_task("slow", WORLD_FOR_EVER, 0);
    world.unit[slow].timeout_ms = 2000;
    world.script[slow].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(2000 + WORLD_CLOCK_MS + 1);
    world_is_over(CODE_LATE);
    ck_assert_str_eq(world.order, "+slow -slow !slow ");
}
END_TEST

/* ---------------------------------------------------------------- command-dir */

static size_t
add_folder(size_t parts, size_t good_parts, int code)
{
    size_t u = world_add_task("dir", 100, code);
    world.script[u].parts = parts;
    world.script[u].good_parts = good_parts;
    return u;
}

START_TEST(the_commands_of_a_folder_run_one_after_the_other_as_one_task)
{
    world_begin();
    size_t dir = add_folder(3, 3, 0);
    size_t web = world_add("web");
    world.unit[web].requires = world_names("dir", NULL);
    world_boot();
    world_run_until(299);
    ck_assert_str_eq(world.order, "+dir +dir.2 +dir.3 ");
    world_run_until(300);
    ck_assert(world_has("+web"));
    ck_assert_uint_eq(world.fleet.unit[dir].starts, 1);
}
END_TEST

START_TEST(the_first_command_that_fails_is_the_last_of_its_folder)
{
    world_begin();
    (void)add_folder(3, 1, 7);
    world_boot();
    world_run_until(1000);
    world_is_over(7);
    ck_assert_str_eq(world.order, "+dir +dir.2 ");
}
END_TEST

START_TEST(a_folder_that_is_restarted_begins_with_its_first_command)
{
    world_begin();
    size_t dir = add_folder(2, 1, 7);
    world.unit[dir].restart = RESTART_ON_FAILURE;
    world_boot();
    world.script[dir].good_parts = 1;
    world_run_until(650);
    world.script[dir].good_parts = 2;
    world_run_until(1200);
    ck_assert_str_eq(world.order, "+dir +dir.2 +dir +dir.2 ");
    world_is_over(0);
}
END_TEST

START_TEST(a_folder_runs_to_its_end_before_it_is_restarted)
{
    world_begin();
    size_t dir = add_folder(2, 2, 0);
    world.unit[dir].restart = RESTART_ALWAYS;
    world_boot();
    world_run_until(800);
    ck_assert_str_eq(world.order, "+dir +dir.2 +dir +dir.2 ");
}
END_TEST

START_TEST(an_empty_folder_is_done)
{
    world_begin();
    size_t dir = add_folder(0, 0, 0);
    size_t web = world_add("web");
    world.unit[web].requires = world_names("dir", NULL);
    world_boot();
    ck_assert_str_eq(world.order, "+web ");
    ck_assert_int_eq(world_state(dir), LIFE_ENDED);
}
END_TEST

START_TEST(the_timeout_of_a_folder_is_that_of_all_its_commands)
{
    world_begin();
    size_t dir = add_folder(3, 3, 0);
    world.unit[dir].timeout_ms = 250;
    world_boot();
    world_run_until(1000);
    world_is_over(CODE_LATE);
    ck_assert_str_eq(world.order, "+dir +dir.2 +dir.3 -dir ");
}
END_TEST

START_TEST(a_fork_that_fails_between_two_commands_is_tried_again_where_it_was)
{
    world_begin();
    size_t dir = add_folder(2, 2, 0);
    world_boot();
    world.script[dir].forks_failing = 2;
    world_run_until(1000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+dir +dir.2 ");
}
END_TEST

START_TEST(a_folder_that_is_told_to_stop_begins_no_further_command)
{
    world_begin();
    size_t dir = add_folder(3, 3, 0);
    world.script[dir].stops_ms = WORLD_FOR_EVER; /* it ends well, in its own time */
    world_boot();
    world_run_until(150);
    world_term();
    world_run_until(1000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+dir +dir.2 -dir ");
    ck_assert_uint_eq(world.fleet.unit[dir].part, 0);
}
END_TEST

Suite *
fleet_tasks_suite(void)
{
    const TTest *const tests[] = {
        a_stop_task_has_what_it_requires_until_it_is_done,
        a_stop_task_whose_requirement_is_lost_keeps_nobody_waiting,
        a_stop_task_whose_requirement_never_started_keeps_nobody_waiting_even_without_a_clock,
        a_task_after_the_last_unit_that_requires_one_of_them_does_not_run,
        stop_tasks_keep_their_order_and_one_may_fail,
        an_essential_stop_task_that_fails_gives_the_code,
        a_stop_task_that_had_no_turn_by_two_thirds_of_the_clock_has_none_any_more,
        a_task_after_the_last_unit_that_hangs_gets_its_stop_signal_at_two_thirds_of_the_clock,
        stop_tasks_run_when_all_else_has_ended_by_itself,
        tasks_by_hand_and_those_without_autostart_never_run_and_keep_nobody_waiting,
        the_commands_of_a_folder_run_one_after_the_other_as_one_task,
        the_first_command_that_fails_is_the_last_of_its_folder,
        a_folder_that_is_restarted_begins_with_its_first_command,
        a_folder_runs_to_its_end_before_it_is_restarted,
        an_empty_folder_is_done,
        the_timeout_of_a_folder_is_that_of_all_its_commands,
        a_fork_that_fails_between_two_commands_is_tried_again_where_it_was,
        a_folder_that_is_told_to_stop_begins_no_further_command,
    };
    Suite *suite = suite_create("fleet_tasks");
    TCase *tcase = tcase_create("fleet_tasks");
    tcase_add_loop_test(tcase, a_task_over_its_time_that_ignores_its_stop_signal_is_killed, 0,
                        sizeof clocks_ms / sizeof clocks_ms[0]);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
