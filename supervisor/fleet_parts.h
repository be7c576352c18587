/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_FLEET_PARTS_H
#define ROINIT_SUPERVISOR_FLEET_PARTS_H

#include "supervisor/fleet.h"

/*
 * The fleet from the inside, for fleet*.c alone. Pure.
 */

/* fleet.c: one event for one unit, through the table; one of the container, told. */
void fleet_event(struct fleet *fleet, size_t u, enum life_event event,
                 const struct restart_verdict *verdict, int64_t now_ms);
void fleet_tell(struct fleet *fleet, enum fleet_event_kind kind);
/* The unit's timer. */
void fleet_arm(struct fleet *fleet, size_t u, int64_t after_ms, int64_t now_ms);
void fleet_disarm(struct fleet *fleet, size_t u);

/* fleet_settle.c: whether the unit's order lets it start; whether it requires one that is lost. */
bool fleet_is_turn(const struct fleet *fleet, size_t u);
bool fleet_is_bereft(const struct fleet *fleet, size_t u);
/* Starts what may start; what never may any more ends. Returns whether anything moved. */
bool fleet_start_wanted(struct fleet *fleet, int64_t now_ms);
/* What waits for its turn, or for its next start, has none any more. */
void fleet_stop_waiting(struct fleet *fleet, int64_t now_ms);
/* Whether each unit that runs at that time, and is wanted, is final. */
bool fleet_all_final(const struct fleet *fleet, enum task_when when);
/* Whether any unit is up, on its way there or down, or to be started again. */
bool fleet_is_any_alive(const struct fleet *fleet);

/* fleet_schedule.c: starts what is due by its schedule. Returns whether anything moved. */
bool fleet_start_due(struct fleet *fleet, int64_t now_ms);

/* fleet_ask.c: carries out what was asked for and is due. Returns whether anything moved. */
bool fleet_settle_asked(struct fleet *fleet, int64_t now_ms);

/* fleet_end.c: begins the end, once, from FLEET_BOOTING or FLEET_RUNNING; goes on with it; its
 * clock ran out; the time of draining did. */
void fleet_begin_end(struct fleet *fleet, enum fleet_cause cause, int64_t now_ms);
void fleet_settle_end(struct fleet *fleet, int64_t now_ms);
void fleet_clock(struct fleet *fleet, int64_t now_ms);
void fleet_drained(struct fleet *fleet);

#endif
