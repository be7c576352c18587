/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_CAPNAME_H
#define ROINIT_CONFIG_CAPNAME_H

/*
 * Names of capabilities, one table; their numbers are the kernel's. Pure.
 */

/* The number of "NET_BIND_SERVICE" or "CAP_NET_BIND_SERVICE"; -1 where it is none. */
int capname_number(const char *name);

/* The name without CAP_, or NULL for a number without one. */
const char *capname_text(int number);

#endif
