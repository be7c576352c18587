/* SPDX-License-Identifier: MIT */
#include "supervisor/loop.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "config/pages.h"
#include "supervisor/loop_parts.h"
#include "supervisor/sys_cgroup.h"
#include "supervisor/sys_proc.h"
#include "supervisor/sys_reserve.h"
#include "supervisor/sys_tty.h"

enum {
    FLUSH_MS = 300,
    LINGER_MS = 1000,      /* for clients who read their last answer */
    LINGER_KILLED_MS = 50, /* the time is over */
    OWING_MS = 200,
    AGAIN_MS = 5000, /* what could not be published */
    TURN_MS = 4,
};

static int64_t turn_ms; /* when the kernel had news, and this turn began */

QUIET_TURN double
loop_seconds(int64_t milliseconds)
{
    return (double)milliseconds / 1000.0;
}

int64_t
loop_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

QUIET_TURN int64_t
loop_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static QUIET_TURN void
on_awake(struct ev_loop *ev)
{
    (void)ev;
    turn_ms = loop_now_ms();
}

bool
loop_turn_is_long(void)
{
    return loop_now_ms() - turn_ms >= TURN_MS;
}

static void
on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)events;
    if (watcher == &loop->limits) {
        loop_look_at_limits(loop);
    } else if (watcher == &loop->owing) {
        watch_again();
    } else if (watcher == &loop->calm) {
        ev_timer_stop(ev, watcher);
        proc_release_memory();
    } else {
        loop->published_ms = loop_now_ms();
        if (!loop->host->publish(loop->host->context)) {
            loop_arm(loop, &loop->publish, AGAIN_MS); /* there may be room by then */
        }
        ev_timer_again(ev, &loop->calm);
    }
}

static void
on_sink(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)ev;
    (void)events;
    log_drain((enum log_sink)(watcher - loop->sink));
}

/* ---------------------------------------------------------------- the loop */

/* A system call of libev's failed: the default would abort, and with it the container. */
static void
on_syserr(const char *message)
{
    log_own(LOG_ERROR, "event loop: %s: %s", message, err_errno_text(errno));
}

static void
init_rate(struct unit_io *io, struct arena *arena)
{
    const struct unit_config *unit = io->config;
    if (unit->log_rate.starts == 0) {
        return;
    }
    struct lograte *rate = ARENA_NEW(arena, struct lograte, 1);
    *rate = (struct lograte){.unit = unit->name, .limit = unit->log_rate};
    for (int i = 0; i < UNIT_STREAMS; i++) {
        io->pipe[i].rate = rate;
    }
}

static void
init_watchers(struct loop *loop)
{
    ev_set_loop_release_cb(loop->ev, NULL, on_awake);
    ev_io_init(&loop->signals, loop_on_signals, loop->signal_fd, EV_READ);
    ev_timer_init(&loop->clock, loop_on_fleet_timer, 0., 0.);
    ev_timer_init(&loop->slow, loop_on_fleet_timer, 0., 0.);
    ev_timer_init(&loop->publish, on_timer, 0., 0.);
    ev_timer_init(&loop->limits, on_timer, loop_seconds(LOOP_LIMITS_MS),
                  loop_seconds(LOOP_LIMITS_MS));
    loop->signals.data = loop->clock.data = loop->slow.data = loop->publish.data = loop;
    ev_timer_init(&loop->calm, on_timer, 0., loop_seconds(LOOP_CALM_MS));
    ev_timer_init(&loop->owing, on_timer, 0., loop_seconds(OWING_MS));
    loop->calm.data = loop->limits.data = loop->owing.data = loop;
    for (int i = 0; i < LOG_SINKS; i++) {
        ev_io_init(&loop->sink[i], on_sink, -1, EV_WRITE);
        loop->sink[i].data = loop;
    }
    loop_init_clients(loop);
    for (size_t u = 0; u < loop->fleet.count; u++) {
        struct loop_unit *unit = &loop->unit[u];
        ev_timer_init(&unit->timer, loop_on_unit_timer, 0., 0.);
        ev_io_init(&unit->report, loop_on_report, -1, EV_READ);
        unit->timer.data = unit->report.data = loop;
        for (int i = 0; i < UNIT_STREAMS; i++) {
            ev_io_init(&unit->pipe[i], loop_on_pipe, -1, EV_READ);
            /* After all others; libev takes what was ready first last. */
            ev_set_priority(&unit->pipe[i], -1 - i);
            unit->pipe[i].data = &unit->io.pipe[i];
        }
    }
}

struct loop *
loop_new(const struct config *config, const struct loop_host *host, struct arena *arena,
         struct err *err)
{
    static OWN_PAGES struct events events;
    struct loop *loop = ARENA_NEW(arena, struct loop, 1);
    loop->events = &events;
    loop->config = config;
    loop->host = host;
    loop->unit = ARENA_NEW(arena, struct loop_unit, config->unit_count);
    loop->chance = (unsigned)loop_now_ms() ^ (unsigned)getpid();
    loop->server = (struct ctlserver){.fd = host->control_fd,
                                      .answer = host->answer,
                                      .attend = host->attend,
                                      .context = host->context};
    ev_set_syserr_cb(on_syserr);
    ev_set_allocator(reserve_realloc);
    /* NOENV: else LIBEV_FLAGS in the container's environment changes the backend. */
    loop->ev = ev_loop_new(EVFLAG_NOENV | EVFLAG_NOSIGMASK | EVBACKEND_EPOLL);
    if (loop->ev == NULL) {
        (void)err_set(err, CODE_SYSTEM, errno, "cannot make an event loop");
        return NULL;
    }
    loop->signal_fd = proc_signal_fd(err);
    if (loop->signal_fd < 0 || watch_try(err) != 0) {
        return NULL;
    }
    loop->tty_fd = tty_find();
    if (config->is_lone && loop->tty_fd >= 0) {
        tty_watch_stops();
    }
    fleet_init(&loop->fleet, config, &loop_ops, loop, arena);
    for (size_t u = 0; u < config->unit_count; u++) {
        unit_io_init(&loop->unit[u].io, &config->unit[u], (enum log_format)config->init.log_format);
        init_rate(&loop->unit[u].io, arena);
        unit_io_keep_lines(&loop->unit[u].io, host->control_fd >= 0); /* else nobody can ask */
    }
    init_watchers(loop);
    loop_ready_init(loop, arena);
    loop_notify_init(loop, arena);
    loop_check_init(loop, arena);
    if (loop_schedule_init(loop, arena, err) != 0) {
        return NULL;
    }
    return loop;
}

static void
watch_sinks(struct loop *loop)
{
    for (int i = 0; i < LOG_SINKS; i++) {
        int fd = log_waiting_fd((enum log_sink)i);
        ev_io *watcher = &loop->sink[i];
        if (fd < 0) {
            ev_io_stop(loop->ev, watcher);
        } else if (!ev_is_active(watcher)) {
            ev_io_set(watcher, fd, EV_WRITE);
            ev_io_start(loop->ev, watcher);
        }
    }
}

/* Descriptors that the kernel refused to watch are tried again until it does. */
static void
watch_what_is_owed(struct loop *loop)
{
    int errnum;
    if (!watch_is_owing(&errnum)) {
        ev_timer_stop(loop->ev, &loop->owing);
    } else if (!ev_is_active(&loop->owing)) {
        log_own(LOG_ERROR,
                "the kernel refuses to watch a descriptor: %s; trying again "
                "(fs.epoll.max_user_watches may be used up)",
                err_errno_text(errnum));
        ev_timer_again(loop->ev, &loop->owing);
    }
}

/* What descendants have written since their unit's end is written out, too. */
static void
finish_units(struct loop *loop)
{
    for (size_t u = 0; u < loop->fleet.count; u++) {
        struct unit_io *io = &loop->unit[u].io;
        for (int i = 0; i < UNIT_STREAMS; i++) {
            if (io->pipe[i].read_fd >= 0) {
                log_pipe_finish(&io->pipe[i]);
            }
        }
        cgroup_remove(io->config->name);
    }
    cgroup_remove(NULL);
}

QUIET_TURN int
loop_run(struct loop *loop)
{
    ev_io_start(loop->ev, &loop->signals);
    ev_timer_start(loop->ev, &loop->limits);
    loop_watch_listen(loop);
    if (!loop->config->is_lone) {
        cgroup_open();
    }
    loop_schedule_start(loop);
    loop_watch_start(loop);
    fleet_boot(&loop->fleet, loop_now_ms());
    while (loop->fleet.phase != FLEET_OVER) {
        watch_sinks(loop);
        bool is_pressed = loop->fleet.is_unsettled || loop->has_more_children;
        ev_run(loop->ev, is_pressed ? EVRUN_NOWAIT : EVRUN_ONCE);
        watch_what_is_owed(loop);
        if (loop->has_more_children) {
            loop_reap(loop);
        }
        fleet_settle(&loop->fleet, loop_now_ms());
        loop_attend(loop);
        loop->tries_left = LOOP_TRIES_A_TURN;
    }
    finish_units(loop);
    (void)loop->host->publish(loop->host->context);
    ctlserver_close(&loop->server, loop->fleet.is_killed ? LINGER_KILLED_MS : LINGER_MS);
    log_flush(FLUSH_MS);
    return loop->fleet.code;
}

const struct fleet *
loop_fleet(const struct loop *loop)
{
    return &loop->fleet;
}

struct fleet *
loop_fleet_to_ask(struct loop *loop)
{
    return &loop->fleet;
}

uint64_t
loop_orphans(const struct loop *loop)
{
    return loop->orphans;
}

struct events *
loop_events(struct loop *loop)
{
    return loop->events;
}

const struct log_ring *
loop_log(const struct loop *loop, size_t u)
{
    return &loop->unit[u].io.ring;
}
