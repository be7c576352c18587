/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "config/diag.h"
#include "config/grow.h"
#include "config/text.h"
#include "config/vars.h"

#define SUITE(name_) Suite *name_##_suite(void);
#include "tests/unit/suites.h"
#undef SUITE

/*
 * When memory runs out after the boot. The allocators stand before those of the C library (--wrap)
 * and refuse what is asked of them that many times: an arena has what it was lent and, where that
 * goes on, no more.
 */
void *real_malloc(size_t size) __asm__("__real_malloc");
void *real_calloc(size_t count, size_t size) __asm__("__real_calloc");
void *starved_malloc(size_t size) __asm__("__wrap_malloc");
void *starved_calloc(size_t count, size_t size) __asm__("__wrap_calloc");

static size_t refusals;

static bool
refuses(void)
{
    bool does = refusals > 0;
    refusals -= does;
    return does;
}

void *
starved_malloc(size_t size)
{
    return refuses() ? NULL : real_malloc(size);
}

void *
starved_calloc(size_t count, size_t size)
{
    return refuses() ? NULL : real_calloc(count, size);
}

/* ---------------------------------------------------------------- what is made after the boot */

static void
add_words(const struct words *words, struct text *out)
{
    for (size_t i = 0; i < words->count; i++) {
        text_addf(out, "%s|", words->item[i]);
    }
}

static void
make_words(struct arena *arena, struct text *out)
{
    struct words words = {0};
    value_split(" one  two\nthree ", arena, &words);
    add_words(&words, out);
}

static void
make_vars(struct arena *arena, struct text *out)
{
    struct vars vars, copy;
    vars_init(&vars, arena);
    for (int i = 0; i < 20; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "N%d", i);
        (void)vars_set(&vars, name, "value");
    }
    vars_copy(&copy, &vars, arena);
    (void)vars_set(&copy, "N19", "other");
    text_add_json(out, vars_get(&copy, "N0"));
    text_add_json(out, vars_get(&copy, "N19"));
    text_addf(out, "%zu", copy.count);
}

static void
make_command(struct arena *arena, struct text *out)
{
    static const char *given[] = {"cmd", "a b", NULL};
    const struct words arguments = {2, given};
    struct words argv = {0};
    struct vars vars;
    char why[128] = "";
    bool is_runtime = false;
    vars_init(&vars, arena);
    (void)vars_set(&vars, "A", "one two");
    if (command_expand("$A x\"$A\" ${B:-$A} 'y z' \"$@\" last", &vars, &arguments, arena, &argv,
                       why, sizeof why, &is_runtime) == 0) {
        add_words(&argv, out);
    }
}

static void
make_diags(struct arena *arena, struct text *out)
{
    struct diags diags = {.arena = arena};
    for (int i = 0; i < 20; i++) {
        diag_add(&diags, DIAG_ERROR, CODE_BROKEN, (struct diag_place){0}, "a cure", "error %d", i);
    }
    text_addf(out, "%zu of %zu with %d: %s", diags.count, diags.count + diags.more,
              (int)diag_code(&diags), diags.count == 20 ? diags.item[19].text : "");
}

static void
make_path(struct arena *arena, struct text *out)
{
    text_add_json(out, value_path("/a/./b//c", arena));
}

static void
make_copies(struct arena *arena, struct text *out)
{
    text_add_json(out, arena_printf(arena, "%d and %s", 7, "x"));
    text_add_json(out, arena_strdup(arena, "copy"));
    text_add_json(out, arena_strndup(arena, "copy", 0));
}

static const struct {
    void (*make)(struct arena *arena, struct text *out);
    const char *whole;
} things[] = {
    {make_words, "one|two|three|"},
    {make_vars, "\"value\"\"other\"20"},
    {make_command, "one|two|xone two|one two|y z|cmd|a b|last|"},
    {make_diags, "20 of 20 with 77: error 19"},
    {make_path, "\"/a/b/c\""},
    {make_copies, "\"7 and x\"\"copy\"\"\""},
};

enum { LEAST_BYTES = 32, STEP_BYTES = 16, MOST_BYTES = 16 * 1024 };

/* Makes it with that much memory. Returns whether it is whole, and whether it says that it is not.
 */
static bool
make_with(int thing, size_t size, size_t refused, bool *ret_is_spent)
{
    static _Alignas(64) unsigned char memory[MOST_BYTES];
    char bytes[256];
    struct text text = TEXT_OVER(bytes);
    struct arena arena = ARENA_INIT;
    memset(memory, 0, sizeof memory);
    arena_begin(&arena, memory, size);
    refusals = refused;
    things[thing].make(&arena, &text);
    refusals = 0;
    *ret_is_spent = arena.is_spent;
    arena_free(&arena);
    return strcmp(bytes, things[thing].whole) == 0;
}

static void
check_with(int thing, size_t refused)
{
    size_t spent = 0;
    bool is_spent;
    for (size_t size = LEAST_BYTES; size < MOST_BYTES; size += STEP_BYTES) {
        bool is_whole = make_with(thing, size, refused, &is_spent);
        ck_assert_msg(is_whole || is_spent, "with %zu bytes", size);
        spent += is_spent;
    }
    ck_assert_uint_gt(spent, 0);
    ck_assert(make_with(thing, MOST_BYTES, refused, &is_spent) && !is_spent);
}

START_TEST(what_lacks_a_part_for_want_of_memory_is_marked_so)
{
    check_with(_i, SIZE_MAX);
}
END_TEST

START_TEST(and_so_it_is_where_memory_was_short_for_a_moment)
{
    check_with(_i, 1);
}
END_TEST

static int calls;

static void
count_call(void)
{
    calls++;
}

START_TEST(an_arena_tells_whoever_it_names_else_whoever_stands_in)
{
    struct arena arena = {.out_of_memory = count_call};
    struct arena other = ARENA_INIT;
    calls = 0;
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
    ck_assert_int_eq(calls, 1);
    ck_assert_ptr_null(arena_alloc(&other, SIZE_MAX));
    ck_assert_int_eq(calls, 1);
    arena_set_fallback(count_call);
    ck_assert_ptr_null(arena_alloc(&other, SIZE_MAX));
    arena_set_fallback(NULL);
    ck_assert_int_eq(calls, 2);
    ck_assert(arena.is_spent && other.is_spent);
    arena_free(&other);
    ck_assert(!other.is_spent);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
memory_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_add_loop_test(tests, what_lacks_a_part_for_want_of_memory_is_marked_so, 0, COUNT(things));
    tcase_add_loop_test(tests, and_so_it_is_where_memory_was_short_for_a_moment, 0, COUNT(things));
    tcase_add_test(tests, an_arena_tells_whoever_it_names_else_whoever_stands_in);
    suite_add_tcase(suite, tests);
    return suite;
}
