/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOGRATE_H
#define ROINIT_SUPERVISOR_LOGRATE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/value.h"

/*
 * `log-rate` of a unit: so many lines in so much time; what is beyond is counted. Pure.
 */
struct lograte {
    const char *unit;
    struct start_limit limit; /* lines, and the time */
    int64_t since_ms;         /* when the time began that runs */
    int64_t count;            /* lines written in it */
    uint64_t held_back;       /* and not told yet */
};

/* Whether a line may be written. */
bool lograte_take(struct lograte *rate, int64_t now_ms);

/* How many lines were held back, once their time is over, or `is_end`; then they are told. 0: there
 * is nothing to tell. */
uint64_t lograte_tell(struct lograte *rate, bool is_end, int64_t now_ms);

#endif
