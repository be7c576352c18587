/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_GROW_H
#define ROINIT_CONFIG_GROW_H

#include <stdbool.h>
#include <stddef.h>

#include "config/arena.h"
#include "config/value.h"

/*
 * A string, or a list of words, that is put together piece by piece in an arena. What finds no
 * memory is left out, as arena->is_spent says. Pure.
 */

/* What a value can come to: the kernel takes no longer single argument (MAX_ARG_STRLEN). */
enum { GROW_MAX = 131071 };

struct grow {
    struct arena *arena;
    char *bytes; /* NUL-terminated once something was added */
    size_t length, room;
    bool is_too_long; /* over GROW_MAX, or no memory: what came after was left out */
};

void grow_add(struct grow *grow, const char *bytes, size_t length);

/* The string, "" where nothing was added. The arena's. */
const char *grow_text(struct grow *grow);

struct grow_words {
    struct arena *arena;
    struct words words;
    size_t room;
};

/* Adds the pointer, not a copy. */
void grow_word(struct grow_words *grow, const char *word);

#endif
