/* SPDX-License-Identifier: MIT */
#include "supervisor/fleet.h"

#include "config/exitcode.h"
#include "config/resolve.h"
#include "supervisor/sigmap.h"

enum { SLOW_MS = 10000 };

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
        .asked_code = -1,
        .first_bad_code = -1,
    };
    order_build(config, arena, &fleet->order);
    for (size_t u = 0; u < fleet->count; u++) {
        const struct unit_config *unit = &config->unit[u];
        fleet->unit[u] = (struct fleet_unit){
            .config = unit,
            .cause = u,
            .history.started_ms = ARENA_NEW(arena, int64_t, (size_t)unit->start_limit.starts),
        };
    }
}

static void
spawn(struct fleet *fleet, size_t u, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    unit->stop_signal = 0;
    unit->started_ms = now_ms;
    pid_t pid = fleet->ops->spawn(fleet->context, u);
    if (pid == 0) {
        fleet_event(fleet, u, ON_NO_FORK, NULL, now_ms);
        return;
    }
    unit->starts++;
    unit->fork_failures = 0;
    restart_note_start(&unit->history, unit->config, now_ms);
    if (pid < 0) {
        struct outcome outcome = {.code = -pid};
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
    fleet->ops->signal(fleet->context, u, unit->stop_signal, unit->config->kill_mode == KILL_GROUP);
}

static void
arm_if_set(struct fleet *fleet, size_t u, int64_t after_ms)
{
    if (after_ms > 0) {
        fleet->ops->arm(fleet->context, (int)u, after_ms);
    }
}

static void
act(struct fleet *fleet, size_t u, enum life_action action, const struct restart_verdict *verdict,
    int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    switch (action) {
    case LIFE_ACTION_DISARM:
        fleet->ops->disarm(fleet->context, (int)u);
        return;
    case LIFE_ACTION_SIGNAL_STOP:
        signal_stop(fleet, u);
        return;
    case LIFE_ACTION_SIGNAL_KILL:
        fleet->ops->signal(fleet->context, u, 9, unit->config->kill_mode != KILL_PROCESS);
        return;
    case LIFE_ACTION_SPAWN:
        spawn(fleet, u, now_ms);
        return;
    case LIFE_ACTION_ARM_RUN:
        arm_if_set(fleet, u, unit->config->is_task ? unit->config->timeout_ms : 0);
        return;
    case LIFE_ACTION_ARM_STOP:
        arm_if_set(fleet, u, unit->config->stop_timeout_ms);
        return;
    case LIFE_ACTION_ARM_BACKOFF:
        fleet->ops->arm(fleet->context, (int)u, verdict != NULL ? verdict->delay_ms : 0);
        return;
    case LIFE_ACTION_ARM_FORK:
        fleet->ops->arm(
            fleet->context, (int)u,
            restart_fork_delay(unit->fork_failures++, fleet->ops->chance(fleet->context)));
        return;
    case LIFE_ACTION_TELL:
    case LIFE_ACTION_COUNT:
        return; /* told by fleet_event(), before all others */
    }
}

static bool
is_lost(const struct fleet_unit *unit)
{
    if (!life_is_final(unit->state) || unit->state == LIFE_SKIPPED || unit->is_stop_asked) {
        return false;
    }
    return !(unit->config->is_task && unit->state == LIFE_ENDED);
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
        unit->is_lost = is_lost(unit);
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

void
fleet_exit(struct fleet *fleet, size_t u, const struct outcome *outcome, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    struct outcome seen = *outcome;
    seen.is_late = unit->state == LIFE_EXPIRING;
    struct restart_verdict verdict =
        restart_decide(unit->config, &unit->history, &seen, unit->stop_signal, unit->started_ms,
                       now_ms, fleet->ops->chance(fleet->context));
    unit->has_ended = true;
    unit->last = seen;
    unit->is_well = verdict.is_success;
    unit->is_limit = verdict.is_limit;
    unit->code = verdict.code;
    unit->last_pid = unit->pid;
    unit->pid = 0;
    fleet_event(fleet, u, verdict.event, &verdict, now_ms);
    if (!verdict.is_success && unit->config->essential && fleet->first_bad_code < 0 &&
        fleet->phase > FLEET_RUNNING && life_is_final(unit->state)) {
        fleet->first_bad_code = verdict.code;
        fleet->first_bad_unit = u;
    }
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
    if (timer >= 0) {
        fleet_event(fleet, (size_t)timer, ON_TIMEOUT, NULL, now_ms);
    } else if (timer == FLEET_TIMER_CLOCK) {
        fleet_clock(fleet, now_ms);
    } else if (fleet->phase == FLEET_BOOTING) {
        tell_slow(fleet, now_ms);
    }
}

/* ---------------------------------------------------------------- order */

/* Whether nothing waits for `other` any more: it is ready or final, or it never starts by itself.
 */
static bool
is_settled(const struct fleet_unit *other)
{
    return other->state == LIFE_READY || life_is_final(other->state) || !other->is_wanted;
}

static bool
is_turn(const struct fleet *fleet, size_t u)
{
    const struct order_list *after = &fleet->order.after[u];
    for (size_t i = 0; i < after->count; i++) {
        if (!is_settled(&fleet->unit[after->unit[i]])) {
            return false;
        }
    }
    const struct order_list *requires = &fleet->order.requires[u];
    for (size_t i = 0; i < requires->count; i++) {
        const struct fleet_unit *other = &fleet->unit[requires->unit[i]];
        bool is_there = other->state == LIFE_READY || other->state == LIFE_SKIPPED ||
                        (other->config->is_task && other->state == LIFE_ENDED);
        if (!is_there) {
            return false;
        }
    }
    return true;
}

/* Starts what may start. Returns whether anything moved. */
bool
fleet_start_wanted(struct fleet *fleet, int64_t now_ms)
{
    bool has_moved = false;
    unsigned starts = 0;
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (!unit->is_wanted || unit->state != LIFE_WAITING || !is_turn(fleet, u)) {
            continue;
        }
        if (starts++ == FLEET_STARTS_A_TURN) {
            fleet->is_unsettled = true; /* the loop looks at everything else first */
            return false;
        }
        bool may_start = fleet->ops->may_start(fleet->context, u);
        fleet_event(fleet, u, may_start ? ON_START : ON_SKIP, NULL, now_ms);
        has_moved = true;
    }
    return has_moved;
}

/* Whoever requires a unit that is lost is stopped and lost too; a lost essential one ends the
 * container with the code of the first. Returns whether anything moved. */
static bool
spread_loss(struct fleet *fleet, int64_t now_ms)
{
    bool has_moved = false;
    for (size_t u = 0; u < fleet->count; u++) {
        const struct order_list *requires = &fleet->order.requires[u];
        struct fleet_unit *unit = &fleet->unit[u];
        for (size_t i = 0; i < requires->count && !life_is_final(unit->state); i++) {
            const struct fleet_unit *other = &fleet->unit[requires->unit[i]];
            bool is_told = unit->state == LIFE_STOPPING || unit->state == LIFE_KILLING;
            if (other->is_lost && !is_told && unit->is_wanted) {
                unit->cause = other->cause;
                fleet_event(fleet, u, ON_STOP, NULL, now_ms);
                has_moved = true;
            }
        }
        if (unit->is_lost && unit->config->essential) {
            fleet->cause_unit = unit->cause;
            fleet_begin_end(fleet, CAUSE_LOST, now_ms);
            return true;
        }
    }
    return has_moved;
}

bool
fleet_all_final(const struct fleet *fleet, enum task_when when)
{
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        if (unit->is_wanted && unit->config->when == (int)when && !life_is_final(unit->state)) {
            return false;
        }
    }
    return true;
}

static bool
is_boot_over(const struct fleet *fleet)
{
    for (size_t u = 0; u < fleet->count; u++) {
        if (!is_settled(&fleet->unit[u])) {
            return false;
        }
    }
    return true;
}

static bool
is_any_alive(const struct fleet *fleet)
{
    for (size_t u = 0; u < fleet->count; u++) {
        if (life_has_process(fleet->unit[u].state) || fleet->unit[u].state == LIFE_BACKOFF) {
            return true;
        }
    }
    return false;
}

void
fleet_settle(struct fleet *fleet, int64_t now_ms)
{
    /* Each pass that moves something takes a unit a step on; the bound is for our own mistakes. */
    for (size_t pass = 0; pass < 4 * fleet->count + 8 && fleet->is_unsettled; pass++) {
        fleet->is_unsettled = false;
        if (fleet->phase > FLEET_RUNNING) {
            fleet_settle_end(fleet, now_ms);
            continue;
        }
        if (spread_loss(fleet, now_ms)) {
            continue;
        }
        if (!fleet_start_wanted(fleet, now_ms) && fleet->is_unsettled) {
            return; /* enough for a turn */
        }
        if (fleet->phase == FLEET_BOOTING && is_boot_over(fleet)) {
            fleet->phase = FLEET_RUNNING;
            fleet->ops->disarm(fleet->context, FLEET_TIMER_SLOW);
            fleet_tell(fleet, TELL_RUNNING);
        }
        if (fleet->phase == FLEET_RUNNING && !fleet->is_unsettled && !is_any_alive(fleet)) {
            fleet_begin_end(fleet, CAUSE_ALL_FINAL, now_ms);
        }
    }
}

bool
fleet_is_ready(const struct fleet *fleet)
{
    if (fleet->phase != FLEET_RUNNING) {
        return false;
    }
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        bool is_task_done = unit->config->is_task && unit->state == LIFE_ENDED;
        if (unit->is_wanted && unit->config->essential && unit->state != LIFE_READY &&
            unit->state != LIFE_SKIPPED && !is_task_done) {
            return false;
        }
    }
    return true;
}
