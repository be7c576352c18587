/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/exitcode.h"
#include "init/held.h"

/*
 * `roinit reload`: the reload-signal; and where the unit speaks sd_notify, until it says that it
 * has reloaded. One that does not say RELOADING within a second reloads without a word.
 */
enum { SILENCE_MS = 1000 };

struct reloading {
    struct held held;
    int64_t asked_ms;
    bool is_failed; /* one of those that were named was not up */
    size_t count;
    size_t unit[];
};

enum reload { RELOAD_GOES_ON, RELOAD_DONE, RELOAD_FAILED };

static enum reload
look_at(const struct reloading *reloading, const struct fleet_unit *unit, int64_t now_ms)
{
    if (!life_is_ready(unit->state)) {
        return RELOAD_FAILED;
    }
    bool has_spoken = unit->since_ms >= reloading->asked_ms;
    bool is_silent = now_ms - reloading->asked_ms >= SILENCE_MS;
    return unit->state == LIFE_READY && (has_spoken || is_silent) ? RELOAD_DONE : RELOAD_GOES_ON;
}

static bool
go_on(struct held *held, struct asking *asking, bool is_late)
{
    struct reloading *reloading = (struct reloading *)(void *)held;
    const struct fleet *fleet = asking->status->fleet;
    size_t count[RELOAD_FAILED + 1] = {0};
    for (size_t i = 0; i < reloading->count; i++) {
        count[look_at(reloading, &fleet->unit[reloading->unit[i]], asking->now_ms)]++;
    }
    int64_t silence_ms = reloading->asked_ms + SILENCE_MS;
    held->again_ms = asking->now_ms < silence_ms ? silence_ms : 0;
    if (count[RELOAD_GOES_ON] > 0 && !is_late) {
        return false;
    }
    for (size_t i = 0; i < reloading->count; i++) {
        const struct fleet_unit *unit = &fleet->unit[reloading->unit[i]];
        enum reload how = look_at(reloading, unit, asking->now_ms);
        if (how == RELOAD_DONE) {
            answer_say(asking, "%s: reloaded", unit->config->name);
        } else {
            answer_complain(asking, "%s: %s%s", unit->config->name,
                            life_state_name(unit->state, unit->config->is_task),
                            how == RELOAD_GOES_ON ? ", and the time is over" : "");
        }
    }
    bool is_failed = reloading->is_failed || count[RELOAD_FAILED] > 0;
    ctl_reply_exit(asking->reply, is_failed                   ? CODE_NO
                                  : count[RELOAD_GOES_ON] > 0 ? CODE_LATE
                                                              : CODE_OK);
    return true;
}

/* Sends the signals. Keeps in `unit` those whose own word is to be waited for. */
static size_t
send_all(struct asking *asking, size_t *unit, size_t count, bool *ret_is_failed)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct unit_config *config = asking->status->fleet->unit[unit[i]].config;
        if (!fleet_reload(loop_fleet_to_ask(asking->loop), unit[i])) {
            answer_complain(asking, "%s is not up: start it", config->name);
            *ret_is_failed = true;
        } else if (config->ready.kind == PROBE_NOTIFY) {
            unit[kept++] = unit[i];
        }
    }
    return kept;
}

void
answer_reload(struct asking *asking)
{
    size_t unit[USAGE_WORDS_MAX];
    int64_t timeout_ms;
    bool is_failed = false;
    long named = answer_timeout(asking, &timeout_ms) ? answer_units(asking, 0, unit) : -1;
    if (named < 0) {
        return;
    }
    answer_note(asking);
    size_t count = send_all(asking, unit, (size_t)named, &is_failed);
    if (count == 0 || asking->usage.option[USAGE_NO_WAIT] != NULL) {
        ctl_reply_exit(asking->reply, is_failed ? CODE_NO : CODE_OK);
        return;
    }
    struct reloading *reloading =
        held_begin(asking, sizeof *reloading + count * sizeof *unit, go_on, timeout_ms);
    if (reloading != NULL) {
        reloading->asked_ms = asking->now_ms;
        reloading->is_failed = is_failed;
        reloading->count = count;
        memcpy(reloading->unit, unit, count * sizeof *unit);
    }
}
