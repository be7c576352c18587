/* SPDX-License-Identifier: MIT */
#include "supervisor/lograte.h"

bool
lograte_take(struct lograte *rate, int64_t now_ms)
{
    if (rate->count == 0 || now_ms - rate->since_ms >= rate->limit.within_ms) {
        rate->since_ms = now_ms;
        rate->count = 0;
    }
    if (rate->count < rate->limit.starts) {
        rate->count++;
        return true;
    }
    rate->held_back++;
    return false;
}

uint64_t
lograte_tell(struct lograte *rate, bool is_end, int64_t now_ms)
{
    uint64_t held_back = rate->held_back;
    if (!is_end && now_ms - rate->since_ms < rate->limit.within_ms) {
        return 0;
    }
    rate->held_back = 0;
    return held_back;
}
