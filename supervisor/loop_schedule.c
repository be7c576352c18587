/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/loop_parts.h"

/* Scheduled tasks: one timer by the time that passes, and one by the wall clock, which wakes PID 1
 * as well when somebody sets that clock (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). */

enum { MS_A_SECOND = 1000, ZONE_BYTES = 256 };

static int64_t
offset_of(int64_t utc_s)
{
    time_t time = (time_t)utc_s;
    struct tm local;
    return localtime_r(&time, &local) != NULL ? (int64_t)local.tm_gmtoff : 0;
}

static void
arm(struct loop *loop)
{
    struct loop_schedule *schedule = loop->schedule;
    int64_t next_ms = agenda_next_ms(&schedule->agenda);
    int64_t next_s = agenda_next_wall_s(&schedule->agenda);
    int64_t after_ms = next_ms - loop_now_ms();
    loop_arm(loop, &schedule->every, next_ms == INT64_MAX ? -1 : after_ms > 0 ? after_ms : 0);
    if (next_s != INT64_MAX) {
        struct itimerspec due = {.it_value.tv_sec = (time_t)next_s};
        (void)timerfd_settime(schedule->clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &due,
                              NULL);
    }
}

static void
start_due(struct loop *loop)
{
    size_t u = 0;
    int64_t now_ms = loop_now_ms();
    int64_t wall_s = loop_wall_ms() / MS_A_SECOND;
    for (size_t i = 0; i < loop->schedule->agenda.count; i++) { /* each at most once a turn */
        if (!agenda_take(&loop->schedule->agenda, now_ms, wall_s, &u)) {
            break;
        }
        fleet_due(&loop->fleet, u);
    }
    arm(loop);
}

static void
on_every(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    start_due(watcher->data);
}

static void
on_clock(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    uint64_t expirations;
    (void)ev;
    (void)events;
    ssize_t length = read(loop->schedule->clock_fd, &expirations, sizeof expirations);
    if (length < 0 && errno == ECANCELED) {
        agenda_clock_set(&loop->schedule->agenda, loop_wall_ms() / MS_A_SECOND);
    }
    start_due(loop);
}

/* Whether TZ says the offset itself, as CET-1CEST,M3.5.0,M10.5.0/3 and <+03>-3 do: tzset(3). */
static bool
is_offset(const char *zone)
{
    const char *offset = zone + strcspn(zone, "+-0123456789,/");
    return zone[0] == '<' || isdigit((unsigned char)offset[strspn(offset, "+-")]) != 0;
}

/* Writes a colon and the zone's file. Returns whether there is such a file. */
static bool
find_zone(const char *zone, char ret_named[ZONE_BYTES])
{
    const char *name = zone + (zone[0] == ':');
    struct stat status;
    int length = snprintf(ret_named, ZONE_BYTES, ":%s%s",
                          name[0] == '/' ? "" : "/usr/share/zoneinfo/", name);
    return length < ZONE_BYTES && stat(ret_named + 1, &status) == 0 && S_ISREG(status.st_mode) &&
           access(ret_named + 1, R_OK) == 0;
}

/* A zone that has a file is named as such: musl knows no rules for EST5EDT without. One without its
 * file is UTC to the C library, which says nothing, and would wait for whoever writes to a FIFO in
 * its place: returns false. */
static bool
settle_zone(char ret_named[ZONE_BYTES])
{
    const char *zone = getenv("TZ");
    bool has_zone = zone != NULL && zone[0] != '\0';
    bool has_file = has_zone && find_zone(zone, ret_named);
    bool is_lost = has_zone && !has_file && !is_offset(zone) && strcmp(zone, "UTC") != 0;
    if (has_file || is_lost) {
        (void)setenv("TZ", has_file ? ret_named : "UTC0", 1);
    }
    tzset();
    return !is_lost;
}

int
loop_schedule_init(struct loop *loop, struct arena *arena, struct err *err)
{
    if (!loop->fleet.has_schedule) {
        return 0;
    }
    struct loop_schedule *schedule = ARENA_NEW(arena, struct loop_schedule, 1);
    char zone[ZONE_BYTES];
    bool has_zone = settle_zone(zone);
    agenda_build(&schedule->agenda, loop->config, arena, offset_of, loop_now_ms(),
                 loop_wall_ms() / MS_A_SECOND);
    ev_timer_init(&schedule->every, on_every, 0., 0.);
    schedule->every.data = schedule->clock.data = loop;
    schedule->clock_fd = -1;
    if (schedule->agenda.has_cron) {
        if (!has_zone) {
            log_own(LOG_WARN,
                    "schedules go by UTC: TZ names %s, and there is no such file in the image",
                    zone + 1);
        }
        schedule->clock_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        if (schedule->clock_fd < 0) {
            return err_set(err, CODE_SYSTEM, errno, "cannot make a timer for schedules");
        }
    }
    ev_io_init(&schedule->clock, on_clock, schedule->clock_fd, EV_READ);
    loop->schedule = schedule;
    return 0;
}

void
loop_schedule_start(struct loop *loop)
{
    if (loop->schedule == NULL) {
        return;
    }
    if (loop->schedule->clock_fd >= 0) {
        ev_io_start(loop->ev, &loop->schedule->clock);
    }
    arm(loop);
}

const struct agenda *
loop_agenda(const struct loop *loop)
{
    return loop->schedule != NULL ? &loop->schedule->agenda : NULL;
}
