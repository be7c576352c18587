/* SPDX-License-Identifier: MIT */
#include "supervisor/cron.h"

enum {
    MINUTE_S = 60,
    HOUR_S = 3600,
    DAY_S = 86400,
    DAY_MINUTES = 1440,
    SHIFT_S = 3 * HOUR_S,  /* no zone has ever put its clocks back by more for summer time */
    DAYS_MAX = 40 * 366,   /* 29 February on a Sunday comes every 28 years, or 40 */
    STEPS_MAX = 4 * 24 * 4 /* hours that a day looked at can have, several days over */
};

struct civil {
    unsigned month, day, weekday;
};

static int64_t
floor_to(int64_t number, int64_t unit)
{
    int64_t rest = number % unit;
    return number - (rest < 0 ? rest + unit : rest);
}

/* The date of a day since 1970, by eras of 400 years that begin in March. */
static struct civil
civil_of(int64_t day)
{
    int64_t shifted = day + 719468;
    int64_t of_era = shifted - floor_to(shifted, 146097);
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t weekday = day + 4 - floor_to(day + 4, 7);
    return (struct civil){
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
        .weekday = (unsigned)weekday,
    };
}

static bool
is_day(const struct schedule *schedule, int64_t day)
{
    struct civil date = civil_of(day);
    bool is_of_month = (schedule->days >> date.day & 1) != 0;
    bool is_of_week = (schedule->weekdays >> date.weekday & 1) != 0;
    bool is_right = schedule->is_either_day ? is_of_month || is_of_week : is_of_month && is_of_week;
    return is_right && (schedule->months >> date.month & 1) != 0;
}

/* West of Greenwich a clock that nobody has set shows a day before 1970: no number below 0 can say
 * that there is none. */
#define NO_DAY INT64_MIN

/* The next day, from `day` on, or NO_DAY. */
static int64_t
next_day(const struct schedule *schedule, int64_t day)
{
    for (int64_t i = 0; i < DAYS_MAX; i++) {
        if (is_day(schedule, day + i)) {
            return day + i;
        }
    }
    return NO_DAY;
}

/* The next minute of a day from `minute` on, or DAY_MINUTES. */
static int64_t
next_minute(const struct schedule *schedule, int64_t minute)
{
    while (minute < DAY_MINUTES && ((schedule->hours >> minute / 60 & 1) == 0 ||
                                    (schedule->minutes >> minute % 60 & 1) == 0)) {
        minute++;
    }
    return minute;
}

/* The first second after `before_s`, at most at `after_s`, with the offset of `after_s`. */
static int64_t
find_shift(int64_t before_s, int64_t after_s, cron_offset *offset)
{
    int64_t after = offset(after_s);
    while (after_s - before_s > 1) {
        int64_t middle_s = before_s + (after_s - before_s) / 2;
        if (offset(middle_s) == after) {
            after_s = middle_s;
        } else {
            before_s = middle_s;
        }
    }
    return after_s;
}

/* The latest that the clock on the wall has shown so far: it may have been put back just now. */
static int64_t
latest_shown(int64_t now_s, cron_offset *offset)
{
    int64_t before = offset(now_s - SHIFT_S);
    int64_t shown_s = now_s + offset(now_s);
    if (before > offset(now_s)) {
        int64_t last_s = find_shift(now_s - SHIFT_S, now_s, offset) - 1 + before;
        shown_s = last_s > shown_s ? last_s : shown_s;
    }
    return shown_s;
}

/* When the clock on the wall shows `local_s`, or a later time, for the first time. */
static int64_t
first_shown(int64_t local_s, cron_offset *offset)
{
    int64_t before = offset(local_s - DAY_S);
    int64_t after = offset(local_s + DAY_S);
    if (offset(local_s - before) == before) {
        return local_s - before;
    }
    if (offset(local_s - after) == after) {
        return local_s - after;
    }
    return find_shift(local_s - DAY_S, local_s + DAY_S, offset); /* left out */
}

/* By the clock on the wall. */
static int64_t
next_by_hands(const struct schedule *schedule, int64_t now_s, cron_offset *offset)
{
    int64_t from_s = floor_to(latest_shown(now_s, offset), MINUTE_S) + MINUTE_S;
    int64_t day = floor_to(from_s, DAY_S) / DAY_S;
    int64_t minute = (from_s - day * DAY_S) / MINUTE_S;
    for (int tries = 0; tries < 2; tries++) {
        int64_t found = next_day(schedule, day);
        if (found == NO_DAY) {
            return -1;
        }
        minute = next_minute(schedule, found == day ? minute : 0);
        if (minute < DAY_MINUTES) {
            int64_t due_s = first_shown(found * DAY_S + minute * MINUTE_S, offset);
            return due_s > now_s ? due_s : now_s + MINUTE_S;
        }
        day = found + 1;
        minute = 0;
    }
    return -1;
}

/* By the time that passes: every minute that comes is held against the fields, an hour at a time.
 */
static int64_t
next_by_time(const struct schedule *schedule, int64_t now_s, cron_offset *offset)
{
    int64_t at_s = floor_to(now_s, MINUTE_S) + MINUTE_S;
    for (int step = 0; step < STEPS_MAX; step++) {
        int64_t local_s = at_s + offset(at_s);
        int64_t day = floor_to(local_s, DAY_S) / DAY_S;
        int64_t of_hour = local_s - floor_to(local_s, HOUR_S);
        int64_t found = next_day(schedule, day);
        if (found == NO_DAY) {
            return -1;
        }
        if (found > day + 1) {
            at_s += (found - 1) * DAY_S - local_s;
            continue; /* the midnight before that day's, give or take a shift */
        }
        unsigned minute = (unsigned)(of_hour / MINUTE_S);
        while (found == day && minute < 60 && (schedule->minutes >> minute & 1) == 0) {
            minute++;
        }
        int64_t ahead_s = (found == day ? minute : 60) * (int64_t)MINUTE_S - of_hour;
        if (found == day && minute < 60 && ahead_s <= 0) {
            return at_s;
        }
        at_s += ahead_s;
    }
    return -1;
}

int64_t
cron_next(const struct schedule *schedule, int64_t now_s, cron_offset *offset)
{
    return schedule->is_any_hour ? next_by_time(schedule, now_s, offset)
                                 : next_by_hands(schedule, now_s, offset);
}
