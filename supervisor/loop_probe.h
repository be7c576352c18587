/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOOP_PROBE_H
#define ROINIT_SUPERVISOR_LOOP_PROBE_H

#include "supervisor/loop_parts.h"
#include "supervisor/sys_probe.h"

/*
 * A probe that is tried again and again by the event loop: one try at a time, each with one clock.
 * For loop*.c alone. What a try brought is told to `done`, which says when the next one is due.
 */
struct loop_probe {
    struct loop *loop;
    const struct probe *probe;
    void (*done)(struct loop_probe *self, enum probing_state result);
    struct probing probing;
    struct probe_as as;
    pid_t pid;   /* of a command that runs, or has not gone yet; 0: none */
    size_t unit; /* in whose user and environment; SIZE_MAX: roinit's own */
    int64_t timeout_ms;
    bool is_running;
    ev_io io;
    ev_timer timer;          /* of the try, or until the next */
    struct loop_probe *next; /* in the list of those whose command runs */
};

void loop_probe_init(struct loop_probe *self, struct loop *loop, const struct probe *probe,
                     size_t unit, int64_t timeout_ms,
                     void (*done)(struct loop_probe *self, enum probing_state result));
/* Tries it after that time. */
void loop_probe_after(struct loop_probe *self, int64_t pause_ms);
/* Stops trying; a command that runs is killed. */
void loop_probe_stop(struct loop_probe *self);

#endif
