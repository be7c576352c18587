/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOOP_PARTS_H
#define ROINIT_SUPERVISOR_LOOP_PARTS_H

#include <ev.h>
#include <signal.h>

#include "supervisor/agenda.h"
#include "supervisor/events.h"
#include "supervisor/log.h"
#include "supervisor/loop.h"
#include "supervisor/sys_unit.h"
#include "supervisor/sys_watch.h"

/*
 * The loop from the inside, for loop*.c alone: loop_actions.c carries out what the fleet decides,
 * loop_news.c brings it what the kernel says, loop.c turns.
 */
enum {
    LOOP_PUBLISH_MS = 100,
    LOOP_SOON_MS = 5,
    LOOP_LIMITS_MS = 60000,
    LOOP_CALM_MS = 1000,
    LOOP_TRIES_A_TURN = 256, /* of probes; */
    LOOP_COMMAND_TRIES = 16, /* a command takes as long as so many */
};

struct loop_ready;  /* loop_ready.c */
struct loop_probe;  /* loop_probe.h */
struct loop_notify; /* loop_notify.c */

struct loop_unit {
    struct unit_io io;
    ev_timer timer;
    ev_io report;
    ev_io pipe[UNIT_STREAMS];
    pid_t stop_pid;             /* of its stop-command; 0: none runs */
    struct loop_ready *ready;   /* NULL: it is ready when it has been executed */
    struct loop_notify *notify; /* NULL: it has nothing to say */
};

struct loop_schedule {
    struct agenda agenda;
    int clock_fd; /* of the wall clock; -1: nothing asks for it */
    ev_io clock;
    ev_timer every;
};

/* Drift and fill levels, loop_watch.c. */
struct loop_watch {
    ev_io table;
    ev_timer settle, sample;
    int64_t due_ms; /* no look before that */
};

struct loop {
    struct ev_loop *ev;
    const struct config *config;
    const struct loop_host *host;
    struct fleet fleet;
    struct loop_unit *unit;
    int signal_fd, tty_fd;
    ev_io signals;
    ev_timer clock, slow, publish, expire, starved, attend, limits, calm, owing;
    ev_io sink[LOG_SINKS];
    struct ctlserver server;
    ev_io listen, client[CTL_CLIENTS_MAX];
    int64_t crowd_ms; /* since when clients are counted, */
    int crowd;        /* and how many came */
    struct loop_watch watch;
    struct loop_schedule *schedule; /* NULL: no task has one */
    struct loop_probe *commands;    /* probes whose command runs */
    int tries_left;                 /* of LOOP_TRIES_A_TURN */
    struct loop_check *check;       /* parallel to config->check; NULL: there are none */
    struct check_state *check_state;
    int notify_fd; /* where units say how they are; -1: none has to */
    ev_io notify;
    ev_timer notify_pause;
    bool is_outer_told; /* READY=1 */
    uint64_t orphans;
    size_t beside;          /* stop-commands that run */
    struct events *events;  /* static: what is not reached costs nothing */
    bool is_tampered;       /* told once */
    bool has_more_children; /* the budget of a turn was not enough */
    int64_t published_ms;
    unsigned chance;
};

/* What the fleet's actions become. */
extern const struct sv_ops loop_ops;

/* The unit's start has been reported: executed, or why not. */
void loop_finish_report(struct loop *loop, struct loop_unit *unit);
void loop_on_report(struct ev_loop *ev, ev_io *watcher, int events);
void loop_on_pipe(struct ev_loop *ev, ev_io *watcher, int events);
void loop_on_unit_timer(struct ev_loop *ev, ev_timer *watcher, int events);
void loop_on_fleet_timer(struct ev_loop *ev, ev_timer *watcher, int events);
void loop_signal_unit(struct loop *loop, size_t u, int signal, bool is_for_group);

/* Starts the unit's stop-command (sv_ops), takes the end of one (false: it was none), and ends the
 * one that outlives its unit. */
bool loop_stop_command(void *context, size_t u);
bool loop_end_beside(struct loop *loop, pid_t pid, const siginfo_t *info);
void loop_drop_beside(struct loop *loop, struct loop_unit *unit);
/* To what has left the unit's process group `group`; 0: to all of the unit, wherever it is. */
void loop_signal_strays(struct loop *loop, size_t u, pid_t group, int signal);
/* KILL to what the unit's main process has left behind, wherever it went, but in its `group`, which
 * has had it; unless the container ends. */
void loop_kill_strays(struct loop *loop, const struct loop_unit *unit, pid_t group);

void loop_on_signals(struct ev_loop *ev, ev_io *watcher, int events);
/* Reaps, within the budget of a turn. */
void loop_reap(struct loop *loop);

/* The clients of the control socket. */
void loop_init_clients(struct loop *loop);
void loop_watch_listen(struct loop *loop);
/* Answers further what is not answered whole, at the end of each turn. */
void loop_attend(struct loop *loop);

/* Looks whether a service has lowered PID 1's limits; told once. Before each fork, and once a
 * minute. */
void loop_look_at_limits(struct loop *loop);

/* Scheduled tasks, where there are any. */
int loop_schedule_init(struct loop *loop, struct arena *arena, struct err *err);
void loop_schedule_start(struct loop *loop);

/* Readiness: from the exec of a unit until it is ready, or no longer on its way there. */
void loop_ready_init(struct loop *loop, struct arena *arena);
void loop_ready_begin(struct loop *loop, size_t u);
void loop_ready_end(struct loop *loop, size_t u);
/* What a unit that is not ready still waits for; NULL: nothing is known. */
const char *loop_ready_awaited(const struct loop *loop, size_t u, struct text *out);

/* The [check]s. */
void loop_check_init(struct loop *loop, struct arena *arena);
/* Begins and ends those whose service has become ready or is so no longer. */
void loop_check_follow(struct loop *loop, const struct fleet_event *event);

/* What units say of themselves. */
void loop_notify_init(struct loop *loop, struct arena *arena);
/* The unit has been started anew. */
void loop_notify_begin(struct loop *loop, size_t u, pid_t pid);
/* Takes what waits, within the budget of a turn: also before anybody is reaped, while the kernel
 * still knows whose child the sender was. */
void loop_notify_drain(struct loop *loop);
/* Tells who runs roinit. */
void loop_notify_outer(struct loop *loop, const struct fleet_event *event);

/* Takes the end of a probe's command. Returns whether it was one. */
bool loop_probe_reap(struct loop *loop, const siginfo_t *info);
/* Looks at what may change under the container, from now on. */
void loop_watch_start(struct loop *loop);

double loop_seconds(int64_t milliseconds);
/* Lets the timer fire once, so long from now whatever the turn has taken so far; negative: never.
 */
void loop_arm(struct loop *loop, ev_timer *timer, int64_t after_ms);

#endif
