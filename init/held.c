/* SPDX-License-Identifier: MIT */
#include "init/held.h"

#include <stdlib.h>

#include "config/exitcode.h"

void *
held_begin(struct asking *asking, size_t size,
           bool (*go_on)(struct held *held, struct asking *asking, bool is_late),
           int64_t timeout_ms)
{
    struct held *held = calloc(1, size);
    if (held == NULL) {
        answer_complain(asking, "no memory to wait with");
        ctl_reply_exit(asking->reply, CODE_SYSTEM);
        return NULL;
    }
    held->go_on = go_on;
    held->deadline_ms = timeout_ms < 0 || timeout_ms > INT64_MAX - asking->now_ms
                            ? INT64_MAX
                            : asking->now_ms + timeout_ms;
    asking->reply->held = held;
    return held;
}

int64_t
held_attend(struct asking *asking)
{
    struct held *held = asking->reply->held;
    bool is_late = asking->now_ms >= held->deadline_ms;
    if (held->go_on(held, asking, is_late) || is_late) {
        free(held);
        asking->reply->held = NULL;
        return -1;
    }
    if (held->has_more) {
        return 0;
    }
    int64_t next_ms = held->deadline_ms;
    if (held->again_ms > asking->now_ms && held->again_ms < next_ms) {
        next_ms = held->again_ms;
    }
    return next_ms == INT64_MAX ? -1 : next_ms - asking->now_ms;
}
