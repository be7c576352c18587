/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_STATUS_H
#define ROINIT_INIT_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "config/text.h"
#include "init/facts.h"
#include "init/finding.h"
#include "init/watch.h"
#include "supervisor/agenda.h"
#include "supervisor/check.h"
#include "supervisor/fleet.h"

/*
 * The state of the container as JSON and as a table for people (behaviour.md, "Status, as JSON").
 * Pure: the two clocks come in as values.
 */
enum { DEGRADED_MAX = 8 };

/* What is not as it should be, though the container runs. */
struct degraded {
    const char *what; /* "state-dir" */
    char why[256];
};

struct status {
    const struct config *config;
    const struct fleet *fleet;
    const struct agenda *agenda; /* NULL: no task has a schedule */
    const struct facts *facts;
    const struct identities *identities; /* NULL: not told */
    const struct findings *findings;
    const struct diags *diags;
    const struct check_state *check; /* parallel to config->check */
    const char *digest;              /* of the contract */
    struct degraded degraded[DEGRADED_MAX];
    size_t degraded_count;
    const struct mount_fill *fill; /* [mount]; NULL: not known */
    uint64_t orphans, lines_lost, lines_over_rate, drifts, oom_kills;
    int64_t now_ms;  /* monotonic */
    int64_t wall_ms; /* the clock on the wall, for display alone */
};

/* How people want it. */
struct status_view {
    bool has_color;
    unsigned height; /* lines of a terminal that it has to fit on, trouble first; 0: any number */
    unsigned width;  /* columns of such a terminal; 0: any number */
    size_t name_count;
    const char *const *name; /* the units asked for; none: all */
};

/* A bound on the bytes that either form takes. */
size_t status_size(const struct status *status);

void status_json(const struct status *status, const struct status_view *view, struct text *out);
void status_table(const struct status *status, const struct status_view *view, struct text *out);

/* What `check --level ready` says of the whole: it runs, every essential service is ready, and no
 * check is down, of whatever level. */
bool status_is_ready(const struct status *status);

/* Whether the unit of that name is to be shown. */
bool status_shows(const struct status_view *view, const char *name);

/* The unit of that name, or NULL. */
const struct fleet_unit *status_unit(const struct status *status, const char *name);

/* When its schedule is due, in seconds since 1970; -1: it has none. */
int64_t status_next_run_s(const struct status *status, const struct fleet_unit *unit);

/* Starts after the first one; the runs of a schedule are none. */
unsigned status_restarts(const struct fleet_unit *unit);

/* What the clock on the wall showed at that time, if nobody has set it since. */
int64_t status_wall_ms(const struct status *status, int64_t then_ms);

/* Notes what is degraded; the same `what` is kept once. And takes it back. */
void status_degrade(struct status *status, const char *what, const char *why);
void status_restore(struct status *status, const char *what);

#endif
