/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_METRICS_H
#define ROINIT_INIT_METRICS_H

#include "init/status.h"

/*
 * The status as Prometheus' text format, version 0.0.4. Pure.
 */

/* A bound on the bytes it takes. */
size_t metrics_size(const struct status *status);

void metrics_text(const struct status *status, struct text *out);

#endif
