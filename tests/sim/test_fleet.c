/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/exitcode.h"
#include "supervisor/fleet.h"

#define SUITE(name_) Suite *name_##_suite(void);
#include "tests/sim/suites.h"
#undef SUITE

/*
 * Fleets in virtual time: recorded operations, scripted processes. An hour of restarts runs in a
 * millisecond. After every step the invariants hold: never two processes for a unit, no timer for
 * a unit that is final.
 */
enum { UNITS_MAX = 1024, FOR_EVER = 1000000000, STEPS_MAX = 200000 };

/* How a unit's processes behave. */
struct script {
    int64_t runs_ms; /* until it ends by itself */
    int code;
    int64_t stops_ms;  /* after its stop signal; FOR_EVER: it ignores it */
    int forks_failing; /* so many forks fail before one succeeds */
    bool is_skipped;
};

static struct world {
    struct arena arena;
    struct config config;
    struct unit_config unit[UNITS_MAX];
    struct script script[UNITS_MAX];
    struct fleet fleet;
    int64_t now_ms;
    int64_t timer[UNITS_MAX + 2]; /* when it fires; -1: not armed. Unit, clock, slow */
    int64_t ends[UNITS_MAX];      /* when the process ends; -1: there is none */
    struct outcome outcome[UNITS_MAX];
    bool is_exec_due[UNITS_MAX];
    bool has_strays; /* a descendant that only KILL ends */
    size_t starts[UNITS_MAX];
    size_t most_starts_a_turn, starts_this_turn;
    char order[4096]; /* "+a" started, "-a" told to stop, "!a" killed */
} world;

static int64_t *
timer_of(int timer)
{
    return timer >= 0                   ? &world.timer[timer]
           : timer == FLEET_TIMER_CLOCK ? &world.timer[UNITS_MAX]
                                        : &world.timer[UNITS_MAX + 1];
}

static void
record(char what, size_t u)
{
    size_t length = strlen(world.order);
    if (length + 48 < sizeof world.order) {
        (void)snprintf(world.order + length, sizeof world.order - length, "%c%s ", what,
                       world.unit[u].name);
    }
}

static pid_t
spawn(void *context, size_t u, size_t part)
{
    (void)context;
    (void)part;
    ck_assert_msg(world.ends[u] < 0, "a second process for %s", world.unit[u].name);
    world.starts_this_turn++;
    if (world.script[u].forks_failing > 0) {
        world.script[u].forks_failing--;
        return 0;
    }
    record('+', u);
    world.starts[u]++;
    world.ends[u] = world.now_ms + world.script[u].runs_ms;
    world.outcome[u] = (struct outcome){.code = world.script[u].code};
    world.is_exec_due[u] = true;
    return (pid_t)(1000 + u);
}

static size_t
parts(void *context, size_t u)
{
    (void)context;
    (void)u;
    return 1;
}

static bool
may_start(void *context, size_t u)
{
    (void)context;
    return !world.script[u].is_skipped;
}

static void
send_signal(void *context, size_t u, int number, bool is_for_all)
{
    (void)context;
    (void)is_for_all;
    ck_assert_msg(world.ends[u] >= 0, "a signal to %s, which has no process", world.unit[u].name);
    record(number == SIGKILL ? '!' : '-', u);
    int64_t after_ms = number == SIGKILL ? 1 : world.script[u].stops_ms;
    if (after_ms < FOR_EVER && world.now_ms + after_ms < world.ends[u]) {
        world.ends[u] = world.now_ms + after_ms;
        world.outcome[u] = (struct outcome){.code = CODE_SIGNAL + number, .signal = number};
    }
}

static void
arm(void *context, int timer, int64_t after_ms)
{
    (void)context;
    ck_assert_int_ge(after_ms, 0);
    *timer_of(timer) = world.now_ms + after_ms;
}

static void
disarm(void *context, int timer)
{
    (void)context;
    *timer_of(timer) = -1;
}

static void
sweep(void *context, int number)
{
    (void)context;
    world.has_strays &= number != SIGKILL;
}

static bool
has_children(void *context)
{
    (void)context;
    bool is_any = world.has_strays;
    for (size_t u = 0; u < world.config.unit_count; u++) {
        is_any |= world.ends[u] >= 0;
    }
    return is_any;
}

static unsigned
chance(void *context)
{
    (void)context;
    return 100; /* no jitter */
}

static void
tell(void *context, const struct fleet_event *event)
{
    (void)context;
    (void)event;
}

static const struct sv_ops ops = {
    .spawn = spawn,
    .parts = parts,
    .may_start = may_start,
    .signal = send_signal,
    .arm = arm,
    .disarm = disarm,
    .sweep = sweep,
    .has_children = has_children,
    .chance = chance,
    .tell = tell,
};

/* ---------------------------------------------------------------- building and turning */

static void
begin(void)
{
    memset(&world, 0, sizeof world);
    world.config.unit = world.unit;
    world.config.init.stop_timeout_ms = 9000;
    for (size_t i = 0; i < UNITS_MAX + 2; i++) {
        world.timer[i] = -1;
    }
    for (size_t i = 0; i < UNITS_MAX; i++) {
        world.ends[i] = -1;
    }
}

/* Adds a unit that runs for ever and ends at its stop signal. */
static size_t
add(const char *name)
{
    size_t u = world.config.unit_count++;
    world.unit[u] = (struct unit_config){
        .name = name,
        .autostart = true,
        .essential = true,
        .stop_timeout_ms = DURATION_NONE,
        .restart_delay_ms = 500,
        .restart_max_delay_ms = 30000,
        .start_limit = {5, 120000},
        .success_status.codes = {1},
    };
    world.script[u] = (struct script){.runs_ms = FOR_EVER, .stops_ms = 10};
    return u;
}

static size_t
add_task(const char *name, int64_t runs_ms, int code)
{
    size_t u = add(name);
    world.unit[u].is_task = true;
    world.script[u].runs_ms = runs_ms;
    world.script[u].code = code;
    return u;
}

static struct words
names(const char *const *item)
{
    struct words words = {.item = ARENA_NEW(&world.arena, const char *, 8)};
    while (item[words.count] != NULL) {
        words.item[words.count] = item[words.count];
        words.count++;
    }
    return words;
}
#define NAMES(...) names((const char *const[]){__VA_ARGS__, NULL})

static void
check_invariants(void)
{
    for (size_t u = 0; u < world.config.unit_count; u++) {
        const struct fleet_unit *unit = &world.fleet.unit[u];
        bool is_final = life_is_final(unit->state);
        ck_assert_msg(!is_final || world.timer[u] < 0, "a timer for %s, which is final",
                      world.unit[u].name);
        ck_assert_msg(life_has_process(unit->state) == (world.ends[u] >= 0),
                      "%s is %s, and its process says otherwise", world.unit[u].name,
                      life_state_name(unit->state, world.unit[u].is_task));
    }
}

static void
settle(void)
{
    do {
        world.starts_this_turn = 0;
        fleet_settle(&world.fleet, world.now_ms);
        if (world.starts_this_turn > world.most_starts_a_turn) {
            world.most_starts_a_turn = world.starts_this_turn;
        }
    } while (world.fleet.is_unsettled);
    check_invariants();
}

/* The next thing that happens, at or before `until_ms`. Returns whether there was one. */
static bool
step(int64_t until_ms)
{
    size_t count = world.config.unit_count;
    for (size_t u = 0; u < count; u++) {
        if (world.is_exec_due[u]) {
            world.is_exec_due[u] = false;
            fleet_ready(&world.fleet, u, world.now_ms);
            settle();
            return true;
        }
    }
    int64_t next_ms = until_ms + 1;
    size_t ending = UNITS_MAX;
    int *firing = NULL;
    int which = 0;
    for (size_t u = 0; u < count; u++) {
        if (world.ends[u] >= 0 && world.ends[u] < next_ms) {
            next_ms = world.ends[u];
            ending = u;
            firing = NULL;
        }
        if (world.timer[u] >= 0 && world.timer[u] < next_ms) {
            next_ms = world.timer[u];
            which = (int)u;
            firing = &which;
        }
    }
    for (int timer = FLEET_TIMER_SLOW; timer <= FLEET_TIMER_CLOCK; timer++) {
        if (*timer_of(timer) >= 0 && *timer_of(timer) < next_ms) {
            next_ms = *timer_of(timer);
            which = timer;
            firing = &which;
        }
    }
    if (next_ms > until_ms) {
        return false;
    }
    world.now_ms = next_ms > world.now_ms ? next_ms : world.now_ms;
    if (firing != NULL) {
        *timer_of(which) = -1;
        fleet_timeout(&world.fleet, which, world.now_ms);
    } else {
        struct outcome outcome = world.outcome[ending];
        world.ends[ending] = -1;
        fleet_exit(&world.fleet, ending, &outcome, world.now_ms);
    }
    settle();
    if (!has_children(NULL)) {
        fleet_no_children(&world.fleet, world.now_ms);
    }
    return true;
}

static void
run_until(int64_t until_ms)
{
    for (int i = 0; i < STEPS_MAX && world.fleet.phase != FLEET_OVER && step(until_ms); i++) {
    }
    world.now_ms = world.fleet.phase == FLEET_OVER ? world.now_ms : until_ms;
}

static void
boot(void)
{
    fleet_init(&world.fleet, &world.config, &ops, NULL, &world.arena);
    fleet_boot(&world.fleet, 0);
    settle();
}

static void
term(void)
{
    fleet_stop_signal(&world.fleet, SIGTERM, 0, world.now_ms);
    settle();
}

static void
is_over(int code)
{
    ck_assert_int_eq(world.fleet.phase, FLEET_OVER);
    ck_assert_int_eq(world.fleet.code, code);
}

/* ---------------------------------------------------------------- tests */

START_TEST(units_start_in_order_and_stop_in_reverse)
{
    begin();
    size_t web = add("web");
    size_t db = add("db");
    size_t init = add_task("init", 100, 0);
    world.unit[web].requires = NAMES("db");
    world.unit[db].after = NAMES("init");
    (void)init;
    boot();
    run_until(1000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert(fleet_is_ready(&world.fleet));
    term();
    run_until(20000);
    is_over(0);
    ck_assert_str_eq(world.order, "+init +db +web -web -db ");
}
END_TEST

START_TEST(a_term_during_boot_starts_nothing_more)
{
    begin();
    size_t web = add("web");
    (void)add_task("init", 5000, 0);
    world.unit[web].requires = NAMES("init");
    boot();
    run_until(1000);
    term();
    run_until(20000);
    is_over(0);
    ck_assert_uint_eq(world.starts[web], 0);
}
END_TEST

START_TEST(a_unit_that_ignores_term_is_killed_at_the_end_of_the_clock_and_its_code_is_137)
{
    begin();
    size_t deaf = add("deaf");
    world.script[deaf].stops_ms = FOR_EVER;
    boot();
    run_until(100);
    term();
    run_until(60000);
    is_over(137);
    ck_assert_int_le(world.now_ms, 100 + 9000 + 500);
}
END_TEST

START_TEST(a_unit_has_its_own_stop_timeout_and_0_is_kill_at_once)
{
    begin();
    size_t deaf = add("deaf");
    world.unit[deaf].stop_timeout_ms = 0;
    world.script[deaf].stops_ms = FOR_EVER;
    boot();
    run_until(100);
    term();
    run_until(110);
    is_over(137);
    ck_assert_str_eq(world.order, "+deaf -deaf !deaf ");
}
END_TEST

START_TEST(at_two_thirds_of_the_clock_every_unit_has_had_its_stop_signal)
{
    begin();
    size_t proxy = add("proxy");
    (void)add("db");
    world.unit[proxy].requires = NAMES("db");
    world.script[proxy].stops_ms = FOR_EVER;
    boot();
    run_until(100);
    term();
    run_until(100 + 5000);
    ck_assert_ptr_null(strstr(world.order, "-db"));
    run_until(100 + 6100);
    ck_assert_ptr_nonnull(strstr(world.order, "-db"));
}
END_TEST

START_TEST(a_second_term_a_second_later_kills_one_at_once_does_not)
{
    begin();
    size_t deaf = add("deaf");
    world.script[deaf].stops_ms = FOR_EVER;
    boot();
    run_until(100);
    term();
    run_until(300);
    term();
    ck_assert_ptr_null(strchr(world.order, '!'));
    run_until(1200);
    term();
    ck_assert_ptr_nonnull(strchr(world.order, '!'));
    run_until(1200 + 500);
    is_over(137);
}
END_TEST

START_TEST(restarts_back_off_and_the_limit_gives_the_last_code)
{
    begin();
    size_t crash = add("crash");
    world.unit[crash].restart = RESTART_ALWAYS;
    world.script[crash].runs_ms = 10;
    world.script[crash].code = 3;
    boot();
    run_until(600000);
    is_over(3);
    ck_assert_uint_eq(world.starts[crash], 5);
}
END_TEST

START_TEST(a_unit_that_ends_well_too_often_gives_70)
{
    begin();
    size_t busy = add("busy");
    world.unit[busy].restart = RESTART_ALWAYS;
    world.script[busy].runs_ms = 10;
    boot();
    run_until(600000);
    is_over(CODE_INTERNAL);
}
END_TEST

START_TEST(an_hour_of_restarts_keeps_its_delay_and_counters_start_over)
{
    begin();
    size_t calm = add("calm");
    world.unit[calm].restart = RESTART_ALWAYS;
    world.script[calm].runs_ms = 30000; /* long enough to start over */
    boot();
    run_until(3600000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert_uint_ge(world.starts[calm], 117);
    term();
    run_until(3700000);
    is_over(0);
}
END_TEST

START_TEST(who_requires_a_lost_unit_is_lost_too_with_the_code_of_the_first)
{
    begin();
    size_t db = add("db");
    size_t web = add("web");
    world.unit[web].requires = NAMES("db");
    world.unit[db].essential = false;
    world.script[db].runs_ms = 1000;
    world.script[db].code = 9;
    boot();
    run_until(60000);
    is_over(9);
    ck_assert_ptr_nonnull(strstr(world.order, "-web"));
}
END_TEST

START_TEST(the_loss_of_a_unit_that_is_not_essential_ends_nothing)
{
    begin();
    (void)add("web");
    size_t side = add("side");
    world.unit[side].essential = false;
    world.script[side].runs_ms = 1000;
    world.script[side].code = 9;
    boot();
    run_until(60000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
}
END_TEST

START_TEST(a_skipped_task_counts_for_those_that_require_it)
{
    begin();
    size_t init = add_task("init", 10, 0);
    size_t web = add("web");
    world.script[init].is_skipped = true;
    world.unit[web].requires = NAMES("init");
    boot();
    run_until(100);
    ck_assert_uint_eq(world.starts[web], 1);
    ck_assert(fleet_is_ready(&world.fleet));
}
END_TEST

START_TEST(a_task_that_runs_over_its_time_fails_with_75)
{
    begin();
    size_t slow = add_task("slow", FOR_EVER, 0);
    world.unit[slow].timeout_ms = 2000;
    boot();
    run_until(60000);
    is_over(CODE_LATE);
}
END_TEST

START_TEST(stop_tasks_run_before_the_first_unit_is_told_and_stopped_ones_after_the_last)
{
    begin();
    (void)add("web");
    size_t before = add_task("before", 50, 0);
    size_t after = add_task("after", 50, 0);
    world.unit[before].when = WHEN_STOP;
    world.unit[before].essential = false;
    world.unit[after].when = WHEN_STOPPED;
    world.unit[after].essential = false;
    boot();
    run_until(100);
    term();
    run_until(20000);
    is_over(0);
    ck_assert_str_eq(world.order, "+web +before -web +after ");
}
END_TEST

START_TEST(when_all_units_are_final_the_container_ends_with_0)
{
    begin();
    (void)add_task("a", 10, 0);
    (void)add_task("b", 20, 0);
    boot();
    run_until(1000);
    is_over(0);
}
END_TEST

START_TEST(a_fork_that_fails_later_backs_off_and_does_not_count)
{
    begin();
    (void)add("first");
    size_t second = add("second");
    world.script[second].forks_failing = 20;
    boot();
    run_until(600000);
    ck_assert_int_eq(world.fleet.phase, FLEET_RUNNING);
    ck_assert_uint_eq(world.starts[second], 1);
}
END_TEST

START_TEST(a_fork_that_fails_before_anything_ran_ends_with_71)
{
    begin();
    size_t only = add("only");
    world.script[only].forks_failing = 1;
    boot();
    run_until(1000);
    is_over(CODE_SYSTEM);
}
END_TEST

START_TEST(strays_get_two_seconds_and_are_killed)
{
    begin();
    (void)add("web");
    world.has_strays = true;
    boot();
    run_until(100);
    term();
    run_until(20000);
    is_over(0);
    ck_assert_int_ge(world.now_ms, 100 + 2000);
    ck_assert_int_le(world.now_ms, 100 + 2000 + 600);
}
END_TEST

START_TEST(a_thousand_units_start_a_few_a_turn)
{
    static char name[1000][8];
    begin();
    for (size_t i = 0; i < 1000; i++) {
        (void)snprintf(name[i], sizeof name[i], "u%zu", i);
        (void)add(name[i]);
    }
    boot();
    run_until(1000);
    ck_assert(fleet_is_ready(&world.fleet));
    ck_assert_uint_le(world.most_starts_a_turn, FLEET_STARTS_A_TURN);
    term();
    run_until(20000);
    is_over(0);
}
END_TEST

/* Random fleets from fixed seeds: whatever happens, a TERM ends them within the clock. */
START_TEST(a_random_fleet_always_ends_within_its_clock)
{
    static char name[12][8];
    for (unsigned seed = 1; seed <= 3000; seed++) {
        begin();
        srand(seed);
        size_t count = 1 + (size_t)rand() % 12;
        for (size_t i = 0; i < count; i++) {
            (void)snprintf(name[i], sizeof name[i], "u%zu", i);
            size_t u =
                rand() % 4 == 0 ? add_task(name[i], rand() % 3000, rand() % 3) : add(name[i]);
            world.unit[u].restart = rand() % 3;
            world.unit[u].essential = rand() % 4 != 0;
            world.unit[u].autostart = rand() % 8 != 0;
            world.unit[u].when = world.unit[u].is_task ? rand() % 4 : 0;
            world.unit[u].stop_timeout_ms = rand() % 3 == 0 ? 1000 : DURATION_NONE;
            world.script[u].stops_ms = rand() % 5 == 0 ? FOR_EVER : rand() % 2000;
            world.script[u].forks_failing = rand() % 6 == 0 ? rand() % 3 : 0;
            world.script[u].is_skipped = rand() % 10 == 0;
            if (rand() % 2 == 0) {
                world.script[u].runs_ms = rand() % 20000;
                world.script[u].code = rand() % 5;
            }
            if (i > 0 && rand() % 2 == 0) { /* of an earlier one: no cycle */
                *(rand() % 2 == 0 ? &world.unit[u].after : &world.unit[u].requires) =
                    NAMES(name[(size_t)rand() % i]);
            }
        }
        world.has_strays = rand() % 5 == 0;
        boot();
        run_until(rand() % 40000);
        int64_t told_ms = world.now_ms;
        if (world.fleet.phase != FLEET_OVER) {
            term();
            run_until(told_ms + 9000 + 500);
        }
        ck_assert_msg(world.fleet.phase == FLEET_OVER, "seed %u is not over: %s", seed,
                      world.order);
        arena_free(&world.arena);
    }
}
END_TEST

Suite *
fleet_suite(void)
{
    const TTest *const tests[] = {
        units_start_in_order_and_stop_in_reverse,
        a_term_during_boot_starts_nothing_more,
        a_unit_that_ignores_term_is_killed_at_the_end_of_the_clock_and_its_code_is_137,
        a_unit_has_its_own_stop_timeout_and_0_is_kill_at_once,
        at_two_thirds_of_the_clock_every_unit_has_had_its_stop_signal,
        a_second_term_a_second_later_kills_one_at_once_does_not,
        restarts_back_off_and_the_limit_gives_the_last_code,
        a_unit_that_ends_well_too_often_gives_70,
        an_hour_of_restarts_keeps_its_delay_and_counters_start_over,
        who_requires_a_lost_unit_is_lost_too_with_the_code_of_the_first,
        the_loss_of_a_unit_that_is_not_essential_ends_nothing,
        a_skipped_task_counts_for_those_that_require_it,
        a_task_that_runs_over_its_time_fails_with_75,
        stop_tasks_run_before_the_first_unit_is_told_and_stopped_ones_after_the_last,
        when_all_units_are_final_the_container_ends_with_0,
        a_fork_that_fails_later_backs_off_and_does_not_count,
        a_fork_that_fails_before_anything_ran_ends_with_71,
        strays_get_two_seconds_and_are_killed,
        a_thousand_units_start_a_few_a_turn,
        a_random_fleet_always_ends_within_its_clock,
    };
    Suite *suite = suite_create("fleet");
    TCase *tcase = tcase_create("fleet");
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
