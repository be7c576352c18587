/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include "config/exitcode.h"
#include "supervisor/fleet_parts.h"

/*
 * The end of the container: one clock, reverse order, an exit code that names the cause
 * (behaviour.md, "The end of the container").
 */
enum {
    SECOND_SIGNAL_MS = 1000, /* a second TERM within that is the first one again */
    SWEEP_MS = 2000,         /* for descendants after the last unit */
    KILL_MS = 400,           /* from KILL to the end, whatever the kernel makes of it */
};

static int64_t
remaining_ms(const struct fleet *fleet, int64_t now_ms)
{
    if (fleet->deadline_ms == INT64_MAX) {
        return INT64_MAX;
    }
    return fleet->deadline_ms > now_ms ? fleet->deadline_ms - now_ms : 0;
}

static void
want_tasks(struct fleet *fleet, enum task_when when, int64_t now_ms)
{
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (unit->config->is_task && unit->config->when == (int)when && unit->config->autostart) {
            unit->is_wanted = true;
            fleet_event(fleet, u, ON_ASK, NULL, now_ms); /* run by hand before: once more */
        }
    }
    fleet->is_unsettled = true;
}

void
fleet_begin_end(struct fleet *fleet, enum fleet_cause cause, int64_t now_ms)
{
    fleet->cause = cause;
    bool drains = fleet->config->init.drain_ms > 0 && cause != CAUSE_ALL_FINAL;
    fleet->phase = drains ? FLEET_DRAINING : FLEET_STOP_TASKS;
    fleet->stop_ms = now_ms;
    fleet->ops->disarm(fleet->context, FLEET_TIMER_SLOW);
    if (drains) {
        fleet->ops->arm(fleet->context, FLEET_TIMER_SLOW, fleet->config->init.drain_ms);
    }
    int64_t clock_ms = fleet->config->init.stop_timeout_ms;
    if (clock_ms != DURATION_NONE) {
        fleet->deadline_ms = now_ms + clock_ms;
        fleet->ops->arm(fleet->context, FLEET_TIMER_CLOCK, clock_ms * 2 / 3);
    }
    fleet_stop_waiting(fleet, now_ms); /* the boot is aborted at once */
    fleet_tell(fleet, TELL_STOP);
    want_tasks(fleet, WHEN_STOP, now_ms);
}

/* The first stop signal has waited long enough. */
void
fleet_drained(struct fleet *fleet)
{
    if (fleet->phase == FLEET_DRAINING) {
        fleet->ops->disarm(fleet->context, FLEET_TIMER_SLOW);
        fleet->phase = FLEET_STOP_TASKS;
        fleet->is_unsettled = true;
    }
}

static void
kill_all(struct fleet *fleet, enum fleet_kill reason, int64_t now_ms)
{
    fleet_drained(fleet);
    fleet->is_killed = true;
    fleet->kill_reason = reason;
    fleet_tell(fleet, TELL_KILL);
    for (size_t u = 0; u < fleet->count; u++) {
        fleet->unit[u].is_wanted = true; /* WAITING ones end as stopped */
        fleet_event(fleet, u, ON_KILL, NULL, now_ms);
    }
    fleet->ops->sweep(fleet->context, SIGKILL);
    fleet->ops->arm(fleet->context, FLEET_TIMER_CLOCK, KILL_MS);
    fleet->is_unsettled = true;
}

/* The units that wait for nobody's end get their stop signal; `is_hurried`: all do. */
static void
stop_units(struct fleet *fleet, int64_t now_ms)
{
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (life_is_idle(unit->state)) {
            continue;
        }
        const struct order_list *awaited = &fleet->order.awaited[u];
        bool is_turn = true;
        for (size_t i = 0; i < awaited->count && is_turn; i++) {
            is_turn = !life_has_process(fleet->unit[awaited->unit[i]].state);
        }
        if (!is_turn && !fleet->is_hurried) {
            continue;
        }
        if (fleet->stops_left == 0) {
            fleet->is_unsettled = true; /* the loop looks at everything else first */
            return;
        }
        enum life_state before = unit->state;
        fleet_event(fleet, u, ON_STOP, NULL, now_ms);
        fleet->stops_left -= unit->state != before;
    }
}

/* Whether somebody lives who has had no stop signal yet. */
static bool
is_any_spared(const struct fleet *fleet)
{
    for (size_t u = 0; u < fleet->count; u++) {
        enum life_state state = fleet->unit[u].state;
        if (!life_is_idle(state) && state != LIFE_STOPPING && state != LIFE_KILLING) {
            return true;
        }
    }
    return false;
}

/* A lone command's own code; those that were named a success are one. */
static int
lone_code(const struct fleet_unit *unit)
{
    bool is_named = restart_is_named(unit->config, unit->code) ||
                    (unit->ended_ms >= 0 && restart_is_success(unit->config, &unit->last, 0));
    return is_named ? CODE_OK : unit->code;
}

static int
final_code(const struct fleet *fleet)
{
    switch (fleet->cause) {
    case CAUSE_LOST:
        return fleet->config->is_lone ? lone_code(&fleet->unit[0])
                                      : fleet->unit[fleet->cause_unit].code;
    case CAUSE_ASKED:
    case CAUSE_SIGNAL:
        if (fleet->config->is_lone) {
            return lone_code(&fleet->unit[0]);
        }
        if (fleet->asked_code >= 0) {
            return fleet->asked_code;
        }
        return fleet->first_bad_code >= 0 ? fleet->first_bad_code : CODE_OK;
    case CAUSE_CHECK:
        return CODE_UNAVAILABLE;
    case CAUSE_DRIFT:
        return CODE_BROKEN;
    case CAUSE_NONE:
    case CAUSE_ALL_FINAL:
        break;
    }
    return CODE_OK;
}

/* What not even KILL has ended has not ended well. */
static void
note_survivors(struct fleet *fleet)
{
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (!life_has_process(unit->state)) {
            continue;
        }
        unit->code = CODE_SIGNAL + SIGKILL;
        if (unit->config->essential && fleet->first_bad_code < 0) {
            fleet->first_bad_code = unit->code;
            fleet->first_bad_unit = u;
        }
    }
}

static void
be_over(struct fleet *fleet)
{
    note_survivors(fleet);
    fleet->ops->disarm(fleet->context, FLEET_TIMER_CLOCK);
    fleet->phase = FLEET_OVER;
    fleet->code = final_code(fleet);
    fleet_tell(fleet, TELL_END);
}

static void
sweep(struct fleet *fleet, int64_t now_ms)
{
    fleet->phase = FLEET_SWEEPING;
    if (!fleet->ops->has_children(fleet->context)) {
        be_over(fleet);
        return;
    }
    int64_t left_ms = remaining_ms(fleet, now_ms);
    if (fleet->is_killed) {
        fleet->ops->sweep(fleet->context, SIGKILL);
        return; /* the clock runs already */
    }
    fleet_tell(fleet, TELL_SWEEP);
    fleet->ops->sweep(fleet->context, SIGTERM);
    fleet->ops->arm(fleet->context, FLEET_TIMER_CLOCK, left_ms < SWEEP_MS ? left_ms : SWEEP_MS);
}

void
fleet_settle_end(struct fleet *fleet, int64_t now_ms)
{
    if (fleet->phase == FLEET_STOP_TASKS) {
        if (!fleet->is_killed) {
            fleet_start_wanted(fleet, now_ms);
        }
        if (!fleet->is_hurried && !fleet_all_final(fleet, WHEN_STOP)) {
            return;
        }
        fleet_stop_waiting(fleet, now_ms); /* a task that had no turn yet has none any more */
        fleet->phase = FLEET_STOPPING;
    }
    if (fleet->phase == FLEET_STOPPING) {
        stop_units(fleet, now_ms);
        if (fleet_is_any_alive(fleet)) {
            return;
        }
        fleet->phase = FLEET_STOPPED_TASKS;
        if (!fleet->is_killed) {
            want_tasks(fleet, WHEN_STOPPED, now_ms);
        }
    }
    if (fleet->phase == FLEET_STOPPED_TASKS) {
        if (!fleet->is_killed) {
            fleet_start_wanted(fleet, now_ms);
        }
        if (!fleet_all_final(fleet, WHEN_STOPPED)) {
            return;
        }
        sweep(fleet, now_ms);
    }
}

void
fleet_clock(struct fleet *fleet, int64_t now_ms)
{
    if (fleet->is_killed) {
        be_over(fleet); /* what is left cannot be killed: the kernel ends it with PID 1 */
    } else if (fleet->phase == FLEET_SWEEPING || now_ms >= fleet->deadline_ms) {
        kill_all(fleet, fleet->phase == FLEET_SWEEPING ? KILLED_AS_STRAYS : KILLED_BY_CLOCK,
                 now_ms);
    } else {
        fleet_drained(fleet);
        fleet->is_hurried = true;
        if (is_any_spared(fleet)) {
            fleet_tell(fleet, TELL_HURRY);
        }
        stop_units(fleet, now_ms); /* a task after the last unit, too */
        fleet->ops->arm(fleet->context, FLEET_TIMER_CLOCK, remaining_ms(fleet, now_ms));
        fleet->is_unsettled = true;
    }
}

void
fleet_stop_signal(struct fleet *fleet, int signal, pid_t sender, int64_t now_ms)
{
    bool is_urgent = signal == SIGTERM || signal == SIGINT;
    if (fleet->phase <= FLEET_RUNNING) {
        fleet->stop_signal = signal;
        fleet->stop_sender = sender;
        fleet->signal_ms = now_ms;
        fleet_begin_end(fleet, CAUSE_SIGNAL, now_ms);
    } else if (is_urgent && fleet->stop_signal != 0 && !fleet->is_killed &&
               now_ms - fleet->signal_ms >= SECOND_SIGNAL_MS) {
        kill_all(fleet, KILLED_BY_SIGNAL, now_ms);
    } else if (fleet->stop_signal == 0) {
        fleet->stop_signal = signal; /* the first one, while an end for another cause is on */
        fleet->signal_ms = now_ms;
    }
}

void
fleet_shutdown(struct fleet *fleet, int code, int64_t now_ms)
{
    if (fleet->phase <= FLEET_RUNNING) {
        fleet->asked_code = code;
        fleet_begin_end(fleet, CAUSE_ASKED, now_ms);
    }
}

void
fleet_check_failed(struct fleet *fleet, const char *name, int64_t now_ms)
{
    if (fleet->phase <= FLEET_RUNNING) {
        fleet->cause_check = name;
        fleet_begin_end(fleet, CAUSE_CHECK, now_ms);
    }
}

void
fleet_drifted(struct fleet *fleet, const char *change, int64_t now_ms)
{
    if (fleet->phase <= FLEET_RUNNING) {
        fleet->cause_mount = change;
        fleet_begin_end(fleet, CAUSE_DRIFT, now_ms);
    }
}

void
fleet_no_children(struct fleet *fleet)
{
    if (fleet->phase == FLEET_SWEEPING) {
        be_over(fleet);
    }
}
