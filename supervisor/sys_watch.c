/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_watch.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config/insist.h"
#include "config/pages.h"

enum { OWED_MAX = 1024 };

static struct owed {
    int epoll, fd;
    struct epoll_event event;
} owed[OWED_MAX];
static size_t owed_count;
static int owed_errnum;

static int
control(int epoll, int operation, int fd, struct epoll_event *event)
{
    return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

static void
forget(int fd)
{
    for (size_t i = 0; i < owed_count; i++) {
        if (owed[i].fd == fd) {
            owed[i--] = owed[--owed_count];
        }
    }
}

/* libev's own ways: adding what is not there, changing what is, taking for ready what epoll does
 * not know. */
static bool
has_answer(int errnum)
{
    return errnum == EEXIST || errnum == ENOENT || errnum == EPERM;
}

/* What libev calls as epoll_ctl() is this, by the linker's --wrap. What is owed counts as watched,
 * else libev would take the event that comes later for another descriptor's. */
int watch_control(int epoll, int operation, int fd,
                  struct epoll_event *event) __asm__("__wrap_epoll_ctl");

int
watch_control(int epoll, int operation, int fd, struct epoll_event *event)
{
    forget(fd);
    int result = control(epoll, operation, fd, event);
    if (result == 0 || operation == EPOLL_CTL_DEL || has_answer(errno)) {
        return result;
    }
    if (errno == EBADF || owed_count == OWED_MAX) {
        errno = EIO; /* libev then drops the watcher; of some others it would abort() */
        return result;
    }
    owed_errnum = errno;
    owed[owed_count++] = (struct owed){epoll, fd, *event};
    return 0;
}

/* And this as epoll_wait(): at what is owed poll(2) looks. */
int watch_wait(int epoll, struct epoll_event *event, int room,
               int timeout_ms) __asm__("__wrap_epoll_wait");

QUIET_TURN int
watch_wait(int epoll, struct epoll_event *event, int room, int timeout_ms)
{
    int count = epoll_pwait(epoll, event, room, timeout_ms, NULL);
    for (size_t i = 0; i < owed_count && count >= 0 && count < room; i++) {
        struct pollfd look = {.fd = owed[i].fd, .events = (short)owed[i].event.events};
        if (owed[i].epoll == epoll && poll(&look, 1, 0) == 1 && (look.revents & POLLNVAL) == 0) {
            event[count++] =
                (struct epoll_event){.events = (uint32_t)look.revents, .data = owed[i].event.data};
        }
    }
    return count;
}

int
watch_try(struct err *err)
{
    struct epoll_event event;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    long result = epoll < 0 ? -1 : INSIST(epoll_pwait(epoll, &event, 1, 0, NULL));
    if (result < 0) {
        (void)err_set(err, CODE_SYSTEM, errno, "cannot wait for events by epoll");
    }
    if (epoll >= 0) {
        (void)close(epoll);
    }
    return (int)result;
}

QUIET_TURN bool
watch_is_owing(int *ret_errnum)
{
    *ret_errnum = owed_errnum;
    return owed_count > 0;
}

void
watch_again(void)
{
    for (size_t i = 0; i < owed_count; i++) {
        struct owed one = owed[i];
        bool is_watched =
            control(one.epoll, EPOLL_CTL_ADD, one.fd, &one.event) == 0 ||
            (errno == EEXIST && control(one.epoll, EPOLL_CTL_MOD, one.fd, &one.event) == 0);
        if (is_watched || errno == EBADF || errno == ENOENT) { /* closed */
            owed[i--] = owed[--owed_count];
        }
    }
}
