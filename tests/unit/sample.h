/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_UNIT_SAMPLE_H
#define ROINIT_TESTS_UNIT_SAMPLE_H

#include "init/mountinfo.h"

/*
 * Mount tables of real containers, tests/data/mountinfo/NAME.txt, and what is true of each.
 */
enum { SAMPLE_UNDECLARED_MAX = 8 };

struct sample {
    const char *name;
    size_t lines;
    enum { SAMPLE_NO_ROOT, SAMPLE_ROOT_RO, SAMPLE_ROOT_RW } root;
    const char *hidden; /* the ids of what cannot be reached; NULL: all can */
    const char *undeclared[SAMPLE_UNDECLARED_MAX]; /* writable for a contract that names nothing */
};

extern const struct sample samples[];
extern const int sample_count;

/* Reads and parses it; fails the test where it cannot be read. */
void sample_read(const char *name, struct arena *arena, struct mount_table *ret_table);

/* Parses a text. */
void sample_parse(const char *text, struct arena *arena, struct mount_table *ret_table);

#endif
