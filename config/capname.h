/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_CAPNAME_H
#define ROINIT_CONFIG_CAPNAME_H

#include <stdint.h>

#include "config/text.h"
#include "config/value.h"

/*
 * Names of capabilities, one table; their numbers are the kernel's. Pure.
 */

enum { CAPNAME_BITS = 64 }; /* of a set of capabilities */

/* The number of "NET_BIND_SERVICE" or "CAP_NET_BIND_SERVICE"; -1 where it is none. */
int capname_number(const char *name);

/* The name without CAP_, or NULL for a number without one. */
const char *capname_text(int number);

/* The set of a list of names; what is none, as `none` and `any` are, adds nothing. */
uint64_t capname_set(const struct words *words);

/* Adds the names of a set, each within `quote`. One without a name, of a kernel that is newer than
 * this program, is told by its number. */
void capname_add_set(uint64_t set, const char *quote, const char *between, struct text *out);

#endif
