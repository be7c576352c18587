/* SPDX-License-Identifier: MIT */
#include "init/answer.h"

#include "config/exitcode.h"

/* 0 where every unit asked for runs; 3 where one does not. */
static int
running_code(const struct fleet *fleet, const size_t *unit, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct fleet_unit *asked = &fleet->unit[unit[i]];
        if (!life_has_process(asked->state) && !fleet_is_done(asked)) {
            return CODE_NOT_RUNNING;
        }
    }
    return CODE_OK;
}

static void
write_status(const struct asking *asking, const void *nothing, struct text *out)
{
    (void)nothing;
    if (asking->usage.option[USAGE_JSON] != NULL) {
        status_json(asking->status, &asking->view, out);
    } else {
        status_table(asking->status, &asking->view, out);
    }
}

/* The state of the container, for people or as JSON. */
void
answer_status(struct asking *asking)
{
    size_t unit[USAGE_WORDS_MAX];
    long count = answer_units(asking, 0, unit);
    if (count < 0) {
        return;
    }
    asking->view.name = asking->usage.word;
    asking->view.name_count = asking->usage.word_count;
    answer_text(asking, status_size(asking->status),
                running_code(asking->status->fleet, unit, (size_t)count), write_status, NULL);
}
