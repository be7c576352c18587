/* SPDX-License-Identifier: MIT */
#include "config/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_BYTES = 4096 - 64, /* with malloc's own bytes still one page */
    CHUNK_MAX_BYTES = 256 * 1024,
    LARGE_BYTES = 128 * 1024,
    ALIGNMENT = alignof(max_align_t),
};

struct arena_chunk {
    struct arena_chunk *next;
    size_t used_bytes, room_bytes;
    bool is_zeroed, is_lent;
    alignas(max_align_t) unsigned char memory[];
};

void
arena_begin(struct arena *arena, void *memory, size_t size_bytes)
{
    assert(arena->chunks == NULL && (uintptr_t)memory % ALIGNMENT == 0);
    arena->chunks = memory;
    *arena->chunks = (struct arena_chunk){
        .room_bytes = size_bytes - sizeof(struct arena_chunk), .is_zeroed = true, .is_lent = true};
}

static void (*fallback)(void);

void
arena_set_fallback(void (*out_of_memory)(void))
{
    fallback = out_of_memory;
}

static void *
out_of_memory(struct arena *arena)
{
    arena->is_spent = true;
    if (arena->out_of_memory != NULL) {
        arena->out_of_memory();
    } else if (fallback != NULL) {
        fallback();
    }
    return NULL;
}

static struct arena_chunk *
add_chunk(struct arena *arena, size_t least_bytes)
{
    /* Each chunk twice the last: large ones are pages of their own, which the system gets back, and
     * of which what is not reached is not there. */
    size_t chunk_bytes = arena->chunks == NULL ? CHUNK_BYTES : 2 * arena->chunks->room_bytes;
    chunk_bytes = chunk_bytes < CHUNK_MAX_BYTES ? chunk_bytes : CHUNK_MAX_BYTES;
    size_t room_bytes = least_bytes > chunk_bytes ? least_bytes : chunk_bytes;
    /* The C library zeroes a whole small chunk, used or not; large ones are zeros of the kernel's.
     */
    bool is_zeroed = room_bytes >= LARGE_BYTES;
    struct arena_chunk *chunk =
        is_zeroed ? calloc(1, sizeof(*chunk) + room_bytes) : malloc(sizeof(*chunk) + room_bytes);
    if (chunk == NULL) {
        return NULL;
    }
    *chunk = (struct arena_chunk){.room_bytes = room_bytes, .is_zeroed = is_zeroed};
    if (arena->chunks != NULL && least_bytes > chunk_bytes) {
        /* A large item gets a chunk of its own behind the newest, whose rest stays in use. */
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    } else {
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    return chunk;
}

void *
arena_alloc(struct arena *arena, size_t size_bytes)
{
    if (size_bytes > SIZE_MAX / 2) {
        return out_of_memory(arena);
    }
    size_t bytes = (size_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct arena_chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->room_bytes - chunk->used_bytes < bytes) {
        chunk = add_chunk(arena, bytes);
        if (chunk == NULL) {
            return out_of_memory(arena);
        }
    }
    void *memory = chunk->memory + chunk->used_bytes;
    chunk->used_bytes += bytes;
    return chunk->is_zeroed ? memory : memset(memory, 0, bytes);
}

void *
arena_alloc_array(struct arena *arena, size_t item_bytes, size_t count)
{
    if (count > SIZE_MAX / item_bytes) {
        return out_of_memory(arena);
    }
    return arena_alloc(arena, item_bytes * count);
}

char *
arena_strndup(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (copy != NULL && length > 0) {
        memcpy(copy, bytes, length);
    }
    return copy;
}

char *
arena_strdup(struct arena *arena, const char *string)
{
    return arena_strndup(arena, string, strlen(string));
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *string = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (string != NULL) {
        (void)vsnprintf(string, (size_t)length + 1, format, again);
    }
    va_end(again);
    return string;
}

void
arena_free(struct arena *arena)
{
    struct arena_chunk *chunk = arena->chunks;
    while (chunk != NULL) {
        struct arena_chunk *next = chunk->next;
        if (!chunk->is_lent) {
            free(chunk);
        }
        chunk = next;
    }
    arena->chunks = NULL;
    arena->is_spent = false;
}
