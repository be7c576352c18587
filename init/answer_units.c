/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "config/exitcode.h"
#include "config/signame.h"
#include "init/goal.h"
#include "init/held.h"
#include "init/status_checks.h"
#include "supervisor/tell.h"

/* What changes units, and what waits for them: start, stop, restart, signal, wait. */

/* A list of units for which somebody waits. */
struct waiting {
    struct held held;
    enum goal goal;
    bool is_wait; /* of `wait`: says nothing when all is well, and ends at the first miss */
    size_t count; /* 0: the whole container */
    size_t unit[];
};

/* "web: failed, exited with 3"; "web: stopped: it needs db, which is failed". */
static void
add_state(const struct fleet *fleet, const struct fleet_unit *unit, struct text *out)
{
    text_addf(out, "%s: %s", unit->config->name,
              life_state_name(unit->state, unit->config->is_task));
    if (fleet_is_lost(unit) && &fleet->unit[unit->cause] != unit) {
        tell_requirement(fleet, unit, out);
    } else if (unit->ended_ms >= 0 && (fleet_is_lost(unit) || unit->state == LIFE_BACKOFF)) {
        text_add(out, ", ");
        tell_outcome(&unit->last, out);
    }
}

static const struct fleet *
fleet_of(const struct asking *asking)
{
    return asking->status->fleet;
}

/* Of the whole container; it is ready as `status` and `check` have it, with no check down. */
static enum goal_answer
goal_of_container(const struct asking *asking, enum goal goal)
{
    enum goal_answer answer = goal_of_all(fleet_of(asking), goal);
    bool is_down = goal == GOAL_READY && status_checks_down(asking->status) > 0;
    return answer == GOAL_REACHED && is_down ? GOAL_NOT_YET : answer;
}

/* Tells each unit of that answer; a whole container as one. */
static void
tell_units(const struct waiting *waiting, struct asking *asking, enum goal_answer answer,
           const char *after)
{
    for (size_t i = 0; i < waiting->count; i++) {
        char bytes[256];
        struct text text = TEXT_OVER(bytes);
        if (goal_of_unit(fleet_of(asking), waiting->unit[i], waiting->goal) != answer) {
            continue;
        }
        add_state(fleet_of(asking), &fleet_of(asking)->unit[waiting->unit[i]], &text);
        if (answer == GOAL_REACHED) {
            answer_say(asking, "%s", bytes);
        } else {
            answer_complain(asking, "%s%s", bytes, after);
        }
    }
    bool is_all = waiting->count == 0 && answer != GOAL_REACHED;
    if (is_all && goal_of_container(asking, waiting->goal) == answer) {
        bool has_down = status_checks_down(asking->status) > 0;
        answer_complain(asking, "the container is %s%s%s",
                        fleet_phase_name(fleet_of(asking)->phase),
                        has_down ? ", a check is down" : "", after);
    }
}

static bool
go_on_waiting(struct held *held, struct asking *asking, bool is_late)
{
    const struct waiting *waiting = (const struct waiting *)(void *)held;
    size_t count[GOAL_MISSED + 1] = {0};
    for (size_t i = 0; i < waiting->count; i++) {
        count[goal_of_unit(fleet_of(asking), waiting->unit[i], waiting->goal)]++;
    }
    if (waiting->count == 0) {
        count[goal_of_container(asking, waiting->goal)]++;
    }
    bool is_missed = count[GOAL_MISSED] > 0 && (waiting->is_wait || count[GOAL_NOT_YET] == 0);
    if (count[GOAL_NOT_YET] > 0 && !is_late && !is_missed) {
        return false;
    }
    if (!waiting->is_wait) {
        tell_units(waiting, asking, GOAL_REACHED, "");
    }
    tell_units(waiting, asking, GOAL_MISSED, "");
    if (!is_missed) {
        tell_units(waiting, asking, GOAL_NOT_YET, ", and the time is over");
    }
    ctl_reply_exit(asking->reply, is_missed                 ? CODE_NO
                                  : count[GOAL_NOT_YET] > 0 ? CODE_LATE
                                                            : CODE_OK);
    return true;
}

static void
wait_for(struct asking *asking, enum goal goal, const size_t *unit, size_t count,
         int64_t timeout_ms)
{
    struct waiting *waiting =
        held_begin(asking, sizeof *waiting + count * sizeof *unit, go_on_waiting, timeout_ms);
    if (waiting != NULL) {
        waiting->goal = goal;
        waiting->is_wait = goal >= GOAL_READY;
        waiting->count = count;
        memcpy(waiting->unit, unit, count * sizeof *unit);
    }
}

/* ---------------------------------------------------------------- start, stop, restart */

typedef bool fleet_verb(struct fleet *fleet, const size_t *unit, size_t count);

/* Those that are stopped first, for they require what is to stop. */
static void
name_dependents(struct asking *asking, const size_t *unit, size_t count)
{
    const struct fleet *fleet = fleet_of(asking);
    for (size_t u = 0; u < fleet->count; u++) {
        bool is_asked = !fleet->unit[u].is_stop_asked || life_is_final(fleet->unit[u].state);
        for (size_t i = 0; i < count && !is_asked; i++) {
            is_asked = unit[i] == u;
        }
        if (!is_asked) {
            answer_say(asking, "%s: stops first, for it requires what is to stop",
                       fleet->unit[u].config->name);
        }
    }
}

static void
change(struct asking *asking, fleet_verb *verb, enum goal goal)
{
    size_t unit[USAGE_WORDS_MAX];
    int64_t timeout_ms;
    long count = answer_timeout(asking, &timeout_ms) ? answer_units(asking, 0, unit) : -1;
    if (count < 0) {
        return;
    }
    answer_note(asking);
    if (!verb(loop_fleet_to_ask(asking->loop), unit, (size_t)count)) {
        answer_complain(asking, "the container is stopping: nothing can be asked for any more");
        ctl_reply_exit(asking->reply, CODE_NO);
        return;
    }
    if (goal == GOAL_DOWN) {
        name_dependents(asking, unit, (size_t)count);
    }
    if (asking->usage.option[USAGE_NO_WAIT] != NULL) {
        ctl_reply_exit(asking->reply, CODE_OK);
        return;
    }
    wait_for(asking, goal, unit, (size_t)count, timeout_ms);
}

void
answer_start(struct asking *asking)
{
    change(asking, fleet_start, GOAL_UP);
}

void
answer_stop(struct asking *asking)
{
    change(asking, fleet_stop, GOAL_DOWN);
}

void
answer_restart(struct asking *asking)
{
    change(asking, fleet_restart, GOAL_UP);
}

/* ---------------------------------------------------------------- signal, wait */

/* Sends to one unit. Returns the code for it. */
static int
send_one(struct asking *asking, size_t u, int number)
{
    bool is_for_all = asking->usage.option[USAGE_ALL] != NULL;
    int errnum = loop_send(asking->loop, u, number, is_for_all);
    const char *name = fleet_of(asking)->unit[u].config->name;
    if (errnum == 0) {
        return CODE_OK;
    }
    if (errnum == ESRCH) {
        answer_complain(asking, "%s is not running", name);
        return CODE_NOT_RUNNING;
    }
    answer_complain(asking, "cannot signal %s: %s", name, err_errno_text(errnum));
    return CODE_NO;
}

void
answer_signal(struct asking *asking)
{
    size_t unit[USAGE_WORDS_MAX];
    int code = CODE_OK;
    int number = signame_number(asking->usage.word[0]);
    if (number == 0) {
        answer_complain(asking, "\"%s\" is no signal: want a name such as HUP, or a number",
                        asking->usage.word[0]);
        ctl_reply_exit(asking->reply, CODE_USAGE);
        return;
    }
    long count = answer_units(asking, 1, unit);
    if (count < 0) {
        return;
    }
    answer_note(asking);
    for (long i = 0; i < count; i++) {
        int one = send_one(asking, unit[i], number);
        code = one != CODE_OK ? one : code;
    }
    ctl_reply_exit(asking->reply, code);
}

void
answer_wait(struct asking *asking)
{
    size_t unit[USAGE_WORDS_MAX];
    const char *word = asking->usage.option[USAGE_FOR];
    enum goal goal = text_equal(word, "final")     ? GOAL_FINAL
                     : text_equal(word, "stopped") ? GOAL_STOPPED
                                                   : GOAL_READY;
    int64_t timeout_ms;
    long count = answer_timeout(asking, &timeout_ms) ? answer_units(asking, 0, unit) : -1;
    if (count >= 0) {
        wait_for(asking, goal, unit, (size_t)count, timeout_ms);
    }
}
