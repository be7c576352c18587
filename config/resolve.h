/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_RESOLVE_H
#define ROINIT_CONFIG_RESOLVE_H

#include "config/config.h"
#include "config/diag.h"
#include "config/doc.h"
#include "config/vars.h"

/*
 * Document to typed values. Pure. Three steps, since the environment in which a unit's keys are
 * expanded depends on its user, and that on the keys before it:
 *
 *   resolve_base()    [init] [require] [tmpfs] [volume] [env], the list of units with their names,
 *                     which of them is main, and the arguments given to roinit
 *   resolve_user()    one unit's `user` (and [tmpfs]/[volume] owner is of the base)
 *   resolve_unit()    all the other keys of that unit, with its final environment
 *   resolve_check()   the cross-checks over the whole: names, cycles, words of redirect, …
 *
 * resolve_base() gives the units their values without variables already; those live in `draft`,
 * which can be freed once resolve_unit() has replaced them.
 *
 * `vars` NULL (lint, show): values that hold variables stay at their default and are not judged.
 * A value that a variable spoiled is CODE_BROKEN, everything else CODE_CONFIG.
 */
void resolve_base(const struct doc *doc, struct words arguments, const struct vars *vars,
                  struct arena *arena, struct arena *draft, struct config *ret_config,
                  struct diags *diags);
void resolve_user(struct unit_config *unit, const struct vars *vars, struct arena *arena,
                  struct diags *diags);
void resolve_unit(struct unit_config *unit, const struct vars *vars, struct arena *arena,
                  struct diags *diags);
/* What is wrong with the other keys that hold variables, where the environment of all units is
 * enough to say so: nothing of it depends on who the unit's user is, so it can be told beside what
 * is wrong with him. Changes nothing. */
void resolve_unit_early(const struct unit_config *unit, const struct vars *vars,
                        struct arena *scratch, struct diags *diags);
/* The keys of one [check], in the environment of its service, or of no unit. */
void resolve_check_keys(struct check_config *check, const struct vars *vars, struct arena *arena,
                        struct diags *diags);
/* What no key can be judged for alone. */
void resolve_check(const struct config *config, struct diags *diags);

/* Whether a walk may change all that lies below the top of a mount: not where the system's own
 * things lie (promises.md, I2). */
bool resolve_may_walk(const char *top);

/* Whether the arguments given to roinit fit the units: wrong usage (CODE_USAGE) where they do not,
 * and where there is nothing to run. For `run` alone. */
void resolve_arguments(const struct config *config, struct diags *diags);

/* Where the unit's value of that key was written: in its own section or in [defaults]. NULL: it is
 * the default. */
const struct setting *unit_from(const struct unit_config *unit, enum unit_key key);

/* Whether the unit starts at boot. */
bool unit_starts_at_boot(const struct unit_config *unit);

/* The index of the unit of that name; SIZE_MAX: there is none. */
size_t unit_find(const struct config *config, const char *name);

#endif
