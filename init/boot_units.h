/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_BOOT_UNITS_H
#define ROINIT_INIT_BOOT_UNITS_H

#include "init/boot.h"

/*
 * The parts of the straight line (boot.c) that go through the units one by one, and the state
 * directory.
 */

/* All keys of a unit, with its final environment; and whether its command is there. */
void boot_resolve_unit(struct boot *boot, size_t u);

/* For lint, without an environment: whether each command that holds no variable is there. */
void boot_lint_commands(struct boot *boot);

/* The same for the folders that seeds are copied from. */
void boot_lint_seeds(struct boot *boot);

/* The same for users and groups: whether each name that holds no variable is there. Returns 0, or
 * -1 with *err where passwd or group cannot be read. */
int boot_lint_users(struct boot *boot, struct err *err);

/* The state directory, and what stands in it from the beginning. Where none can be made the boot
 * goes on without. */
void boot_open_state(struct boot *boot);

/* The keys of the checks, in the environment of their services. */
void boot_resolve_checks(struct boot *boot);

#endif
