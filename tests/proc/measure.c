/* SPDX-License-Identifier: MIT */
#include "tests/proc/measure.h"

#include <stdlib.h>
#include <time.h>

int64_t
measure_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int
by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

void
measure_sort(int64_t *sample, size_t count)
{
    qsort(sample, count, sizeof sample[0], by_size);
}

long
measure_setting(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtol(text, NULL, 10);
}
