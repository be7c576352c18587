/* SPDX-License-Identifier: MIT */
#include "init/blame.h"

#include <stdlib.h>
#include <string.h>

#include "config/resolve.h"

enum { ROW_BYTES = 1024, FIXED_BYTES = 8192 };

/* ---------------------------------------------------------------- the facts */

/* When a unit that others wait for stopped keeping them: ready or final for the first time; -1: it
 * still does. */
static int64_t
settled_ms(const struct fleet *fleet, size_t u)
{
    return fleet->unit[u].settled_ms;
}

/* The one of a list that came last, if later than *ret_ms. */
static void
find_latest(const struct fleet *fleet, const struct order_list *list, long *ret_unit,
            int64_t *ret_ms)
{
    for (size_t i = 0; i < list->count; i++) {
        int64_t when_ms = settled_ms(fleet, list->unit[i]);
        if (when_ms < 0 && fleet->unit[list->unit[i]].is_wanted) {
            when_ms = INT64_MAX; /* not there yet */
        }
        if (when_ms > *ret_ms) {
            *ret_ms = when_ms;
            *ret_unit = (long)list->unit[i];
        }
    }
}

static long
waited_for(const struct fleet *fleet, size_t u)
{
    long latest = -1;
    int64_t latest_ms = -1;
    find_latest(fleet, &fleet->order.after[u], &latest, &latest_ms);
    find_latest(fleet, &fleet->order.requires[u], &latest, &latest_ms);
    return latest;
}

static int
by_start(const void *one, const void *other)
{
    const struct blame_row *a = one;
    const struct blame_row *b = other;
    /* Who has not started comes last: as unsigned, -1 is the largest of all. */
    uint64_t a_ms = (uint64_t)a->began_ms;
    uint64_t b_ms = (uint64_t)b->began_ms;
    if (a_ms != b_ms) {
        return a_ms < b_ms ? -1 : 1;
    }
    return (a->unit > b->unit) - (a->unit < b->unit);
}

/* One that waited for `row` and was no sooner ready, in the same millisecond; or NULL. */
static struct blame_row *
follower(const struct blame *blame, const struct blame_row *row)
{
    long u = row->unit - blame->fleet->unit;
    for (size_t i = 0; i < blame->count; i++) {
        struct blame_row *next = &blame->row[i];
        if (next->waited_for == u && next->settled_ms == row->settled_ms &&
            unit_starts_at_boot(next->unit->config)) {
            return next;
        }
    }
    return NULL;
}

/* From the unit that was last, back over those that each waited for. */
static void
mark_critical(struct blame *blame, struct blame_row **row_of)
{
    struct blame_row *last = NULL;
    for (size_t i = 0; i < blame->count; i++) {
        struct blame_row *row = &blame->row[i];
        bool is_later = last == NULL || (uint64_t)row->settled_ms > (uint64_t)last->settled_ms;
        if (unit_starts_at_boot(row->unit->config) && is_later) {
            last = row;
        }
    }
    struct blame_row *next = last;
    for (size_t steps = 0; next != NULL && steps < blame->count; steps++) {
        last = next;
        next = follower(blame, last);
    }
    for (size_t steps = 0; last != NULL && steps < blame->count; steps++) {
        last->is_critical = true;
        last = last->waited_for >= 0 ? row_of[last->waited_for] : NULL;
    }
}

int
blame_build(const struct fleet *fleet, int64_t now_ms, struct arena *arena, struct blame *ret_blame)
{
    struct blame blame = {.fleet = fleet, .is_over = fleet->phase > FLEET_BOOTING};
    struct blame_row **row_of = ARENA_NEW(arena, struct blame_row *, fleet->count);
    blame.row = ARENA_NEW(arena, struct blame_row, fleet->count);
    if (arena->is_spent) {
        return -1;
    }
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        bool is_of_boot = unit_starts_at_boot(unit->config);
        if (unit->began_ms < 0 && !is_of_boot) {
            continue;
        }
        blame.row[blame.count++] = (struct blame_row){
            .unit = unit,
            .began_ms = unit->began_ms,
            .settled_ms = unit->settled_ms,
            .waited_for = waited_for(fleet, u),
        };
        if (is_of_boot && unit->settled_ms > blame.span_ms) {
            blame.span_ms = unit->settled_ms;
        }
    }
    if (!blame.is_over) {
        blame.span_ms = now_ms - fleet->boot_ms;
    }
    qsort(blame.row, blame.count, sizeof blame.row[0], by_start);
    for (size_t i = 0; i < blame.count; i++) {
        row_of[blame.row[i].unit - fleet->unit] = &blame.row[i];
    }
    mark_critical(&blame, row_of);
    *ret_blame = blame;
    return 0;
}

size_t
blame_size(const struct blame *blame)
{
    return FIXED_BYTES + blame->count * ROW_BYTES;
}

/* ---------------------------------------------------------------- the table */

static void
add_cell(struct text *out, size_t width, const char *bytes)
{
    text_add(out, bytes);
    for (size_t i = strlen(bytes); i < width; i++) {
        text_add(out, " ");
    }
}

static void
add_time_cell(struct text *out, size_t width, const char *sign, int64_t ms)
{
    char bytes[32];
    struct text cell = TEXT_OVER(bytes);
    if (ms < 0) {
        text_add(&cell, "-");
    } else {
        text_add(&cell, sign);
        text_add_duration(&cell, ms);
    }
    add_cell(out, width, bytes);
}

static void
add_row(const struct blame *blame, const struct blame_row *row, size_t name_width, bool has_color,
        struct text *out)
{
    bool is_settled = row->settled_ms >= 0 && row->began_ms >= 0;
    bool is_marked = row->is_critical && has_color;
    text_add(out, row->is_critical ? "* " : "  ");
    text_add(out, is_marked ? "\033[1m" : "");
    add_cell(out, name_width + 2, row->unit->config->name);
    text_add(out, is_marked ? "\033[0m" : "");
    add_time_cell(out, 10, "+", row->began_ms);
    add_time_cell(out, 10, "+", row->settled_ms);
    add_time_cell(out, 10, "", is_settled ? row->settled_ms - row->began_ms : -1);
    add_cell(out, 10, life_state_name(row->unit->state, row->unit->config->is_task));
    text_add(out, row->waited_for < 0 ? "-" : blame->fleet->unit[row->waited_for].config->name);
    text_add(out, "\n");
}

static void
add_heading(const struct blame *blame, struct text *out)
{
    if (blame->is_over) {
        text_add(out, "boot: all that starts at boot was ready or final after ");
        text_add_duration(out, blame->span_ms);
    } else {
        text_add(out, "boot: going on for ");
        text_add_duration(out, blame->span_ms);
    }
}

void
blame_table(const struct blame *blame, bool has_color, struct text *out)
{
    size_t name_width = 4;
    for (size_t i = 0; i < blame->count; i++) {
        size_t width = strlen(blame->row[i].unit->config->name);
        name_width = width > name_width ? width : name_width;
    }
    add_heading(blame, out);
    text_add(out, "; * is the critical chain\n\n  ");
    add_cell(out, name_width + 2, "UNIT");
    text_add(out, "STARTED   READY     TOOK      STATE     WAITED FOR\n");
    for (size_t i = 0; i < blame->count; i++) {
        add_row(blame, &blame->row[i], name_width, has_color, out);
    }
}
