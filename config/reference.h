/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_REFERENCE_H
#define ROINIT_CONFIG_REFERENCE_H

#include "config/text.h"

/*
 * The reference, from the schema and the list of exit codes. Pure.
 */

/* `roinit explain [SECTION[.KEY] | CODE]`; NULL: all sections. Returns 0; or 64 with a sentence
 * and "did you mean" where there is no such topic. */
int reference_text(const char *topic, struct text *out);

#endif
