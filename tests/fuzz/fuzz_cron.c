/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/value.h"
#include "supervisor/cron.h"
#include "tests/fuzz/fuzz.h"

/* Five cron fields, behind eight bytes of the time; a zone that jumps at odd moments. */

enum { TIME_BYTES = 8, WHY_BYTES = 256, HALF_HOUR = 1800, WEEK = 604800 };

static int64_t
odd_zone(int64_t utc_s)
{
    return (utc_s / WEEK) % 3 * HALF_HOUR - HALF_HOUR;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    char why[WHY_BYTES] = "";
    const struct schedule *schedule = NULL;
    uint32_t now = 0;
    if (size < TIME_BYTES || memchr(data + TIME_BYTES, '\0', size - TIME_BYTES) != NULL) {
        return 0;
    }
    memcpy(&now, data, sizeof now);
    const char *text = arena_strndup(&arena, (const char *)data + TIME_BYTES, size - TIME_BYTES);
    if (value_parse(VALUE_SCHEDULE, NULL, text, &arena, &schedule, why, sizeof why) == 0) {
        if (schedule != NULL && schedule->every_ms == 0) {
            int64_t next = cron_next(schedule, now, odd_zone);
            MUST(next == -1 || next > now);
            MUST(next == -1 || cron_next(schedule, next, odd_zone) != next);
        }
    } else {
        MUST(why[0] != '\0');
    }
    arena_free(&arena);
    return 0;
}
