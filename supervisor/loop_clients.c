/* SPDX-License-Identifier: MIT */
#include "config/pages.h"
#include "supervisor/loop_parts.h"

/* The clients of the control socket: their watchers and timers. */

enum {
    ACCEPTS_A_TURN = 32,
    STARVED_MS = 1000, /* without descriptors: until the socket is looked at again */
    CROWD_MS = 100,    /* so many clients in so short a time, root left out, are a crowd: */
    CROWD = 5,
    CROWD_PAUSE_MS = 20, /* it is let in by the handful, that PID 1 does not wake for each; */
    PRESS_PAUSE_MS =
        4, /* sooner where more wait than are let in at once: somebody may be among them */
};

/* Watches each client for what it waits for, and none that is gone. */
static void
watch_clients(struct loop *loop)
{
    for (int i = 0; loop->server.client != NULL && i < CTL_CLIENTS_MAX; i++) {
        ev_io *watcher = &loop->client[i];
        int fd = loop->server.client[i].fd;
        int events = EV_READ; /* of an answered one: its going away */
        if (fd >= 0 && ctlserver_wants_write(&loop->server, (size_t)i)) {
            events = EV_WRITE;
        }
        bool is_right = ev_is_active(watcher) && watcher->fd == fd &&
                        (watcher->events & (EV_READ | EV_WRITE)) == events;
        if (fd >= 0 && is_right) {
            continue;
        }
        ev_io_stop(loop->ev, watcher);
        if (fd >= 0) {
            ev_io_set(watcher, fd, events);
            ev_io_start(loop->ev, watcher);
        }
    }
}

static void
arm_expiry(struct loop *loop)
{
    loop_arm(loop, &loop->expire, ctlserver_expire(&loop->server, loop_now_ms()));
    watch_clients(loop);
}

QUIET_TURN void
loop_attend(struct loop *loop)
{
    loop->server.lingers = loop->fleet.phase > FLEET_RUNNING;
    if (loop->server.held == 0) {
        return;
    }
    loop_arm(loop, &loop->attend, ctlserver_attend(&loop->server, loop_now_ms()));
    arm_expiry(loop);
}

/* A slot whose client was dropped and taken again in one turn may have the same descriptor: its
 * watcher must be told (the kernel forgot it with the close). */
static void
forget_client(struct loop *loop, int slot)
{
    ev_io_stop(loop->ev, &loop->client[slot]);
}

/* Whether the clients come as a crowd. */
static bool
is_crowd(struct loop *loop, int64_t now_ms, int more)
{
    if (now_ms - loop->crowd_ms >= CROWD_MS) {
        loop->crowd_ms = now_ms;
        loop->crowd = 0;
    }
    loop->crowd += more;
    return loop->crowd > CROWD;
}

/* Lets in those who wait. While they are a crowd nobody is woken by the next of them: they wait for
 * the timer, which comes here without another look at the socket. */
static void
let_in(struct loop *loop)
{
    int others = 0; /* than root: nobody else asks so often in earnest */
    int64_t now_ms = loop_now_ms();
    int64_t pause_ms = -1;
    bool is_all = false;
    for (int came = 0; came < ACCEPTS_A_TURN && (came == 0 || !loop_turn_is_long()); came++) {
        int slot = ctlserver_accept(&loop->server, now_ms);
        if (slot < 0) {
            is_all = true;
            pause_ms = slot == -2 ? STARVED_MS : -1;
            break;
        }
        forget_client(loop, slot);
        /* Most have sent all already. */
        ctlserver_serve(&loop->server, (size_t)slot, now_ms);
        const struct ctl_client *client = &loop->server.client[slot];
        others += client->who.uid != 0 || !client->is_answered;
    }
    if (pause_ms < 0 && is_crowd(loop, now_ms, others)) {
        pause_ms = is_all ? CROWD_PAUSE_MS : PRESS_PAUSE_MS;
    }
    loop_arm(loop, &loop->starved, pause_ms);
    if (pause_ms >= 0) {
        ev_io_stop(loop->ev, &loop->listen);
    } else {
        ev_io_start(loop->ev, &loop->listen);
    }
    arm_expiry(loop);
}

static void
on_listen(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    (void)events;
    let_in(watcher->data);
}

static void
on_client(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)ev;
    (void)events;
    ctlserver_serve(&loop->server, (size_t)(watcher - loop->client), loop_now_ms());
    watch_clients(loop);
}

static void
on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)ev;
    (void)events;
    if (watcher == &loop->expire) {
        arm_expiry(loop);
    } else if (watcher == &loop->starved) {
        let_in(loop);
    }
    /* attend: every turn of the loop ends with it */
}

void
loop_init_clients(struct loop *loop)
{
    ev_timer_init(&loop->expire, on_timer, 0., 0.);
    ev_timer_init(&loop->starved, on_timer, 0., 0.);
    ev_timer_init(&loop->attend, on_timer, 0., 0.);
    ev_io_init(&loop->listen, on_listen, loop->server.fd, EV_READ);
    ev_set_priority(&loop->listen, EV_MAXPRI); /* before all that may take long */
    loop->expire.data = loop->starved.data = loop->attend.data = loop->listen.data = loop;
    for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
        ev_io_init(&loop->client[i], on_client, -1, EV_READ);
        ev_set_priority(&loop->client[i], EV_MAXPRI);
        loop->client[i].data = loop;
    }
}

void
loop_watch_listen(struct loop *loop)
{
    if (loop->server.fd >= 0) {
        ev_io_start(loop->ev, &loop->listen);
    }
}
