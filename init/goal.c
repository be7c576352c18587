/* SPDX-License-Identifier: MIT */
#include "init/goal.h"

/* No process, and none to come. */
static bool
is_down(const struct fleet *fleet, const struct fleet_unit *unit)
{
    bool is_due = unit->state == LIFE_WAITING && unit->is_wanted && fleet->phase < FLEET_OVER;
    return life_is_idle(unit->state) && !is_due && !unit->is_start_asked;
}

enum goal_answer
goal_of_unit(const struct fleet *fleet, size_t u, enum goal goal)
{
    const struct fleet_unit *unit = &fleet->unit[u];
    bool is_ending = fleet->phase > FLEET_RUNNING;
    bool is_final = life_is_final(unit->state) && (!unit->is_start_asked || is_ending);
    bool is_reached = false;
    bool is_missed = false;
    switch (goal) {
    case GOAL_UP:
        is_reached = fleet_is_up(unit) && !unit->is_start_asked;
        is_missed = is_final || is_ending;
        break;
    case GOAL_READY:
        is_reached = fleet_is_up(unit) && !unit->is_start_asked;
        is_missed = fleet_is_lost(unit) || is_ending;
        break;
    case GOAL_FINAL:
        is_reached = is_final;
        is_missed = fleet->phase == FLEET_OVER;
        break;
    case GOAL_DOWN:
    case GOAL_STOPPED:
        is_reached = is_down(fleet, unit);
        is_missed = fleet->phase == FLEET_OVER;
        break;
    }
    return is_reached ? GOAL_REACHED : is_missed ? GOAL_MISSED : GOAL_NOT_YET;
}

enum goal_answer
goal_of_all(const struct fleet *fleet, enum goal goal)
{
    if (goal == GOAL_READY) {
        return fleet_is_ready(fleet)          ? GOAL_REACHED
               : fleet->phase > FLEET_RUNNING ? GOAL_MISSED
                                              : GOAL_NOT_YET;
    }
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        bool is_idle = unit->state == LIFE_WAITING && !unit->is_wanted; /* never asked for */
        if (!is_idle && goal_of_unit(fleet, u, goal) != GOAL_REACHED) {
            return fleet->phase == FLEET_OVER ? GOAL_MISSED : GOAL_NOT_YET;
        }
    }
    return GOAL_REACHED;
}
