/* SPDX-License-Identifier: MIT */
#include "init/status_checks.h"

#include <string.h>

enum { NAME_WIDTH = 5 };

void
status_checks_json(const struct status *status, size_t unit, struct text *out)
{
    const char *between = "";
    text_add(out, "{");
    for (size_t c = 0; c < status->config->check_count; c++) {
        const struct check_config *check = &status->config->check[c];
        if (check->unit == unit) {
            text_addf(out, "%s\"%s\":\"%s\"", between, check->name,
                      check_result_name(status->check[c].result));
            between = ",";
        }
    }
    text_add(out, "}");
}

size_t
status_checks_down(const struct status *status)
{
    size_t down = 0;
    for (size_t c = 0; c < status->config->check_count; c++) {
        down += status->check[c].result == CHECK_IS_DOWN;
    }
    return down;
}

bool
status_is_ready(const struct status *status)
{
    return fleet_is_ready(status->fleet) && status_checks_down(status) == 0;
}

void
status_checks_table(const struct status *status, struct text *out)
{
    const struct config *config = status->config;
    int width = NAME_WIDTH;
    for (size_t c = 0; c < config->check_count; c++) {
        int length = (int)strlen(config->check[c].name);
        width = length > width ? length : width;
    }
    if (config->check_count > 0) {
        text_addf(out, "\n%-*s  STATE    SINCE    LEVEL  LAST FAILURE\n", width, "CHECK");
    }
    for (size_t c = 0; c < config->check_count; c++) {
        const struct check_state *state = &status->check[c];
        char since[32];
        struct text cell = TEXT_OVER(since);
        text_add_duration(&cell, status->now_ms - state->since_ms);
        text_addf(out, "%-*s  %-9s%-9s%-7s", width, state->config->name,
                  check_result_name(state->result), since,
                  state->config->level == CHECK_READY ? "ready" : "alive");
        if (state->runs_failed > 0) {
            probe_add_failure(&state->config->probe, &state->failure, out);
        } else {
            text_add(out, "-");
        }
        text_add(out, "\n");
    }
}
