/* SPDX-License-Identifier: MIT */
#include "supervisor/agenda.h"

#include "config/schedule.h"

/* How far a clock may be put back until it counts as another time: for what runs at an hour of the
 * day as cron(8) has it; for what runs every hour the minute that it ran in. */
enum { LITTLE_S = 3 * 3600, LITTLE_OFTEN_S = 60 };

static bool
is_cron(const struct agenda_item *item)
{
    return item->schedule->every_ms == 0;
}

static int64_t
next_wall(const struct agenda *agenda, const struct agenda_item *item, int64_t wall_s)
{
    int64_t due_s = cron_next(item->schedule, wall_s, agenda->offset);
    return due_s >= 0 ? due_s : INT64_MAX;
}

void
agenda_build(struct agenda *agenda, const struct config *config, struct arena *arena,
             cron_offset *offset, int64_t now_ms, int64_t wall_s)
{
    *agenda = (struct agenda){.offset = offset};
    size_t count = 0;
    for (size_t u = 0; u < config->unit_count; u++) {
        count += config->unit[u].schedule != NULL && config->unit[u].autostart;
    }
    agenda->item = ARENA_NEW(arena, struct agenda_item, count);
    for (size_t u = 0; u < config->unit_count; u++) {
        const struct schedule *schedule = config->unit[u].schedule;
        if (schedule == NULL || !config->unit[u].autostart) {
            continue;
        }
        struct agenda_item *item = &agenda->item[agenda->count++];
        *item = (struct agenda_item){.unit = u, .schedule = schedule};
        item->due = is_cron(item) ? next_wall(agenda, item, wall_s) : now_ms + schedule->every_ms;
        agenda->has_cron |= is_cron(item);
    }
}

bool
agenda_take(struct agenda *agenda, int64_t now_ms, int64_t wall_s, size_t *ret_unit)
{
    for (size_t i = 0; i < agenda->count; i++) {
        struct agenda_item *item = &agenda->item[i];
        if (is_cron(item) && item->due <= wall_s) {
            item->ran_s = item->due;
            item->due = next_wall(agenda, item, wall_s);
            *ret_unit = item->unit;
            return true;
        }
        if (!is_cron(item) && item->due <= now_ms) {
            int64_t missed = (now_ms - item->due) / item->schedule->every_ms;
            item->due += (missed + 1) * item->schedule->every_ms;
            *ret_unit = item->unit;
            return true;
        }
    }
    return false;
}

void
agenda_clock_set(struct agenda *agenda, int64_t wall_s)
{
    for (size_t i = 0; i < agenda->count; i++) {
        struct agenda_item *item = &agenda->item[i];
        int64_t back_s = item->ran_s - wall_s;
        int64_t little_s = item->schedule->is_any_hour ? LITTLE_OFTEN_S : LITTLE_S;
        if (is_cron(item) && item->due > wall_s) {
            item->due =
                next_wall(agenda, item, back_s <= little_s && back_s > 0 ? item->ran_s : wall_s);
        }
    }
}

static int64_t
next_of(const struct agenda *agenda, bool wants_cron)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < agenda->count; i++) {
        const struct agenda_item *item = &agenda->item[i];
        if (is_cron(item) == wants_cron && item->due < next) {
            next = item->due;
        }
    }
    return next;
}

int64_t
agenda_next_ms(const struct agenda *agenda)
{
    return next_of(agenda, false);
}

int64_t
agenda_next_wall_s(const struct agenda *agenda)
{
    return next_of(agenda, true);
}

int64_t
agenda_due_s(const struct agenda *agenda, size_t unit, int64_t now_ms, int64_t wall_s)
{
    for (size_t i = 0; i < agenda->count; i++) {
        const struct agenda_item *item = &agenda->item[i];
        if (item->unit == unit && item->due != INT64_MAX) {
            return is_cron(item) ? item->due : wall_s + (item->due - now_ms + 999) / 1000;
        }
    }
    return -1;
}
