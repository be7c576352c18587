/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOG_RING_H
#define ROINIT_SUPERVISOR_LOG_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The last lines of a unit, for `roinit logs`: records in a ring of 64 KiB. Pure: its memory is the
 * caller's, and comes with the first line.
 */
enum { LOG_RING_BYTES = 65536 };

struct log_record {
    uint64_t number; /* of all lines of all units, in order */
    int64_t time_ms; /* wall clock, since 1970 */
    uint32_t length; /* of the line, without its end */
    bool is_stderr, is_split;
};

struct log_ring {
    char *bytes;          /* LOG_RING_BYTES, or NULL: nothing is kept yet */
    uint64_t first, next; /* bytes ever written: where the oldest record and the next one stand */
    size_t count;         /* records that are kept */
};

/* Keeps a line; the oldest ones make room for it. One that is longer than a ring can hold is not
 * kept. */
void log_ring_add(struct log_ring *ring, const struct log_record *record, const char *line);

/* The record at `*at`, a place in the ring: 0, or what the last call left there. Where it has been
 * written over by now the oldest one is taken, and *ret_is_gap says so. Returns false at the end.
 */
bool log_ring_at(const struct log_ring *ring, uint64_t *at, struct log_record *ret_record,
                 bool *ret_is_gap);

/* Copies the line of the record at `at`, and moves `at` behind it. `line` holds at least its
 * length. */
void log_ring_take(const struct log_ring *ring, uint64_t *at, char *line);

/* The place of the last `count` records. */
uint64_t log_ring_last(const struct log_ring *ring, size_t count);

#endif
