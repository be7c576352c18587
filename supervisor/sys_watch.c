/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_watch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config/pages.h"

enum { OWED_MAX = 32 };

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

/* What libev calls as epoll_ctl() is this, by the linker's --wrap. What is owed counts as watched,
 * else libev would take the event that comes later for another descriptor's. */
int watch_control(int epoll, int operation, int fd,
                  struct epoll_event *event) __asm__("__wrap_epoll_ctl");

int
watch_control(int epoll, int operation, int fd, struct epoll_event *event)
{
    forget(fd);
    int result = control(epoll, operation, fd, event);
    if (result == 0 || operation == EPOLL_CTL_DEL || (errno != ENOMEM && errno != ENOSPC) ||
        owed_count == OWED_MAX) {
        return result;
    }
    owed_errnum = errno;
    owed[owed_count++] = (struct owed){epoll, fd, *event};
    return 0;
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
        if (is_watched || (errno != ENOMEM && errno != ENOSPC)) { /* else it was closed */
            owed[i--] = owed[--owed_count];
        }
    }
}
