/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "supervisor/loop_probe.h"

/* The [check]s: each is tried while its service is ready, and one without a service always. */

struct loop_check {
    struct loop_probe try;
    size_t index;
};

static void
tell(struct loop *loop, const struct check_state *state, enum check_result before, int64_t was_ms)
{
    const char *name = state->config->name;
    bool is_down = state->result == CHECK_IS_DOWN;
    char why[256] = "";
    struct text words = TEXT_OVER(why);
    struct event event = {
        .kind = EVENT_CHECK,
        .time_ms = loop_wall_ms(),
        .after_ms = before == CHECK_IS_UNKNOWN ? -1 : was_ms, /* unknown since when? */
        .unit = name,
        .from = check_result_name(before),
        .to = check_result_name(state->result),
    };
    if (is_down) {
        probe_add_failure(&state->config->probe, &state->failure, &words);
        log_own(LOG_WARN, "check %s is down: %s", name, why);
    } else {
        log_own(before == CHECK_IS_DOWN ? LOG_WARN : LOG_INFO, "check %s is up%s", name,
                before == CHECK_IS_DOWN ? " again" : "");
    }
    event_say(&event, why);
    events_add(loop->events, &event);
    loop_publish_soon(loop);
}

/* What the contract wants where a check is down. */
static void
follow(struct loop *loop, const struct check_state *state)
{
    const struct check_config *config = state->config;
    switch ((enum check_failure)config->on_failure) {
    case CHECK_IGNORE:
        return;
    case CHECK_RESTART:
        if (fleet_unwell(&loop->fleet, config->unit, loop_now_ms())) {
            log_own(LOG_WARN, "%s is restarted: its check %s is down",
                    loop->config->unit[config->unit].name, config->name);
        }
        return;
    case CHECK_SHUTDOWN:
        fleet_check_failed(&loop->fleet, config->name, loop_now_ms());
        return;
    }
}

static void
on_tried(struct loop_probe *self, enum probing_state result)
{
    struct loop_check *check = (struct loop_check *)(void *)self;
    struct loop *loop = self->loop;
    struct check_state *state = &loop->check_state[check->index];
    enum check_result before = state->result;
    int64_t now_ms = loop_now_ms();
    int64_t was_ms = now_ms - state->since_ms;
    /* Before it acts: that may end it. */
    loop_probe_after(self, check_pause_ms(state->config, check->index, now_ms));
    if (result == PROBING_UNABLE) {
        return; /* that says nothing about the service */
    }
    if (check_note(state, result == PROBING_WELL, &self->probing.failure, now_ms)) {
        tell(loop, state, before, was_ms);
        if (state->result == CHECK_IS_DOWN) {
            follow(loop, state);
        }
    }
}

static void
begin(struct loop *loop, size_t c)
{
    check_begin(&loop->check_state[c], loop_now_ms());
    loop_probe_after(&loop->check[c].try, check_first_pause_ms(&loop->config->check[c], c));
}

static void
end(struct loop *loop, size_t c)
{
    if (loop->check_state[c].is_active) {
        check_end(&loop->check_state[c], loop_now_ms());
        loop_probe_stop(&loop->check[c].try);
    }
}

void
loop_check_init(struct loop *loop, struct arena *arena)
{
    size_t count = loop->config->check_count;
    if (count == 0) {
        return;
    }
    loop->check = ARENA_NEW(arena, struct loop_check, count);
    loop->check_state = ARENA_NEW(arena, struct check_state, count);
    for (size_t c = 0; c < count; c++) {
        const struct check_config *config = &loop->config->check[c];
        loop->check[c].index = c;
        loop->check_state[c].config = config;
        loop_probe_init(&loop->check[c].try, loop, &config->probe, config->unit, config->timeout_ms,
                        on_tried);
        if (config->unit == SIZE_MAX) {
            begin(loop, c);
        }
    }
}

void
loop_check_follow(struct loop *loop, const struct fleet_event *event)
{
    bool is_unit = event->kind == TELL_UNIT;
    bool was_ready = is_unit && life_is_ready(event->from);
    bool is_ready = is_unit && life_is_ready(event->to);
    for (size_t c = 0; c < loop->config->check_count; c++) {
        bool is_its = is_unit && loop->config->check[c].unit == event->unit;
        if (is_its && is_ready && !was_ready && loop->fleet.phase <= FLEET_RUNNING) {
            begin(loop, c);
        } else if (event->kind == TELL_STOP || (is_its && was_ready && !is_ready)) {
            end(loop, c);
        }
    }
}

const struct check_state *
loop_checks(const struct loop *loop)
{
    return loop->check_state;
}
