/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_RESTART_H
#define ROINIT_SUPERVISOR_RESTART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "supervisor/life.h"

/*
 * What the end of a process means: over, again (and when), or failed. Pure; time and chance come in
 * as values.
 */

/* What a process was stopped for, though nobody asked for its end. */
enum fault {
    FAULT_NONE,
    FAULT_LATE,   /* it ran over its time: counts as CODE_LATE */
    FAULT_HUNG,   /* its watchdog ran out: a failure, whatever its code */
    FAULT_UNWELL, /* a check of it is down: a start follows, whatever `restart` says */
};

/* How a process ended. */
struct outcome {
    int code;   /* exit code; where signal is not 0: 128 + signal */
    int signal; /* that killed it, or 0 */
    enum fault fault;
    bool is_out_of_memory; /* it, or what a shell ran, was killed for want of memory, where that can
                              be told */
};

/* The unit's record of its own starts. */
struct restart_history {
    int64_t *started_ms; /* ring of the last `limit` starts, of start_limit.starts items */
    size_t next;
    size_t count;      /* starts recorded, at most the ring's size */
    unsigned failures; /* doublings of the delay so far */
};

struct restart_verdict {
    enum life_event event; /* ON_EXIT_DONE, ON_EXIT_AGAIN, ON_EXIT_FAILED */
    int64_t delay_ms;      /* with ON_EXIT_AGAIN */
    bool is_limit;         /* failed because of start-limit */
    bool is_success;
    int code; /* the unit's code if this is its end */
};

/* Notes a start at `now_ms` (monotonic). */
void restart_note_start(struct restart_history *history, const struct unit_config *unit,
                        int64_t now_ms);

/* Forgets all starts and failures: the counters start over. */
void restart_forget(struct restart_history *history);

/* Whether success-status names that exit code, 0 to 255. */
bool restart_is_named(const struct unit_config *unit, int code);

/* Whether an outcome counts as success: code 0, success-status, and, after `stop_signal` (0: none)
 * was sent, death by it or the code 128 + it (a JVM's 143). */
bool restart_is_success(const struct unit_config *unit, const struct outcome *outcome,
                        int stop_signal);

/* What an end is by itself, ON_EXIT_DONE or ON_EXIT_FAILED, where no start can follow it. Pure. */
struct restart_verdict restart_judge(const struct unit_config *unit, const struct outcome *outcome,
                                     int stop_signal);

/* Decides. `started_ms`: the start of the process that ended; `chance`: any random number. */
struct restart_verdict restart_decide(const struct unit_config *unit,
                                      struct restart_history *history,
                                      const struct outcome *outcome, int stop_signal,
                                      int64_t started_ms, int64_t now_ms, unsigned chance);

/* The delay after the n-th fork in a row that failed: 200 ms doubling to 4 s, with jitter (I38). */
int64_t restart_fork_delay(unsigned failures, unsigned chance);

#endif
