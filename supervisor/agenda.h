/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_AGENDA_H
#define ROINIT_SUPERVISOR_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/arena.h"
#include "config/config.h"
#include "supervisor/cron.h"

/*
 * Which scheduled task is due next. Pure: the monotonic clock (for durations) and the wall clock
 * (for cron fields) are arguments. A clock that was set, or a container that slept, leads to one
 * run of each task that was missed, and then on from there.
 */
struct agenda_item {
    size_t unit;
    const struct schedule *schedule;
    int64_t due;   /* every: monotonic ms; cron: seconds since 1970; INT64_MAX: never */
    int64_t ran_s; /* cron: when the last run was due; 0: there was none */
};

struct agenda {
    struct agenda_item *item;
    size_t count;
    bool has_cron; /* the wall clock matters */
    cron_offset *offset;
};

/* Lists the scheduled tasks that start by themselves, and when each is due first. */
void agenda_build(struct agenda *agenda, const struct config *config, struct arena *arena,
                  cron_offset *offset, int64_t now_ms, int64_t wall_s);

/* Takes one that is due, and looks up when it is next. Returns false where none is. */
bool agenda_take(struct agenda *agenda, int64_t now_ms, int64_t wall_s, size_t *ret_unit);

/* The wall clock was set: what is not due by it yet is looked up again. Where it was put back a
 * little, as when it is corrected, what has run does not run again. */
void agenda_clock_set(struct agenda *agenda, int64_t wall_s);

/* The next one by each clock; INT64_MAX: none. */
int64_t agenda_next_ms(const struct agenda *agenda);
int64_t agenda_next_wall_s(const struct agenda *agenda);

/* When the unit is due, in seconds since 1970; -1: it is not on the agenda. */
int64_t agenda_due_s(const struct agenda *agenda, size_t unit, int64_t now_ms, int64_t wall_s);

#endif
