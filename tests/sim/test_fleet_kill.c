/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <signal.h>

#include "config/exitcode.h"
#include "config/signame.h"
#include "tests/sim/suites.h"

/* Second signals, the end of the clock, and what even KILL does not end. */

static size_t
add_deaf(const char *name)
{
    size_t u = world_add(name);
    world.script[u].stops_ms = WORLD_FOR_EVER;
    return u;
}

static void
signal_at(int64_t at_ms, int signal)
{
    world_run_until(at_ms);
    fleet_stop_signal(&world.fleet, signal, 0, world.now_ms);
    world_settle();
}

START_TEST(the_first_term_while_a_loss_is_being_dealt_with_is_the_first_and_its_echo_too)
{
    world_begin();
    size_t db = world_add("db");
    (void)add_deaf("web");
    world.script[db].runs_ms = 100;
    world.script[db].code = 3;
    world_boot();
    signal_at(4000, SIGTERM);
    signal_at(4999, SIGTERM);
    ck_assert(!world_has("!web"));
    signal_at(5000, SIGTERM);
    ck_assert(world_has("!web"));
    world_run_until(5000 + WORLD_GRACE_MS);
    world_is_over(3);
}
END_TEST

static const struct {
    int first, second;
    bool kills;
} seconds[] = {
    {SIGTERM, SIGTERM, true},  {SIGTERM, SIGINT, true}, {SIGINT, SIGTERM, true},
    {SIGTERM, SIGQUIT, false}, {SIGQUIT, SIGINT, true}, {SIGQUIT, SIGQUIT, false},
};

START_TEST(a_second_term_or_int_kills_and_no_other_signal)
{
    world_begin();
    (void)add_deaf("web");
    world_boot();
    signal_at(100, seconds[_i].first);
    signal_at(1100, seconds[_i].second);
    ck_assert_int_eq(world_has("!web"), seconds[_i].kills);
}
END_TEST

START_TEST(a_second_term_ends_a_stop_task_and_starts_no_other)
{
    world_begin();
    (void)world_add("web");
    for (int i = 0; i < 3; i++) {
        size_t u = world_add_task(i == 0 ? "first" : i == 1 ? "second" : "last", WORLD_FOR_EVER, 0);
        world.unit[u].when = i < 2 ? WHEN_STOP : WHEN_STOPPED;
        world.unit[u].essential = false;
        world.unit[u].after = i == 1 ? world_names("first", NULL) : world.unit[u].after;
    }
    world_boot();
    signal_at(100, SIGTERM);
    signal_at(2000, SIGTERM);
    world_run_until(2000 + WORLD_GRACE_MS);
    world_is_over(CODE_SIGNAL + SIGKILL);
    ck_assert_str_eq(world.order, "+web +first !web !first ");
}
END_TEST

START_TEST(a_second_term_kills_strays_too)
{
    world_begin();
    (void)world_add("web");
    world.has_strays = true;
    world_boot();
    signal_at(100, SIGTERM);
    signal_at(1100, SIGTERM);
    ck_assert(!world.has_strays);
    world_run_until(1100 + WORLD_GRACE_MS);
    world_is_over(0);
}
END_TEST

START_TEST(after_kill_nobody_is_killed_again_and_who_came_meanwhile_is)
{
    world_begin();
    size_t web = add_deaf("web");
    world_boot();
    signal_at(100, SIGTERM);
    signal_at(1100, SIGTERM);
    signal_at(1100, SIGTERM);
    ck_assert_str_eq(world.order, "+web -web !web ");
    ck_assert_uint_eq(world.told[TELL_KILL], 1);
    world.has_strays = true;
    world_run_until(1110);
    ck_assert_int_eq(world_state(web), LIFE_STOPPED);
    ck_assert(!world.has_strays);
    world_is_over(CODE_SIGNAL + SIGKILL);
}
END_TEST

START_TEST(without_a_clock_strays_still_have_their_two_seconds)
{
    world_begin();
    (void)world_add("web");
    world.config.init.stop_timeout_ms = DURATION_NONE;
    world.has_strays = true;
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(2100);
    ck_assert_int_eq(world.fleet.phase, FLEET_SWEEPING);
    world_run_until(2200);
    world_is_over(0);
    ck_assert_uint_eq(world.told[TELL_KILL], 1);
}
END_TEST

START_TEST(where_the_clock_is_over_when_the_last_unit_ends_strays_are_killed_at_once)
{
    world_begin();
    size_t web = add_deaf("web");
    world.has_strays = true;
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(100 + WORLD_CLOCK_MS - 1);
    world.now_ms += 6; /* the news of both come in one turn, and the process first */
    world.outcome[web] = (struct outcome){.code = CODE_SIGNAL + SIGTERM, .signal = SIGTERM};
    world.ends_ms[web] = -1;
    fleet_exit(&world.fleet, web, &world.outcome[web], world.now_ms);
    world_settle();
    ck_assert_int_eq(world.fleet.phase, FLEET_SWEEPING);
    world_run_until(100 + WORLD_CLOCK_MS + 5);
    world_is_over(0);
}
END_TEST

START_TEST(a_term_during_boot_kills_at_the_end_of_the_clock_what_was_starting)
{
    world_begin();
    size_t init = world_add_task("init", WORLD_FOR_EVER, 0);
    size_t web = world_add("web");
    world.script[init].stops_ms = WORLD_FOR_EVER;
    world.unit[web].requires = world_names("init", NULL);
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(CODE_SIGNAL + SIGKILL);
    ck_assert_str_eq(world.order, "+init -init !init ");
}
END_TEST

START_TEST(a_clock_of_0_is_term_and_kill_at_once)
{
    world_begin();
    world.config.init.stop_timeout_ms = 0;
    (void)add_deaf("web");
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(110);
    world_is_over(CODE_SIGNAL + SIGKILL);
    ck_assert_str_eq(world.order, "+web -web !web ");
}
END_TEST

static const struct {
    bool is_essential, is_lone;
    int code;
} survivors[] = {
    {true, false, CODE_SIGNAL + SIGKILL},
    {false, false, 0},
    {true, true, CODE_SIGNAL + SIGKILL},
};

START_TEST(what_kill_does_not_end_keeps_the_container_no_longer_than_half_a_second)
{
    world_begin();
    size_t web = add_deaf("web");
    (void)world_add("db");
    world.config.is_lone = survivors[_i].is_lone;
    world.unit[web].essential = survivors[_i].is_essential;
    world.script[web].outlives_kill = true;
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(survivors[_i].code);
}
END_TEST

START_TEST(of_several_that_kill_does_not_end_the_first_is_told)
{
    world_begin();
    for (int i = 0; i < 2; i++) {
        world.script[add_deaf(NULL)].outlives_kill = true;
    }
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(CODE_SIGNAL + SIGKILL);
    ck_assert_uint_eq(world.fleet.first_bad_unit, 0);
}
END_TEST

/* A lone command's code, where 3 and death by HUP are named a success. */
static const struct {
    int code, signal, want;
    bool is_asked;
} lones[] = {
    {0, 0, 0, false},
    {3, 0, 0, false},
    {4, 0, 4, false},
    {0, SIGHUP, 0, false},
    {0, SIGINT, CODE_SIGNAL + SIGINT, false},
    {3, 0, 0, true},
    {4, 0, 4, true},
};

START_TEST(a_lone_command_has_its_own_code_unless_that_was_named_a_success)
{
    world_begin();
    size_t web = world_add("web");
    world.config.is_lone = true;
    world.unit[web].success_status.codes[0] = 1 << 0 | 1 << 3;
    world.unit[web].success_status.signals = SIGNAME_BIT(SIGHUP);
    world.script[web].runs_ms = 1000;
    world.script[web].code = lones[_i].code;
    world.script[web].signal = lones[_i].signal;
    world.script[web].stops_ms = WORLD_FOR_EVER;
    world_boot();
    if (lones[_i].is_asked) {
        signal_at(500, SIGTERM);
    }
    world_run_until(2000);
    world_is_over(lones[_i].want);
}
END_TEST

START_TEST(a_mount_that_drifts_ends_the_container_as_a_broken_contract_does)
{
    world_begin();
    (void)world_add("web");
    world_boot();
    world_run_until(100);
    fleet_drifted(&world.fleet, "/tmp", world.now_ms);
    fleet_drifted(&world.fleet, "/srv", world.now_ms); /* the end has begun */
    fleet_check_failed(&world.fleet, "ping", world.now_ms);
    world_settle();
    ck_assert_str_eq(world.fleet.cause_mount, "/tmp");
    world_run_until(200);
    world_is_over(CODE_BROKEN);
}
END_TEST

START_TEST(a_unit_that_outlives_its_own_kill_waits_for_the_clock)
{
    world_begin();
    size_t web = add_deaf("web");
    size_t db = world_add("db");
    world.unit[web].requires = world_names("db", NULL);
    world.unit[web].stop_timeout_ms = 1000;
    world.script[web].outlives_kill = true;
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(100 + WORLD_CLOCK_MS * 2 / 3);
    ck_assert_str_eq(world.order, "+db +web -web !web -db ");
    world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(CODE_SIGNAL + SIGKILL);
    ck_assert_int_eq(world_state(db), LIFE_STOPPED);
}
END_TEST

START_TEST(at_two_thirds_of_the_clock_nobody_is_told_twice)
{
    world_begin();
    size_t web = add_deaf("web");
    (void)add_deaf("db");
    world.unit[web].requires = world_names("db", NULL);
    world_boot();
    signal_at(100, SIGTERM);
    world_run_until(100 + WORLD_CLOCK_MS - 1);
    ck_assert_str_eq(world.order, "+db +web -web -db ");
}
END_TEST

START_TEST(a_unit_that_crashes_while_it_awaits_its_turn_to_stop_is_restarted_for_those_that_need_it)
{
    world_begin();
    size_t db = world_add("db");
    size_t web = world_add("web");
    world.unit[db].restart = RESTART_ALWAYS;
    world.script[db].runs_ms = 1000;
    world.script[db].code = 3;
    world.unit[web].requires = world_names("db", NULL);
    world.script[web].stops_ms = 3000;
    world_boot();
    world_run_until(900);
    world_term();
    world_run_until(1600);
    ck_assert_str_eq(world.order, "+db +web -web +db ");
    world.script[db].runs_ms = WORLD_FOR_EVER;
    world_run_until(20000);
    world_is_over(0);
}
END_TEST

START_TEST(a_shutdown_says_the_code_or_leaves_it_to_the_units)
{
    static const int codes[] = {-1, 0, 42};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        world_begin();
        (void)add_deaf("web");
        world_boot();
        world_run_until(100);
        world_shutdown(codes[i]);
        world_shutdown(7); /* too late to matter */
        world_run_until(100 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
        world_is_over(codes[i] < 0 ? CODE_SIGNAL + SIGKILL : codes[i]);
    }
}
END_TEST

START_TEST(a_container_without_units_ends_at_once)
{
    world_begin();
    world_boot();
    world_is_over(0);
    ck_assert_int_eq(world.now_ms, 0);
}
END_TEST

Suite *
fleet_kill_suite(void)
{
    const TTest *const tests[] = {
        the_first_term_while_a_loss_is_being_dealt_with_is_the_first_and_its_echo_too,
        a_second_term_ends_a_stop_task_and_starts_no_other,
        a_second_term_kills_strays_too,
        after_kill_nobody_is_killed_again_and_who_came_meanwhile_is,
        without_a_clock_strays_still_have_their_two_seconds,
        where_the_clock_is_over_when_the_last_unit_ends_strays_are_killed_at_once,
        of_several_that_kill_does_not_end_the_first_is_told,
        a_mount_that_drifts_ends_the_container_as_a_broken_contract_does,
        a_term_during_boot_kills_at_the_end_of_the_clock_what_was_starting,
        a_clock_of_0_is_term_and_kill_at_once,
        a_unit_that_outlives_its_own_kill_waits_for_the_clock,
        at_two_thirds_of_the_clock_nobody_is_told_twice,
        a_unit_that_crashes_while_it_awaits_its_turn_to_stop_is_restarted_for_those_that_need_it,
        a_shutdown_says_the_code_or_leaves_it_to_the_units,
        a_container_without_units_ends_at_once,
    };
    Suite *suite = suite_create("fleet_kill");
    TCase *tcase = tcase_create("fleet_kill");
    tcase_add_loop_test(tcase, a_second_term_or_int_kills_and_no_other_signal, 0,
                        sizeof seconds / sizeof seconds[0]);
    tcase_add_loop_test(tcase,
                        what_kill_does_not_end_keeps_the_container_no_longer_than_half_a_second, 0,
                        sizeof survivors / sizeof survivors[0]);
    tcase_add_loop_test(tcase, a_lone_command_has_its_own_code_unless_that_was_named_a_success, 0,
                        sizeof lones / sizeof lones[0]);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
