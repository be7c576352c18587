/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_HELPER_H
#define ROINIT_INIT_SYS_HELPER_H

#include "init/sys_volumes.h"

/*
 * What may take long, in a process of its own, watched by this one: PID 1 reaps what comes to it,
 * shows how far the work is, and ends it at once when a signal asks for the end.
 */
struct helper_job {
    void (*run)(void *context);  /* in the process of its own */
    void (*show)(void *context); /* called twice a second here */
    void *context;
    const char *does;  /* "looks at the mounts": for the sentence where it dies */
    const char *after; /* what to add to that, or "" */
};

/* Does the job. `stop_signals` (bits by number) end it; all other signals stay pending for whoever
 * comes next. Returns 0; the number of the signal that came; or -1 with *err where there can be no
 * helper or it did not come to its end. */
int helper_run(const struct helper_job *job, uint64_t stop_signals, struct err *err);

/* Applies the plan, in a helper process where it may take long. How each step went is in
 * `prepared`, of prepared_new(). Returns as helper_run() does. */
int helper_prepare(const struct plan *plan, uint64_t stop_signals, struct prepared *prepared,
                   struct err *err);

#endif
