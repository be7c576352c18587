/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_HELD_H
#define ROINIT_INIT_HELD_H

#include "init/answer.h"

/*
 * Answers that are not whole at once: those that wait for a unit, and those that go on as long as
 * the client wants them. They live in PID 1 beside the client and go with it.
 */
struct held {
    /* Adds what there is to say by now. Returns whether that was the last of it, exit code
     * included. With is_late the deadline is over and it must be. */
    bool (*go_on)(struct held *held, struct asking *asking, bool is_late);
    int64_t deadline_ms; /* monotonic; INT64_MAX: none */
    int64_t again_ms;    /* when to look again though nothing happens; 0: never */
    bool has_more;       /* there is more to say already: ask again as soon as there is room */
};

/* Makes a struct of `size` bytes that begins with a struct held, zeroed behind it, and holds the
 * reply with it. NULL where there is no memory: the client is told. timeout_ms -1: none. */
void *held_begin(struct asking *asking, size_t size,
                 bool (*go_on)(struct held *held, struct asking *asking, bool is_late),
                 int64_t timeout_ms);

/* Goes on with asking->reply, which is held; as ctlserver.attend. */
int64_t held_attend(struct asking *asking);

#endif
