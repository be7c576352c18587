/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LIFE_H
#define ROINIT_SUPERVISOR_LIFE_H

#include <stdbool.h>

/*
 * The life of one unit as a table: (state, event) to (next state, actions). No condition, no side
 * effect, no function pointer; what an exit *means* is decided before it, by restart.c. Pure.
 *
 *   waiting ──START──> starting ──READY──> ready
 *      │ SKIP            │   ^               │            an exit: ended, failed, or backoff, whose
 *      v                 │   └──TIMEOUT──────┤ AGAIN      TIMEOUT starts it again
 *   skipped              v                   v
 *                     stopping <──STOP── (any that lives)  ──TIMEOUT or KILL──> killing ──> stopped
 *
 *   ready <──RELOAD, READY──> reloading; ready ──LEAVE──> leaving: it ends by its own will, and its
 *   exit means what it would have meant before.
 *   expiring <──TIMEOUT── starting: it ran over its time; ready: its watchdog did, or a
 *   check of it is down. Its end is a failure, which may be followed by a restart; a STOP makes it
 * condemned: by none.
 *
 * What is final, and backoff, lead back to waiting by ASK.
 */

/* Names: of a service, of a task. */
/* clang-format off */
#define LIFE_STATES(X) \
    X(WAITING,  "waiting",  "waiting") \
    X(STARTING, "starting", "running")  /* forked; not ready yet. A task is that until it is done */ \
    X(READY,    "ready",    "running") \
    X(RELOADING,"reloading","running")  /* by its own word; as good as ready */ \
    X(LEAVING,  "stopping", "stopping") /* by its own word: nobody asked it to */ \
    X(STOPPING, "stopping", "stopping") \
    X(EXPIRING, "stopping", "stopping") /* ran over its time, or is unwell: stopped, and then failed */ \
    X(CONDEMNED,"stopping", "stopping") /* … and will not be started again */ \
    X(KILLING,  "stopping", "stopping") /* KILL is sent */ \
    X(BACKOFF,  "backoff",  "backoff") \
    X(STOPPED,  "stopped",  "stopped")  /* final, and so are all below */ \
    X(ENDED,    "exited",   "done") \
    X(FAILED,   "failed",   "failed") \
    X(SKIPPED,  "skipped",  "skipped")

#define LIFE_EVENTS(X) \
    X(ASK)       /* somebody asks for it: it waits for its turn anew */ \
    X(START)     /* its turn has come */ \
    X(SKIP)      /* only-if does not hold; a child that was to find that out is gone */ \
    X(READY)     /* executed, or ready by its own word */ \
    X(RELOAD)    /* reloads, by its own word */ \
    X(LEAVE)     /* ends, by its own word */ \
    X(STOP)      /* it is to end */ \
    X(KILL)      /* it is to end at once */ \
    X(TIMEOUT)   /* its timer ran out */ \
    X(NO_FORK)   /* the system had no process for it */ \
    X(EXIT_DONE) /* its process ended: well, and that is it */ \
    X(EXIT_NEXT) /* … well, and the next command of its folder follows */ \
    X(EXIT_AGAIN)/* … and it is to be started again */ \
    X(EXIT_FAILED)/* … badly, and that is it */

/* In the order in which they are carried out. */
#define LIFE_ACTIONS(X) \
    X(DISARM)      /* its timer */ \
    X(SIGNAL_STOP) /* the stop signal, then CONT */ \
    X(SIGNAL_LATE) /* the same; ABRT where its watchdog ran out */ \
    X(SIGNAL_KILL) /* to all that is left of it */ \
    X(SPAWN) \
    X(ARM_RUN)     /* a task's timeout, a service's start-timeout */ \
    X(ARM_WATCH)   /* its watchdog */ \
    X(ARM_STOP)    /* its stop-timeout */ \
    X(ARM_BACKOFF) /* the restart's delay */ \
    X(ARM_FORK)    /* the delay after a fork that failed */ \
    X(TELL)
/* clang-format on */

#define LIFE_STATE_ENUM(name_, service_, task_) LIFE_##name_,
enum life_state { LIFE_STATES(LIFE_STATE_ENUM) LIFE_STATE_COUNT };
#undef LIFE_STATE_ENUM

#define LIFE_EVENT_ENUM(name_) ON_##name_,
enum life_event { LIFE_EVENTS(LIFE_EVENT_ENUM) LIFE_EVENT_COUNT };
#undef LIFE_EVENT_ENUM

#define LIFE_ACTION_ENUM(name_) LIFE_ACTION_##name_,
enum life_action { LIFE_ACTIONS(LIFE_ACTION_ENUM) LIFE_ACTION_COUNT };
#undef LIFE_ACTION_ENUM

#define LIFE_ACTION_BIT(name_) DO_##name_ = 1 << LIFE_ACTION_##name_,
enum life_action_bit { LIFE_ACTIONS(LIFE_ACTION_BIT) };
#undef LIFE_ACTION_BIT

struct life_cell {
    unsigned char is_written; /* every cell is: a test counts them */
    unsigned char next;       /* enum life_state */
    unsigned short actions;   /* enum life_action_bit */
};

/* The cell for an event in a state. */
struct life_cell life_step(enum life_state state, enum life_event event);

/* Whether a process of the unit exists in that state. */
bool life_has_process(enum life_state state);
/* Whether it is ready, or reloads. */
bool life_is_ready(enum life_state state);
/* Whether nothing more will happen by itself. */
bool life_is_final(enum life_state state);
/* Whether it waits for its turn, or is final: there is nothing to stop. */
bool life_is_idle(enum life_state state);

/* "ready"; a task's word where it differs. */
const char *life_state_name(enum life_state state, bool is_task);
const char *life_event_name(enum life_event event);

#endif
