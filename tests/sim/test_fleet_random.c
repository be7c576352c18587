/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <string.h>

#include "config/schedule.h"
#include "tests/sim/suites.h"

/* Random fleets from fixed seeds; world.c looks at the invariants after every step. */

enum { UNITS = 12, SEEDS = 2000 };

/* A linear congruential generator: the same fleets everywhere. */
static uint32_t state;

static const struct schedule every_minute = {.every_ms = 60000};

static int
below(int limit)
{
    state = state * 1664525U + 1013904223U;
    return (int)((state >> 16) % (uint32_t)limit);
}

/* What it says of itself, and when it runs by itself. */
static void
add_word(struct unit_config *unit, struct world_script *script)
{
    if (!unit->is_task && below(3) == 0) {
        unit->ready.kind = PROBE_NOTIFY;
        unit->start_timeout_ms = below(3) == 0 ? 0 : below(8000);
        unit->watchdog_ms = below(3) == 0 ? 1 + below(5000) : 0;
        script->ready_ms = below(4) == 0 ? WORLD_FOR_EVER : below(4000);
    }
    if (unit->is_task && unit->when == WHEN_START && below(3) == 0) {
        unit->schedule = &every_minute; /* the test is the agenda */
    }
}

static void
add_random(size_t i)
{
    size_t u = below(4) == 0 ? world_add_task(NULL, below(3000), below(3)) : world_add(NULL);
    struct unit_config *unit = &world.unit[u];
    struct world_script *script = &world.script[u];
    unit->restart = below(3);
    unit->essential = below(4) != 0;
    unit->autostart = below(8) != 0;
    unit->when = unit->is_task ? below(WHEN_MANUAL + 1) : WHEN_START;
    unit->timeout_ms = unit->is_task && below(3) == 0 ? 1000 : 0;
    unit->stop_timeout_ms = below(3) == 0 ? below(2) * 1000 : DURATION_NONE;
    script->stops_ms = below(5) == 0 ? WORLD_FOR_EVER : below(2000);
    script->forks_failing = below(6) == 0 ? below(3) : 0;
    script->cannot_start = below(16) == 0 ? 127 : 0;
    script->is_skipped = below(10) == 0;
    if (below(2) == 0) {
        script->runs_ms = below(20000);
        script->code = below(5);
        script->signal = below(6) == 0 ? 11 : 0;
    }
    add_word(unit, script);
    if (i > 0 && below(2) == 0) { /* of an earlier one: no cycle */
        *(below(2) == 0 ? &unit->after : &unit->requires) =
            world_names(world.name[below((int)i)], NULL);
    }
}

static void
build(uint32_t seed)
{
    world_begin();
    state = seed;
    size_t count = 1 + (size_t)below(UNITS);
    for (size_t i = 0; i < count; i++) {
        add_random(i);
    }
    world.has_strays = below(5) == 0;
    world.config.init.drain_ms = below(4) == 0 ? below(4000) : 0;
}

static void
is_over(uint32_t seed)
{
    ck_assert_msg(world.fleet.phase == FLEET_OVER, "seed %u is %s: %s", (unsigned)seed,
                  fleet_phase_name(world.fleet.phase), world.order);
}

START_TEST(a_random_fleet_is_over_within_its_clock_after_a_term_at_any_time)
{
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        build(seed);
        world_boot();
        world_run_until(below(40000));
        if (world.fleet.phase != FLEET_OVER) {
            world_term();
            world_run_until(world.now_ms + WORLD_CLOCK_MS + WORLD_GRACE_MS);
        }
        is_over(seed);
    }
}
END_TEST

/* Something is asked of a unit, or said by it, whatever it is. */
static void
say_at_random(void)
{
    struct fleet *fleet = &world.fleet;
    size_t u = (size_t)below((int)world.config.unit_count);
    int64_t now_ms = world.now_ms;
    switch (below(11)) {
    case 0:
        (void)fleet_start(fleet, &u, 1);
        break;
    case 1:
        (void)fleet_stop(fleet, &u, 1);
        break;
    case 2:
        (void)fleet_restart(fleet, &u, 1);
        break;
    case 3:
        (void)fleet_unwell(fleet, u, now_ms);
        break;
    case 4:
        fleet_ready(fleet, u, now_ms);
        break;
    case 5:
        fleet_reloading(fleet, u, now_ms);
        break;
    case 6:
        fleet_leaving(fleet, u, now_ms);
        break;
    case 7:
        fleet_trigger_watchdog(fleet, u, now_ms);
        break;
    case 8:
        fleet_set_watchdog(fleet, u, below(2) * 1000, now_ms);
        break;
    case 9:
        fleet_extend_timeout(fleet, u, below(5000), now_ms);
        break;
    default:
        if (world.unit[u].schedule != NULL) {
            fleet_due(fleet, u);
        }
        break;
    }
    world_settle();
}

START_TEST(a_random_fleet_of_which_much_is_asked_is_over_within_its_clock_all_the_same)
{
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        build(seed);
        world_boot();
        for (int asks = below(24); asks > 0 && world.fleet.phase <= FLEET_RUNNING; asks--) {
            world_run_until(world.now_ms + below(2000));
            if (world.fleet.phase <= FLEET_RUNNING) {
                say_at_random();
            }
        }
        if (world.fleet.phase != FLEET_OVER) {
            world_term();
            world_run_until(world.now_ms + WORLD_CLOCK_MS + WORLD_GRACE_MS);
        }
        is_over(seed);
    }
}
END_TEST

START_TEST(a_random_fleet_that_begins_to_end_by_itself_is_over_within_its_clock)
{
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        build(seed);
        world_boot();
        world_run_until(3600000);
        if (world.fleet.phase > FLEET_RUNNING) {
            is_over(seed);
            ck_assert_int_le(world.now_ms, world.fleet.stop_ms + WORLD_CLOCK_MS + WORLD_GRACE_MS);
        }
    }
}
END_TEST

START_TEST(a_random_fleet_is_over_half_a_second_after_its_second_term)
{
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        build(seed);
        world_boot();
        world_run_until(below(5000));
        for (int i = 0; i < 2 && world.fleet.phase != FLEET_OVER; i++) {
            world_term();
            int64_t wait_ms = i == 0 ? 1000 : WORLD_GRACE_MS;
            world_run_until(world.now_ms + wait_ms);
        }
        /* One that had begun to end by itself takes the first TERM as the first. */
        if (world.fleet.cause == CAUSE_SIGNAL) {
            is_over(seed);
        }
    }
}
END_TEST

START_TEST(the_same_seed_gives_the_same_story)
{
    static char order[sizeof world.order];
    for (int round = 0; round < 2; round++) {
        build(7);
        world_boot();
        world_run_until(20000);
        ck_assert(round == 0 || strcmp(order, world.order) == 0);
        memcpy(order, world.order, sizeof order);
    }
}
END_TEST

Suite *
fleet_random_suite(void)
{
    const TTest *const tests[] = {
        a_random_fleet_is_over_within_its_clock_after_a_term_at_any_time,
        a_random_fleet_of_which_much_is_asked_is_over_within_its_clock_all_the_same,
        a_random_fleet_that_begins_to_end_by_itself_is_over_within_its_clock,
        a_random_fleet_is_over_half_a_second_after_its_second_term,
        the_same_seed_gives_the_same_story,
    };
    Suite *suite = suite_create("fleet_random");
    TCase *tcase = tcase_create("fleet_random");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
