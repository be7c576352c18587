/* SPDX-License-Identifier: MIT */
#include "supervisor/fleet_parts.h"

/* What a unit says of itself while it runs (sd_notify(3)), beside that it is ready; and what a
 * check says of it. */

void
fleet_reloading(struct fleet *fleet, size_t u, int64_t now_ms)
{
    fleet_event(fleet, u, ON_RELOAD, NULL, now_ms);
}

void
fleet_leaving(struct fleet *fleet, size_t u, int64_t now_ms)
{
    if (!fleet->unit[u].config->is_task) {
        fleet_event(fleet, u, ON_LEAVE, NULL, now_ms);
    }
}

void
fleet_keep_alive(struct fleet *fleet, size_t u, int64_t now_ms)
{
    const struct fleet_unit *unit = &fleet->unit[u];
    if (life_is_ready(unit->state) && unit->watch_ms > 0) {
        fleet_arm(fleet, u, unit->watch_ms, now_ms);
    }
}

void
fleet_set_watchdog(struct fleet *fleet, size_t u, int64_t watch_ms, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    unit->watch_ms = watch_ms;
    if (life_is_ready(unit->state) && watch_ms == 0) {
        fleet_disarm(fleet, u);
    }
    fleet_keep_alive(fleet, u, now_ms);
}

void
fleet_trigger_watchdog(struct fleet *fleet, size_t u, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    if (life_is_ready(unit->state) || unit->state == LIFE_STARTING) {
        fleet_disarm(fleet, u);
        unit->fault = FAULT_HUNG;
        fleet_event(fleet, u, ON_TIMEOUT, NULL, now_ms);
    }
}

bool
fleet_unwell(struct fleet *fleet, size_t u, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    if (fleet->phase > FLEET_RUNNING || !life_is_ready(unit->state)) {
        return false;
    }
    fleet_disarm(fleet, u);
    unit->fault = FAULT_UNWELL;
    fleet_event(fleet, u, ON_TIMEOUT, NULL, now_ms);
    return true;
}

void
fleet_extend_timeout(struct fleet *fleet, size_t u, int64_t by_ms, int64_t now_ms)
{
    struct fleet_unit *unit = &fleet->unit[u];
    bool is_limited = unit->state == LIFE_STARTING || unit->state == LIFE_STOPPING;
    int64_t until_ms = by_ms > INT64_MAX / 2 ? INT64_MAX / 2 : now_ms + by_ms;
    if (until_ms > fleet->deadline_ms) {
        until_ms = fleet->deadline_ms;
    }
    if (is_limited && unit->due_ms != 0 && until_ms > unit->due_ms) {
        fleet_arm(fleet, u, until_ms - now_ms, now_ms);
    }
}
