/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_VOLUMES_H
#define ROINIT_INIT_SYS_VOLUMES_H

#include "config/err.h"
#include "init/finding.h"
#include "init/volumes.h"

/*
 * Applies a plan. Every step works relative to a descriptor of its mount's top, follows no symbolic
 * link, never leaves the mount, and verifies owner and mode on the descriptor (I1, I2, I25).
 */

/* Applies the steps in their order. A step that whoever runs the image has to mend (a missing
 * capability, a read-only mount, somebody else's file in the way) becomes an error in `findings`,
 * and the rest goes on, so that all of them are told at once. Returns 0; or -1 with *err where the
 * system failed otherwise (ENOSPC, EIO, …). */
int plan_apply(const struct plan *plan, struct findings *findings, struct err *err);

#endif
