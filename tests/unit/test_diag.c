/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/diag.h"
#include "tests/unit/suites.h"

static struct arena arena;
static struct diags diags;

static void
setup(void)
{
    diags = (struct diags){.arena = &arena};
}

static void
teardown(void)
{
    arena_free(&arena);
}

/* Each differs from the first in one thing alone. */
static const struct {
    enum diag_level level;
    struct diag_place place;
    const char *text;
} differing[] = {
    {DIAG_ERROR, {"a", 1, "init", "root"}, "x"}, {DIAG_WARN, {"a", 1, "init", "root"}, "x"},
    {DIAG_ERROR, {"b", 1, "init", "root"}, "x"}, {DIAG_ERROR, {"a", 2, "init", "root"}, "x"},
    {DIAG_ERROR, {"a", 1, "env", "root"}, "x"},  {DIAG_ERROR, {"a", 1, "init", "drain"}, "x"},
    {DIAG_ERROR, {"a", 1, "init", "root"}, "y"}, {DIAG_ERROR, {NULL, 1, "init", "root"}, "x"},
};

START_TEST(the_same_is_told_once_and_what_differs_in_anything_beside_it)
{
    enum { DIFFERING = sizeof differing / sizeof differing[0] };
    for (size_t i = 0; i < (size_t)2 * DIFFERING; i++) {
        diag_add(&diags, differing[i % DIFFERING].level, CODE_CONFIG,
                 differing[i % DIFFERING].place, NULL, "%s", differing[i % DIFFERING].text);
    }
    ck_assert_uint_eq(diags.count, DIFFERING);
    ck_assert_uint_eq(diags.errors, DIFFERING - 1);
}
END_TEST

/* What an error of each code is worth beside those before it; CODE_OK stands for a warning. */
static const struct {
    enum exit_code first, second, code;
} codes[] = {
    {CODE_OK, CODE_OK, CODE_OK},
    {CODE_OK, CODE_USAGE, CODE_USAGE},
    {CODE_USAGE, CODE_OK, CODE_USAGE},
    {CODE_USAGE, CODE_BROKEN, CODE_BROKEN},
    {CODE_BROKEN, CODE_USAGE, CODE_BROKEN},
    {CODE_CONFIG, CODE_BROKEN, CODE_CONFIG},
    {CODE_BROKEN, CODE_CONFIG, CODE_CONFIG},
    {CODE_CONFIG, CODE_OK, CODE_CONFIG},
    {CODE_CONFIG, CODE_SYSTEM, CODE_SYSTEM},
    {CODE_SYSTEM, CODE_CONFIG, CODE_SYSTEM},
};

static void
add(enum exit_code code, const char *text)
{
    bool is_error = code != CODE_OK;
    diag_add(&diags, is_error ? DIAG_ERROR : DIAG_WARN, is_error ? code : CODE_CONFIG,
             (struct diag_place){0}, NULL, "%s", text);
}

START_TEST(the_contract_is_to_blame_before_the_environment_and_that_before_the_words)
{
    add(codes[_i].first, "first");
    add(codes[_i].second, "second");
    ck_assert_int_eq(diag_code(&diags), codes[_i].code);
}
END_TEST

START_TEST(they_stand_file_by_file_and_there_line_by_line)
{
    static const struct diag_place places[] = {
        {.file = "b", .line = 3}, {.file = "a", .line = 9}, {.file = NULL, .line = 0},
        {.file = "b", .line = 1}, {.file = "a", .line = 2}, {.file = "b", .line = 3, .key = "k"},
    };
    static const unsigned sorted[] = {3, 0, 5, 4, 1, 2};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        diag_add(&diags, DIAG_ERROR, CODE_CONFIG, places[i], NULL, "%zu", i);
    }
    diag_sort(&diags);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        ck_assert_int_eq(diags.item[i].text[0], (int)('0' + sorted[i]));
    }
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
diag_suite(void)
{
    Suite *suite = suite_create("diag");
    TCase *tests = tcase_create("diag");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_same_is_told_once_and_what_differs_in_anything_beside_it);
    tcase_add_loop_test(tests,
                        the_contract_is_to_blame_before_the_environment_and_that_before_the_words,
                        0, COUNT(codes));
    tcase_add_test(tests, they_stand_file_by_file_and_there_line_by_line);
    suite_add_tcase(suite, tests);
    return suite;
}
