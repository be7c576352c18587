/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_VARS_H
#define ROINIT_CONFIG_VARS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/arena.h"

/*
 * An environment as a list of NAME=value, with set, unset and lookup; and the expansion of $NAME
 * in values (contract.md, Grammar). Pure.
 */
struct vars {
    struct arena *arena;
    char **item; /* NULL-terminated "NAME=value": can be passed to execve(2) as it is */
    size_t count, room;
};

/* Stands for an environment that nobody can tell yet: then the notation of variables is checked,
 * and nothing expanded. */
#define VARS_UNKNOWN ((const struct vars *)0)

void vars_init(struct vars *vars, struct arena *arena);
/* Makes it of a whole environment, in time that does not grow with the square of it: Kubernetes
 * sets variables for each service of a namespace. Of a name that stands there twice the last
 * counts, what is not NAME=value doesn't. The strings are not copied. `scratch` is of use only
 * meanwhile. */
void vars_take(struct vars *vars, char *const *environment, struct arena *arena,
               struct arena *scratch);
/* A copy that can be changed without changing `from`. */
void vars_copy(struct vars *vars, const struct vars *from, struct arena *arena);
/* Sets NAME to a copy of value; NULL unsets. Without memory nothing changes, and the arena says so
 * (is_spent). */
void vars_set(struct vars *vars, const char *name, const char *value);
/* The value of that name, or NULL. */
const char *vars_get(const struct vars *vars, const char *name);
/* Whether `name` can be a variable's name: [A-Za-z_][A-Za-z0-9_]*. */
bool vars_is_name(const char *name, size_t length);

/* Whether the value holds a variable ($NAME, ${…}); $$ is none. */
bool expand_has_variable(const char *text);

/* Expands a value that is not a command: $NAME, ${NAME}, ${NAME:-word}, ${NAME:?message}, $$.
 * Returns the text (the arena's), or NULL with a sentence in `why`, and whether a variable was to
 * blame in *ret_is_runtime (unset, message) or the notation (unfinished `${`). VARS_UNKNOWN
 * gives the text back as it is. */
const char *expand_value(const char *text, const struct vars *vars, struct arena *arena, char *why,
                         size_t why_size, bool *ret_is_runtime);

/* The length of the variable that begins at `text` with a $: all of $NAME or ${…}; 1 where no name
 * follows, 0 for an unfinished `${`. */
size_t expand_extent(const char *text);

#endif
