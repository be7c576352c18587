/* SPDX-License-Identifier: MIT */
#include "config/arena.h"
#include "config/exitcode.h"
#include "init/answer.h"
#include "init/blame.h"
#include "init/metrics.h"

/* What people and machines measure by: blame, metrics. */

static void
reply_with(struct asking *asking, const struct text *text)
{
    if (text->is_cut) {
        asking->reply->is_full = true;
        return;
    }
    ctl_reply_add(asking->reply, CTLMSG_OUT, text->bytes, text->length);
    ctl_reply_exit(asking->reply, CODE_OK);
}

/* The boot as a table, or drawn. */
void
answer_blame(struct asking *asking)
{
    struct arena arena = ARENA_INIT;
    struct blame blame;
    char *bytes = NULL;
    size_t size = 0;
    if (blame_build(asking->status->fleet, asking->now_ms, &arena, &blame) == 0) {
        size = blame_size(&blame);
        bytes = arena_alloc(&arena, size);
    }
    if (bytes == NULL) {
        asking->reply->is_full = true;
        arena_free(&arena);
        return;
    }
    struct text out = text_over(bytes, size);
    if (asking->usage.option[USAGE_SVG] != NULL) {
        blame_svg(&blame, &out);
    } else {
        blame_table(&blame, asking->view.has_color, &out);
    }
    reply_with(asking, &out);
    arena_free(&arena);
}

/* For Prometheus. */
void
answer_metrics(struct asking *asking)
{
    struct arena arena = ARENA_INIT;
    size_t size = metrics_size(asking->status);
    char *bytes = arena_alloc(&arena, size);
    if (bytes == NULL) {
        asking->reply->is_full = true;
        return;
    }
    struct text out = text_over(bytes, size);
    metrics_text(asking->status, &out);
    reply_with(asking, &out);
    arena_free(&arena);
}
