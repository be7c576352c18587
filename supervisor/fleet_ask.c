/* SPDX-License-Identifier: MIT */
#include "supervisor/fleet_parts.h"

/*
 * What is asked for over the socket: flags of the units, which fleet_settle() turns into events of
 * the table. A stop asked for is no loss.
 */

/* Whether it is up or will be by itself, so that whoever requires it has nothing to ask. */
static bool
is_coming(const struct fleet_unit *unit)
{
    bool is_starting = unit->state == LIFE_STARTING || unit->state == LIFE_BACKOFF;
    bool is_due = unit->state == LIFE_WAITING && unit->is_wanted;
    bool is_going = unit->is_stop_asked && !life_is_final(unit->state);
    return unit->is_start_asked || (!is_going && (fleet_is_up(unit) || is_starting || is_due));
}

/* Whether a stop has anything to do with it. */
static bool
is_stoppable(const struct fleet_unit *unit)
{
    return !life_is_final(unit->state) && (unit->state != LIFE_WAITING || unit->is_wanted);
}

bool
fleet_start(struct fleet *fleet, const size_t *unit, size_t count)
{
    if (fleet->phase > FLEET_RUNNING) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct fleet_unit *asked = &fleet->unit[unit[i]];
        asked->is_start_asked |=
            life_is_final(asked->state) || !is_coming(asked) || asked->state == LIFE_BACKOFF;
    }
    /* What they require, and what that requires: a pass for each step of the longest chain. */
    for (bool has_moved = true; has_moved;) {
        has_moved = false;
        for (size_t u = 0; u < fleet->count; u++) {
            const struct order_list *requires = &fleet->order.requires[u];
            for (size_t i = 0; fleet->unit[u].is_start_asked && i < requires->count; i++) {
                struct fleet_unit *other = &fleet->unit[requires->unit[i]];
                if (!is_coming(other)) {
                    other->is_start_asked = true;
                    has_moved = true;
                }
            }
        }
    }
    fleet->is_unsettled = true;
    return true;
}

bool
fleet_stop(struct fleet *fleet, const size_t *unit, size_t count)
{
    if (fleet->phase > FLEET_RUNNING) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct fleet_unit *asked = &fleet->unit[unit[i]];
        asked->is_stop_asked |= is_stoppable(asked);
        asked->is_start_asked = false;
    }
    for (bool has_moved = true; has_moved;) {
        has_moved = false;
        for (size_t u = 0; u < fleet->count; u++) {
            struct fleet_unit *dependent = &fleet->unit[u];
            const struct order_list *requires = &fleet->order.requires[u];
            bool may_stay = dependent->is_stop_asked || !is_stoppable(dependent);
            for (size_t i = 0; !may_stay && i < requires->count; i++) {
                const struct fleet_unit *other = &fleet->unit[requires->unit[i]];
                if (other->is_stop_asked && !other->is_start_asked) {
                    dependent->is_stop_asked = true;
                    has_moved = true;
                    break;
                }
            }
        }
    }
    fleet->is_unsettled = true;
    return true;
}

bool
fleet_restart(struct fleet *fleet, const size_t *unit, size_t count)
{
    if (fleet->phase > FLEET_RUNNING) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct fleet_unit *asked = &fleet->unit[unit[i]];
        asked->is_stop_asked |= life_has_process(asked->state);
        asked->is_start_asked = true;
    }
    return fleet_start(fleet, unit, count);
}

bool
fleet_reload(struct fleet *fleet, size_t u)
{
    const struct fleet_unit *unit = &fleet->unit[u];
    if (!life_is_ready(unit->state)) {
        return false;
    }
    fleet->ops->signal(fleet->context, u, unit->config->reload_signal, false);
    return true;
}

/* Whether somebody who is to stop before the unit still lives. */
static bool
has_dependent_to_stop(const struct fleet *fleet, size_t u)
{
    const struct order_list *awaited = &fleet->order.awaited[u];
    for (size_t i = 0; i < awaited->count; i++) {
        const struct fleet_unit *other = &fleet->unit[awaited->unit[i]];
        if (other->is_stop_asked && is_stoppable(other)) {
            return true;
        }
    }
    return false;
}

/* A start by hand begins anew: it is no restart, and counts against no limit. */
static void
begin_anew(struct fleet *fleet, size_t u, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    fleet_event(fleet, u, ON_ASK, NULL, now_ms);
    unit->is_start_asked = false;
    unit->is_stop_asked = false;
    unit->is_wanted = true;
    unit->is_limit = false;
    unit->cause = u;
    restart_forget(&unit->history);
    fleet->is_unsettled = true;
}

bool
fleet_settle_asked(struct fleet *fleet, int64_t now_ms)
{
    bool has_moved = false;
    for (size_t u = 0; u < fleet->count; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        bool is_going = unit->state == LIFE_STOPPING || unit->state == LIFE_CONDEMNED ||
                        unit->state == LIFE_KILLING;
        if (unit->is_stop_asked && !is_going && is_stoppable(unit)) {
            if (has_dependent_to_stop(fleet, u)) {
                continue;
            }
            if (fleet->stops_left == 0) {
                fleet->is_unsettled = true; /* enough for a turn */
                return has_moved;
            }
            fleet->stops_left--;
            fleet_event(fleet, u, ON_STOP, NULL, now_ms);
            has_moved = true;
        } else if (unit->is_start_asked && !life_has_process(unit->state)) {
            begin_anew(fleet, u, now_ms);
            has_moved = true;
        }
    }
    return has_moved;
}
