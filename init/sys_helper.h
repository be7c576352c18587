/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_HELPER_H
#define ROINIT_INIT_SYS_HELPER_H

#include "init/sys_volumes.h"

/*
 * The preparation in a process of its own, watched by this one: PID 1 reaps what comes to it, shows
 * how far the work is, and ends it at once when a signal asks for the end.
 */

/* Applies the plan, in a helper process where it may take long. `stop_signals` (bits by number)
 * end it; all other signals stay pending for whoever comes next. How each step went is in
 * `prepared`, of prepared_new(). Returns 0; the number of the signal that came; or -1 with *err
 * where there can be no helper or it did not come to its end. */
int helper_prepare(const struct plan *plan, uint64_t stop_signals, struct prepared *prepared,
                   struct err *err);

#endif
