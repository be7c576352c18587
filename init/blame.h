/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_BLAME_H
#define ROINIT_INIT_BLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/arena.h"
#include "config/text.h"
#include "supervisor/fleet.h"

/*
 * Where the boot's time went: of each unit when it started and was ready, and which of those it
 * waits for kept it longest. The critical chain leads back from the unit that was last. Pure.
 */
struct blame_row {
    const struct fleet_unit *unit;
    int64_t began_ms, settled_ms; /* since the boot began; -1: not yet */
    long waited_for;              /* index of a unit; -1: for nobody */
    bool is_critical;
};

struct blame {
    const struct fleet *fleet;
    struct blame_row *row; /* in the order of their starts */
    size_t count;
    int64_t span_ms; /* until the last was ready or final; so far, while the boot goes on */
    bool is_over;
};

/* Works it out. Units that do not start at boot count once they have started. Memory is the
 * arena's. Returns 0, or -1 where there is none. */
int blame_build(const struct fleet *fleet, int64_t now_ms, struct arena *arena,
                struct blame *ret_blame);

/* A bound on the bytes of either form. */
size_t blame_size(const struct blame *blame);

void blame_table(const struct blame *blame, bool has_color, struct text *out);
/* The same as bars: waiting, starting, ready. */
void blame_svg(const struct blame *blame, struct text *out);

#endif
