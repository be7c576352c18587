/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_reserve.h"

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/pages.h"

enum { RESERVE_BYTES = 128 * 1024, ALIGNMENT = 16 };

/* Pages of it that are not reached are not there. */
static OWN_PAGES unsigned char reserve[RESERVE_BYTES];
static size_t used;

static bool
is_ours(const void *memory)
{
    uintptr_t at = (uintptr_t)memory;
    return at >= (uintptr_t)reserve && at < (uintptr_t)reserve + sizeof reserve;
}

/* A piece, with its size before it; never given back. */
static void *
take(size_t size)
{
    size_t room = ALIGNMENT + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (room > sizeof reserve - used) {
        return NULL;
    }
    unsigned char *piece = reserve + used;
    memcpy(piece, &size, sizeof size);
    used += room;
    return piece + ALIGNMENT;
}

static void *
move(void *memory, size_t size)
{
    size_t old = 0;
    void *larger = take(size);
    if (larger == NULL || memory == NULL) {
        return larger;
    }
    if (is_ours(memory)) {
        memcpy(&old, (unsigned char *)memory - ALIGNMENT, sizeof old);
    } else {
        old = malloc_usable_size(memory);
    }
    memcpy(larger, memory, old < size ? old : size);
    if (!is_ours(memory)) {
        free(memory);
    }
    return larger;
}

void *
reserve_realloc(void *memory, long size)
{
    if (size == 0) {
        if (!is_ours(memory)) {
            free(memory);
        }
        return NULL;
    }
    void *larger = is_ours(memory) ? NULL : realloc(memory, (size_t)size);
    if (larger != NULL) {
        return larger;
    }
    return move(memory, (size_t)size);
}
