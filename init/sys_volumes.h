/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_VOLUMES_H
#define ROINIT_INIT_SYS_VOLUMES_H

#include "config/err.h"
#include "init/sys_walk.h"

/*
 * Applies a plan. Every step works relative to a descriptor of its mount's top, follows no symbolic
 * link, never leaves the mount, and verifies owner and mode on the descriptor (I1, I2, I25).
 */

/* How a step went, in memory that a helper process shares with whoever watches it. */
struct prepared {
    enum prepared_state {
        PREPARED_WAITING,
        PREPARED_RUNNING,
        PREPARED_DONE,
        PREPARED_FAILED,
        PREPARED_LEFT, /* not done, because an earlier step of the mount had failed */
    } state;
    struct problem problem;
    struct walk_report walk[WALKERS_MAX];
};

/* What all walkers of the step have counted. */
struct walk_counts prepared_counts(const struct prepared *prepared);

/* One for each step, all zero, or NULL with errno. */
struct prepared *prepared_new(const struct plan *plan);
void prepared_free(const struct plan *plan, struct prepared *prepared);

/* Applies the steps in their order; what fails is noted, and the rest goes on. */
void plan_run(const struct plan *plan, struct prepared *prepared);

/* A step that whoever runs the image has to mend (a missing capability, a read-only mount, somebody
 * else's file in the way) becomes an error in `findings`, so that all of them are told at once.
 * Returns 0; or -1 with *err where the system failed otherwise (ENOSPC, EIO, …). */
int plan_tell(const struct plan *plan, const struct prepared *prepared, struct findings *findings,
              struct err *err);

/* Both, in this process. */
int plan_apply(const struct plan *plan, struct findings *findings, struct err *err);

#endif
