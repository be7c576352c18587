/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <signal.h>

#include "config/exitcode.h"

/* What has to hold after every step, by what the world saw of the fleet. In its loops no ck_assert:
 * each of them writes to the runner. */

int64_t *
world_timer(int timer)
{
    return &world.timer[timer - FLEET_TIMER_SLOW];
}

/* Judged by what the specification calls well, and nothing else. */
void
world_note_end(const struct fleet_event *event)
{
    size_t u = event->unit;
    int code = (event->from == LIFE_EXPIRING || event->from == LIFE_CONDEMNED) &&
                       world.fleet.unit[u].fault == FAULT_LATE
                   ? CODE_LATE
                   : world.outcome[u].code;
    int stop_signal = world.fleet.unit[u].stop_signal;
    bool is_well = code == 0 || (stop_signal != 0 && code == CODE_SIGNAL + stop_signal);
    bool was_asked = world.fleet.unit[u].is_stop_asked; /* over the socket: no loss */
    if (!is_well && !was_asked && world.unit[u].essential && world.first_bad_code < 0) {
        world.first_bad_code = code;
    }
}

void
world_check_order(size_t u, int number)
{
    const struct fleet *fleet = &world.fleet;
    bool is_free = number == SIGKILL || fleet->is_hurried || fleet->phase <= FLEET_RUNNING ||
                   fleet->unit[u].state == LIFE_EXPIRING || fleet->unit[u].state == LIFE_CONDEMNED;
    const struct order_list *awaited = &fleet->order.awaited[u];
    for (size_t i = 0; i < awaited->count && !is_free; i++) {
        ck_assert_msg(world.ends_ms[awaited->unit[i]] < 0, "%s is told to stop before %s: %s",
                      world.unit[u].name, world.unit[awaited->unit[i]].name, world.order);
    }
}

/* A timer runs just where something waits for it. */
static void
check_timer(size_t u)
{
    const struct fleet *fleet = &world.fleet;
    enum life_state state = fleet->unit[u].state;
    bool is_armed = *world_timer((int)u) >= 0;
    bool may_be = state == LIFE_STARTING || state == LIFE_STOPPING || state == LIFE_EXPIRING ||
                  state == LIFE_CONDEMNED || state == LIFE_BACKOFF ||
                  (life_is_ready(state) && fleet->unit[u].watch_ms > 0);
    /* Outside of the container's end nothing else limits the time that a stop takes. */
    bool must_be =
        state == LIFE_BACKOFF || (state == LIFE_STOPPING && fleet->phase <= FLEET_RUNNING);
    if ((is_armed && !may_be) || (must_be && !is_armed)) {
        ck_abort_msg("%s timer for %s, which is %s: %s", is_armed ? "a" : "no", world.unit[u].name,
                     life_state_name(state, world.unit[u].is_task), world.order);
    }
}

/* The container's code, told from what the world saw and the fleet's word for the cause. */
static void
check_code(void)
{
    const struct fleet *fleet = &world.fleet;
    int want = 0;
    if (world.config.is_lone) {
        return; /* success-status may name any code: the test says which it is */
    }
    if (fleet->cause == CAUSE_CHECK) {
        want = CODE_UNAVAILABLE;
    } else if (fleet->cause == CAUSE_DRIFT) {
        want = CODE_BROKEN;
    } else if (fleet->cause == CAUSE_LOST) {
        const struct fleet_unit *cause = &fleet->unit[fleet->cause_unit];
        want = cause->last.fault == FAULT_LATE ? CODE_LATE : cause->last.code;
        bool is_well =
            want == 0 || (cause->stop_signal != 0 && want == CODE_SIGNAL + cause->stop_signal);
        want = cause->is_limit && is_well ? CODE_INTERNAL : want;
        ck_assert(fleet_is_lost(cause));
    } else if (fleet->cause == CAUSE_ASKED && fleet->asked_code >= 0) {
        want = fleet->asked_code;
    } else if (fleet->cause != CAUSE_ALL_FINAL && world.first_bad_code >= 0) {
        want = world.first_bad_code;
    } else if (fleet->cause != CAUSE_ALL_FINAL) {
        for (size_t u = 0; u < world.config.unit_count; u++) {
            bool is_left = world.ends_ms[u] >= 0 && world.unit[u].essential;
            want = is_left ? CODE_SIGNAL + SIGKILL : want;
        }
    }
    ck_assert_msg(fleet->code == want, "the container ends with %d, want %d: %s", fleet->code, want,
                  world.order);
}

void
world_check(void)
{
    const struct fleet *fleet = &world.fleet;
    bool is_over = fleet->phase == FLEET_OVER;
    bool has_clock = fleet->phase > FLEET_RUNNING && !is_over &&
                     (fleet->deadline_ms != INT64_MAX || fleet->phase == FLEET_SWEEPING);
    for (size_t u = 0; u < world.config.unit_count; u++) {
        if (life_has_process(fleet->unit[u].state) != (world.ends_ms[u] >= 0)) {
            ck_abort_msg("%s is %s, and its process says otherwise", world.unit[u].name,
                         life_state_name(fleet->unit[u].state, world.unit[u].is_task));
        }
        if (is_over && *world_timer((int)u) >= 0) {
            ck_abort_msg("a timer for %s after the end", world.unit[u].name);
        }
        check_timer(u);
    }
    ck_assert_int_eq(*world_timer(FLEET_TIMER_CLOCK) >= 0, has_clock);
    ck_assert_int_eq(*world_timer(FLEET_TIMER_SLOW) >= 0,
                     fleet->phase == FLEET_BOOTING || fleet->phase == FLEET_DRAINING);
    if (is_over) {
        check_code();
    }
}
