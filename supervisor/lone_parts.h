/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LONE_PARTS_H
#define ROINIT_SUPERVISOR_LONE_PARTS_H

#include <stdint.h>

#include "supervisor/fleet.h"
#include "supervisor/lone.h"

/*
 * A lone command's loop from the inside, for lone*.c alone: lone.c turns, lone_news.c takes what
 * the kernel says.
 */
enum lone_timer { LONE_TIMER_UNIT, LONE_TIMER_CLOCK, LONE_TIMER_SLOW, LONE_TIMERS };

struct lone {
    const struct lone_start *start;
    struct arena *arena;
    struct fleet fleet;
    int64_t due_ms[LONE_TIMERS]; /* INT64_MAX: not armed */
    int tty_fd;               /* that the command may have; -1: none, or it is not ours to give */
    bool is_pid1, is_pressed; /* more children than a turn takes */
    struct lone_report report;
};

void lone_tell(const struct lone *lone, const struct lone_news *news);

/* Waits until `due_ms` for a signal, and takes it. */
void lone_take_signal(struct lone *lone, int64_t due_ms);
/* Reaps, within the budget of a turn. */
void lone_reap(struct lone *lone);
/* As which signal the command gets it: 0, not at all. */
int lone_forwarded(const struct lone *lone, int signal);

#endif
