/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_COMPLETION_H
#define ROINIT_INIT_COMPLETION_H

#include <stdbool.h>

#include "config/text.h"

/*
 * Completions for shells, from the table of verbs. Pure.
 */

/* Adds the script for "bash", "zsh" or "fish". Returns false where the shell is none of them. */
bool completion_add(const char *shell, struct text *out);

#endif
