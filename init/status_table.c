/* SPDX-License-Identifier: MIT */
#include "init/status.h"

#include <string.h>

#include "init/status_checks.h"
#include "init/status_holds.h"
#include "supervisor/tell.h"

/* The status as a table for people. */

/* Colour by what a state means to whoever looks. */
static const char *
state_color(const struct fleet_unit *unit)
{
    bool is_good = life_is_ready(unit->state) || fleet_is_done(unit);
    bool is_bad = unit->state == LIFE_FAILED || unit->state == LIFE_BACKOFF;
    return is_good ? "\033[32m" : is_bad ? "\033[31m" : "\033[33m";
}

static void
add_padding(struct text *out, size_t from, size_t width)
{
    for (size_t i = from; i < width; i++) {
        text_add(out, " ");
    }
}

static void
add_row(const struct status *status, const struct status_view *view, const struct fleet_unit *unit,
        size_t name_width, struct text *out)
{
    const char *state = life_state_name(unit->state, unit->config->is_task);
    char cell[64];
    struct text text = TEXT_OVER(cell);
    text_add(out, unit->config->name);
    add_padding(out, strlen(unit->config->name), name_width + 2);
    text_add(out, view->has_color ? state_color(unit) : "");
    text_add(out, state);
    text_add(out, view->has_color ? "\033[0m" : "");
    add_padding(out, strlen(state), 10);
    if (unit->pid > 0) {
        text_addf(&text, "%d", (int)unit->pid);
    } else {
        text_add(&text, "-");
    }
    text_addf(out, "%-8s", cell);
    text = TEXT_OVER(cell);
    text_add_duration(&text, status->now_ms - unit->since_ms);
    text_addf(out, "%-9s%-10u", cell, status_restarts(unit));
    text = TEXT_OVER(cell);
    if (unit->ended_ms >= 0) {
        tell_outcome(&unit->last, &text);
    } else {
        text_add(&text, "-");
    }
    text_add(out, cell);
    if (status_next_run_s(status, unit) >= 0) {
        text_add(out, "; next run in ");
        text_add_duration(out, (status_next_run_s(status, unit) - status->wall_ms / 1000) * 1000);
    }
    if (unit->runs_skipped > 0) {
        text_addf(out, "; %u skipped", unit->runs_skipped);
    }
    if (unit->status != NULL) {
        text_add(out, "; says: ");
        text_add_escaped(out, unit->status, strlen(unit->status));
    }
    text_add(out, "\n");
}

/* How full the declared mounts are. */
static void
add_mounts(const struct status *status, const struct status_view *view, struct text *out)
{
    bool is_first = true;
    for (size_t m = 0; status->fill != NULL && m < status->config->mount_count; m++) {
        const struct path_facts *path = &status->facts->mount[m];
        if (view->name_count > 0 || path->errnum != 0 || path->size_bytes == 0) {
            continue;
        }
        text_add(out, is_first ? "\n" : "");
        is_first = false;
        text_add(out, view->has_color && status->fill[m].is_above ? "\033[31m" : "");
        watch_add_use(&status->fill[m], path, out);
        text_add(out, view->has_color && status->fill[m].is_above ? "\033[0m\n" : "\n");
    }
}

static void
add_verdict(const struct status *status, struct text *out)
{
    size_t errors = status->findings != NULL ? status->findings->errors : 0;
    size_t down = status_checks_down(status);
    if (errors > 0) {
        text_addf(out, "contract NOT kept: %zu finding%s, see `roinit verify`", errors,
                  errors == 1 ? "" : "s");
    } else {
        text_add(out, "contract kept");
    }
    if (down > 0) {
        text_addf(out, ", %zu check%s down", down, down == 1 ? "" : "s");
    }
}

/* Who the units are, and what they may. */
static void
add_holds(const struct status *status, const struct status_view *view, size_t name_width,
          struct text *out)
{
    if (status->identities == NULL) {
        return;
    }
    text_add(out, "\n");
    status_holds_row(status, NULL, name_width, out);
    for (size_t u = 0; u < status->fleet->count; u++) {
        if (status_shows(view, status->fleet->unit[u].config->name)) {
            status_holds_row(status, &status->fleet->unit[u], name_width, out);
        }
    }
}

/* What whoever looks wants to see first, where not all has room. */
static unsigned
rank_of(const struct fleet_unit *unit)
{
    bool is_calm = life_is_ready(unit->state) || (unit->config->is_task && unit->pid > 0);
    bool is_trouble = unit->state == LIFE_FAILED || unit->state == LIFE_BACKOFF ||
                      (life_has_process(unit->state) && !is_calm);
    return is_trouble ? 0 : unit->state == LIFE_WAITING ? 1 : is_calm ? 2 : 3;
}

enum { RANKS = 4, LINES_BESIDE = 3 };

/* The rows that fit below what is there already, and above the mounts. */
static void
add_rows(const struct status *status, const struct status_view *view, size_t name_width,
         struct text *out)
{
    size_t used = LINES_BESIDE + status->config->mount_count;
    for (size_t i = 0; i < out->length; i++) {
        used += out->bytes[i] == '\n';
    }
    size_t room = view->height == 0 ? SIZE_MAX : view->height > used ? view->height - used : 1;
    size_t more = 0;
    for (unsigned rank = 0; rank < (view->height == 0 ? 1 : RANKS); rank++) {
        for (size_t u = 0; u < status->fleet->count; u++) {
            const struct fleet_unit *unit = &status->fleet->unit[u];
            bool is_turn = view->height == 0 || rank_of(unit) == rank;
            if (!is_turn || !status_shows(view, unit->config->name)) {
                continue;
            }
            if (room > 0) {
                add_row(status, view, unit, name_width, out);
                room--;
            } else {
                more++;
            }
        }
    }
    if (more > 0) {
        text_addf(out, "and %zu more\n", more);
    }
}

/* Keeps what a terminal shows: of each line its columns, of which a colour takes none, and all
 * lines but one, where the cursor stands. */
static void
fit(struct text *out, const struct status_view *view)
{
    size_t kept = 0;
    unsigned lines = 0;
    unsigned column = 0;
    bool is_color = false;
    for (size_t at = 0; at < out->length && lines + 1 < view->height; at++) {
        char byte = out->bytes[at];
        is_color = is_color || byte == '\033';
        if (is_color || byte == '\n' || view->width == 0 || column < view->width) {
            out->bytes[kept++] = byte;
        }
        lines += byte == '\n';
        column = byte == '\n' ? 0 : column + !is_color;
        is_color = is_color && byte != 'm';
    }
    out->bytes[kept] = '\0';
    out->length = kept;
}

void
status_table(const struct status *status, const struct status_view *view, struct text *out)
{
    const struct fleet *fleet = status->fleet;
    size_t name_width = 4;
    for (size_t u = 0; u < fleet->count; u++) {
        size_t width = strlen(fleet->unit[u].config->name);
        name_width = width > name_width ? width : name_width;
    }
    text_addf(out, "roinit %s: %s%s, up ", ROINIT_VERSION, fleet_phase_name(fleet->phase),
              status_is_ready(status) ? ", ready" : "");
    text_add_duration(out, status->now_ms - fleet->boot_ms);
    text_addf(out, ", root %s, ", status->facts->root.is_read_only ? "read-only" : "WRITABLE");
    add_verdict(status, out);
    text_add(out, "\n");
    for (size_t i = 0; i < status->degraded_count; i++) {
        text_addf(out, "degraded: %s: %s\n", status->degraded[i].what, status->degraded[i].why);
    }
    text_add(out, "\nUNIT");
    add_padding(out, 4, name_width + 2);
    text_add(out, "STATE     PID     SINCE    RESTARTS  LAST EXIT\n");
    add_rows(status, view, name_width, out);
    add_mounts(status, view, out);
    if (view->height == 0) {
        add_holds(status, view, name_width, out);
        status_checks_table(status, out);
    } else {
        fit(out, view);
    }
}
