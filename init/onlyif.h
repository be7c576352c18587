/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_ONLYIF_H
#define ROINIT_INIT_ONLYIF_H

#include <stdbool.h>

#include "config/value.h"
#include "config/vars.h"

/*
 * The conditions of `only-if`: env:NAME, env:NAME=VALUE, file:PATH, each with an optional ! in
 * front. Pure: whether a file is there is asked of the caller.
 */

/* Whether all conditions hold. A word of another form was refused with the contract and counts as
 * one that does not hold. */
bool onlyif_holds(const struct words *conditions, const struct vars *vars,
                  bool (*is_there)(const char *path));

#endif
