/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SIGMAP_H
#define ROINIT_SUPERVISOR_SIGMAP_H

#include "config/config.h"

/*
 * What a signal to PID 1 is for (behaviour.md, "Signals to PID 1"). Pure.
 */
enum sigmap_action {
    SIGMAP_CHILD,   /* CHLD is roinit's own */
    SIGMAP_STOP,    /* begins the end */
    SIGMAP_FORWARD, /* to every unit that sigmap_forwarded() names a signal for */
};

enum sigmap_action sigmap_action(const struct config *config, int signal);

/* As which signal the unit gets `signal`; 0: not at all. */
int sigmap_forwarded(const struct unit_config *unit, int signal);

/* The stop signal of a unit, when `arrived` (0: none did) began the end. */
int sigmap_stop_signal(const struct unit_config *unit, int arrived);

#endif
