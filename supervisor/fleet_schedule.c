/* SPDX-License-Identifier: MIT */
#include "supervisor/fleet_parts.h"

/* Scheduled tasks: when they are due is the agenda's to say; here is what that leads to. */

static void
skip_run(struct fleet *fleet, size_t u)
{
    struct fleet_unit *unit = &fleet->unit[u];
    struct fleet_event event = {
        .kind = TELL_OVERLAP, .unit = u, .from = unit->state, .to = unit->state};
    unit->runs_skipped++;
    fleet->ops->tell(fleet->context, &event);
    unit->is_overlap_told = true;
}

void
fleet_due(struct fleet *fleet, size_t u)
{
    struct fleet_unit *unit = &fleet->unit[u];
    if (fleet->phase > FLEET_RUNNING) {
        return;
    }
    if (unit->is_due || !life_is_idle(unit->state)) {
        skip_run(fleet, u);
        return;
    }
    unit->is_due = true;
    fleet->is_unsettled = true;
}

bool
fleet_start_due(struct fleet *fleet, int64_t now_ms)
{
    bool has_moved = false;
    for (size_t u = 0; u < fleet->count && fleet->has_schedule; u++) {
        struct fleet_unit *unit = &fleet->unit[u];
        if (!unit->is_due) {
            continue;
        }
        if (fleet_is_bereft(fleet, u) || !life_is_idle(unit->state)) {
            unit->is_due = false; /* what it requires is lost; or it was started by hand */
            skip_run(fleet, u);
            continue;
        }
        if (!fleet_is_turn(fleet, u)) {
            continue;
        }
        if (fleet->starts_left == 0) {
            fleet->is_unsettled = true;
            return has_moved;
        }
        fleet->starts_left--;
        unit->is_due = false;
        unit->is_overlap_told = false;
        unit->is_stop_asked = false; /* that was the run before */
        unit->cause = u;
        bool may_start = fleet->ops->may_start(fleet->context, u);
        fleet_event(fleet, u, may_start ? ON_START : ON_SKIP, NULL, now_ms);
        has_moved = true;
    }
    return has_moved;
}
