/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <signal.h>

#include "config/exitcode.h"
#include "tests/sim/suites.h"

/* Units that say themselves, or let others see, that they are ready; and what else they say. */

/* A service that is ready so long after its exec. */
static size_t
add_slow(const char *name, int64_t ready_ms)
{
    size_t u = world_add(name);
    world.unit[u].ready.kind = PROBE_NOTIFY;
    world.unit[u].start_timeout_ms = 60000;
    world.script[u].ready_ms = ready_ms;
    return u;
}

START_TEST(who_requires_a_unit_waits_until_it_is_ready_and_not_until_it_is_started)
{
    world_begin();
    (void)add_slow("db", 3000);
    size_t web = world_add("web");
    size_t log = world_add("log");
    world.unit[web].requires = world_names("db", NULL);
    world.unit[log].after = world_names("db", NULL);
    world_boot();
    world_run_until(2999);
    ck_assert_str_eq(world.order, "+db ");
    ck_assert_int_eq(world.fleet.phase, FLEET_BOOTING);
    world_run_until(3000);
    ck_assert_str_eq(world.order, "+db +web +log ");
    ck_assert(fleet_is_ready(&world.fleet));
}
END_TEST

START_TEST(a_unit_that_ends_before_it_is_ready_lets_nobody_start)
{
    world_begin();
    size_t db = add_slow("db", 3000);
    size_t web = world_add("web");
    world.script[db].runs_ms = 1000;
    world.script[db].code = 7;
    world.unit[web].requires = world_names("db", NULL);
    world_boot();
    world_run_until(5000);
    world_is_over(7);
    ck_assert(!world_has("+web"));
}
END_TEST

START_TEST(a_unit_that_is_never_ready_fails_with_75_after_its_start_timeout)
{
    world_begin();
    size_t db = add_slow("db", WORLD_FOR_EVER);
    world_boot();
    world_run_until(59999);
    ck_assert_int_eq(world_state(db), LIFE_STARTING);
    world_run_until(60000);
    ck_assert_int_eq(world_state(db), LIFE_EXPIRING);
    world_run_until(61000);
    world_is_over(CODE_LATE);
    ck_assert_str_eq(world.order, "+db -db ");
}
END_TEST

START_TEST(a_unit_that_was_not_ready_in_time_is_started_again_where_restart_says_so)
{
    world_begin();
    size_t db = add_slow("db", WORLD_FOR_EVER);
    world.unit[db].restart = RESTART_ON_FAILURE;
    world.unit[db].start_timeout_ms = 1000;
    world.unit[db].start_limit = (struct start_limit){2, 120000};
    world_boot();
    world_run_until(30000);
    world_is_over(CODE_LATE);
    ck_assert_str_eq(world.order, "+db -db +db -db ");
}
END_TEST

START_TEST(a_stop_while_it_is_being_stopped_for_its_lateness_is_followed_by_no_restart)
{
    world_begin();
    size_t db = add_slow("db", WORLD_FOR_EVER);
    world.unit[db].restart = RESTART_ON_FAILURE;
    world.unit[db].start_timeout_ms = 1000;
    world.script[db].stops_ms = 500;
    world_boot();
    world_run_until(1200);
    ck_assert_int_eq(world_state(db), LIFE_EXPIRING);
    world_term();
    ck_assert_int_eq(world_state(db), LIFE_CONDEMNED);
    world_run_until(10000);
    world_is_over(CODE_LATE);
    ck_assert_str_eq(world.order, "+db -db ");
}
END_TEST

START_TEST(being_ready_twice_or_after_a_stop_changes_nothing)
{
    world_begin();
    size_t db = add_slow("db", 0);
    world.script[db].stops_ms = 1000;
    world_boot();
    world_run_until(10);
    ck_assert_int_eq(world_state(db), LIFE_READY);
    fleet_ready(&world.fleet, db, world.now_ms);
    ck_assert_int_eq(world_state(db), LIFE_READY);
    world_term();
    fleet_ready(&world.fleet, db, world.now_ms);
    ck_assert_int_eq(world_state(db), LIFE_STOPPING);
    world_run_until(10000);
    world_is_over(0);
}
END_TEST

START_TEST(a_unit_that_reloads_is_as_good_as_ready)
{
    world_begin();
    size_t db = add_slow("db", 0);
    world_boot();
    world_run_until(10);
    fleet_reloading(&world.fleet, db, world.now_ms);
    ck_assert_int_eq(world_state(db), LIFE_RELOADING);
    ck_assert_str_eq(life_state_name(world_state(db), false), "reloading");
    ck_assert(fleet_is_ready(&world.fleet));
    fleet_ready(&world.fleet, db, world.now_ms);
    ck_assert_int_eq(world_state(db), LIFE_READY);
}
END_TEST

START_TEST(a_unit_that_says_it_stops_is_restarted_when_it_has_ended)
{
    world_begin();
    size_t db = add_slow("db", 0);
    world.unit[db].restart = RESTART_ALWAYS;
    world.script[db].runs_ms = 1000;
    world_boot();
    world_run_until(500);
    fleet_leaving(&world.fleet, db, world.now_ms);
    ck_assert_str_eq(life_state_name(world_state(db), false), "stopping");
    ck_assert(!fleet_is_ready(&world.fleet));
    world_run_until(1600);
    ck_assert_str_eq(world.order, "+db +db ");
}
END_TEST

START_TEST(a_watchdog_that_is_not_fed_aborts_and_counts_as_a_failure)
{
    world_begin();
    size_t db = add_slow("db", 0);
    world.unit[db].watchdog_ms = 1000;
    world_boot();
    for (int i = 1; i <= 5; i++) {
        world_run_until(i * 900);
        fleet_keep_alive(&world.fleet, db, world.now_ms);
    }
    ck_assert_int_eq(world_state(db), LIFE_READY);
    world_run_until(5500);
    ck_assert_int_eq(world_state(db), LIFE_EXPIRING);
    world_run_until(7000);
    world_is_over(CODE_SIGNAL + SIGABRT);
    ck_assert_str_eq(world.order, "+db -db ");
}
END_TEST

START_TEST(a_watchdog_is_set_taken_back_and_triggered_by_the_unit_s_own_word)
{
    world_begin();
    size_t db = add_slow("db", 0);
    world_boot();
    world_run_until(10);
    fleet_set_watchdog(&world.fleet, db, 500, world.now_ms);
    world_run_until(400);
    fleet_set_watchdog(&world.fleet, db, 0, world.now_ms);
    world_run_until(5000);
    ck_assert_int_eq(world_state(db), LIFE_READY);
    fleet_trigger_watchdog(&world.fleet, db, world.now_ms);
    ck_assert_int_eq(world_state(db), LIFE_EXPIRING);
    world_run_until(6000);
    world_is_over(CODE_SIGNAL + SIGABRT);
}
END_TEST

START_TEST(more_time_is_given_for_a_start_and_for_a_stop_but_not_beyond_the_clock)
{
    world_begin();
    size_t db = add_slow("db", 80000);
    world.unit[db].stop_timeout_ms = 1000;
    world.script[db].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(50000);
    fleet_extend_timeout(&world.fleet, db, 1000, world.now_ms); /* less than it has: nothing */
    fleet_extend_timeout(&world.fleet, db, 31000, world.now_ms);
    world_run_until(80000);
    ck_assert_int_eq(world_state(db), LIFE_READY);
    world_term();
    world_run_until(80500);
    fleet_extend_timeout(&world.fleet, db, INT64_MAX, world.now_ms);
    world_run_until(80000 + WORLD_CLOCK_MS - 1);
    ck_assert_int_eq(world_state(db), LIFE_STOPPING);
    world_run_until(80000 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(CODE_SIGNAL + SIGKILL);
}
END_TEST

START_TEST(words_of_a_unit_that_is_not_up_or_of_a_task_change_nothing)
{
    world_begin();
    size_t db = add_slow("db", 1000);
    size_t job = world_add_task("job", 50000, 0);
    world.unit[db].start_timeout_ms = 0;
    world.script[db].stops_ms = 1000;
    world_boot();
    world_run_until(10);
    fleet_leaving(&world.fleet, job, world.now_ms);
    ck_assert_int_eq(world_state(job), LIFE_STARTING);
    fleet_set_watchdog(&world.fleet, db, 500, world.now_ms); /* it counts once it is ready */
    ck_assert(!fleet_reload(&world.fleet, db));
    fleet_extend_timeout(&world.fleet, db, 500, world.now_ms); /* of a start without a limit */
    world_run_until(900);
    ck_assert_int_eq(world_state(db), LIFE_STARTING);
    fleet_set_watchdog(&world.fleet, db, 0, world.now_ms);
    world_run_until(2000);
    ck_assert_int_eq(world_state(db), LIFE_READY);
    fleet_extend_timeout(&world.fleet, db, 500, world.now_ms); /* nothing limits it */
    world_run_until(3000);
    ck_assert_int_eq(world_state(db), LIFE_READY);
    world_term();
    fleet_trigger_watchdog(&world.fleet, db, world.now_ms); /* it stops already */
    ck_assert_int_eq(world_state(db), LIFE_STOPPING);
    world_run_until(20000);
    world_is_over(0);
}
END_TEST

START_TEST(a_start_that_hangs_by_its_own_word_is_aborted)
{
    world_begin();
    size_t db = add_slow("db", WORLD_FOR_EVER);
    world_boot();
    world_run_until(10);
    fleet_trigger_watchdog(&world.fleet, db, world.now_ms);
    ck_assert_int_eq(world_state(db), LIFE_EXPIRING);
    world_run_until(6000);
    world_is_over(CODE_SIGNAL + SIGABRT);
}
END_TEST

START_TEST(a_drain_keeps_the_first_stop_signal_back)
{
    world_begin();
    (void)world_add("web");
    world.config.init.drain_ms = 2000;
    world_boot();
    world_run_until(100);
    world_term();
    ck_assert_int_eq(world.fleet.phase, FLEET_DRAINING);
    ck_assert_str_eq(fleet_phase_name(world.fleet.phase), "stopping");
    world_run_until(2099);
    ck_assert_str_eq(world.order, "+web ");
    world_run_until(3000);
    world_is_over(0);
    ck_assert_str_eq(world.order, "+web -web ");
}
END_TEST

START_TEST(a_drain_is_part_of_the_clock_and_ends_when_two_thirds_are_gone)
{
    world_begin();
    size_t web = world_add("web");
    size_t last = world_add_task("last", 10, 0);
    world.unit[last].when = WHEN_STOP;
    world.unit[last].essential = false;
    world.config.init.drain_ms = 60000;
    world_boot();
    world_run_until(100);
    world_term();
    world_run_until(100 + WORLD_CLOCK_MS * 2 / 3 - 1);
    ck_assert_int_eq(world_state(web), LIFE_READY);
    world_run_until(100 + WORLD_CLOCK_MS * 2 / 3 + 100);
    world_is_over(0);
}
END_TEST

START_TEST(a_second_term_ends_a_drain)
{
    world_begin();
    (void)world_add("web");
    world.config.init.drain_ms = 6000;
    world_boot();
    world_term();
    world_run_until(1500);
    world_term();
    world_run_until(3000);
    world_is_over(CODE_SIGNAL + SIGKILL);
}
END_TEST

START_TEST(a_container_whose_units_have_all_ended_has_nothing_to_drain)
{
    world_begin();
    (void)world_add_task("only", 10, 0);
    world.config.init.drain_ms = 6000;
    world_boot();
    world_run_until(100);
    world_is_over(0);
}
END_TEST

START_TEST(a_check_that_asks_for_the_end_gives_it_the_code_69)
{
    world_begin();
    (void)world_add("web");
    world_boot();
    fleet_check_failed(&world.fleet, "ping", world.now_ms);
    world_settle();
    world_run_until(1000);
    world_is_over(CODE_UNAVAILABLE);
    ck_assert_str_eq(world.order, "+web -web ");
}
END_TEST

Suite *
fleet_ready_suite(void)
{
    const TTest *const tests[] = {
        who_requires_a_unit_waits_until_it_is_ready_and_not_until_it_is_started,
        a_unit_that_ends_before_it_is_ready_lets_nobody_start,
        a_unit_that_is_never_ready_fails_with_75_after_its_start_timeout,
        a_unit_that_was_not_ready_in_time_is_started_again_where_restart_says_so,
        a_stop_while_it_is_being_stopped_for_its_lateness_is_followed_by_no_restart,
        being_ready_twice_or_after_a_stop_changes_nothing,
        a_unit_that_reloads_is_as_good_as_ready,
        a_unit_that_says_it_stops_is_restarted_when_it_has_ended,
        a_watchdog_that_is_not_fed_aborts_and_counts_as_a_failure,
        a_watchdog_is_set_taken_back_and_triggered_by_the_unit_s_own_word,
        more_time_is_given_for_a_start_and_for_a_stop_but_not_beyond_the_clock,
        words_of_a_unit_that_is_not_up_or_of_a_task_change_nothing,
        a_start_that_hangs_by_its_own_word_is_aborted,
        a_drain_keeps_the_first_stop_signal_back,
        a_drain_is_part_of_the_clock_and_ends_when_two_thirds_are_gone,
        a_second_term_ends_a_drain,
        a_container_whose_units_have_all_ended_has_nothing_to_drain,
        a_check_that_asks_for_the_end_gives_it_the_code_69,
    };
    Suite *suite = suite_create("fleet_ready");
    TCase *tcase = tcase_create("fleet_ready");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
