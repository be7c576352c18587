/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "init/as_options.h"
#include "tests/unit/suites.h"

#define COUNT(array_) ((int)(sizeof(array_) / sizeof((array_)[0])))

static const struct as_option letters[] = {{'v', NULL, false}, {'p', NULL, true}, {0, NULL, false}};
static const struct as_option named[] = {{'v', "verbose", false},
                                         {'V', "version", false},
                                         {'r', "rewrite", true},
                                         {'q', NULL, false},
                                         {0, NULL, false}};

/* What was read, as "v p=X | word": options, then the rest. */
static const struct {
    const struct as_option *option;
    const char *argv[6];
    const char *read;
} rows[] = {
    {letters, {NULL}, "|"},
    {letters, {"true"}, "| true"},
    {letters, {"-v", "true", "-v"}, "v | true -v"},
    {letters, {"-vv", "true"}, "v v | true"},
    {letters, {"-vpX", "true"}, "v p=X | true"},
    {letters, {"-p", "-v", "true"}, "p=-v | true"},
    {letters, {"-p", "--", "true"}, "p=-- | true"},
    {letters, {"--", "-v", "true"}, "| -v true"},
    {letters, {"--", "--", "true"}, "| -- true"},
    {letters, {"-", "-v"}, "| - -v"},
    {letters, {"-p"}, "? option requires an argument -- 'p' |"},
    {letters, {"-x", "true"}, "? invalid option -- 'x' | true"},
    {letters, {"--verbose", "true"}, "? invalid option -- '-' | true"},
    {letters, {"-\x1b", "true"}, "? invalid option -- '\\x1b' | true"},
    {named, {"--verbose", "--rewrite=1:2", "true"}, "v r=1:2 | true"},
    {named, {"--rew", "1:2", "--verb"}, "r=1:2 v |"},
    {named, {"-q", "--q"}, "q ? unrecognized option '--q' |"},
    {named, {"--rewrite", "--", "true"}, "r=-- | true"},
    {named, {"--ver", "true"}, "? option '--ver' is ambiguous | true"},
    {named, {"--", "--ver"}, "| --ver"},
    {named, {"--nope=3"}, "? unrecognized option '--nope=3' |"},
    {named, {"--version=3"}, "? option '--version' doesn't allow an argument |"},
    {named, {"--rewrite"}, "? option '--rewrite' requires an argument |"},
};

START_TEST(options_are_read_up_to_the_first_word_that_is_none)
{
    static char init[] = "init";
    char *argv[8] = {init};
    char text[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < 6 && rows[_i].argv[i] != NULL; i++) {
        argv[i + 1] = (char *)(uintptr_t)rows[_i].argv[i];
    }
    struct as_scan scan = as_scan_over(argv, rows[_i].option);
    int letter = as_scan_next(&scan);
    for (; letter != AS_OPTIONS_END && letter != AS_OPTIONS_WRONG; letter = as_scan_next(&scan)) {
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "%c%s%s ", letter,
                             scan.value != NULL ? "=" : "", scan.value != NULL ? scan.value : "");
    }
    if (letter == AS_OPTIONS_WRONG) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "? %s ", scan.why);
    }
    used += (size_t)snprintf(text + used, sizeof(text) - used, "|");
    for (char **at = argv + scan.at; *at != NULL; at++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, " %s", *at);
    }
    ck_assert_str_eq(text, rows[_i].read);
}
END_TEST

Suite *
as_options_suite(void)
{
    Suite *suite = suite_create("as_options");
    TCase *tests = tcase_create("as_options");
    tcase_add_loop_test(tests, options_are_read_up_to_the_first_word_that_is_none, 0, COUNT(rows));
    suite_add_tcase(suite, tests);
    return suite;
}
