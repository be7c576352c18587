/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/*
 * Linked into a program of its own, before the C library (--wrap): its wall clock is so many
 * seconds ahead as /tmp/clock says, and jumps when that file changes. A timer of the wall clock
 * behaves as timerfd_create(2) says, but looks at the file fifty times a second to do so.
 */
int real_clock_gettime(clockid_t clock, struct timespec *now) __asm__("__real_clock_gettime");
int real_timerfd_create(int clock, int flags) __asm__("__real_timerfd_create");
int real_timerfd_settime(int fd, int flags, const struct itimerspec *due,
                         struct itimerspec *old) __asm__("__real_timerfd_settime");
ssize_t real_read(int fd, void *bytes, size_t size) __asm__("__real_read");
int jump_clock_gettime(clockid_t clock, struct timespec *now) __asm__("__wrap_clock_gettime");
time_t jump_time(time_t *now) __asm__("__wrap_time");
int jump_timerfd_create(int clock, int flags) __asm__("__wrap_timerfd_create");
int jump_timerfd_settime(int fd, int flags, const struct itimerspec *due,
                         struct itimerspec *old) __asm__("__wrap_timerfd_settime");
ssize_t jump_read(int fd, void *bytes, size_t size) __asm__("__wrap_read");

enum { LOOK_NS = 20000000 };

static int wall_fd = -1;
static time_t due_s;
static long long known;

static long long
ahead_s(void)
{
    char text[32] = "";
    int fd = open("/tmp/clock", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? real_read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return length > 0 ? strtoll(text, NULL, 10) : 0;
}

int
jump_clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = real_clock_gettime(clock, now);
    if (clock == CLOCK_REALTIME) {
        int errnum = errno;
        now->tv_sec += (time_t)ahead_s();
        errno = errnum;
    }
    return result;
}

time_t
jump_time(time_t *now)
{
    struct timespec wall;
    (void)jump_clock_gettime(CLOCK_REALTIME, &wall);
    if (now != NULL) {
        *now = wall.tv_sec;
    }
    return wall.tv_sec;
}

int
jump_timerfd_create(int clock, int flags)
{
    int fd = real_timerfd_create(clock == CLOCK_REALTIME ? CLOCK_MONOTONIC : clock, flags);
    wall_fd = clock == CLOCK_REALTIME ? fd : wall_fd;
    return fd;
}

int
jump_timerfd_settime(int fd, int flags, const struct itimerspec *due, struct itimerspec *old)
{
    if (fd != wall_fd) {
        return real_timerfd_settime(fd, flags, due, old);
    }
    const struct itimerspec look = {.it_value.tv_nsec = LOOK_NS, .it_interval.tv_nsec = LOOK_NS};
    due_s = due->it_value.tv_sec;
    known = ahead_s();
    return real_timerfd_settime(fd, 0, &look, old);
}

ssize_t
jump_read(int fd, void *bytes, size_t size)
{
    ssize_t length = real_read(fd, bytes, size);
    if (fd != wall_fd || length < 0) {
        return length;
    }
    bool has_jumped = ahead_s() != known;
    if (has_jumped || jump_time(NULL) < due_s) {
        errno = has_jumped ? ECANCELED : EAGAIN;
        return -1;
    }
    return length;
}
