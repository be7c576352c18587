/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_RESOLVE_H
#define ROINIT_CONFIG_RESOLVE_H

#include "config/config.h"
#include "config/diag.h"
#include "config/doc.h"
#include "config/vars.h"

/*
 * Document to typed values. Pure. In steps, since a unit's keys are expanded in its environment,
 * which depends on its user, who may himself be in a variable:
 *
 *   resolve_base()        all but the units and the checks, by the environment of roinit; and of
 *                         these what holds no variable: that is as good as it gets in lint and show
 *   resolve_unit_user()   each unit's `user`, by the environment that all units begin with
 *   resolve_unit_early()  what is wrong with other keys, as far as that environment can tell
 *   resolve_unit()        all other keys of each unit, by its own environment
 *   resolve_check_keys()  those of each check, by the environment of its service
 *   resolve_whole()       what no key can be judged for alone: names, cycles, words of redirect
 *
 * By VARS_UNKNOWN, values that hold a variable stay at their default and are not judged. A value
 * that a variable spoiled is CODE_BROKEN, everything else CODE_CONFIG.
 */

/* The list of units with their names, which of them is main, and the arguments given to roinit,
 * too. The values of units and checks live in `draft`, which can be freed when the other steps have
 * replaced them. */
void resolve_base(const struct doc *doc, struct words arguments, const struct vars *vars,
                  struct arena *arena, struct arena *draft, struct config *ret_config,
                  struct diags *diags);
void resolve_unit_user(struct unit_config *unit, const struct vars *vars, struct arena *arena,
                       struct diags *diags);
void resolve_unit(struct unit_config *unit, const struct vars *vars, struct arena *arena,
                  struct diags *diags);
/* Told beside what is wrong with the user, on whom none of it depends. Changes nothing. */
void resolve_unit_early(const struct unit_config *unit, const struct vars *vars,
                        struct arena *scratch, struct diags *diags);
/* `vars`: of its service, or of no unit. */
void resolve_check_keys(struct check_config *check, const struct vars *vars, struct arena *arena,
                        struct diags *diags);
void resolve_whole(const struct config *config, struct diags *diags);

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
