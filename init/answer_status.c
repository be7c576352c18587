/* SPDX-License-Identifier: MIT */
#include "init/answer.h"

#include "config/arena.h"
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

/* The state of the container, for people or as JSON. */
void
answer_status(struct asking *asking)
{
    size_t unit[USAGE_WORDS_MAX];
    struct arena arena = ARENA_INIT;
    long count = answer_units(asking, 0, unit);
    if (count < 0) {
        return;
    }
    size_t size = status_size(asking->status);
    char *bytes = arena_alloc(&arena, size);
    if (bytes == NULL) {
        asking->reply->is_full = true;
        return;
    }
    struct text out = text_over(bytes, size);
    asking->view.name = asking->usage.word;
    asking->view.name_count = asking->usage.word_count;
    if (asking->usage.option[USAGE_JSON] != NULL) {
        status_json(asking->status, &asking->view, &out);
    } else {
        status_table(asking->status, &asking->view, &out);
    }
    ctl_reply_add(asking->reply, CTLMSG_OUT, bytes, out.length);
    ctl_reply_exit(asking->reply, running_code(asking->status->fleet, unit, (size_t)count));
    arena_free(&arena);
}
