/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_GOAL_H
#define ROINIT_INIT_GOAL_H

#include <stddef.h>

#include "supervisor/fleet.h"

/*
 * What somebody waits for: of a unit, or of the whole container. Pure.
 */
enum goal {
    GOAL_UP,      /* after a start: ready, or a task that is done */
    GOAL_DOWN,    /* after a stop: no process, and none to come */
    GOAL_READY,   /* `wait --for ready` */
    GOAL_FINAL,   /* … final: with no restart to come */
    GOAL_STOPPED, /* … stopped: no process, and none to come, whether it ever ran or not */
};

enum goal_answer {
    GOAL_NOT_YET,
    GOAL_REACHED,
    GOAL_MISSED, /* it will not come to it by itself */
};

enum goal_answer goal_of_unit(const struct fleet *fleet, size_t u, enum goal goal);

/* Of GOAL_READY, GOAL_FINAL and GOAL_STOPPED, for the container. */
enum goal_answer goal_of_all(const struct fleet *fleet, enum goal goal);

#endif
