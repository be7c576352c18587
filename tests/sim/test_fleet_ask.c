/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"
#include "tests/sim/suites.h"

/* What is asked for over the socket. */

typedef bool ask(struct fleet *fleet, const size_t *unit, size_t count);

static void
say(ask *verb, size_t u)
{
    ck_assert(verb(&world.fleet, &u, 1));
    world_settle();
}

/* proxy requires web, web requires db; all run. */
enum { DB, WEB, PROXY };

static void
begin_three(void)
{
    world_begin();
    (void)world_add("db");
    world.unit[world_add("web")].requires = world_names("db", NULL);
    world.unit[world_add("proxy")].requires = world_names("web", NULL);
    world_boot();
    world_run_until(100);
    ck_assert_str_eq(world.order, "+db +web +proxy ");
    world.order[0] = '\0';
}

START_TEST(a_stop_is_no_loss_and_takes_dependents_along_in_reverse_order)
{
    begin_three();
    say(fleet_stop, DB);
    world_run_until(20000);
    ck_assert_str_eq(world.order, "-proxy -web -db ");
    for (size_t u = 0; u < 3; u++) {
        ck_assert(!fleet_is_lost(&world.fleet.unit[u]));
    }
    /* Nothing is left, and nobody failed. */
    world_is_over(0);
}
END_TEST

START_TEST(a_stop_of_many_takes_more_than_one_turn)
{
    enum { MANY = 5 * FLEET_STOPS_A_TURN + 3 };
    size_t all[MANY];
    world_begin();
    (void)world_add("main");
    for (size_t i = 0; i < MANY; i++) {
        all[i] = world_add(NULL);
    }
    world_boot();
    world_run_until(100);
    ck_assert(fleet_restart(&world.fleet, all, MANY));
    world_settle();
    ck_assert_uint_eq(world.most_stops_a_turn, FLEET_STOPS_A_TURN);
    world_run_until(200);
    for (size_t i = 0; i < MANY; i++) {
        ck_assert_uint_eq(world.starts[all[i]], 2);
    }
}
END_TEST

START_TEST(a_stop_leaves_alone_whoever_does_not_require_it)
{
    begin_three();
    say(fleet_stop, WEB);
    world_run_until(20000);
    ck_assert_str_eq(world.order, "-proxy -web ");
    ck_assert_int_eq(world_state(DB), LIFE_READY);
    ck_assert_int_eq(world_state(WEB), LIFE_STOPPED);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    say(fleet_stop, WEB); /* once more: nothing is left to do */
    ck_assert_str_eq(world.order, "-proxy -web ");
}
END_TEST

START_TEST(a_start_starts_first_what_it_requires)
{
    begin_three();
    (void)world_add("other");
    say(fleet_stop, WEB);
    world_run_until(1000);
    world.order[0] = '\0';
    say(fleet_start, PROXY);
    world_run_until(2000);
    ck_assert_str_eq(world.order, "+web +proxy ");
    ck_assert_int_eq(world_state(PROXY), LIFE_READY);
    say(fleet_start, PROXY); /* it is up */
    ck_assert_str_eq(world.order, "+web +proxy ");
}
END_TEST

START_TEST(a_restart_keeps_those_that_require_it)
{
    begin_three();
    say(fleet_restart, WEB);
    world_run_until(20000);
    ck_assert_str_eq(world.order, "-web +web ");
    ck_assert_int_eq(world_state(PROXY), LIFE_READY);
    ck_assert_int_eq(world_state(WEB), LIFE_READY);
}
END_TEST

START_TEST(a_restart_of_several_goes_down_and_up_in_their_order)
{
    static const size_t both[] = {DB, WEB};
    begin_three();
    ck_assert(fleet_restart(&world.fleet, both, 2));
    world_settle();
    world_run_until(20000);
    ck_assert_str_eq(world.order, "-web -db +db +web ");
}
END_TEST

START_TEST(a_restart_of_the_only_unit_does_not_end_the_container)
{
    world_begin();
    size_t web = world_add("web");
    world_boot();
    world_run_until(100);
    say(fleet_restart, web);
    world_run_until(1000);
    ck_assert_int_eq(world_state(web), LIFE_READY);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert_uint_eq(world.starts[web], 2);
}
END_TEST

START_TEST(a_stop_and_a_start_before_it_is_down_are_a_restart)
{
    begin_three();
    say(fleet_stop, PROXY);
    say(fleet_start, PROXY);
    world_run_until(1000);
    ck_assert_str_eq(world.order, "-proxy +proxy ");
    ck_assert_int_eq(world_state(PROXY), LIFE_READY);
}
END_TEST

START_TEST(a_unit_that_ignores_its_stop_is_killed_and_no_loss_either)
{
    begin_three();
    world.script[PROXY].stops_ms = WORLD_FOR_EVER;
    say(fleet_stop, PROXY);
    world_run_until(20000);
    ck_assert_str_eq(world.order, "-proxy !proxy ");
    ck_assert_int_eq(world_state(PROXY), LIFE_STOPPED);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    world_term();
    world_run_until(40000);
    world_is_over(0);
}
END_TEST

START_TEST(a_manual_task_runs_when_asked_and_again_when_asked_again)
{
    world_begin();
    (void)world_add("web");
    size_t task = world_add_task("job", 50, 0);
    world.unit[task].when = WHEN_MANUAL;
    world.unit[task].essential = false;
    world_boot();
    world_run_until(100);
    ck_assert_str_eq(world.order, "+web ");
    for (size_t round = 1; round <= 2; round++) {
        say(fleet_start, task);
        world_run_until((int64_t)round * 1000);
        ck_assert_int_eq(world_state(task), LIFE_ENDED);
        ck_assert_uint_eq(world.starts[task], round);
    }
}
END_TEST

START_TEST(a_task_of_the_end_that_was_run_by_hand_runs_at_the_end_all_the_same)
{
    static const enum task_when whens[] = {WHEN_STOP, WHEN_STOPPED};
    for (size_t i = 0; i < 2; i++) {
        world_begin();
        (void)world_add("web");
        size_t task = world_add_task("save", 50, 0);
        world.unit[task].when = (int)whens[i];
        world.unit[task].essential = false;
        world_boot();
        world_run_until(100);
        say(fleet_start, task);
        world_run_until(1000);
        ck_assert_uint_eq(world.starts[task], 1);
        world_term();
        world_run_until(20000);
        world_is_over(0);
        ck_assert_uint_eq(world.starts[task], 2);
    }
}
END_TEST

START_TEST(a_start_ends_the_wait_for_a_restart_and_forgives_earlier_starts)
{
    world_begin();
    (void)world_add("web");
    size_t crash = world_add("crash");
    world.unit[crash].essential = false;
    world.unit[crash].restart = RESTART_ALWAYS;
    world.unit[crash].start_limit = (struct start_limit){2, 120000};
    world.script[crash].runs_ms = 10;
    world.script[crash].code = 1;
    world_boot();
    world_run_until(20);
    ck_assert_int_eq(world_state(crash), LIFE_BACKOFF);
    say(fleet_start, crash);
    ck_assert_uint_eq(world.starts[crash], 2);
    world_run_until(100000);
    ck_assert_int_eq(world_state(crash), LIFE_FAILED); /* after one more by itself */
    ck_assert_uint_eq(world.starts[crash], 3);
    say(fleet_start, crash);
    ck_assert_int_eq(world_state(crash), LIFE_STARTING);
}
END_TEST

START_TEST(a_start_whose_requirement_fails_is_stopped_and_lost)
{
    world_begin();
    (void)world_add("web");
    size_t db = world_add("db");
    size_t api = world_add("api");
    world.unit[api].requires = world_names("db", NULL);
    world.unit[api].essential = world.unit[db].essential = false;
    world.unit[api].autostart = world.unit[db].autostart = false;
    world.script[db].cannot_start = 127;
    world_boot();
    world_run_until(100);
    say(fleet_start, api);
    world_run_until(1000);
    ck_assert_int_eq(world_state(db), LIFE_FAILED);
    ck_assert_int_eq(world_state(api), LIFE_STOPPED);
    ck_assert(fleet_is_lost(&world.fleet.unit[api]));
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
}
END_TEST

START_TEST(a_unit_that_waits_for_its_turn_can_be_stopped_and_is_no_loss)
{
    world_begin();
    (void)world_add("web");
    size_t init = world_add_task("init", 5000, 0);
    size_t api = world_add("api");
    world.unit[api].requires = world_names("init", NULL);
    world_boot();
    world_run_until(100);
    say(fleet_stop, api);
    ck_assert_int_eq(world_state(api), LIFE_STOPPED);
    world_run_until(20000);
    ck_assert_int_eq(world_state(init), LIFE_ENDED);
    ck_assert_uint_eq(world.starts[api], 0);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
}
END_TEST

START_TEST(a_stop_command_runs_instead_of_the_signal_and_the_time_runs_all_the_same)
{
    begin_three();
    world.unit[PROXY].stop_command = "quit";
    world.script[PROXY].has_stop_command = true;
    say(fleet_stop, PROXY);
    ck_assert_str_eq(world.order, "~proxy ");
    world_run_until(20000);
    ck_assert_str_eq(world.order, "~proxy !proxy ");
    ck_assert_int_eq(world_state(PROXY), LIFE_STOPPED);
}
END_TEST

START_TEST(where_a_stop_command_fails_or_cannot_be_started_the_signal_comes)
{
    begin_three();
    world.unit[PROXY].stop_command = world.unit[WEB].stop_command = "quit";
    world.script[WEB].has_stop_command = true;
    say(fleet_stop, WEB);
    world_run_until(1000);
    ck_assert_str_eq(world.order, "-proxy ~web ");
    fleet_stop_failed(&world.fleet, WEB);
    world_run_until(2000);
    ck_assert_str_eq(world.order, "-proxy ~web -web ");
    fleet_stop_failed(&world.fleet, WEB); /* news of one that is gone */
    ck_assert_str_eq(world.order, "-proxy ~web -web ");
}
END_TEST

START_TEST(a_stop_command_that_is_emptied_is_none)
{
    begin_three();
    world.unit[PROXY].stop_command = "";
    world.script[PROXY].has_stop_command = true;
    say(fleet_stop, PROXY);
    ck_assert_str_eq(world.order, "-proxy ");
}
END_TEST

START_TEST(a_stop_command_that_fails_too_late_signals_nobody_else)
{
    begin_three();
    world.unit[PROXY].stop_command = "quit";
    world.script[PROXY].has_stop_command = true;
    world.script[PROXY].outlives_kill = true;
    say(fleet_stop, PROXY);
    world_run_until(world.now_ms + 9000);
    ck_assert_int_eq(world_state(PROXY), LIFE_KILLING);
    fleet_stop_failed(&world.fleet, PROXY);
    ck_assert_str_eq(world.order, "~proxy !proxy ");
    fleet_stop_failed(&world.fleet, WEB); /* a new process, which nobody stops */
    ck_assert_str_eq(world.order, "~proxy !proxy ");
}
END_TEST

START_TEST(a_reload_is_a_signal_to_what_is_up)
{
    begin_three();
    world.unit[WEB].reload_signal = 1;
    world.script[WEB].stops_ms = WORLD_FOR_EVER;
    ck_assert(fleet_reload(&world.fleet, WEB));
    ck_assert_str_eq(world.order, "-web ");
    ck_assert_int_eq(world_state(WEB), LIFE_READY);
    say(fleet_stop, PROXY);
    world_run_until(1000);
    ck_assert(!fleet_reload(&world.fleet, PROXY));
}
END_TEST

START_TEST(once_the_end_has_begun_nothing_can_be_asked_for)
{
    const size_t web = WEB;
    begin_three();
    world.script[DB].stops_ms = 2000;
    world_term();
    ck_assert(!fleet_start(&world.fleet, &web, 1));
    ck_assert(!fleet_stop(&world.fleet, &web, 1));
    ck_assert(!fleet_restart(&world.fleet, &web, 1));
    world_run_until(20000);
    world_is_over(0);
}
END_TEST

Suite *
fleet_ask_suite(void)
{
    const TTest *const tests[] = {
        a_stop_is_no_loss_and_takes_dependents_along_in_reverse_order,
        a_stop_leaves_alone_whoever_does_not_require_it,
        a_start_starts_first_what_it_requires,
        a_stop_of_many_takes_more_than_one_turn,
        a_restart_keeps_those_that_require_it,
        a_restart_of_several_goes_down_and_up_in_their_order,
        a_restart_of_the_only_unit_does_not_end_the_container,
        a_stop_and_a_start_before_it_is_down_are_a_restart,
        a_unit_that_ignores_its_stop_is_killed_and_no_loss_either,
        a_manual_task_runs_when_asked_and_again_when_asked_again,
        a_task_of_the_end_that_was_run_by_hand_runs_at_the_end_all_the_same,
        a_start_ends_the_wait_for_a_restart_and_forgives_earlier_starts,
        a_start_whose_requirement_fails_is_stopped_and_lost,
        a_unit_that_waits_for_its_turn_can_be_stopped_and_is_no_loss,
        a_stop_command_runs_instead_of_the_signal_and_the_time_runs_all_the_same,
        where_a_stop_command_fails_or_cannot_be_started_the_signal_comes,
        a_stop_command_that_is_emptied_is_none,
        a_stop_command_that_fails_too_late_signals_nobody_else,
        a_reload_is_a_signal_to_what_is_up,
        once_the_end_has_begun_nothing_can_be_asked_for,
    };
    Suite *suite = suite_create("fleet_ask");
    TCase *tcase = tcase_create("fleet_ask");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
