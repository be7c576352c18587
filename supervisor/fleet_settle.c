/* SPDX-License-Identifier: MIT */
#include "config/pages.h"
#include "supervisor/fleet_parts.h"

/* Order: whose turn it is, whom a loss takes along, and when the boot is over. */

/* Whether nothing waits for `other` any more: it is ready or final, or it never starts by itself.
 */
static bool
is_settled(const struct fleet_unit *other)
{
    return life_is_ready(other->state) || life_is_final(other->state) || !other->is_wanted;
}

bool
fleet_is_done(const struct fleet_unit *unit)
{
    return unit->config->is_task && unit->state == LIFE_ENDED;
}

bool
fleet_is_up(const struct fleet_unit *unit)
{
    return life_is_ready(unit->state) || unit->state == LIFE_SKIPPED || fleet_is_done(unit);
}

bool
fleet_is_lost(const struct fleet_unit *unit)
{
    return life_is_final(unit->state) && !fleet_is_up(unit) && !unit->is_stop_asked;
}

bool
fleet_is_turn(const struct fleet *fleet, size_t u)
{
    const struct order_list *after = &fleet->order.after[u];
    for (size_t i = 0; i < after->count; i++) {
        if (!is_settled(&fleet->unit[after->unit[i]])) {
            return false;
        }
    }
    const struct order_list *requires = &fleet->order.requires[u];
    for (size_t i = 0; i < requires->count; i++) {
        if (!fleet_is_up(&fleet->unit[requires->unit[i]])) {
            return false;
        }
    }
    return true;
}

/* One of those that the unit requires and that is lost, or NULL. */
static const struct fleet_unit *
lost_requirement(const struct fleet *fleet, size_t u)
{
    const struct order_list *requires = &fleet->order.requires[u];
    for (size_t i = 0; i < requires->count; i++) {
        if (fleet_is_lost(&fleet->unit[requires->unit[i]])) {
            return &fleet->unit[requires->unit[i]];
        }
    }
    return NULL;
}

bool
fleet_is_bereft(const struct fleet *fleet, size_t u)
{
    return lost_requirement(fleet, u) != NULL;
}

bool
fleet_start_wanted(struct fleet *fleet, int64_t now_ms)
{
    bool has_moved = false;
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (!unit->is_wanted || unit->state != LIFE_WAITING) {
            continue;
        }
        const struct fleet_unit *lost = lost_requirement(fleet, u);
        if (lost != NULL) {
            unit->cause = lost->cause;
            fleet_event(fleet, u, ON_STOP, NULL, now_ms);
            has_moved = true;
            continue;
        }
        if (!fleet_is_turn(fleet, u)) {
            continue;
        }
        if (fleet->starts_left == 0) {
            fleet->is_unsettled = true; /* the loop looks at everything else first */
            return false;
        }
        fleet->starts_left--;
        bool may_start = fleet->ops->may_start(fleet->context, u);
        fleet_event(fleet, u, may_start ? ON_START : ON_SKIP, NULL, now_ms);
        has_moved = true;
    }
    return has_moved;
}

void
fleet_stop_waiting(struct fleet *fleet, int64_t now_ms)
{
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (unit->is_wanted && (unit->state == LIFE_WAITING || unit->state == LIFE_BACKOFF)) {
            fleet_event(fleet, u, ON_STOP, NULL, now_ms);
        }
    }
}

/* A lost essential unit ends the container. Asked before the loss spreads, so that all that stops
 * then stops in reverse order. Returns whether it does. */
static bool
end_for_loss(struct fleet *fleet, int64_t now_ms)
{
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        if (fleet_is_lost(unit) && unit->config->essential) {
            fleet->cause_unit = unit->cause;
            fleet_begin_end(fleet, CAUSE_LOST, now_ms);
            return true;
        }
    }
    return false;
}

/* Whoever requires a unit that is lost is stopped and lost too, with the code of the first. Returns
 * whether anything moved. */
static bool
spread_loss(struct fleet *fleet, int64_t now_ms)
{
    bool has_moved = false;
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        bool is_going = unit->state == LIFE_STOPPING || unit->state == LIFE_EXPIRING ||
                        unit->state == LIFE_CONDEMNED || unit->state == LIFE_KILLING ||
                        life_is_final(unit->state);
        bool is_idle = !unit->is_wanted && unit->state == LIFE_WAITING;
        if (is_idle || is_going) {
            continue;
        }
        const struct fleet_unit *other = lost_requirement(fleet, u);
        if (other != NULL) {
            unit->cause = other->cause;
            fleet_event(fleet, u, ON_STOP, NULL, now_ms);
            has_moved = true;
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

/* Whether the boot waits for it no more: it was ready or final once; one that is not essential has
 * had its try, else its crash loop would keep all others from being called ready. */
static bool
has_booted(const struct fleet_unit *unit)
{
    bool has_tried = unit->ended_ms >= 0 && !unit->config->essential;
    return !unit->is_wanted || unit->settled_ms >= 0 || has_tried;
}

static bool
is_boot_over(const struct fleet *fleet)
{
    for (size_t u = 0; u < fleet->count; u++) {
        if (!has_booted(&fleet->unit[u])) {
            return false;
        }
    }
    return true;
}

bool
fleet_is_any_alive(const struct fleet *fleet)
{
    for (size_t u = 0; u < fleet->count; u++) {
        if (!life_is_idle(fleet->unit[u].state)) {
            return true;
        }
    }
    return false;
}

QUIET_TURN void
fleet_settle(struct fleet *fleet, int64_t now_ms)
{
    fleet->starts_left = fleet->timeouts_left = FLEET_STARTS_A_TURN;
    fleet->stops_left = FLEET_STOPS_A_TURN;
    /* Each pass that moves something takes a unit a step on; the bound is for our own mistakes. */
    for (size_t pass = 0; pass < 4 * fleet->count + 8 && fleet->is_unsettled; pass++) {
        fleet->is_unsettled = false;
        if (fleet->phase > FLEET_RUNNING) {
            fleet_settle_end(fleet, now_ms);
            if (fleet->starts_left == 0 || fleet->stops_left == 0) {
                return; /* enough for a turn */
            }
            continue;
        }
        if (end_for_loss(fleet, now_ms) || spread_loss(fleet, now_ms) ||
            fleet_settle_asked(fleet, now_ms)) {
            continue;
        }
        if (!fleet_start_wanted(fleet, now_ms) && !fleet_start_due(fleet, now_ms) &&
            fleet->is_unsettled) {
            return; /* enough for a turn */
        }
        if (fleet->phase == FLEET_BOOTING && is_boot_over(fleet)) {
            fleet->phase = FLEET_RUNNING;
            fleet->booted_ms = now_ms - fleet->boot_ms;
            fleet->ops->disarm(fleet->context, FLEET_TIMER_SLOW);
            fleet_tell(fleet, TELL_RUNNING);
        }
        if (fleet->phase == FLEET_RUNNING && !fleet->is_unsettled && !fleet->has_schedule &&
            !fleet_is_any_alive(fleet)) {
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
        bool counts = unit->is_wanted && unit->config->essential && !unit->config->is_task;
        if (counts && !fleet_is_up(unit)) {
            return false;
        }
    }
    return true;
}
