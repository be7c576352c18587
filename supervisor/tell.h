/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_TELL_H
#define ROINIT_SUPERVISOR_TELL_H

#include "config/config.h"
#include "config/text.h"
#include "supervisor/fleet.h"

/*
 * The lines for whoever is on call (behaviour.md, "Logs"): events of the fleet as sentences. Pure.
 */

/* Adds the sentence of an event and says at which level it is told. A lone command is as quiet as
 * tini: its lines are of level info. */
void tell_event(const struct fleet *fleet, const struct fleet_event *event, int64_t now_ms,
                enum log_level *ret_level, struct text *out);

/* Adds "container ends with 137: redis died of KILL (start-limit 5/2m)". */
void tell_end(const struct fleet *fleet, struct text *out);

/* Adds "exited with 3", "died of KILL", "ran over its time". */
void tell_outcome(const struct outcome *outcome, struct text *out);

/* Adds ": it needs db, which is failed": the first that was lost, of those for whose loss the unit
 * is lost too. */
void tell_requirement(const struct fleet *fleet, const struct fleet_unit *unit, struct text *out);

#endif
