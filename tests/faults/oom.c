/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Linked into a program of its own, before the allocator (--wrap): the allocation whose number is
 * in $FAIL_ALLOC fails. With 0 all succeed, and at the end the program says how many there were.
 */
void *real_malloc(size_t size) __asm__("__real_malloc");
void *real_calloc(size_t count, size_t size) __asm__("__real_calloc");
void *real_realloc(void *memory, size_t size) __asm__("__real_realloc");
void *fail_malloc(size_t size) __asm__("__wrap_malloc");
void *fail_calloc(size_t count, size_t size) __asm__("__wrap_calloc");
void *fail_realloc(void *memory, size_t size) __asm__("__wrap_realloc");

static long count, failing = -1;

static void
tell(void)
{
    (void)fprintf(stderr, "roinit: %ld allocations\n", count);
}

/* What the C library allocates for itself before main() is not counted. */
__attribute__((constructor)) static void
begin(void)
{
    const char *text = getenv("FAIL_ALLOC");
    count = 0;
    failing = text == NULL ? 0 : strtol(text, NULL, 10);
    if (failing == 0) {
        (void)atexit(tell);
    }
}

static int
fails(void)
{
    return ++count == failing;
}

void *
fail_malloc(size_t size)
{
    return fails() ? NULL : real_malloc(size);
}

void *
fail_calloc(size_t number, size_t size)
{
    return fails() ? NULL : real_calloc(number, size);
}

void *
fail_realloc(void *memory, size_t size)
{
    return size != 0 && fails() ? NULL : real_realloc(memory, size);
}
