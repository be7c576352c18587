/* SPDX-License-Identifier: MIT */
#include "supervisor/tell.h"

#include "config/signame.h"

void
tell_outcome(const struct outcome *outcome, struct text *out)
{
    char name[16];
    if (outcome->fault == FAULT_LATE) {
        text_add(out, "ran over its time");
    } else if (outcome->signal != 0) {
        text_addf(out, "died of %s", signame_text(outcome->signal, name, sizeof name));
    } else {
        text_addf(out, "exited with %d", outcome->code);
    }
    if (outcome->is_out_of_memory) {
        text_add(out, ", out of memory");
    }
    if (outcome->fault == FAULT_HUNG) {
        text_add(out, ", its watchdog ran out");
    }
    if (outcome->fault == FAULT_UNWELL) {
        text_add(out, ", a check of it was down");
    }
}

static void
add_limit(const struct start_limit *limit, struct text *out)
{
    text_addf(out, "start-limit %lld/", (long long)limit->starts);
    text_add_duration(out, limit->within_ms);
}

static void
add_exit(const struct fleet_unit *unit, const struct fleet_event *event, int64_t now_ms,
         struct text *out)
{
    const struct restart_verdict *verdict = event->verdict;
    if (unit->last_pid > 0) {
        text_addf(out, "%s (pid %d) ", unit->config->name, (int)unit->last_pid);
        tell_outcome(&unit->last, out);
        text_addf(out, "%s%s", event->detail != NULL ? " in " : "",
                  event->detail != NULL ? event->detail : "");
        bool has_comma = unit->last.is_out_of_memory || unit->last.fault == FAULT_HUNG ||
                         unit->last.fault == FAULT_UNWELL;
        text_add(out, has_comma ? ", after " : " after ");
        text_add_duration(out, now_ms - unit->started_ms);
        bool is_early = event->from == LIFE_STARTING && !unit->config->is_task &&
                        unit->config->ready.kind != PROBE_START;
        text_add(out, is_early ? ", before it was ready" : "");
    } else if (verdict->is_success) {
        text_addf(out, "%s has nothing to run", unit->config->name); /* an empty command-dir */
    } else {
        text_addf(out, "%s cannot be started (%d)", unit->config->name, unit->last.code);
    }
    if (verdict->event == ON_EXIT_AGAIN && event->to == LIFE_BACKOFF) {
        const struct start_limit *limit = &unit->config->start_limit;
        text_add(out, "; restart");
        if (limit->starts > 0) {
            text_addf(out, " %zu of %lld", unit->history.count, (long long)limit->starts);
        }
        text_add(out, " in ");
        text_add_duration(out, verdict->delay_ms);
    } else if (verdict->is_limit) {
        text_add(out, "; no restart: ");
        add_limit(&unit->config->start_limit, out);
    }
}

/* Whether it never started, for it requires another that is lost. */
static bool
is_forsaken(const struct fleet_unit *unit, const struct fleet_event *event)
{
    return event->from == LIFE_WAITING && event->to == LIFE_STOPPED && unit->cause != event->unit;
}

/* Which changes of a unit are told at warn: those that nobody asked for. */
static enum log_level
unit_level(const struct fleet_unit *unit, const struct fleet_event *event)
{
    if (is_forsaken(unit, event)) {
        return LOG_WARN;
    }
    bool is_exit = event->verdict != NULL;
    bool was_asked = event->from == LIFE_STOPPING || event->from == LIFE_KILLING;
    if (is_exit && !was_asked && !(unit->config->is_task && event->to == LIFE_ENDED)) {
        return LOG_WARN;
    }
    /* Of FAULT_UNWELL its check has told. */
    bool is_late = event->to == LIFE_EXPIRING && unit->fault != FAULT_UNWELL;
    return is_late || (event->from == LIFE_STARTING && event->to == LIFE_BACKOFF) ? LOG_WARN
                                                                                  : LOG_INFO;
}

/* Why it is stopped for having taken too long. */
static void
add_late(const struct fleet_unit *unit, const struct fleet_event *event, struct text *out)
{
    if (unit->fault == FAULT_HUNG) {
        text_add(out, ": its watchdog");
        if (unit->watch_ms > 0) {
            text_add(out, " of ");
            text_add_duration(out, unit->watch_ms);
        }
        text_add(out, " ran out: ABRT");
    } else if (unit->fault == FAULT_UNWELL) {
        text_add(out, ": a check of it is down");
    } else if (unit->config->is_task) {
        text_add(out, ": it ran over its timeout of ");
        text_add_duration(out, unit->config->timeout_ms);
    } else {
        text_add(out, ": it was not ready within its start-timeout of ");
        text_add_duration(out, unit->config->start_timeout_ms);
        text_addf(out, "%s%s", event->detail != NULL ? ": " : "",
                  event->detail != NULL ? event->detail : "");
    }
}

/* "still waiting for redis: unix:/run/redis/redis.sock: no such file (20s of 60s)" */
static void
add_slow(const struct fleet_unit *unit, const struct fleet_event *event, struct text *out)
{
    text_addf(out, "still waiting for %s: ", unit->config->name);
    if (event->detail == NULL) {
        text_addf(out, "%s for ", life_state_name(unit->state, unit->config->is_task));
        text_add_duration(out, event->after_ms);
        return;
    }
    text_addf(out, "%s (", event->detail);
    text_add_duration(out, event->after_ms);
    if (unit->due_ms != 0) {
        int64_t limit_ms = unit->due_ms - unit->since_ms;
        text_add(out, " of ");
        if (limit_ms % 1000 == 0 && limit_ms <= 120000) {
            text_addf(out, "%llds", (long long)limit_ms / 1000); /* 60s, as it is mostly written */
        } else {
            text_add_duration(out, limit_ms);
        }
    }
    text_add(out, ")");
}

void
tell_requirement(const struct fleet *fleet, const struct fleet_unit *unit, struct text *out)
{
    const struct fleet_unit *first = &fleet->unit[unit->cause];
    text_addf(out, ": it needs %s, which is %s", first->config->name,
              life_state_name(first->state, first->config->is_task));
}

static void
add_unit(const struct fleet *fleet, const struct fleet_event *event, int64_t now_ms,
         struct text *out)
{
    const struct fleet_unit *unit = &fleet->unit[event->unit];
    if (event->verdict != NULL) {
        add_exit(unit, event, now_ms, out);
        return;
    }
    if (event->to == LIFE_BACKOFF) {
        text_addf(out, "%s waits for a process, and is tried again", unit->config->name);
        return;
    }
    text_addf(out, "%s is %s", unit->config->name,
              life_state_name(event->to, unit->config->is_task));
    if (event->to == LIFE_EXPIRING) {
        add_late(unit, event, out);
    } else if (event->to == LIFE_READY) {
        text_addf(out, " (pid %d)", (int)unit->pid);
    } else if (event->to == LIFE_SKIPPED) {
        text_add(out, ": only-if does not hold");
    } else if (is_forsaken(unit, event)) {
        tell_requirement(fleet, unit, out);
    }
}

static void
add_cause(const struct fleet *fleet, struct text *out)
{
    const struct fleet_unit *unit = &fleet->unit[fleet->cause_unit];
    char name[16];
    switch (fleet->cause) {
    case CAUSE_SIGNAL:
        text_add(out, signame_text(fleet->stop_signal, name, sizeof name));
        if (fleet->stop_sender == 0) {
            text_add(out, " from outside the container");
        } else {
            text_addf(out, " from pid %d", (int)fleet->stop_sender);
        }
        return;
    case CAUSE_LOST:
        text_addf(out, "%s ", unit->config->name);
        if (unit->ended_ms >= 0) {
            tell_outcome(&unit->last, out);
        } else {
            text_add(out, "was stopped");
        }
        if (unit->is_limit) {
            text_add(out, " (");
            add_limit(&unit->config->start_limit, out);
            text_add(out, ")");
        }
        return;
    case CAUSE_ASKED:
        text_add(out, "shutdown was asked for");
        return;
    case CAUSE_CHECK:
        text_addf(out, "the check %s failed", fleet->cause_check);
        return;
    case CAUSE_DRIFT:
        text_addf(out, "the contract is broken since it was verified: %s", fleet->cause_mount);
        return;
    case CAUSE_ALL_FINAL:
        text_add(out, "all units have ended");
        return;
    case CAUSE_NONE:
        return;
    }
}

static const char *
kill_reason(const struct fleet *fleet)
{
    static const char *const reasons[] = {
        [KILLED_BY_CLOCK] = "the clock ran out",
        [KILLED_BY_SIGNAL] = "a second signal came",
        [KILLED_AS_STRAYS] = "processes remained after the last unit",
    };
    return reasons[fleet->kill_reason];
}

void
tell_end(const struct fleet *fleet, struct text *out)
{
    text_addf(out, "container ends with %d: ", fleet->code);
    add_cause(fleet, out);
    if (fleet->first_bad_code >= 0 && fleet->cause != CAUSE_LOST) {
        const struct fleet_unit *bad = &fleet->unit[fleet->first_bad_unit];
        text_addf(out, "; %s ", bad->config->name);
        if (life_has_process(bad->state)) {
            text_add(out, "outlived KILL");
        } else {
            tell_outcome(&bad->last, out);
        }
    }
    if (fleet->is_killed) {
        text_addf(out, "; %s", kill_reason(fleet));
    }
}

/* The end is told where it is asked why; where tasks did their work and that was all, nobody asks.
 */
static enum log_level
end_level(const struct fleet *fleet)
{
    bool is_expected = fleet->cause == CAUSE_ALL_FINAL && fleet->code == 0;
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        is_expected &=
            unit->state != LIFE_FAILED && (unit->config->is_task || unit->state != LIFE_ENDED);
    }
    return is_expected ? LOG_INFO : LOG_WARN;
}

static enum log_level
add_event(const struct fleet *fleet, const struct fleet_event *event, int64_t now_ms,
          struct text *out)
{
    const struct fleet_unit *unit = &fleet->unit[event->unit];
    switch (event->kind) {
    case TELL_UNIT:
        add_unit(fleet, event, now_ms, out);
        return unit_level(unit, event);
    case TELL_STOP:
        add_cause(fleet, out);
        text_add(out, ": stopping");
        if (fleet->deadline_ms != INT64_MAX) {
            text_add(out, ", ");
            text_add_duration(out, fleet->deadline_ms - fleet->stop_ms);
        }
        return fleet->cause == CAUSE_ALL_FINAL || fleet->cause == CAUSE_LOST ? LOG_INFO : LOG_WARN;
    case TELL_SLOW:
        add_slow(unit, event, out);
        return LOG_WARN;
    case TELL_HURRY:
        text_add(out, "two thirds of the stop timeout are gone: every unit gets its stop signal");
        return LOG_WARN;
    case TELL_KILL:
        text_addf(out, "%s: KILL to all that is left", kill_reason(fleet));
        return LOG_WARN;
    case TELL_SWEEP:
        text_add(out, "processes remain after the last unit: TERM to them");
        return LOG_INFO;
    case TELL_RUNNING:
        text_add(out, "the boot is over after ");
        text_add_duration(out, now_ms - fleet->boot_ms);
        return LOG_INFO;
    case TELL_OVERLAP:
        text_addf(out, "%s is %s: a run that was due is skipped, %u so far", unit->config->name,
                  life_state_name(unit->state, unit->config->is_task), unit->runs_skipped);
        return unit->is_overlap_told ? LOG_INFO : LOG_WARN;
    case TELL_END:
        tell_end(fleet, out);
        return end_level(fleet);
    }
    return LOG_DEBUG;
}

void
tell_event(const struct fleet *fleet, const struct fleet_event *event, int64_t now_ms,
           enum log_level *ret_level, struct text *out)
{
    enum log_level level = add_event(fleet, event, now_ms, out);
    *ret_level = fleet->config->is_lone && level == LOG_WARN ? LOG_INFO : level;
}
