/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_SCHEDULE_H
#define ROINIT_CONFIG_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When a task runs by itself: every so often, or at the times of five cron fields. What it is;
 * supervisor/cron.h says when that is next.
 */
struct schedule {
    int64_t every_ms; /* 0: the fields below */
    uint64_t minutes; /* bit 0..59 */
    uint32_t hours;   /* bit 0..23 */
    uint32_t days;    /* of the month, bit 1..31 */
    uint16_t months;  /* bit 1..12 */
    uint8_t weekdays; /* bit 0..6, Sunday is 0 */
    /* cron(8): where both fields of the day are restricted, either will do. */
    bool is_either_day;
    bool is_any_hour; /* runs every hour, by the time that passes and not by the clock's hands */
};

#endif
