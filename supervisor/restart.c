/* SPDX-License-Identifier: MIT */
#include "supervisor/restart.h"

#include "config/exitcode.h"
#include "config/signame.h"

enum { FORK_DELAY_MS = 200, FORK_DELAY_MAX_MS = 4000, DOUBLINGS_MAX = 30 };

void
restart_note_start(struct restart_history *history, const struct unit_config *unit, int64_t now_ms)
{
    size_t size = (size_t)unit->start_limit.starts;
    if (size == 0) {
        return;
    }
    history->started_ms[history->next] = now_ms;
    history->next = (history->next + 1) % size;
    if (history->count < size) {
        history->count++;
    }
}

void
restart_forget(struct restart_history *history)
{
    history->failures = 0;
    history->count = 0;
    history->next = 0;
}

bool
restart_is_named(const struct unit_config *unit, int code)
{
    unsigned bit = (unsigned)code;
    return (unit->success_status.codes[bit / 64] >> (bit % 64) & 1) != 0;
}

bool
restart_is_success(const struct unit_config *unit, const struct outcome *outcome, int stop_signal)
{
    if (outcome->fault == FAULT_LATE || outcome->fault == FAULT_HUNG) {
        return false;
    }
    if (stop_signal != 0 && outcome->code == CODE_SIGNAL + stop_signal) {
        return true;
    }
    if (outcome->signal != 0) {
        return (unit->success_status.signals & SIGNAME_BIT(outcome->signal)) != 0;
    }
    return outcome->code == 0 || restart_is_named(unit, outcome->code);
}

/* Whether one start more would be more than start-limit allows. The ring holds just as many starts
 * as the limit, so the oldest of a full ring decides. */
static bool
is_limit_reached(const struct unit_config *unit, const struct restart_history *history,
                 int64_t next_start_ms)
{
    size_t size = (size_t)unit->start_limit.starts;
    if (size == 0 || history->count < size) {
        return false;
    }
    return next_start_ms - history->started_ms[history->next] < unit->start_limit.within_ms;
}

/* base * 2^doublings, at most `max`, give or take 10 %. */
static int64_t
delay_with_jitter(int64_t base_ms, unsigned doublings, int64_t max_ms, unsigned chance)
{
    int64_t delay = base_ms;
    for (unsigned i = 0; i < doublings && delay < max_ms; i++) {
        delay *= 2;
    }
    if (delay > max_ms) {
        delay = max_ms;
    }
    return delay - delay / 10 + delay * (int64_t)(chance % 201) / 1000;
}

int64_t
restart_fork_delay(unsigned failures, unsigned chance)
{
    return delay_with_jitter(FORK_DELAY_MS, failures, FORK_DELAY_MAX_MS, chance);
}

struct restart_verdict
restart_judge(const struct unit_config *unit, const struct outcome *outcome, int stop_signal)
{
    bool is_success = restart_is_success(unit, outcome, stop_signal);
    bool has_no_code =
        outcome->fault == FAULT_LATE || (outcome->fault == FAULT_HUNG && outcome->code == 0);
    return (struct restart_verdict){
        .event = is_success ? ON_EXIT_DONE : ON_EXIT_FAILED,
        .is_success = is_success,
        .code = has_no_code ? CODE_LATE : outcome->code,
    };
}

/* Whether it was up for long enough for the counters to start over. Without a longest delay nothing
 * says how long that is: then start-limit's own time does. */
static bool
is_calm(const struct unit_config *unit, int64_t up_ms)
{
    return unit->restart_max_delay_ms > 0 && up_ms >= unit->restart_max_delay_ms;
}

struct restart_verdict
restart_decide(const struct unit_config *unit, struct restart_history *history,
               const struct outcome *outcome, int stop_signal, int64_t started_ms, int64_t now_ms,
               unsigned chance)
{
    struct restart_verdict verdict = restart_judge(unit, outcome, stop_signal);
    bool is_final =
        unit->restart == RESTART_NO || (unit->restart == RESTART_ON_FAILURE && verdict.is_success);
    if (is_final && outcome->fault != FAULT_UNWELL) {
        return verdict;
    }
    if (is_calm(unit, now_ms - started_ms)) {
        restart_forget(history);
        if (unit->start_limit.starts != 0) {
            restart_note_start(history, unit, started_ms);
        }
    }
    verdict.delay_ms = delay_with_jitter(unit->restart_delay_ms, history->failures,
                                         unit->restart_max_delay_ms, chance);
    if (is_limit_reached(unit, history, now_ms + verdict.delay_ms)) {
        verdict.event = ON_EXIT_FAILED;
        verdict.is_limit = true;
        verdict.code = verdict.is_success ? CODE_INTERNAL : verdict.code;
        return verdict;
    }
    if (history->failures < DOUBLINGS_MAX) {
        history->failures++;
    }
    verdict.event = ON_EXIT_AGAIN;
    return verdict;
}
