/* SPDX-License-Identifier: MIT */
#include "supervisor/fleet.h"

#include <signal.h>

#include "config/exitcode.h"
#include "config/resolve.h"
#include "supervisor/fleet_parts.h"
#include "supervisor/sigmap.h"

enum {
    SLOW_MS = 10000,
    STOP_MS = 9000, /* for one unit's stop, where neither it nor [init] has a stop-timeout */
};

const char *
fleet_phase_name(enum fleet_phase phase)
{
#define FLEET_PHASE_NAME(name_, text_) [FLEET_##name_] = (text_),
    static const char *const names[FLEET_PHASE_COUNT] = {FLEET_PHASES(FLEET_PHASE_NAME)};
#undef FLEET_PHASE_NAME
    return names[phase];
}

void
fleet_tell(struct fleet *fleet, enum fleet_event_kind kind)
{
    struct fleet_event event = {.kind = kind};
    fleet->ops->tell(fleet->context, &event);
}

void
fleet_init(struct fleet *fleet, const struct config *config, const struct sv_ops *ops,
           void *context, struct arena *arena)
{
    *fleet = (struct fleet){
        .config = config,
        .ops = ops,
        .context = context,
        .count = config->unit_count,
        .unit = ARENA_NEW(arena, struct fleet_unit, config->unit_count),
        .deadline_ms = INT64_MAX,
        .booted_ms = -1,
        .asked_code = -1,
        .first_bad_code = -1,
    };
    order_build(config, arena, &fleet->order);
    for (size_t u = 0; u < fleet->count; u++) {
        const struct unit_config *unit = &config->unit[u];
        fleet->has_schedule |= unit->schedule != NULL && unit->autostart;
        fleet->unit[u] = (struct fleet_unit){
            .config = unit,
            .cause = u,
            .began_ms = -1,
            .settled_ms = -1,
            .ended_ms = -1,
            .history.started_ms = ARENA_NEW(arena, int64_t, (size_t)unit->start_limit.starts),
        };
    }
}

static void
spawn(struct fleet *fleet, size_t u, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    unit->stop_signal = 0;
    unit->fault = FAULT_NONE;
    unit->watch_ms = unit->config->watchdog_ms > 0 ? unit->config->watchdog_ms : 0;
    if (unit->part == 0) {
        unit->started_ms = now_ms;
    }
    bool is_empty = fleet->ops->parts(fleet->context, u) == 0;
    pid_t pid = is_empty ? -1 : fleet->ops->spawn(fleet->context, u, unit->part);
    if (pid == 0 && !fleet->has_started) {
        pid = -CODE_SYSTEM; /* before anything ran there is nothing to be kept alive (I38) */
    }
    fleet->has_started |= pid > 0;
    if (pid == 0) {
        fleet_event(fleet, u, ON_NO_FORK, NULL, now_ms);
        return;
    }
    unit->fork_failures = 0;
    if (unit->part == 0) {
        unit->starts++;
        restart_note_start(&unit->history, unit->config, now_ms);
    }
    if (pid < 0) {
        struct outcome outcome = {.code = is_empty ? CODE_OK : -pid};
        fleet_exit(fleet, u, &outcome, now_ms);
        return;
    }
    unit->pid = pid;
}

static void
signal_stop(struct fleet *fleet, size_t u)
{
    struct fleet_unit *unit = &fleet->unit[u];
    unit->stop_signal = sigmap_stop_signal(unit->config, fleet->stop_signal);
    if (unit->config->stop_command == NULL || unit->config->stop_command[0] == '\0' ||
        !fleet->ops->stop_command(fleet->context, u)) {
        fleet->ops->signal(fleet->context, u, unit->stop_signal,
                           unit->config->kill_mode == KILL_GROUP);
    }
}

void
fleet_stop_failed(struct fleet *fleet, size_t u)
{
    const struct fleet_unit *unit = &fleet->unit[u];
    if (unit->pid > 0 && unit->stop_signal != 0 && unit->state != LIFE_KILLING) {
        fleet->ops->signal(fleet->context, u, unit->stop_signal,
                           unit->config->kill_mode == KILL_GROUP);
    }
}

/* What ran over its time: its start, a task as a whole, or its watchdog, which wants to know what
 * it was doing. */
static void
signal_late(struct fleet *fleet, size_t u)
{
    struct fleet_unit *unit = &fleet->unit[u];
    if (unit->fault == FAULT_HUNG) {
        fleet->ops->signal(fleet->context, u, SIGABRT, false);
    } else {
        signal_stop(fleet, u);
    }
}

void
fleet_arm(struct fleet *fleet, size_t u, int64_t after_ms, int64_t now_ms)
{
    fleet->unit[u].due_ms = now_ms + after_ms;
    fleet->ops->arm(fleet->context, (int)u, after_ms);
}

void
fleet_disarm(struct fleet *fleet, size_t u)
{
    fleet->unit[u].due_ms = 0;
    fleet->ops->disarm(fleet->context, (int)u);
}

/* How long it may be until the unit is ready, or the task done; 0: for ever. */
static int64_t
run_timeout(const struct unit_config *unit)
{
    if (unit->is_task) {
        return unit->timeout_ms;
    }
    return unit->ready.kind != PROBE_START ? unit->start_timeout_ms : 0;
}

/* How long a unit may take to stop, or DURATION_NONE. While the container ends, its clock limits
 * all; before that, and for a task over its time, nothing else would. */
static int64_t
stop_timeout(const struct fleet *fleet, const struct fleet_unit *unit)
{
    int64_t own_ms = unit->config->stop_timeout_ms;
    int64_t all_ms = fleet->config->init.stop_timeout_ms;
    bool is_alone = fleet->phase <= FLEET_RUNNING || unit->state == LIFE_EXPIRING;
    if (own_ms != DURATION_NONE || !is_alone) {
        return own_ms;
    }
    return all_ms != DURATION_NONE ? all_ms : STOP_MS;
}

static void
act(struct fleet *fleet, size_t u, enum life_action action, const struct restart_verdict *verdict,
    int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    int64_t stop_ms = stop_timeout(fleet, unit);
    switch (action) {
    case LIFE_ACTION_DISARM:
        fleet_disarm(fleet, u);
        return;
    case LIFE_ACTION_SIGNAL_STOP:
        signal_stop(fleet, u);
        return;
    case LIFE_ACTION_SIGNAL_LATE:
        signal_late(fleet, u);
        return;
    case LIFE_ACTION_SIGNAL_KILL:
        fleet->ops->signal(fleet->context, u, SIGKILL, unit->config->kill_mode != KILL_PROCESS);
        return;
    case LIFE_ACTION_SPAWN:
        spawn(fleet, u, now_ms);
        return;
    case LIFE_ACTION_ARM_RUN:
        if (run_timeout(unit->config) > 0) {
            fleet_arm(fleet, u, run_timeout(unit->config), now_ms);
        }
        return;
    case LIFE_ACTION_ARM_WATCH:
        if (unit->watch_ms > 0) {
            fleet_arm(fleet, u, unit->watch_ms, now_ms);
        }
        return;
    case LIFE_ACTION_ARM_STOP:
        if (stop_ms != DURATION_NONE) { /* 0: KILL follows at once */
            fleet_arm(fleet, u, stop_ms, now_ms);
        }
        return;
    case LIFE_ACTION_ARM_BACKOFF:
        fleet_arm(fleet, u, verdict->delay_ms, now_ms); /* at an exit alone */
        return;
    case LIFE_ACTION_ARM_FORK:
        fleet_arm(fleet, u,
                  restart_fork_delay(unit->fork_failures++, fleet->ops->chance(fleet->context)),
                  now_ms);
        return;
    case LIFE_ACTION_TELL:
    case LIFE_ACTION_COUNT:
        return; /* told by fleet_event(), before all others */
    }
}

/* For `roinit blame`. */
static void
note_boot(const struct fleet *fleet, struct fleet_unit *unit, int64_t now_ms)
{
    if (unit->state == LIFE_STARTING && unit->began_ms < 0) {
        unit->began_ms = now_ms - fleet->boot_ms;
    }
    if ((unit->state == LIFE_READY || life_is_final(unit->state)) && unit->settled_ms < 0) {
        unit->settled_ms = now_ms - fleet->boot_ms;
    }
}

void
fleet_event(struct fleet *fleet, size_t u, enum life_event event,
            const struct restart_verdict *verdict, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    struct life_cell cell = life_step(unit->state, event);
    struct fleet_event told = {
        .kind = TELL_UNIT,
        .unit = u,
        .from = unit->state,
        .to = (enum life_state)cell.next,
        .verdict = verdict,
        .after_ms = now_ms - unit->since_ms,
    };
    if (cell.next != unit->state) {
        unit->state = (enum life_state)cell.next;
        unit->since_ms = now_ms;
        note_boot(fleet, unit, now_ms);
        fleet->is_unsettled = true;
    }
    /* Told first, so that what a spawn that fails at once has to tell comes after it. */
    if ((cell.actions & DO_TELL) != 0) {
        fleet->ops->tell(fleet->context, &told);
    }
    for (int action = 0; action < LIFE_ACTION_COUNT; action++) {
        /* A spawn that failed has moved the unit on: what was to follow it is void. */
        if ((cell.actions >> action & 1) != 0 && unit->state == (enum life_state)cell.next) {
            act(fleet, u, (enum life_action)action, verdict, now_ms);
        }
    }
}

/* ---------------------------------------------------------------- news */

void
fleet_boot(struct fleet *fleet, int64_t now_ms)
{
    fleet->boot_ms = now_ms;
    fleet->slow_ms = SLOW_MS;
    fleet->ops->arm(fleet->context, FLEET_TIMER_SLOW, SLOW_MS);
    for (size_t u = 0; u < fleet->count; u++) {
        fleet->unit[u].since_ms = now_ms;
        fleet->unit[u].is_wanted = unit_starts_at_boot(fleet->unit[u].config);
    }
    fleet->is_unsettled = true;
    fleet_settle(fleet, now_ms);
}

void
fleet_ready(struct fleet *fleet, size_t u, int64_t now_ms)
{
    if (!fleet->unit[u].config->is_task) {
        fleet_event(fleet, u, ON_READY, NULL, now_ms);
    }
}

/* What follows the end of a process: nothing where the unit is on its way down; the next command of
 * its folder; else what `restart` says. */
static struct restart_verdict
judge_exit(struct fleet *fleet, size_t u, const struct outcome *outcome, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    struct restart_verdict verdict = restart_judge(unit->config, outcome, unit->stop_signal);
    bool is_asked = unit->state >= LIFE_STOPPING && unit->state != LIFE_EXPIRING;
    if (is_asked) {
        return verdict;
    }
    if (verdict.is_success && unit->part + 1 < fleet->ops->parts(fleet->context, u)) {
        verdict.event = ON_EXIT_NEXT;
        return verdict;
    }
    return restart_decide(unit->config, &unit->history, outcome, unit->stop_signal,
                          unit->started_ms, now_ms, fleet->ops->chance(fleet->context));
}

void
fleet_exit(struct fleet *fleet, size_t u, const struct outcome *outcome, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    struct outcome seen = *outcome;
    bool is_over_time = unit->state == LIFE_EXPIRING || unit->state == LIFE_CONDEMNED;
    seen.fault = is_over_time ? unit->fault : FAULT_NONE;
    struct restart_verdict verdict = judge_exit(fleet, u, &seen, now_ms);
    unit->ended_ms = now_ms;
    unit->last = seen;
    unit->is_limit = verdict.is_limit;
    unit->code = verdict.code;
    exits_add(&unit->exits, seen.code);
    unit->last_pid = unit->pid;
    unit->pid = 0;
    unit->ended_part = unit->part;
    unit->part = verdict.event == ON_EXIT_NEXT ? unit->part + 1 : 0;
    fleet_event(fleet, u, verdict.event, &verdict, now_ms);
    /* Before the end, too: a stop signal of the same turn may become the cause. */
    if (!verdict.is_success && unit->config->essential && fleet_is_lost(unit) &&
        fleet->first_bad_code < 0) {
        fleet->first_bad_code = verdict.code;
        fleet->first_bad_unit = u;
    }
}

void
fleet_skip(struct fleet *fleet, size_t u, int64_t now_ms)
{
    fleet->unit[u].pid = 0;
    fleet_event(fleet, u, ON_SKIP, NULL, now_ms);
}

static void
tell_slow(struct fleet *fleet, int64_t now_ms)
{
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (unit->is_wanted && unit->state == LIFE_STARTING) {
            struct fleet_event event = {
                .kind = TELL_SLOW, .unit = u, .after_ms = now_ms - unit->since_ms};
            fleet->ops->tell(fleet->context, &event);
        }
    }
    fleet->ops->arm(fleet->context, FLEET_TIMER_SLOW, fleet->slow_ms);
    fleet->slow_ms *= 2;
}

void
fleet_timeout(struct fleet *fleet, int timer, int64_t now_ms)
{
    if (timer >= 0 && fleet->timeouts_left == 0) {
        fleet_arm(fleet, (size_t)timer, 0, now_ms); /* enough for a turn */
    } else if (timer >= 0) {
        struct fleet_unit *unit = &fleet->unit[timer];
        fleet->timeouts_left--;
        unit->due_ms = 0;
        if (unit->fault == FAULT_NONE) { /* where it makes it end: see the table */
            unit->fault = life_is_ready(unit->state) ? FAULT_HUNG : FAULT_LATE;
        }
        fleet_event(fleet, (size_t)timer, ON_TIMEOUT, NULL, now_ms);
    } else if (timer == FLEET_TIMER_CLOCK) {
        fleet_clock(fleet, now_ms);
    } else if (fleet->phase == FLEET_BOOTING) {
        tell_slow(fleet, now_ms);
    } else {
        fleet_drained(fleet);
    }
}
