/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_FLEET_H
#define ROINIT_SUPERVISOR_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "supervisor/exits.h"
#include "supervisor/life.h"
#include "supervisor/order.h"
#include "supervisor/restart.h"

/*
 * All units, and the life of the container as a whole: events in, actions out through `sv_ops`.
 * Pure: time is an argument (milliseconds of the monotonic clock), processes and timers are the
 * other side of the ops. Production gives loop.c, the sim ring a recorder and a virtual clock.
 */

/* The container's way, in order. */
/* clang-format off */
#define FLEET_PHASES(X) \
    X(BOOTING,       "booting")  /* units start, in their order */ \
    X(RUNNING,       "running")  /* all that start at boot have come up, or may fail */ \
    X(DRAINING,      "stopping") /* nobody is told yet: load balancers look away */ \
    X(STOP_TASKS,    "stopping") /* tasks with when = stop run, units still do */ \
    X(STOPPING,      "stopping") /* units stop, in reverse order */ \
    X(STOPPED_TASKS, "stopping") /* tasks with when = stopped run */ \
    X(SWEEPING,      "stopping") /* descendants that remain are told */ \
    X(OVER,          "over")
/* clang-format on */
#define FLEET_PHASE_ENUM(name_, text_) FLEET_##name_,
enum fleet_phase { FLEET_PHASES(FLEET_PHASE_ENUM) FLEET_PHASE_COUNT };
#undef FLEET_PHASE_ENUM
const char *fleet_phase_name(enum fleet_phase phase);

/* Why the container ends. */
enum fleet_cause {
    CAUSE_NONE,
    CAUSE_SIGNAL,
    CAUSE_LOST,
    CAUSE_ASKED,
    CAUSE_ALL_FINAL,
    CAUSE_CHECK,
    CAUSE_DRIFT
};

/* Why KILL was sent to all that was left. */
enum fleet_kill { KILLED_BY_CLOCK, KILLED_BY_SIGNAL, KILLED_AS_STRAYS };

/* Timers of the container itself, beside one for each unit (its index). SLOW is for what a slow
 * boot tells, and later for the time of draining. */
enum { FLEET_TIMER_CLOCK = -1, FLEET_TIMER_SLOW = -2 };

enum fleet_event_kind {
    TELL_UNIT,    /* a unit went from one state to another */
    TELL_STOP,    /* the end begins */
    TELL_SLOW,    /* a unit keeps the boot waiting */
    TELL_HURRY,   /* two thirds of the clock are gone: who has had no stop signal gets it */
    TELL_KILL,    /* the clock is at its end, or a second signal came */
    TELL_SWEEP,   /* descendants remain after the last unit */
    TELL_RUNNING, /* boot is over */
    TELL_OVERLAP, /* a scheduled run was skipped: the one before it is not over */
    TELL_END,     /* with fleet->code */
};

struct fleet_event {
    enum fleet_event_kind kind;
    size_t unit; /* of TELL_UNIT, TELL_SLOW */
    enum life_state from, to;
    const struct restart_verdict *verdict; /* of an exit, else NULL */
    int64_t after_ms;                      /* in the state it left; TELL_SLOW: waiting so far */
    const char *detail; /* what it still waits for; of an exit: the file that ended; NULL: none */
};

struct sv_ops {
    /* Starts unit's process: its pid; 0 where the system has no process to give (the fleet backs
     * off); -code where it cannot be started at all, with the exit code that it gets for that. */
    pid_t (*spawn)(void *context, size_t unit, size_t part);
    /* How many commands the unit has, one after the other: 1; the files of a command-dir. */
    size_t (*parts)(void *context, size_t u);
    /* Whether all of only-if holds. */
    bool (*may_start)(void *context, size_t u);
    void (*signal)(void *context, size_t u, int signal, bool is_for_all);
    /* Starts the unit's stop-command. Returns whether it runs; fleet_stop_failed() where it ends
     * badly. */
    bool (*stop_command)(void *context, size_t u);
    /* One timer a unit, and the container's own (FLEET_TIMER_…). Arming replaces. */
    void (*arm)(void *context, int timer, int64_t after_ms);
    void (*disarm)(void *context, int timer);
    /* Signals every descendant that is left. */
    void (*sweep)(void *context, int signal);
    bool (*has_children)(void *context);
    unsigned (*chance)(void *context);
    void (*tell)(void *context, const struct fleet_event *event);
};

struct fleet_unit {
    const struct unit_config *config;
    enum life_state state;
    pid_t pid;      /* 0: none */
    pid_t last_pid; /* of the process that ended last */
    /* What is wanted of it from outside, by the phase, the socket and its schedule: any of them in
     * any state, so they are no states; and two at once are a restart. */
    bool is_wanted;      /* its turn comes in this phase */
    bool is_stop_asked;  /* over the socket: no loss */
    bool is_start_asked; /* over the socket: as soon as it is final, or not on its way down */
    bool is_due;         /* by its schedule; starts as soon as its order allows */
    bool is_overlap_told;
    unsigned runs_skipped; /* that were due while the one before was not over */
    enum fault fault;      /* of this process, which is EXPIRING for it */
    int stop_signal;       /* that was sent to this process; 0: none yet */
    int64_t since_ms;      /* in this state */
    int64_t started_ms;    /* its last start */
    int64_t due_ms;        /* when its timer runs out; 0: it is not armed */
    const char *status;    /* its own words (STATUS of sd_notify); NULL: none */
    int64_t watch_ms;      /* its watchdog's time, by the contract or its own word; 0: none */
    unsigned part;         /* which of its commands runs, of ops->parts() */
    unsigned ended_part;   /* … and which ended last */
    int64_t began_ms;      /* its first start, since the boot began; -1: none */
    int64_t settled_ms;    /* ready or final for the first time, likewise */
    unsigned starts, fork_failures;
    struct exits exits;
    struct restart_history history;
    int64_t ended_ms; /* its last end, with that outcome; -1: none */
    struct outcome last;
    bool is_limit; /* lost because of start-limit */
    int code;      /* what the container ends with if this is the cause */
    size_t cause;  /* whose loss made it lost: its own index, or another's */
};

struct fleet {
    const struct config *config;
    struct order order;
    const struct sv_ops *ops;
    void *context;
    struct fleet_unit *unit;
    size_t count;
    enum fleet_phase phase;
    enum fleet_cause cause;
    size_t cause_unit;
    const char *cause_check;               /* the check's name, of CAUSE_CHECK */
    const char *cause_mount;               /* what has changed ("/tmp is ro"), of CAUSE_DRIFT */
    int stop_signal;                       /* that arrived; 0: none */
    pid_t stop_sender;                     /* 0: outside of the container */
    int64_t signal_ms;                     /* when it arrived */
    int64_t booted_ms;                     /* the boot took that long; -1: it is not over */
    int64_t boot_ms, stop_ms, deadline_ms; /* deadline INT64_MAX: no clock */
    int64_t slow_ms;                       /* the next time that a slow boot is told */
    bool has_started;                      /* any process at all */
    bool has_schedule;                     /* something runs by itself, some time */
    bool is_hurried, is_killed;
    enum fleet_kill kill_reason;
    bool is_unsettled;                  /* call fleet_settle() again in the next turn */
    unsigned starts_left;               /* of FLEET_STARTS_A_TURN, in this turn */
    unsigned timeouts_left, stops_left; /* the same of others */
    int asked_code;                     /* of `roinit shutdown CODE`; -1: none */
    int first_bad_code; /* of the first essential unit that did not end well; -1: none */
    size_t first_bad_unit;
    int code; /* valid when OVER */
};

/* Prepares; nothing starts yet. Memory is the arena's; nothing is allocated later. */
void fleet_init(struct fleet *fleet, const struct config *config, const struct sv_ops *ops,
                void *context, struct arena *arena);

/* Begins the boot. */
void fleet_boot(struct fleet *fleet, int64_t now_ms);

/* News. Each may lead to actions at once; the order of units is looked at in fleet_settle(). */
void fleet_ready(struct fleet *fleet, size_t u, int64_t now_ms);
void fleet_exit(struct fleet *fleet, size_t u, const struct outcome *outcome, int64_t now_ms);
/* The unit that was starting has found by itself that only-if does not hold, and is gone. */
void fleet_skip(struct fleet *fleet, size_t u, int64_t now_ms);

/* What a unit says of itself (sd_notify): it reloads; it ends by its own will; it lives; its
 * watchdog is another (0: none); it wants to be aborted; it wants that much time more for its start
 * or its stop, which the container's clock bounds. */
void fleet_reloading(struct fleet *fleet, size_t u, int64_t now_ms);
void fleet_leaving(struct fleet *fleet, size_t u, int64_t now_ms);
void fleet_keep_alive(struct fleet *fleet, size_t u, int64_t now_ms);
void fleet_set_watchdog(struct fleet *fleet, size_t u, int64_t watch_ms, int64_t now_ms);
void fleet_trigger_watchdog(struct fleet *fleet, size_t u, int64_t now_ms);
void fleet_extend_timeout(struct fleet *fleet, size_t u, int64_t by_ms, int64_t now_ms);
/* A check of the unit wants it to be started anew: a restart like any other, that counts. Returns
 * whether it is one: it was up, and the container does not end. */
bool fleet_unwell(struct fleet *fleet, size_t u, int64_t now_ms);
/* The check of that name (which lives as long as the fleet) asks for the end. */
void fleet_check_failed(struct fleet *fleet, const char *name, int64_t now_ms);
/* A mount changed ("/tmp is ro", which lives to the end), and [require] on-drift = shutdown. */
void fleet_drifted(struct fleet *fleet, const char *change, int64_t now_ms);
void fleet_timeout(struct fleet *fleet, int timer, int64_t now_ms);
/* A stop signal from `sender` (0: from outside). A second TERM or INT, a second or more after the
 * first, kills. */
void fleet_stop_signal(struct fleet *fleet, int signal, pid_t sender, int64_t now_ms);
/* The unit's schedule says that it is its time. */
void fleet_due(struct fleet *fleet, size_t u);
/* `roinit shutdown`; code -1: as the units end. */
void fleet_shutdown(struct fleet *fleet, int code, int64_t now_ms);
/* Its stop-command has ended badly: it gets its stop signal after all. */
void fleet_stop_failed(struct fleet *fleet, size_t u);

/* Over the socket (fleet_ask.c); false: the container ends, and nothing is begun any more.
 * Start: each unit, a task that is done once more, and before it what it requires and is not there.
 * Stop: each unit, and before it those that require it and live; is_stop_asked says which.
 * Restart: stop and start of each unit alone, for whoever requires it stays. */
bool fleet_start(struct fleet *fleet, const size_t *unit, size_t count);
bool fleet_stop(struct fleet *fleet, const size_t *unit, size_t count);
bool fleet_restart(struct fleet *fleet, const size_t *unit, size_t count);
/* Sends its reload-signal; false: it is not up. */
bool fleet_reload(struct fleet *fleet, size_t u);
/* No child is left. */
void fleet_no_children(struct fleet *fleet);

/* Starts and stops what is due: to be called once after the news of a turn. At most
 * FLEET_STARTS_A_TURN units are started, and as many timers of units act in the next turn (a
 * restart, KILL); FLEET_STOPS_A_TURN get their stop signal. is_unsettled
 * says that more are due. */
enum { FLEET_STARTS_A_TURN = 16, FLEET_STOPS_A_TURN = 8 };
void fleet_settle(struct fleet *fleet, int64_t now_ms);

/* Whether it is a task that has done its work. */
bool fleet_is_done(const struct fleet_unit *unit);
/* Whether it is ready, or as good, skipped or done: whoever requires it goes on. */
bool fleet_is_up(const struct fleet_unit *unit);
/* Whether it is final though nobody asked for that: it takes along who requires it. */
bool fleet_is_lost(const struct fleet_unit *unit);

/* Whether the container runs and every essential service is ready or skipped: the boot has waited
 * for the tasks. */
bool fleet_is_ready(const struct fleet *fleet);

#endif
