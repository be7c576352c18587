/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_EXITS_H
#define ROINIT_SUPERVISOR_EXITS_H

#include <stdint.h>

/*
 * How often a unit has ended with which code, in a few bytes: the first codes that it had are kept
 * apart, what comes after them is counted as one. Pure.
 */
enum { EXITS_KEPT = 4 };

struct exits {
    uint8_t code[EXITS_KEPT];
    uint32_t count[EXITS_KEPT]; /* 0: the place is free */
    uint32_t others;
};

void exits_add(struct exits *exits, int code);

#endif
