/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_SIM_WORLD_H
#define ROINIT_TESTS_SIM_WORLD_H

#include "tests/runner.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/fleet.h"

/*
 * A fleet in virtual time: recorded operations, scripted processes, a queue of timers. An hour runs
 * in a millisecond. After every step the invariants hold: a unit has a process just where its state
 * says so and never two; a timer runs just where something waits for it; units are told to stop in
 * reverse order; nothing starts any more once KILL was sent; the code is that of the cause.
 */
enum {
    WORLD_UNITS_MAX = 1024,
    WORLD_STARTS_KEPT = 16,
    WORLD_CLOCK_MS = 9000,
    WORLD_GRACE_MS = 500, /* after the clock everything is over */
    WORLD_TIMERS = WORLD_UNITS_MAX - FLEET_TIMER_SLOW,
};
#define WORLD_FOR_EVER INT64_MAX

/* How a unit's processes behave. */
struct world_script {
    int64_t runs_ms;  /* until it ends by itself */
    int64_t ready_ms; /* after its exec, where its `ready` is a real one; WORLD_FOR_EVER: never */
    int64_t stops_ms; /* after its stop signal; WORLD_FOR_EVER: it ignores it */
    int code, signal; /* it ends with, by itself */
    int cannot_start; /* 126, 127, …: spawn() says so; 0: it can */
    int forks_failing;
    size_t parts, good_parts; /* of a command-dir; so many end with 0 before `code` holds */
    bool is_skipped;          /* only-if does not hold */
    bool has_stop_command;    /* … that can be started; it does nothing */
    bool outlives_kill;       /* it hangs in the kernel */
};

struct world {
    struct arena arena;
    struct config config;
    struct unit_config unit[WORLD_UNITS_MAX];
    struct world_script script[WORLD_UNITS_MAX];
    struct fleet fleet;
    int64_t now_ms;
    int64_t timer[WORLD_TIMERS];       /* when it fires; -1: not armed; world_timer() */
    int64_t ends_ms[WORLD_UNITS_MAX];  /* when the process ends; -1: there is none */
    int64_t ready_ms[WORLD_UNITS_MAX]; /* when it gets ready; -1: that is not awaited */
    struct outcome outcome[WORLD_UNITS_MAX];
    bool is_exec_due[WORLD_UNITS_MAX];
    size_t starts[WORLD_UNITS_MAX];
    int64_t started_ms[WORLD_UNITS_MAX][WORLD_STARTS_KEPT];
    size_t forks_this_turn, most_forks_a_turn;
    size_t stops_this_turn, most_stops_a_turn;
    bool has_strays;           /* a descendant that only KILL ends */
    size_t told[TELL_END + 1]; /* how often each event was told */
    char order[3072]; /* "+a" started ("+a.2" its second part), "-a" told to stop, "!a" killed, "~a"
                       * its stop-command runs */
    int first_bad_code; /* of the first essential one that did not end well; -1: none */
    char name[WORLD_UNITS_MAX][sizeof "u1024"];
};
extern struct world world;

/* An empty world; the last one's memory is given back. */
void world_begin(void);

/* Adds a service that runs for ever and ends 10 ms after its stop signal. NULL: a name is made. */
size_t world_add(const char *name);
/* Adds a task that ends by itself. */
size_t world_add_task(const char *name, int64_t runs_ms, int code);
/* A list of names for `after` and `requires`. */
struct words world_names(const char *first, const char *second);

void world_boot(void);
/* Settles, turn after turn, and looks at the invariants. */
void world_settle(void);
void world_term(void);
/* `roinit shutdown`; code -1: as the units end. */
void world_shutdown(int code);
/* Lets happen what happens until then. */
void world_run_until(int64_t until_ms);
/* The container is over, with that code. */
void world_is_over(int code);
/* The state of the unit. */
enum life_state world_state(size_t u);
/* Whether `mark` ("-db") stands in the order of events. */
bool world_has(const char *mark);

/* ---------------------------------------------------------------- world_check.c */

/* Where a timer of the fleet is kept: FLEET_TIMER_…, or a unit's index. */
int64_t *world_timer(int timer);
/* Who waited for a unit to start is gone when it is told to stop, unless time is short. */
void world_check_order(size_t u, int number);
/* Notes the first last end of an essential unit that was not well. */
void world_note_end(const struct fleet_event *event);
/* All other invariants, after a turn. */
void world_check(void);

#endif
