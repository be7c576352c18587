/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_COMMAND_H
#define ROINIT_CONFIG_COMMAND_H

#include <stdbool.h>

#include "config/value.h"
#include "config/vars.h"

/*
 * A command to argv: words, '…', "…", \, and variables; no shell (contract.md, Grammar). Pure.
 */

/* Expands and splits. `arguments` stand where the word "$@" does. Returns 0 and argv (the arena's);
 * -1 with a sentence in `why`; *ret_is_runtime as in expand_value(). By VARS_UNKNOWN only the
 * notation is checked: variables stay as written. */
int command_expand(const char *text, const struct vars *vars, const struct words *arguments,
                   struct arena *arena, struct words *ret_argv, char *why, size_t why_size,
                   bool *ret_is_runtime);

/* Whether the word "$@" is in it. */
bool command_takes_arguments(const char *text);

#endif
