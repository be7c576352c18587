/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_ARENA_H
#define ROINIT_CONFIG_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Memory that is given back all at once. The configuration lives in one for the life of PID 1;
 * each start of a unit uses one of its own and releases it after the fork.
 */
struct arena_chunk;
struct arena {
    struct arena_chunk *chunks; /* newest first */
    /* Called when the system has no memory; may not return. NULL: the allocators return NULL. */
    void (*out_of_memory)(void);
    bool is_spent; /* memory was wanted and not had: what was made here may lack a part */
};

/* clang-format off */
#define ARENA_INIT {0}
/* clang-format on */

/* Lends the arena its first memory, which the caller keeps: zeros, aligned for any type. What fits
 * there is never asked of the system. Before anything else of that arena. */
void arena_begin(struct arena *arena, void *memory, size_t size_bytes);

/* Called for arenas that name nobody. The boot ends there; NULL, as it is at first, from the moment
 * when something runs. */
void arena_set_fallback(void (*out_of_memory)(void));

/* All of these return zeroed or copied memory, aligned for any type, owned by the arena; NULL only
 * where no memory is left and arena->out_of_memory is NULL. */
void *arena_alloc(struct arena *arena, size_t size_bytes);
char *arena_strdup(struct arena *arena, const char *string);
char *arena_strndup(struct arena *arena, const char *bytes, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A typed array of `count` zeroed items; checks the multiplication. */
#define ARENA_NEW(arena_, type_, count_)                                                           \
    ((type_ *)arena_alloc_array((arena_), sizeof(type_), (count_)))
void *arena_alloc_array(struct arena *arena, size_t item_bytes, size_t count);

/* Gives everything back. The arena can be used again. */
void arena_free(struct arena *arena);

#endif
