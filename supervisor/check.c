/* SPDX-License-Identifier: MIT */
#include "supervisor/check.h"

enum { FIRST_MS = 1000, MILLION = 1000000, GOLDEN = 618034 };

const char *
check_result_name(enum check_result result)
{
#define CHECK_RESULT_NAME(name_, word_) [CHECK_IS_##name_] = (word_),
    static const char *const names[CHECK_RESULT_COUNT] = {CHECK_RESULTS(CHECK_RESULT_NAME)};
#undef CHECK_RESULT_NAME
    return names[result];
}

static void
become(struct check_state *state, enum check_result result, int64_t now_ms)
{
    if (state->result != result) {
        state->result = result;
        state->since_ms = now_ms;
    }
}

void
check_begin(struct check_state *state, int64_t now_ms)
{
    state->is_active = true;
    state->began_ms = now_ms;
    state->failures = 0;
    become(state, CHECK_IS_UNKNOWN, now_ms);
}

void
check_end(struct check_state *state, int64_t now_ms)
{
    state->is_active = false;
    state->failures = 0;
    become(state, CHECK_IS_UNKNOWN, now_ms);
}

bool
check_note(struct check_state *state, bool is_well, const struct probe_failure *failure,
           int64_t now_ms)
{
    const struct check_config *config = state->config;
    enum check_result before = state->result;
    state->runs++;
    if (is_well) {
        state->failures = 0;
        become(state, CHECK_IS_UP, now_ms);
        return before != CHECK_IS_UP;
    }
    state->runs_failed++;
    state->failure = *failure;
    bool is_young = before == CHECK_IS_UNKNOWN && config->start_period_ms > 0 &&
                    now_ms - state->began_ms < config->start_period_ms;
    if (is_young) {
        return false;
    }
    if (state->failures < config->retries) {
        state->failures++;
    }
    if (state->failures >= config->retries) {
        become(state, CHECK_IS_DOWN, now_ms);
    }
    return before != state->result;
}

/* The golden ratio spreads any number of checks well. */
static int64_t
share_of(size_t index, int64_t whole_ms)
{
    return (int64_t)(index % MILLION * GOLDEN % MILLION) * whole_ms / MILLION;
}

int64_t
check_first_pause_ms(const struct check_config *config, size_t index)
{
    return share_of(index, config->interval_ms < FIRST_MS ? config->interval_ms : FIRST_MS);
}

int64_t
check_pause_ms(const struct check_config *config, size_t index, int64_t now_ms)
{
    int64_t interval_ms = config->interval_ms;
    int64_t half_ms = interval_ms / 2;
    int64_t ahead_ms = (share_of(index, interval_ms) - now_ms - half_ms) % interval_ms;
    return half_ms + (ahead_ms < 0 ? ahead_ms + interval_ms : ahead_ms);
}
