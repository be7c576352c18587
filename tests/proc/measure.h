/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_MEASURE_H
#define ROINIT_TESTS_PROC_MEASURE_H

/* What tests that time something share. */
#include <stddef.h>
#include <stdint.h>

/* The monotonic clock, in microseconds. */
int64_t measure_now_us(void);

/* Sorts samples, so that the middle one is their median. */
void measure_sort(int64_t *sample, size_t count);

/* The number in that variable of the environment, or `otherwise`. */
long measure_setting(const char *name, long otherwise);

#endif
