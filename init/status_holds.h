/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_STATUS_HOLDS_H
#define ROINIT_INIT_STATUS_HOLDS_H

#include "init/status.h"

/*
 * What each unit's process is given: uid, gid, supplementary groups, capabilities, no_new_privs,
 * guard. For status.c alone; nothing is said where status->identities is NULL. Pure.
 */

/* A bound on what either form takes for all units. */
size_t status_holds_size(const struct status *status);

/* The members of one unit, each with a comma before it. */
void status_holds_json(const struct status *status, const struct fleet_unit *unit,
                       struct text *out);

/* One row; `unit` NULL: the heading. */
void status_holds_row(const struct status *status, const struct fleet_unit *unit, size_t name_width,
                      struct text *out);

#endif
