/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/text.h"
#include "config/value.h"
#include "supervisor/agenda.h"
#include "supervisor/cron.h"
#include "tests/unit/suites.h"

/* POSIX strings, so that no zone file is needed: Berlin, and Lord Howe, which shifts half an hour.
 */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define HOWE "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"

static struct arena arena;

static int64_t
offset(int64_t utc_s)
{
    time_t when = (time_t)utc_s;
    struct tm local;
    return localtime_r(&when, &local) != NULL ? (int64_t)local.tm_gmtoff : 0;
}

static void
use_zone(const char *zone)
{
    (void)setenv("TZ", zone, 1);
    tzset();
}

static void
teardown(void)
{
    arena_free(&arena);
    (void)unsetenv("TZ");
    tzset();
}

static const struct schedule *
parse(const char *text)
{
    const struct schedule *schedule = NULL;
    char why[256] = "";
    int result = value_parse(VALUE_SCHEDULE, "", text, &arena, &schedule, why, sizeof why);
    ck_assert_msg(result == 0 && schedule != NULL, "%s: %s", text, why);
    return schedule;
}

static int64_t
utc_of(const char *text)
{
    struct tm tm = {0};
    ck_assert_ptr_nonnull(strptime(text, "%Y-%m-%dT%H:%M:%S", &tm));
    return (int64_t)timegm(&tm);
}

/* The runs that follow `from`, all in UTC. */
static const struct {
    const char *zone, *fields, *from;
    const char *runs[4];
} cases[] = {
    {"UTC",
     "0 3 * * *",
     "2026-11-22T02:59:59",
     {"2026-11-22T03:00:00", "2026-11-23T03:00:00", NULL}},
    {"UTC", "0 3 * * *", "2026-11-22T03:00:00", {"2026-11-23T03:00:00", NULL}},
    /* A clock that nobody has set, where it is still 1969. */
    {"EST5",
     "0 20 * * *",
     "1970-01-01T00:00:30",
     {"1970-01-01T01:00:00", "1970-01-02T01:00:00", NULL}},
    {"EST5", "15 * * * *", "1970-01-01T00:00:30", {"1970-01-01T00:15:00", NULL}},
    {"UTC",
     "*/20 * * * *",
     "2026-12-31T23:40:00",
     {"2027-01-01T00:00:00", "2027-01-01T00:20:00", NULL}},
    {"UTC",
     "5,35 8-9 * * mon-fri",
     "2026-11-20T09:05:00",
     {"2026-11-20T09:35:00", "2026-11-23T08:05:00", NULL}},
    {"UTC",
     "0 0 29 2 *",
     "2026-01-01T00:00:00",
     {"2028-02-29T00:00:00", "2032-02-29T00:00:00", NULL}},
    {"UTC",
     "* * 29 2 *",
     "2026-01-01T12:34:56",
     {"2028-02-29T00:00:00", "2028-02-29T00:01:00", NULL}},
    {"UTC", "59 23 31 dec *", "2026-12-31T23:59:00", {"2027-12-31T23:59:00", NULL}},
    /* Either field of the day, where both are restricted; both, where one begins with a star. */
    {"UTC",
     "0 12 13 * fri",
     "2026-11-10T00:00:00",
     {"2026-11-13T12:00:00", "2026-11-20T12:00:00", "2026-11-27T12:00:00", NULL}},
    {"UTC",
     "0 12 1-7 * */7",
     "2026-11-02T00:00:00",
     {"2026-12-06T12:00:00", "2027-01-03T12:00:00", NULL}},
    {"UTC", "0 0 * * 7", "2026-11-21T00:00:00", {"2026-11-22T00:00:00", NULL}},
    {"UTC", "0 0 29 2 */7", "2026-01-01T00:00:00", {"2032-02-29T00:00:00", NULL}},
    /* Spring: 2026-03-29, 02:00 becomes 03:00 (01:00 UTC). A daily run is not left out … */
    {BERLIN,
     "30 2 * * *",
     "2026-03-28T12:00:00",
     {"2026-03-29T01:00:00", "2026-03-30T00:30:00", NULL}},
    {BERLIN,
     "0,30 2 * * *",
     "2026-03-28T12:00:00",
     {"2026-03-29T01:00:00", "2026-03-30T00:00:00", NULL}},
    {BERLIN,
     "0 3 * * *",
     "2026-03-28T12:00:00",
     {"2026-03-29T01:00:00", "2026-03-30T01:00:00", NULL}},
    /* … and autumn, 2026-10-25, 03:00 becomes 02:00 (01:00 UTC): not run twice. */
    {BERLIN,
     "30 2 * * *",
     "2026-10-24T12:00:00",
     {"2026-10-25T00:30:00", "2026-10-26T01:30:00", NULL}},
    {BERLIN,
     "*/30 2-3 * * *",
     "2026-10-25T00:10:00",
     {"2026-10-25T00:30:00", "2026-10-25T02:00:00", "2026-10-25T02:30:00", NULL}},
    /* Every hour goes by the time that passes. */
    {BERLIN,
     "30 * * * *",
     "2026-10-24T23:40:00",
     {"2026-10-25T00:30:00", "2026-10-25T01:30:00", "2026-10-25T02:30:00", NULL}},
    {BERLIN,
     "30 * * * *",
     "2026-03-29T00:00:00",
     {"2026-03-29T00:30:00", "2026-03-29T01:30:00", NULL}},
    {BERLIN, "0 0 * * *", "2026-07-01T12:00:00", {"2026-07-01T22:00:00", NULL}},
    {BERLIN, "0 * 1 7 *", "2026-06-01T12:00:00", {"2026-06-30T22:00:00", NULL}},
    /* Half an hour: 2026-04-05, 02:00 becomes 01:30; 2026-10-04, 02:00 becomes 02:30. */
    {HOWE,
     "45 1 * * *",
     "2026-04-04T00:00:00",
     {"2026-04-04T14:45:00", "2026-04-05T15:15:00", NULL}},
    {HOWE,
     "15 2 * * *",
     "2026-10-03T00:00:00",
     {"2026-10-03T15:30:00", "2026-10-04T15:15:00", NULL}},
    {HOWE,
     "*/15 * * * *",
     "2026-04-04T14:45:00",
     {"2026-04-04T15:00:00", "2026-04-04T15:15:00", "2026-04-04T15:30:00", NULL}},
};

START_TEST(runs_come_when_cron_says)
{
    use_zone(cases[_i].zone);
    const struct schedule *schedule = parse(cases[_i].fields);
    int64_t at = utc_of(cases[_i].from);
    for (size_t i = 0; cases[_i].runs[i] != NULL; i++) {
        char got[40];
        struct text text = TEXT_OVER(got);
        at = cron_next(schedule, at, offset);
        text_add_utc(&text, at);
        ck_assert_msg(text_equal(got, cases[_i].runs[i]), "%s after %s: run %zu is %s, want %s",
                      cases[_i].fields, cases[_i].from, i, got, cases[_i].runs[i]);
    }
}
END_TEST

START_TEST(a_daily_run_comes_once_on_each_day_of_ten_years)
{
    static const char *const zones[] = {"UTC", BERLIN, HOWE};
    static const char *const fields[] = {"30 2 * * *", "0 0 * * *", "59 23 * * *", "15 1 * * *"};
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        use_zone(zones[z]);
        for (size_t f = 0; f < sizeof fields / sizeof fields[0]; f++) {
            const struct schedule *schedule = parse(fields[f]);
            int64_t at = cron_next(schedule, utc_of("2026-01-01T00:00:00"), offset);
            for (int day = 0; day < 3653; day++) {
                int64_t next = cron_next(schedule, at, offset);
                int64_t days = (next + offset(next)) / 86400 - (at + offset(at)) / 86400;
                ck_assert_msg(days == 1, "%s in %s: %d days on", fields[f], zones[z], (int)days);
                at = next;
            }
        }
    }
}
END_TEST

/* ---------------------------------------------------------------- the agenda */

static struct unit_config units[3];
static struct config config;
static struct agenda agenda;

static void
begin_agenda(const char *first, const char *second, int64_t wall_s)
{
    memset(units, 0, sizeof units);
    units[0] = (struct unit_config){.name = "web", .autostart = true};
    units[1] = (struct unit_config){
        .name = "a", .is_task = true, .autostart = true, .schedule = parse(first)};
    units[2] = (struct unit_config){
        .name = "b", .is_task = true, .autostart = true, .schedule = parse(second)};
    config = (struct config){.unit = units, .unit_count = 3};
    use_zone("UTC");
    agenda_build(&agenda, &config, &arena, offset, 0, wall_s);
}

/* Clocks that are put back by five hours at 2026-11-22T12:00:00. */
static int64_t
five_hours_back(int64_t utc_s)
{
    return utc_s < 1795348800 ? 0 : -5 * 3600;
}

START_TEST(a_zone_that_does_what_no_zone_does_never_leads_back)
{
    int64_t now_s = utc_of("2026-11-22T16:00:00");
    ck_assert_int_eq(cron_next(parse("* 11 * * *"), now_s, five_hours_back), now_s + 60);
}
END_TEST

/* Fields that no day or minute has: a contract cannot say so. */
static const struct schedule never_due[] = {
    {.minutes = 1, .hours = 1, .days = 1U << 30, .months = 1 << 2, .weekdays = 0x7f},
    {.minutes = 1, .days = UINT32_MAX, .months = 0x1ffe, .weekdays = 0x7f},
    {.minutes = 1,
     .hours = 0xffffff,
     .is_any_hour = true,
     .days = 1U << 30,
     .months = 1 << 2,
     .weekdays = 0x7f},
    {.hours = 0xffffff,
     .is_any_hour = true,
     .days = UINT32_MAX,
     .months = 0x1ffe,
     .weekdays = 0x7f},
};

START_TEST(what_never_comes_is_never_due)
{
    int64_t wall_s = utc_of("2026-11-22T12:00:00");
    size_t u = 0;
    memset(units, 0, sizeof units);
    units[0] = (struct unit_config){.is_task = true, .autostart = true, .schedule = &never_due[_i]};
    units[1] =
        (struct unit_config){.is_task = true, .schedule = &never_due[_i]}; /* not by itself */
    config = (struct config){.unit = units, .unit_count = 2};
    use_zone("UTC");
    agenda_build(&agenda, &config, &arena, offset, 0, wall_s);
    ck_assert_uint_eq(agenda.count, 1);
    ck_assert_int_eq(agenda_next_wall_s(&agenda), INT64_MAX);
    ck_assert(!agenda_take(&agenda, 1000, wall_s + 86400, &u));
    ck_assert_int_eq(agenda_due_s(&agenda, 0, 0, wall_s), -1);
}
END_TEST

START_TEST(the_first_of_two_runs_is_next_whatever_their_order)
{
    int64_t wall_s = utc_of("2026-11-22T02:59:00");
    begin_agenda("0 3 * * *", "0 4 * * *", wall_s);
    ck_assert_int_eq(agenda_next_wall_s(&agenda), wall_s + 60);
    ck_assert_int_eq(agenda_due_s(&agenda, 2, 0, wall_s), wall_s + 3660);
    begin_agenda("0 4 * * *", "0 3 * * *", wall_s);
    ck_assert_int_eq(agenda_next_wall_s(&agenda), wall_s + 60);
}
END_TEST

START_TEST(a_duration_counts_from_the_boot_and_cron_from_the_wall)
{
    size_t u = 0;
    int64_t wall_s = utc_of("2026-11-22T02:59:00");
    begin_agenda("90s", "0 3 * * *", wall_s);
    ck_assert_int_eq(agenda_next_ms(&agenda), 90000);
    ck_assert_int_eq(agenda_next_wall_s(&agenda), wall_s + 60);
    ck_assert(!agenda_take(&agenda, 59999, wall_s + 59, &u));
    ck_assert(agenda_take(&agenda, 60000, wall_s + 60, &u));
    ck_assert_uint_eq(u, 2);
    ck_assert(!agenda_take(&agenda, 60000, wall_s + 60, &u));
    ck_assert(agenda_take(&agenda, 90000, wall_s + 90, &u));
    ck_assert_uint_eq(u, 1);
    ck_assert_int_eq(agenda_next_ms(&agenda), 180000);
    ck_assert_int_eq(agenda_due_s(&agenda, 1, 90000, wall_s + 90), wall_s + 180);
    ck_assert_int_eq(agenda_due_s(&agenda, 0, 90000, wall_s + 90), -1);
}
END_TEST

START_TEST(a_clock_that_jumps_a_day_ahead_leads_to_one_run)
{
    size_t u = 0;
    int64_t wall_s = utc_of("2026-11-22T12:00:00");
    begin_agenda("1h", "*/10 * * * *", wall_s);
    agenda_clock_set(&agenda, wall_s + 86400);
    ck_assert(agenda_take(&agenda, 1000, wall_s + 86400, &u));
    ck_assert_uint_eq(u, 2);
    ck_assert(!agenda_take(&agenda, 1000, wall_s + 86400, &u));
    ck_assert_int_eq(agenda_next_wall_s(&agenda), wall_s + 86400 + 600);
    ck_assert_int_eq(agenda_next_ms(&agenda), 3600000);
}
END_TEST

START_TEST(a_clock_that_jumps_a_day_back_does_not_silence_a_schedule)
{
    size_t u = 0;
    int64_t wall_s = utc_of("2026-11-22T12:00:00");
    begin_agenda("1h", "*/10 * * * *", wall_s);
    agenda_clock_set(&agenda, wall_s - 86400);
    ck_assert(!agenda_take(&agenda, 1000, wall_s - 86400, &u));
    ck_assert_int_eq(agenda_next_wall_s(&agenda), wall_s - 86400 + 600);
}
END_TEST

START_TEST(a_clock_that_is_put_back_a_little_runs_nothing_twice)
{
    size_t u = 0;
    int64_t wall_s = utc_of("2026-11-22T03:00:00");
    begin_agenda("*/10 * * * *", "0 3 * * *", wall_s - 1);
    ck_assert(agenda_take(&agenda, 1000, wall_s, &u));
    ck_assert(agenda_take(&agenda, 1000, wall_s, &u));
    agenda_clock_set(&agenda, wall_s - 1);
    ck_assert(!agenda_take(&agenda, 2000, wall_s, &u));
    ck_assert_int_eq(agenda_due_s(&agenda, 1, 2000, wall_s), wall_s + 600);
    ck_assert_int_eq(agenda_due_s(&agenda, 2, 2000, wall_s), wall_s + 86400);
    agenda_clock_set(&agenda, wall_s - 7200); /* what runs every hour goes on by the new time */
    ck_assert_int_eq(agenda_due_s(&agenda, 1, 3000, wall_s), wall_s - 7200 + 600);
    ck_assert_int_eq(agenda_due_s(&agenda, 2, 3000, wall_s), wall_s + 86400);
    agenda_clock_set(&agenda, wall_s - 86400); /* another day */
    ck_assert_int_eq(agenda_due_s(&agenda, 2, 4000, wall_s), wall_s);
}
END_TEST

START_TEST(a_container_that_slept_runs_what_it_missed_once)
{
    size_t u = 0;
    int64_t wall_s = utc_of("2026-11-22T12:00:00");
    begin_agenda("10s", "0 0 1 1 *", wall_s);
    ck_assert(agenda_take(&agenda, 3605000, wall_s, &u));
    ck_assert(!agenda_take(&agenda, 3605000, wall_s, &u));
    ck_assert_int_eq(agenda_next_ms(&agenda), 3610000);
}
END_TEST

Suite *
cron_suite(void)
{
    Suite *suite = suite_create("cron");
    TCase *tcase = tcase_create("cron");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_loop_test(tcase, runs_come_when_cron_says, 0, sizeof cases / sizeof cases[0]);
    tcase_add_test(tcase, a_daily_run_comes_once_on_each_day_of_ten_years);
    tcase_add_test(tcase, a_zone_that_does_what_no_zone_does_never_leads_back);
    tcase_add_loop_test(tcase, what_never_comes_is_never_due, 0,
                        sizeof never_due / sizeof never_due[0]);
    tcase_add_test(tcase, the_first_of_two_runs_is_next_whatever_their_order);
    tcase_add_test(tcase, a_duration_counts_from_the_boot_and_cron_from_the_wall);
    tcase_add_test(tcase, a_clock_that_jumps_a_day_ahead_leads_to_one_run);
    tcase_add_test(tcase, a_clock_that_jumps_a_day_back_does_not_silence_a_schedule);
    tcase_add_test(tcase, a_clock_that_is_put_back_a_little_runs_nothing_twice);
    tcase_add_test(tcase, a_container_that_slept_runs_what_it_missed_once);
    suite_add_tcase(suite, tcase);
    return suite;
}
