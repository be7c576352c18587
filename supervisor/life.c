/* SPDX-License-Identifier: MIT */
#include "supervisor/life.h"

/* clang-format off */
#define STAY(state_)            { 1, LIFE_##state_, 0 }
#define GO(state_, actions_)    { 1, LIFE_##state_, (unsigned short)(actions_) }

/* What leads from a process that lives to none: the same from every state that is not on its way
 * down already. */
#define EXITS \
    [ON_EXIT_DONE]   = GO(ENDED,   DO_DISARM | DO_TELL), \
    [ON_EXIT_NEXT]   = GO(STARTING, DO_SPAWN), /* its timer goes on over all of them */ \
    [ON_EXIT_AGAIN]  = GO(BACKOFF, DO_DISARM | DO_ARM_BACKOFF | DO_TELL), \
    [ON_EXIT_FAILED] = GO(FAILED,  DO_DISARM | DO_TELL)
#define EXITS_TO(state_) \
    [ON_EXIT_DONE]   = GO(state_,  DO_DISARM | DO_TELL), \
    [ON_EXIT_NEXT]   = GO(state_,  DO_DISARM | DO_TELL), \
    [ON_EXIT_AGAIN]  = GO(state_,  DO_DISARM | DO_TELL), \
    [ON_EXIT_FAILED] = GO(state_,  DO_DISARM | DO_TELL)
/* What it says of itself is no news. */
#define NO_WORD(state_) \
    [ON_RELOAD]      = STAY(state_), \
    [ON_LEAVE]       = STAY(state_)
/* Late news of a process that is no more: can't be, and changes nothing. */
#define NO_EXITS(state_) \
    [ON_EXIT_DONE]   = STAY(state_), \
    [ON_EXIT_NEXT]   = STAY(state_), \
    [ON_EXIT_AGAIN]  = STAY(state_), \
    [ON_EXIT_FAILED] = STAY(state_), \
    [ON_NO_FORK]     = STAY(state_), \
    [ON_READY]       = STAY(state_), \
    NO_WORD(state_)
#define BEGIN                     GO(STARTING, DO_SPAWN | DO_ARM_RUN | DO_TELL)
#define FINAL(state_) \
    [ON_ASK]   = GO(WAITING, DO_TELL), \
    [ON_START] = BEGIN, [ON_SKIP] = GO(SKIPPED, DO_TELL), [ON_STOP] = STAY(state_), \
    [ON_KILL]  = STAY(state_), [ON_TIMEOUT] = STAY(state_), NO_EXITS(state_)

static const struct life_cell table[LIFE_STATE_COUNT][LIFE_EVENT_COUNT] = {
    [LIFE_WAITING] = {
        [ON_ASK]         = STAY(WAITING),
        [ON_START]       = BEGIN,
        [ON_SKIP]        = GO(SKIPPED,  DO_TELL),
        [ON_STOP]        = GO(STOPPED,  DO_TELL),
        [ON_KILL]        = GO(STOPPED,  DO_TELL),
        [ON_TIMEOUT]     = STAY(WAITING),
        NO_EXITS(WAITING),
    },
    [LIFE_STARTING] = {
        [ON_ASK]         = STAY(STARTING),
        [ON_START]       = STAY(STARTING),
        [ON_SKIP]        = GO(SKIPPED,  DO_DISARM | DO_TELL), /* by its own child, which looked */
        [ON_READY]       = GO(READY,    DO_DISARM | DO_ARM_WATCH | DO_TELL),
        [ON_RELOAD]      = STAY(STARTING), /* READY follows when it is done */
        [ON_LEAVE]       = GO(LEAVING,  DO_DISARM | DO_TELL),
        [ON_STOP]        = GO(STOPPING, DO_DISARM | DO_SIGNAL_STOP | DO_ARM_STOP | DO_TELL),
        [ON_KILL]        = GO(KILLING,  DO_DISARM | DO_SIGNAL_KILL | DO_TELL),
        [ON_TIMEOUT]     = GO(EXPIRING, DO_SIGNAL_LATE | DO_ARM_STOP | DO_TELL),
        [ON_NO_FORK]     = GO(BACKOFF,  DO_DISARM | DO_ARM_FORK | DO_TELL),
        EXITS,
    },
    [LIFE_READY] = {
        [ON_ASK]         = STAY(READY),
        [ON_START]       = STAY(READY),
        [ON_SKIP]        = STAY(READY),
        [ON_READY]       = STAY(READY),
        [ON_RELOAD]      = GO(RELOADING, DO_TELL),
        [ON_LEAVE]       = GO(LEAVING,  DO_DISARM | DO_TELL),
        [ON_STOP]        = GO(STOPPING, DO_DISARM | DO_SIGNAL_STOP | DO_ARM_STOP | DO_TELL),
        [ON_KILL]        = GO(KILLING,  DO_DISARM | DO_SIGNAL_KILL | DO_TELL),
        [ON_TIMEOUT]     = GO(EXPIRING, DO_SIGNAL_LATE | DO_ARM_STOP | DO_TELL),
        [ON_NO_FORK]     = STAY(READY),
        EXITS,
    },
    [LIFE_RELOADING] = {
        [ON_ASK]         = STAY(RELOADING),
        [ON_START]       = STAY(RELOADING),
        [ON_SKIP]        = STAY(RELOADING),
        [ON_READY]       = GO(READY,    DO_TELL),
        [ON_RELOAD]      = STAY(RELOADING),
        [ON_LEAVE]       = GO(LEAVING,  DO_DISARM | DO_TELL),
        [ON_STOP]        = GO(STOPPING, DO_DISARM | DO_SIGNAL_STOP | DO_ARM_STOP | DO_TELL),
        [ON_KILL]        = GO(KILLING,  DO_DISARM | DO_SIGNAL_KILL | DO_TELL),
        [ON_TIMEOUT]     = GO(EXPIRING, DO_SIGNAL_LATE | DO_ARM_STOP | DO_TELL),
        [ON_NO_FORK]     = STAY(RELOADING),
        EXITS,
    },
    [LIFE_LEAVING] = {
        [ON_ASK]         = STAY(LEAVING),
        [ON_START]       = STAY(LEAVING),
        [ON_SKIP]        = STAY(LEAVING),
        [ON_READY]       = STAY(LEAVING),
        NO_WORD(LEAVING),
        [ON_STOP]        = GO(STOPPING, DO_DISARM | DO_SIGNAL_STOP | DO_ARM_STOP | DO_TELL),
        [ON_KILL]        = GO(KILLING,  DO_DISARM | DO_SIGNAL_KILL | DO_TELL),
        [ON_TIMEOUT]     = STAY(LEAVING),
        [ON_NO_FORK]     = STAY(LEAVING),
        EXITS,
    },
    [LIFE_STOPPING] = {
        [ON_ASK]         = STAY(STOPPING),
        [ON_START]       = STAY(STOPPING),
        [ON_SKIP]        = STAY(STOPPING),
        [ON_READY]       = STAY(STOPPING),
        NO_WORD(STOPPING),
        [ON_STOP]        = STAY(STOPPING),
        [ON_KILL]        = GO(KILLING,  DO_DISARM | DO_SIGNAL_KILL | DO_TELL),
        [ON_TIMEOUT]     = GO(KILLING,  DO_SIGNAL_KILL | DO_TELL),
        [ON_NO_FORK]     = STAY(STOPPING),
        EXITS_TO(STOPPED),
    },
    [LIFE_EXPIRING] = {
        [ON_ASK]         = STAY(EXPIRING),
        [ON_START]       = STAY(EXPIRING),
        [ON_SKIP]        = STAY(EXPIRING),
        [ON_READY]       = STAY(EXPIRING),
        NO_WORD(EXPIRING),
        [ON_STOP]        = GO(CONDEMNED, 0), /* its signal is sent, its timer runs */
        [ON_KILL]        = GO(CONDEMNED, DO_DISARM | DO_SIGNAL_KILL),
        [ON_TIMEOUT]     = GO(EXPIRING, DO_SIGNAL_KILL),
        [ON_NO_FORK]     = STAY(EXPIRING),
        [ON_EXIT_DONE]   = GO(FAILED,   DO_DISARM | DO_TELL),
        [ON_EXIT_NEXT]   = GO(FAILED,   DO_DISARM | DO_TELL),
        [ON_EXIT_AGAIN]  = GO(BACKOFF,  DO_DISARM | DO_ARM_BACKOFF | DO_TELL),
        [ON_EXIT_FAILED] = GO(FAILED,   DO_DISARM | DO_TELL),
    },
    [LIFE_CONDEMNED] = {
        [ON_ASK]         = STAY(CONDEMNED),
        [ON_START]       = STAY(CONDEMNED),
        [ON_SKIP]        = STAY(CONDEMNED),
        [ON_READY]       = STAY(CONDEMNED),
        NO_WORD(CONDEMNED),
        [ON_STOP]        = STAY(CONDEMNED),
        [ON_KILL]        = GO(CONDEMNED, DO_DISARM | DO_SIGNAL_KILL),
        [ON_TIMEOUT]     = GO(CONDEMNED, DO_SIGNAL_KILL),
        [ON_NO_FORK]     = STAY(CONDEMNED),
        EXITS_TO(FAILED),
    },
    [LIFE_KILLING] = {
        [ON_ASK]         = STAY(KILLING),
        [ON_START]       = STAY(KILLING),
        [ON_SKIP]        = STAY(KILLING),
        [ON_READY]       = STAY(KILLING),
        NO_WORD(KILLING),
        [ON_STOP]        = STAY(KILLING),
        [ON_KILL]        = GO(KILLING,  DO_SIGNAL_KILL),
        [ON_TIMEOUT]     = STAY(KILLING),
        [ON_NO_FORK]     = STAY(KILLING),
        EXITS_TO(STOPPED),
    },
    [LIFE_BACKOFF] = {
        [ON_ASK]         = GO(WAITING,  DO_DISARM | DO_TELL),
        [ON_START]       = GO(STARTING, DO_DISARM | DO_SPAWN | DO_ARM_RUN | DO_TELL),
        [ON_SKIP]        = STAY(BACKOFF),
        [ON_STOP]        = GO(STOPPED,  DO_DISARM | DO_TELL),
        [ON_KILL]        = GO(STOPPED,  DO_DISARM | DO_TELL),
        [ON_TIMEOUT]     = BEGIN,
        NO_EXITS(BACKOFF),
    },
    [LIFE_STOPPED] = { FINAL(STOPPED) },
    [LIFE_ENDED]   = { FINAL(ENDED) },
    [LIFE_FAILED]  = { FINAL(FAILED) },
    [LIFE_SKIPPED] = { FINAL(SKIPPED) },
};
/* clang-format on */

struct life_cell
life_step(enum life_state state, enum life_event event)
{
    return table[state][event];
}

bool
life_has_process(enum life_state state)
{
    return state >= LIFE_STARTING && state <= LIFE_KILLING;
}

bool
life_is_ready(enum life_state state)
{
    return state == LIFE_READY || state == LIFE_RELOADING;
}

bool
life_is_final(enum life_state state)
{
    return state >= LIFE_STOPPED;
}

bool
life_is_idle(enum life_state state)
{
    return state == LIFE_WAITING || life_is_final(state);
}

const char *
life_state_name(enum life_state state, bool is_task)
{
#define LIFE_NAMES(name_, service_, task_) [LIFE_##name_] = {(service_), (task_)},
    static const char *const names[LIFE_STATE_COUNT][2] = {LIFE_STATES(LIFE_NAMES)};
#undef LIFE_NAMES
    return names[state][is_task];
}

const char *
life_event_name(enum life_event event)
{
#define LIFE_EVENT_NAME(name_) [ON_##name_] = #name_,
    static const char *const names[LIFE_EVENT_COUNT] = {LIFE_EVENTS(LIFE_EVENT_NAME)};
#undef LIFE_EVENT_NAME
    return names[event];
}
