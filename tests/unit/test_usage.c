/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/text.h"
#include "init/usage.h"
#include "tests/unit/suites.h"

enum { LINE_WORDS = 8 };

/* Parses the words of `line` against a row with these arguments. */
static int
parse(const char *arguments, const char *line, struct usage *usage, struct err *err)
{
    static char bytes[256];
    const struct verb verb = {.name = "verb", .arguments = arguments};
    const char *word[LINE_WORDS];
    size_t count = 0;
    (void)snprintf(bytes, sizeof bytes, "%s", line);
    for (char *at = strtok(bytes, " "); at != NULL; at = strtok(NULL, " ")) {
        ck_assert_uint_lt(count, LINE_WORDS);
        word[count++] = at;
    }
    return usage_parse(&verb, word, count, usage, err);
}

#define UNITS "NAME... [--no-wait] [--timeout T]"
#define WAIT "[NAME...] [--for ready|final|stopped] [--timeout T]"
#define LOGS "[NAME...] [-n N] [-f] [--json]"

static const struct {
    const char *arguments, *line;
    const char *words;
    enum usage_option option;
    const char *value;
} good[] = {
    {"", "", "", USAGE_JSON, NULL},
    {UNITS, "web", "web", USAGE_NO_WAIT, NULL},
    {UNITS, "web --no-wait db", "web db", USAGE_NO_WAIT, ""},
    {UNITS, "--timeout 3s web", "web", USAGE_TIMEOUT, "3s"},
    {UNITS, "--timeout=3s web", "web", USAGE_TIMEOUT, "3s"},
    {WAIT, "", "", USAGE_FOR, NULL},
    {WAIT, "--for final a b", "a b", USAGE_FOR, "final"},
    {LOGS, "-n 5 -f web", "web", USAGE_LINES, "5"},
    {LOGS, "-f", "", USAGE_FOLLOW, ""},
    {"SIG NAME... [--all]", "HUP web --all", "HUP web", USAGE_ALL, ""},
    {"[FILE] [--json]", "- --json", "-", USAGE_JSON, ""},
    {"bash|zsh|fish", "zsh", "zsh", USAGE_JSON, NULL},
    {"NAME... LAST", "a b c", "a b c", USAGE_JSON, NULL},
    {"[SECTION[.KEY]|CODE]", "tmpfs.options", "tmpfs.options", USAGE_JSON, NULL},
};

START_TEST(what_a_row_names_is_taken)
{
    struct usage usage;
    struct err err = {0};
    char words[128];
    struct text text = TEXT_OVER(words);
    ck_assert_msg(parse(good[_i].arguments, good[_i].line, &usage, &err) == 0, "%s: %s",
                  good[_i].line, err.text);
    for (size_t i = 0; i < usage.word_count; i++) {
        text_addf(&text, i == 0 ? "%s" : " %s", usage.word[i]);
    }
    ck_assert_str_eq(words, good[_i].words);
    ck_assert_msg(text_equal(usage.option[good[_i].option], good[_i].value), "%s", good[_i].line);
}
END_TEST

static const struct {
    const char *arguments, *line, *says;
} bad[] = {
    {"", "more", "has no use for \"more\""},
    {"[CODE]", "1 2", "has no use for \"2\""},
    {UNITS, "", "wants more: roinit verb " UNITS},
    {"SIG NAME... [--all]", "HUP", "wants more"},
    {UNITS, "web --json", "has no option \"--json\""},
    {UNITS, "web --no-waiting", "has no option \"--no-waiting\""},
    {UNITS, "web --no-wait=yes", "takes no value"},
    {UNITS, "web --timeout", "wants a value after \"--timeout\""},
    {WAIT, "--for ever", "does not know the value \"ever\""},
    {WAIT, "--for read", "does not know the value \"read\""},
    {"bash|zsh|fish", "ksh", "does not know \"ksh\""},
    {UNITS, "web -\x1b[2J", "\\x1b[2J"},
};

START_TEST(all_else_is_wrong_usage)
{
    struct usage usage;
    struct err err = {0};
    ck_assert_int_eq(parse(bad[_i].arguments, bad[_i].line, &usage, &err), -1);
    ck_assert_int_eq((int)err.code, CODE_USAGE);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].line, err.text);
}
END_TEST

START_TEST(more_words_than_there_is_room_for_are_wrong_usage)
{
    const struct verb verb = {.name = "verb", .arguments = UNITS};
    const char *word[USAGE_WORDS_MAX + 1];
    struct usage usage;
    struct err err = {0};
    for (size_t i = 0; i < sizeof word / sizeof word[0]; i++) {
        word[i] = "web";
    }
    ck_assert_int_eq(usage_parse(&verb, word, USAGE_WORDS_MAX, &usage, &err), 0);
    ck_assert_int_eq(usage_parse(&verb, word, USAGE_WORDS_MAX + 1, &usage, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "has no use for \"web\""));
}
END_TEST

START_TEST(values_are_durations_and_numbers_or_wrong_usage)
{
    struct usage usage;
    struct err err = {0};
    int64_t ms = 0;
    unsigned long long number = 7;
    ck_assert_int_eq(parse(LOGS " [--timeout T]", "-n 12 --timeout 1m30s", &usage, &err), 0);
    ck_assert_int_eq(usage_duration(&usage, USAGE_TIMEOUT, -1, &ms, &err), 0);
    ck_assert_int_eq(ms, 90000);
    ck_assert_int_eq(usage_number(&usage, USAGE_LINES, 12, &number, &err), 0);
    ck_assert_uint_eq(number, 12);
    ck_assert_int_eq(usage_number(&usage, USAGE_LINES, 11, &number, &err), -1);
    ck_assert_int_eq(parse(UNITS, "web --timeout soon", &usage, &err), 0);
    ck_assert_int_eq(usage_duration(&usage, USAGE_TIMEOUT, -1, &ms, &err), -1);
    ck_assert_int_eq((int)err.code, CODE_USAGE);
    ck_assert_int_eq(parse(UNITS, "web", &usage, &err), 0);
    ck_assert_int_eq(usage_duration(&usage, USAGE_TIMEOUT, -1, &ms, &err), 0);
    ck_assert_int_eq(ms, -1);
    ck_assert_int_eq(usage_number(&usage, USAGE_LINES, 12, &number, &err), 0);
    ck_assert_uint_eq(number, 12);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
usage_suite(void)
{
    Suite *suite = suite_create("usage");
    TCase *tests = tcase_create("usage");
    tcase_add_loop_test(tests, what_a_row_names_is_taken, 0, COUNT(good));
    tcase_add_loop_test(tests, all_else_is_wrong_usage, 0, COUNT(bad));
    tcase_add_test(tests, more_words_than_there_is_room_for_are_wrong_usage);
    tcase_add_test(tests, values_are_durations_and_numbers_or_wrong_usage);
    suite_add_tcase(suite, tests);
    return suite;
}
