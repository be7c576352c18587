/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOG_RING_H
#define ROINIT_SUPERVISOR_LOG_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The last 64 KiB of a unit's lines, for `roinit logs`: records in a ring, which has room beside
 * for what is known of each line; where they are short, 30 bytes and less, it keeps fewer. Pure:
 * its memory is the caller's, and comes with the first line.
 */
enum {
    LOG_RING_KEEPS = 65536, /* bytes of lines, each with its end */
    LOG_RING_BYTES = 98304,
    LOG_RING_LINE_MAX = 32767,
};

struct log_record {
    uint64_t number; /* of all lines of all units, in order */
    int64_t time_ms; /* wall clock, since 1970 */
    uint32_t length; /* of the line, without its end */
    bool is_stderr, is_split;
};

struct log_ring {
    char *bytes;          /* LOG_RING_BYTES, or NULL: nothing is kept yet */
    uint64_t first, next; /* bytes ever written: where the oldest record and the next one stand */
    uint32_t count;       /* records that are kept */
    uint32_t dropped;     /* and that have been before them; only differences count, it may wrap */
};

/* A place in a ring. Zeros are where its first record was, or will be. */
struct log_place {
    uint64_t at;
    uint32_t number; /* of records before it */
};

/* Keeps a line; the oldest ones make room for it. One that is longer than LOG_RING_LINE_MAX is
 * not kept. */
void log_ring_add(struct log_ring *ring, const struct log_record *record, const char *line);

/* The record at that place. Where it has been written over by now the oldest one is taken, and
 * *ret_missed says how many were between. Returns false at the end. */
bool log_ring_at(const struct log_ring *ring, struct log_place *place,
                 struct log_record *ret_record, uint32_t *ret_missed);

/* Copies the line of the record at that place, and moves it on. `line` holds at least its length.
 */
void log_ring_take(const struct log_ring *ring, struct log_place *place, char *line);

/* The place of the last `count` records. */
struct log_place log_ring_last(const struct log_ring *ring, size_t count);

#endif
