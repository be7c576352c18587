/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <signal.h>

#include "config/exitcode.h"
#include "tests/sim/suites.h"

/* What the loss of a unit does to those that require it, and to the container. */

/* A service that is lost after `runs_ms`, and that the container can do without. */
static size_t
add_dying(const char *name, int64_t runs_ms, int code)
{
    size_t u = world_add(name);
    world.unit[u].essential = false;
    world.script[u].runs_ms = runs_ms;
    world.script[u].code = code;
    return u;
}

static const int64_t clocks_ms[] = {WORLD_CLOCK_MS, DURATION_NONE};

START_TEST(who_requires_a_lost_unit_and_ignores_term_is_killed_and_the_container_ends)
{
    world_begin();
    world.config.init.stop_timeout_ms = clocks_ms[_i];
    (void)add_dying("db", 1000, 9);
    size_t web = world_add("web");
    world.unit[web].requires = world_names("db", NULL);
    world.script[web].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(1000 + WORLD_CLOCK_MS - 1);
    ck_assert_str_eq(world.order, "+db +web -web ");
    world_run_until(1000 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(9);
    ck_assert(world_has("!web"));
}
END_TEST

START_TEST(who_waits_for_a_unit_that_is_lost_never_starts_and_ends_the_container_with_its_code)
{
    world_begin();
    size_t init = world_add_task("init", 100, 3);
    size_t web = world_add("web");
    world.unit[init].essential = false;
    world.unit[web].requires = world_names("init", NULL);
    world_boot();
    world_run_until(1000);
    world_is_over(3);
    ck_assert_str_eq(world.order, "+init ");
    ck_assert_uint_eq(world.fleet.cause_unit, init);
}
END_TEST

START_TEST(who_waits_for_its_restart_when_its_requirement_is_lost_starts_no_more)
{
    world_begin();
    (void)add_dying("db", 700, 9);
    size_t web = world_add("web");
    world.unit[web].requires = world_names("db", NULL);
    world.unit[web].restart = RESTART_ALWAYS;
    world.script[web].runs_ms = 300; /* until 300, 800 to … */
    world_boot();
    world_run_until(10000);
    world_is_over(9);
    ck_assert_uint_eq(world.starts[web], 1);
}
END_TEST

START_TEST(a_unit_waits_while_the_one_it_requires_waits_for_its_restart)
{
    world_begin();
    size_t db = world_add("db");
    size_t web = world_add("web");
    (void)world_add_task("init", 10, 0);
    world.unit[db].restart = RESTART_ALWAYS;
    world.unit[web].requires = world_names("db", "init");
    world.script[db].runs_ms = 5;
    world.script[db].code = 3;
    world_boot();
    world.script[db].runs_ms = WORLD_FOR_EVER; /* its second process */
    world_run_until(504);
    ck_assert_int_eq(world_state(web), LIFE_WAITING);
    ck_assert_int_eq(world.fleet.phase, FLEET_BOOTING);
    world_run_until(505);
    ck_assert_int_eq(world_state(web), LIFE_READY);
    ck_assert_str_eq(world.order, "+db +init +db +web ");
}
END_TEST

START_TEST(nobody_but_those_that_require_it_hears_of_a_loss)
{
    world_begin();
    (void)add_dying("db", 1000, 9);
    size_t web = world_add("web");
    size_t log = world_add("log");
    size_t cron = world_add("cron");
    world.unit[web].requires = world_names("db", NULL);
    world.unit[web].essential = false;
    world.unit[log].after = world_names("db", "web");
    (void)cron;
    world_boot();
    world_run_until(3600000);
    ck_assert_str_eq(world.order, "+db +cron +web +log -web ");
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert(fleet_is_ready(&world.fleet));
}
END_TEST

START_TEST(an_essential_loss_stops_all_in_reverse_order_wherever_they_are_written)
{
    world_begin();
    size_t api = world_add("api");
    size_t web = world_add("web");
    size_t db = world_add("db");
    world.unit[api].requires = world_names("db", NULL);
    world.unit[web].requires = world_names("api", NULL);
    world.script[db].runs_ms = 1000;
    world.script[db].code = 9;
    world_boot();
    world_run_until(20000);
    world_is_over(9);
    ck_assert_str_eq(world.order, "+db +api +web -web -api ");
}
END_TEST

START_TEST(a_late_task_that_is_on_its_way_down_holds_up_nobody_when_its_requirement_is_lost)
{
    world_begin();
    (void)add_dying("db", 1500, 9);
    size_t late = world_add_task("late", WORLD_FOR_EVER, 0);
    (void)world_add_task("init", 3000, 0);
    size_t web = world_add("web");
    world.unit[late].requires = world_names("db", NULL);
    world.unit[late].essential = false;
    world.unit[late].timeout_ms = 1000;
    world.unit[late].stop_timeout_ms = 60000;
    world.script[late].stops_ms = WORLD_FOR_EVER;
    world.unit[web].after = world_names("init", NULL);
    world_boot();
    world_run_until(3000);
    ck_assert_int_eq(world_state(late), LIFE_EXPIRING);
    ck_assert_int_eq(world_state(web), LIFE_READY);
    world_run_until(70000);
    ck_assert_int_eq(world_state(late), LIFE_FAILED);
    ck_assert_int_eq(world.fleet.unit[late].code, CODE_LATE);
}
END_TEST

START_TEST(a_crash_and_a_term_in_one_turn_end_with_the_code_of_the_crash)
{
    const struct outcome crash = {.code = 3};
    world_begin();
    size_t web = world_add("web");
    world_boot();
    world_run_until(100);
    world.ends_ms[web] = -1;
    world.outcome[web] = crash;
    fleet_exit(&world.fleet, web, &crash, world.now_ms);
    world_term();
    world_run_until(1000);
    world_is_over(3);
    ck_assert_int_eq(world.fleet.cause, CAUSE_SIGNAL);
}
END_TEST

START_TEST(a_service_that_ends_well_is_lost_too_and_the_code_is_0)
{
    world_begin();
    size_t web = world_add("web");
    (void)world_add("db");
    world.script[web].runs_ms = 1000;
    world_boot();
    world_run_until(20000);
    world_is_over(0);
    ck_assert_int_eq(world.fleet.cause, CAUSE_LOST);
    ck_assert(world_has("-db"));
}
END_TEST

START_TEST(what_fails_after_the_first_loss_does_not_change_the_code)
{
    world_begin();
    size_t db = world_add("db");
    size_t web = world_add("web");
    world.unit[web].after = world_names("db", NULL);
    world.script[db].runs_ms = 1000;
    world.script[db].signal = SIGSEGV;
    world.script[web].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(1000 + WORLD_CLOCK_MS + WORLD_GRACE_MS);
    world_is_over(CODE_SIGNAL + SIGSEGV);
    ck_assert(world_has("!web"));
}
END_TEST

START_TEST(without_a_maximum_of_the_delay_the_start_limit_holds_all_the_same)
{
    world_begin();
    size_t crash = world_add("crash");
    world.unit[crash].restart = RESTART_ALWAYS;
    world.unit[crash].restart_max_delay_ms = 0;
    world.script[crash].runs_ms = 10;
    world.script[crash].code = 3;
    world_boot();
    world_run_until(10000);
    world_is_over(3);
    ck_assert_uint_eq(world.starts[crash], 5);
}
END_TEST

Suite *
fleet_loss_suite(void)
{
    const TTest *const tests[] = {
        who_waits_for_a_unit_that_is_lost_never_starts_and_ends_the_container_with_its_code,
        who_waits_for_its_restart_when_its_requirement_is_lost_starts_no_more,
        a_unit_waits_while_the_one_it_requires_waits_for_its_restart,
        nobody_but_those_that_require_it_hears_of_a_loss,
        an_essential_loss_stops_all_in_reverse_order_wherever_they_are_written,
        a_late_task_that_is_on_its_way_down_holds_up_nobody_when_its_requirement_is_lost,
        a_crash_and_a_term_in_one_turn_end_with_the_code_of_the_crash,
        a_service_that_ends_well_is_lost_too_and_the_code_is_0,
        what_fails_after_the_first_loss_does_not_change_the_code,
        without_a_maximum_of_the_delay_the_start_limit_holds_all_the_same,
    };
    Suite *suite = suite_create("fleet_loss");
    TCase *tcase = tcase_create("fleet_loss");
    tcase_add_loop_test(tcase,
                        who_requires_a_lost_unit_and_ignores_term_is_killed_and_the_container_ends,
                        0, sizeof clocks_ms / sizeof clocks_ms[0]);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
