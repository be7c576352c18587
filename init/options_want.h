/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_OPTIONS_WANT_H
#define ROINIT_INIT_OPTIONS_WANT_H

#include <stdbool.h>

#include "config/text.h"
#include "config/value.h"
#include "init/facts.h"

/*
 * The mount options that a contract wants: four pairs, each of which stands alone, so that a word
 * replaces its own pair's default only. Pure.
 */
enum { OPTION_PAIRS = 4 };

struct option_want {
    const char *word; /* "noexec"; NULL: whatever it is */
    bool is_on;       /* the restricting word of the pair: ro, noexec, nosuid, nodev */
    bool is_wish;     /* with ? */
};

/* What the words want, over the defaults of the kind of mount. */
void options_want(const struct words *words, bool is_tmpfs, struct option_want ret[OPTION_PAIRS]);

/* Whether the pair is restricted here (read-only, noexec, …), and the word for what it is. */
bool options_have(const struct path_facts *path, size_t pair);
const char *options_word(size_t pair, bool is_on);

/* Adds the words, wishes included and without their ?, with `between`. */
void options_want_text(const struct words *words, bool is_tmpfs, const char *between,
                       struct text *out);
bool options_want_read_only(const struct words *words);

#endif
