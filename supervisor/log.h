/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOG_H
#define ROINIT_SUPERVISOR_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "supervisor/lograte.h"
#include "supervisor/log_ring.h"

/*
 * What is written out, without ever waiting for who reads it (I26): two sinks, standard output and
 * standard error, each with a ring of 64 KiB for what the reader has not taken yet. What does not
 * fit is dropped, line by line, and counted; the count is written when there is room again.
 */
enum log_sink { LOG_STDOUT, LOG_STDERR, LOG_SINKS };

/* Looks at descriptors 1 and 2 and finds for each a way to write that cannot block. To be called
 * before PR_SET_DUMPABLE, which closes /proc/self/fd to the unprivileged. */
void log_open(void);

/* Closes every descriptor above 2 that log_open() has not made. */
void log_close_others(void);

void log_configure(enum log_level level, enum log_format format);
bool log_is_enabled(enum log_level level);

/* One of roinit's own lines: one sentence, at most 4,096 bytes, on standard error. */
void log_own(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The time now, as "2026-11-22T11:03:07.123Z", in `buffer` of at least 40 bytes. Returns it. */
const char *log_time_text(char *buffer, size_t size);

/* Text of roinit's own that is lines already, such as a report. */
void log_text(enum log_sink which, const char *bytes, size_t length);

/* The same in the format that is configured: a line in JSON for each, where it is that. */
void log_report(const char *bytes, size_t length);

/* The descriptor to watch until it takes more; -1: nothing waits. */
int log_waiting_fd(enum log_sink which);
/* Writes what waits, as far as it goes. */
void log_drain(enum log_sink which);
/* Waits at most `timeout_ms` in all for the readers: at the very end, when nothing else is left to
 * do. */
void log_flush(int timeout_ms);

/* ---------------------------------------------------------------- the pipe of a unit */

/* One stream of a unit: its pipe's reading end here, the writing end for each of its starts. */
struct log_pipe {
    const char *unit;
    enum log_sink sink;
    bool is_json;
    int read_fd, write_fd; /* -1: none yet */
    char *partial;         /* the beginning of a line, whose rest has not come */
    size_t partial_length;
    struct lograte *rate;  /* of the unit; NULL: none */
    struct log_ring *ring; /* of the unit, for its last lines; NULL: they are not kept */
};

enum { LOG_LINE_MAX = 16384 }; /* longer lines are split, and say so */

/* Makes the pipe, owned by `uid`, so that the unit can open /dev/stdout again. Returns 0, or -1
 * with errno. */
int log_pipe_open(struct log_pipe *pipe, uid_t uid, gid_t gid);
/* Reads what is there, once, and writes its lines out. Returns whether there may be more. */
bool log_pipe_read(struct log_pipe *pipe);
/* The unit has ended: reads what is left, within a bound, and ends a line that has no end. */
void log_pipe_finish(struct log_pipe *pipe);

/* Tells how many lines of the unit were held back, where their time is over, or `is_end`. */
void log_tell_rate(struct lograte *rate, bool is_end);

/* Lines beyond a log-rate so far. */
uint64_t log_over_rate(void);

/* Lines dropped so far. */
uint64_t log_lost(void);

#endif
