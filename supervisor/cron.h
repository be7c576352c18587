/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_CRON_H
#define ROINIT_SUPERVISOR_CRON_H

#include <stdint.h>

#include "config/schedule.h"

/*
 * When five cron fields come next. Pure: the zone comes in as a function.
 *
 * Where the hour is restricted, a run is due when the clock on the wall first shows its time or a
 * later one: what summer time leaves out comes at the jump, and what it shows twice comes once.
 * Where every hour will do, runs follow the time that passes.
 */

/* Local time less UTC, in seconds, at a time in seconds since 1970. */
typedef int64_t cron_offset(int64_t utc_s);

/* The first run after `now_s` (both in seconds since 1970, UTC) of a schedule with cron fields.
 * Returns -1 where there is none within 40 years. Pure, but for `offset`. */
int64_t cron_next(const struct schedule *schedule, int64_t now_s, cron_offset *offset);

#endif
