/* SPDX-License-Identifier: MIT */
#include "config/arena.h"
#include "config/exitcode.h"
#include "init/answer.h"
#include "init/blame.h"
#include "init/metrics.h"

/* What people and machines measure by: blame, metrics. */

static void
write_blame(const struct asking *asking, const void *blame, struct text *out)
{
    if (asking->usage.option[USAGE_SVG] != NULL) {
        blame_svg(blame, out);
    } else {
        blame_table(blame, asking->view.has_color, out);
    }
}

/* The boot as a table, or drawn. */
void
answer_blame(struct asking *asking)
{
    struct arena arena = ARENA_INIT;
    struct blame blame;
    if (blame_build(asking->status->fleet, asking->now_ms, &arena, &blame) == 0) {
        answer_text(asking, blame_size(&blame), CODE_OK, write_blame, &blame);
    } else {
        asking->reply->is_full = true;
    }
    arena_free(&arena);
}

static void
write_metrics(const struct asking *asking, const void *nothing, struct text *out)
{
    (void)nothing;
    metrics_text(asking->status, out);
}

/* For Prometheus. */
void
answer_metrics(struct asking *asking)
{
    answer_text(asking, metrics_size(asking->status), CODE_OK, write_metrics, NULL);
}
