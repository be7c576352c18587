/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_BOOT_VOLUMES_H
#define ROINIT_INIT_BOOT_VOLUMES_H

#include "init/boot.h"

/* The part of the straight line that makes the volumes so; for boot.c alone. */

/* Applies the plan, and tells what a walk has left alone. Returns 0; the number of the signal that
 * asked for the end meanwhile; or -1 with *err. */
int boot_apply_plan(struct boot *boot, struct findings *fresh, struct err *err);

#endif
