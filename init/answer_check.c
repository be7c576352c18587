/* SPDX-License-Identifier: MIT */
#include "init/answer.h"

#include "config/exitcode.h"

/* `roinit check`: runs nothing, and answers from the last results. */

/* Whether a check, or the unit that it is about, was asked for. */
static bool
is_asked_for(const struct usage *usage, const char *check, const char *unit)
{
    bool is_asked = usage->word_count == 0;
    for (size_t i = 0; i < usage->word_count; i++) {
        is_asked |=
            text_equal(usage->word[i], check) || (unit != NULL && text_equal(usage->word[i], unit));
    }
    return is_asked;
}

static bool
is_known(const struct status *status, const char *name)
{
    for (size_t c = 0; c < status->config->check_count; c++) {
        if (text_equal(status->config->check[c].name, name)) {
            return true;
        }
    }
    return status_unit(status, name) != NULL;
}

/* Tells of each check that is down, and that the level looks at. Returns whether there was none. */
static bool
are_checks_up(struct asking *asking, bool is_ready_level)
{
    const struct config *config = asking->status->config;
    bool is_up = true;
    for (size_t c = 0; c < config->check_count; c++) {
        const struct check_state *state = &asking->status->check[c];
        const struct check_config *check = &config->check[c];
        const char *unit = check->unit != SIZE_MAX ? config->unit[check->unit].name : NULL;
        bool counts = is_ready_level || check->level == CHECK_ALIVE;
        if (counts && state->result == CHECK_IS_DOWN &&
            is_asked_for(&asking->usage, check->name, unit)) {
            char why[256];
            struct text text = TEXT_OVER(why);
            probe_add_failure(&check->probe, &state->failure, &text);
            answer_complain(asking, "check %s is down: %s", check->name, why);
            is_up = false;
        }
    }
    return is_up;
}

/* The same for essential services that are not ready, and for whatever unit was named. */
static bool
are_services_ready(struct asking *asking)
{
    const struct fleet *fleet = asking->status->fleet;
    bool is_ready = true;
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        bool is_named =
            asking->usage.word_count > 0 && is_asked_for(&asking->usage, unit->config->name, NULL);
        bool counts = !unit->config->is_task && asking->usage.word_count == 0 &&
                      unit->config->essential && unit->is_wanted;
        if ((counts || is_named) && !fleet_is_up(unit)) {
            answer_complain(asking, "%s is %s", unit->config->name,
                            life_state_name(unit->state, unit->config->is_task));
            is_ready = false;
        }
    }
    return is_ready;
}

void
answer_check(struct asking *asking)
{
    const struct status *status = asking->status;
    const char *level = asking->usage.option[USAGE_LEVEL];
    bool is_ready_level = level != NULL && text_equal(level, "ready");
    for (size_t i = 0; i < asking->usage.word_count; i++) {
        if (!is_known(status, asking->usage.word[i])) {
            answer_complain(asking, "there is no check and no unit \"%s\": see `roinit status`",
                            asking->usage.word[i]);
            ctl_reply_exit(asking->reply, CODE_USAGE);
            return;
        }
    }
    bool is_well = are_checks_up(asking, is_ready_level);
    if (is_ready_level) {
        if (status->fleet->phase != FLEET_RUNNING) {
            answer_complain(asking, "the container is %s", fleet_phase_name(status->fleet->phase));
            is_well = false;
        }
        is_well &= are_services_ready(asking);
    }
    if (is_well) {
        answer_say(asking, "%s", is_ready_level ? "ready" : "alive");
    }
    ctl_reply_exit(asking->reply, is_well ? CODE_OK : 1);
}
