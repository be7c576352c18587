/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "config/exitcode.h"

enum { STEPS_MAX = 200000, NO_JITTER = 100 };

struct world world;

static void
record(char what, size_t u, size_t part)
{
    size_t length = strlen(world.order);
    char number[16] = "";
    if (part > 0) {
        (void)snprintf(number, sizeof number, ".%zu", part + 1);
    }
    (void)snprintf(world.order + length, sizeof world.order - length, "%c%s%s ", what,
                   world.unit[u].name, number);
}

/* ---------------------------------------------------------------- the fleet's operations */

static pid_t
spawn(void *context, size_t u, size_t part)
{
    (void)context;
    struct world_script *script = &world.script[u];
    const char *name = world.unit[u].name;
    ck_assert_msg(world.ends_ms[u] < 0, "a second process for %s", name);
    ck_assert_msg(!world.fleet.is_killed, "%s starts after KILL", name);
    ck_assert_msg(world.fleet.phase < FLEET_SWEEPING, "%s starts after the last", name);
    ck_assert_uint_lt(part, script->parts);
    world.forks_this_turn++;
    if (script->forks_failing > 0) {
        script->forks_failing--;
        world.outcome[u] = (struct outcome){.code = CODE_SYSTEM}; /* if it is the very first */
        return 0;
    }
    if (world.starts[u] < WORLD_STARTS_KEPT) {
        world.started_ms[u][world.starts[u]] = world.now_ms;
    }
    world.starts[u]++;
    record('+', u, part);
    if (script->cannot_start != 0) {
        world.outcome[u] = (struct outcome){.code = script->cannot_start};
        return -script->cannot_start;
    }
    bool is_endless = script->runs_ms == WORLD_FOR_EVER;
    world.ends_ms[u] = is_endless ? WORLD_FOR_EVER : world.now_ms + script->runs_ms;
    world.outcome[u] = (struct outcome){
        .code = script->signal != 0 ? CODE_SIGNAL + script->signal : script->code,
        .signal = script->signal,
    };
    if (part < script->good_parts) {
        world.outcome[u] = (struct outcome){0};
    }
    world.is_exec_due[u] = true;
    return (pid_t)(1000 + u);
}

static size_t
parts(void *context, size_t u)
{
    (void)context;
    return world.script[u].parts;
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
    ck_assert_msg(world.ends_ms[u] >= 0, "a signal to %s, which has no process",
                  world.unit[u].name);
    world.stops_this_turn += number != SIGKILL;
    record(number == SIGKILL ? '!' : '-', u, 0);
    world_check_order(u, number);
    int64_t after_ms = number == SIGKILL ? 1 : world.script[u].stops_ms;
    if (world.script[u].outlives_kill) {
        after_ms = WORLD_FOR_EVER;
    }
    if (after_ms != WORLD_FOR_EVER && world.now_ms + after_ms < world.ends_ms[u]) {
        world.ends_ms[u] = world.now_ms + after_ms;
        world.outcome[u] = (struct outcome){.code = CODE_SIGNAL + number, .signal = number};
    }
}

static bool
stop_command(void *context, size_t u)
{
    (void)context;
    if (!world.script[u].has_stop_command) {
        return false;
    }
    record('~', u, 0);
    return true;
}

static void
arm(void *context, int timer, int64_t after_ms)
{
    (void)context;
    ck_assert_int_ge(after_ms, 0);
    *world_timer(timer) = world.now_ms + after_ms;
}

static void
disarm(void *context, int timer)
{
    (void)context;
    *world_timer(timer) = -1;
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
        is_any |= world.ends_ms[u] >= 0;
    }
    return is_any;
}

static unsigned
chance(void *context)
{
    (void)context;
    return NO_JITTER;
}

static void
tell(void *context, const struct fleet_event *event)
{
    (void)context;
    world.told[event->kind]++;
    if (event->kind == TELL_UNIT && event->verdict != NULL && life_is_final(event->to)) {
        world_note_end(event);
    }
}

static const struct sv_ops ops = {
    .spawn = spawn,
    .parts = parts,
    .may_start = may_start,
    .signal = send_signal,
    .stop_command = stop_command,
    .arm = arm,
    .disarm = disarm,
    .sweep = sweep,
    .has_children = has_children,
    .chance = chance,
    .tell = tell,
};

/* ---------------------------------------------------------------- what there is */

void
world_begin(void)
{
    arena_free(&world.arena);
    memset(&world, 0, sizeof world);
    world.config.unit = world.unit;
    world.config.init.stop_timeout_ms = WORLD_CLOCK_MS;
    world.first_bad_code = -1;
    for (size_t i = 0; i < WORLD_TIMERS; i++) {
        world.timer[i] = -1;
    }
    for (size_t u = 0; u < WORLD_UNITS_MAX; u++) {
        world.ends_ms[u] = world.ready_ms[u] = -1;
    }
}

size_t
world_add(const char *name)
{
    size_t u = world.config.unit_count++;
    (void)snprintf(world.name[u], sizeof world.name[u], "u%zu", u % WORLD_UNITS_MAX);
    world.unit[u] = (struct unit_config){
        .name = name != NULL ? name : world.name[u],
        .autostart = true,
        .essential = true,
        .stop_timeout_ms = DURATION_NONE,
        .restart_delay_ms = 500,
        .restart_max_delay_ms = 30000,
        .start_limit = {5, 120000},
        .success_status.codes = {1},
    };
    world.script[u] = (struct world_script){.runs_ms = WORLD_FOR_EVER, .stops_ms = 10, .parts = 1};
    return u;
}

size_t
world_add_task(const char *name, int64_t runs_ms, int code)
{
    size_t u = world_add(name);
    world.unit[u].is_task = true;
    world.script[u].runs_ms = runs_ms;
    world.script[u].code = code;
    return u;
}

struct words
world_names(const char *first, const char *second)
{
    struct words words = {.count = second != NULL ? 2 : 1,
                          .item = ARENA_NEW(&world.arena, const char *, 2)};
    words.item[0] = first;
    words.item[1] = second;
    return words;
}

/* ---------------------------------------------------------------- what happens */

void
world_settle(void)
{
    for (int turn = 0; turn == 0 || world.fleet.is_unsettled; turn++) {
        if (turn == STEPS_MAX) {
            ck_abort_msg("the fleet never settles: %s", world.order);
        }
        world.forks_this_turn = world.stops_this_turn = 0;
        fleet_settle(&world.fleet, world.now_ms);
        if (world.forks_this_turn > world.most_forks_a_turn) {
            world.most_forks_a_turn = world.forks_this_turn;
        }
        if (world.stops_this_turn > world.most_stops_a_turn) {
            world.most_stops_a_turn = world.stops_this_turn;
        }
    }
    world_check();
}

/* A process that was forked is executed before anything else happens. */
static bool
step_exec(void)
{
    for (size_t u = 0; u < world.config.unit_count; u++) {
        if (world.is_exec_due[u]) {
            int64_t ready_ms = world.script[u].ready_ms;
            world.is_exec_due[u] = false;
            if (world.unit[u].ready.kind == PROBE_START) {
                fleet_ready(&world.fleet, u, world.now_ms);
            } else if (ready_ms != WORLD_FOR_EVER) {
                world.ready_ms[u] = world.now_ms + ready_ms;
            }
            return true;
        }
    }
    return false;
}

static void
end_process(size_t u)
{
    struct outcome outcome = world.outcome[u];
    world.ends_ms[u] = world.ready_ms[u] = -1;
    fleet_exit(&world.fleet, u, &outcome, world.now_ms);
}

/* The next unit that gets ready, at or before `until_ms`, where that is before all else. */
static bool
step_ready(int64_t until_ms)
{
    for (size_t u = 0; u < world.config.unit_count; u++) {
        if (world.ready_ms[u] >= 0 && world.ready_ms[u] <= until_ms) {
            world.now_ms = world.ready_ms[u];
            world.ready_ms[u] = -1;
            fleet_ready(&world.fleet, u, world.now_ms);
            return true;
        }
    }
    return false;
}

/* The next timer or end of a process, or a unit that gets ready, at or before `until_ms`. */
static bool
step_time(int64_t until_ms)
{
    int count = (int)world.config.unit_count;
    int64_t next_ms = INT64_MAX;
    int next = 0;
    bool is_timer = false;
    for (int i = FLEET_TIMER_SLOW; i < count; i++) {
        if (i >= 0 && world.ends_ms[i] >= 0 && world.ends_ms[i] < next_ms) {
            next_ms = world.ends_ms[i];
            next = i;
            is_timer = false;
        }
        if (*world_timer(i) >= 0 && *world_timer(i) < next_ms) {
            next_ms = *world_timer(i);
            next = i;
            is_timer = true;
        }
    }
    if (step_ready(next_ms < until_ms ? next_ms : until_ms)) {
        return true;
    }
    if (next_ms > until_ms) {
        return false;
    }
    world.now_ms = next_ms;
    if (is_timer) {
        disarm(NULL, next);
        fleet_timeout(&world.fleet, next, world.now_ms);
    } else {
        end_process((size_t)next);
    }
    return true;
}

void
world_run_until(int64_t until_ms)
{
    int steps = 0;
    while (world.fleet.phase != FLEET_OVER && (step_exec() || step_time(until_ms))) {
        if (steps++ == STEPS_MAX) {
            ck_abort_msg("no end of events: %s", world.order);
        }
        world_settle();
        if (!has_children(NULL)) {
            fleet_no_children(&world.fleet);
        }
    }
    world.now_ms = world.fleet.phase == FLEET_OVER ? world.now_ms : until_ms;
}

void
world_boot(void)
{
    fleet_init(&world.fleet, &world.config, &ops, NULL, &world.arena);
    fleet_boot(&world.fleet, world.now_ms);
    world.most_forks_a_turn = world.forks_this_turn;
    world_settle();
}

void
world_term(void)
{
    fleet_stop_signal(&world.fleet, SIGTERM, 0, world.now_ms);
    world_settle();
}

void
world_shutdown(int code)
{
    fleet_shutdown(&world.fleet, code, world.now_ms);
    world_settle();
}

enum life_state
world_state(size_t u)
{
    return world.fleet.unit[u].state;
}

void
world_is_over(int code)
{
    ck_assert_msg(world.fleet.phase == FLEET_OVER, "not over, but %s: %s",
                  fleet_phase_name(world.fleet.phase), world.order);
    ck_assert_int_eq(world.fleet.code, code);
}

bool
world_has(const char *mark)
{
    return strstr(world.order, mark) != NULL;
}
