/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_UNIT_H
#define ROINIT_SUPERVISOR_SYS_UNIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"
#include "config/err.h"
#include "supervisor/log.h"
#include "supervisor/loop.h"

/*
 * A unit's descriptors in PID 1, and its start: what the floor above worked out, the standard
 * streams, the fork, the exec report.
 */
enum { UNIT_STREAMS = 2 };

struct unit_io {
    const struct unit_config *config;
    struct log_pipe pipe[UNIT_STREAMS]; /* standard output and error; unused with log = raw, null */
    struct log_ring ring;
    int report_fd;   /* -1: none is awaited */
    int ready_fd;    /* of ready = fd:N, the reading end; -1: none */
    bool has_failed; /* a step of the start; told already */
    bool is_skipped; /* its child found that only-if does not hold */
    uint8_t looks;   /* how often it was not executed yet: unit_tell_waiting() */
};

void unit_io_init(struct unit_io *io, const struct unit_config *config, enum log_format format);

/* Whether its last lines are kept for `roinit logs`. */
void unit_io_keep_lines(struct unit_io *io, bool is_kept);

/* Starts the unit. Returns as sv_ops.spawn does; what went wrong is logged. */
pid_t unit_spawn(struct unit_io *io, size_t unit, size_t part, const struct loop_host *host,
                 int tty_fd);

/* Starts the unit's stop-command, with its main process in $MAINPID. Returns its pid; 0 where that
 * cannot be, which is logged. */
pid_t unit_spawn_stop(struct unit_io *io, size_t unit, pid_t main_pid,
                      const struct loop_host *host);
/* Closes what is left of `ready = fd:N`. */
void unit_close_ready(struct unit_io *io);

/* For a unit whose report is awaited, each few seconds: says what may hold it up. */
void unit_tell_waiting(struct unit_io *io);

/* Reads the exec report. Returns whether it is over: executed, or has_failed. */
bool unit_read_report(struct unit_io *io);

#endif
