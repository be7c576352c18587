/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "config/pages.h"
#include "supervisor/loop_parts.h"
#include "supervisor/sys_proc.h"

/* What may change under a container that runs: its mounts, how full they are, its memory. The
 * kernel tells by an exceptional condition that the table of mounts has changed (proc(5)); libev
 * knows none, so an epoll of its own waits for it. */

enum {
    SETTLE_MS = 100, /* one mount(8) makes more than one change */
    SHARE = 20,      /* in a storm of mounts, looks take one part of the time in so many */
};

static void
on_table(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    struct epoll_event event;
    (void)ev;
    (void)events;
    (void)epoll_wait(watcher->fd, &event, 1, 0); /* which is also how it is told that we know */
    if (!ev_is_active(&loop->watch.settle)) {
        int64_t wait_ms = loop->watch.due_ms - loop_now_ms();
        loop_arm(loop, &loop->watch.settle, wait_ms > SETTLE_MS ? wait_ms : SETTLE_MS);
    }
}

static QUIET_TURN void
on_watch_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop *loop = watcher->data;
    const struct loop_host *host = loop->host;
    (void)ev;
    (void)events;
    if (watcher == &loop->watch.settle) {
        int64_t began_ms = loop_now_ms();
        host->look_at_mounts(host->context);
        int64_t ended_ms = loop_now_ms();
        loop->watch.due_ms = ended_ms + (ended_ms - began_ms) * SHARE;
    } else {
        for (size_t u = 0; u < loop->fleet.count; u++) {
            log_tell_rate(loop->unit[u].io.pipe[0].rate, false);
            if (loop->unit[u].io.report_fd >= 0) {
                unit_tell_waiting(&loop->unit[u].io);
            }
        }
        loop_arm(loop, &loop->watch.sample, host->sample(host->context));
        if (!ev_is_active(&loop->calm) && loop->fleet.phase == FLEET_RUNNING) {
            proc_release_memory(); /* it was quiet but for this */
        }
    }
}

/* Where that cannot be had (no /proc, no descriptors) the samples find what they can. */
static int
open_table(void)
{
    int table_fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    int epoll_fd = table_fd < 0 ? -1 : epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLPRI};
    if (epoll_fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, table_fd, &event) == 0) {
        return epoll_fd; /* the table's own descriptor stays open with it */
    }
    (void)close(table_fd);
    (void)close(epoll_fd);
    return -1;
}

void
loop_watch_start(struct loop *loop)
{
    struct loop_watch *watch = &loop->watch;
    ev_timer_init(&watch->settle, on_watch_timer, 0., 0.);
    ev_timer_init(&watch->sample, on_watch_timer, 0., 0.);
    ev_io_init(&watch->table, on_table, open_table(), EV_READ);
    watch->settle.data = watch->sample.data = watch->table.data = loop;
    if (watch->table.fd >= 0) {
        ev_io_start(loop->ev, &watch->table);
    }
    if (!loop->config->is_lone) {
        loop_arm(loop, &watch->sample, 0);
    }
}
