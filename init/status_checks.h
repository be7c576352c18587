/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_STATUS_CHECKS_H
#define ROINIT_INIT_STATUS_CHECKS_H

#include "init/status.h"

/* The checks' part of the status. Pure. */

enum { STATUS_CHECK_BYTES = 400 /* that one check takes at most, in either form */ };

/* Adds {"web":"up"}: the checks about that unit; SIZE_MAX: those about none. */
void status_checks_json(const struct status *status, size_t unit, struct text *out);
void status_checks_table(const struct status *status, struct text *out);
/* How many of them are down. */
size_t status_checks_down(const struct status *status);

#endif
