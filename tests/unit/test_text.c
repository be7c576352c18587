/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/err.h"
#include "config/text.h"
#include "tests/unit/suites.h"

static char bytes[256];

static const struct {
    long long ms;
    const char *text;
} durations[] = {
    {0, "0ms"},     {250, "250ms"},    {1000, "1s"},       {4200, "4.2s"},  {9999, "9.9s"},
    {42000, "42s"}, {252000, "4m12s"}, {5400000, "1h30m"}, {3600000, "1h"}, {60000, "1m"},
};

START_TEST(a_duration_is_written_as_users_write_it)
{
    struct text text = TEXT_OVER(bytes);
    text_add_duration(&text, durations[_i].ms);
    ck_assert_str_eq(bytes, durations[_i].text);
}
END_TEST

static const struct {
    long long size;
    const char *text;
} sizes[] = {{0, "0"},          {512, "512"},   {65536, "64K"},      {10485760, "10M"},
             {1LL << 30, "1G"}, {1536, "1536"}, {1LL << 50, "1024T"}};

START_TEST(a_size_is_written_as_users_write_it)
{
    struct text text = TEXT_OVER(bytes);
    text_add_size(&text, sizes[_i].size);
    ck_assert_str_eq(bytes, sizes[_i].text);
}
END_TEST

static const struct {
    const char *in, *json;
} strings[] = {
    /* a terminal or a reader of lines obeys these, though JSON allows them */
    {"\xc2\x9b"
     "31m \x7f",
     "\"\\u009b31m \\u007f\""},
    {"\xe2\x80\xa8 \xe2\x80\xa9 \xe2\x80\xaf \xc2\xa0",
     "\"\\u2028 \\u2029 \xe2\x80\xaf \xc2\xa0\""},
    {"a\"b\\", "\"a\\\"b\\\\\""},
    {"\n\t\x01", "\"\\n\\t\\u0001\""},
    {"\xc3\xbc", "\"\xc3\xbc\""},
    {"\xff", "\"\xef\xbf\xbd\""},
    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* a surrogate */
    {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* too long a form */
    {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* cut */
    {"\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\""},                 /* the last code point */
    {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* beyond */
    {"\x7f", "\"\\u007f\""},
    {NULL, "null"},
};

START_TEST(json_strings_are_valid_whatever_comes_in)
{
    struct text text = TEXT_OVER(bytes);
    text_add_json(&text, strings[_i].in);
    ck_assert_str_eq(bytes, strings[_i].json);
}
END_TEST

static const struct {
    const char *bytes;
    size_t at, cut;
} cuts[] = {
    {"abc", 2, 2},
    {"a\xc3\xbc", 2, 1},
    {"a\xc3\xbc", 1, 1},
    {"a\xf0\x9f\x98\x80", 4, 1},
    {"\x80\x80", 1, 1}, /* none */
    {"a\x80\x80\x80\x80", 4, 4},
};

START_TEST(no_character_is_cut_and_what_is_none_may_be)
{
    ck_assert_uint_eq(text_utf8_cut(cuts[_i].bytes, cuts[_i].at), cuts[_i].cut);
}
END_TEST

START_TEST(escaped_bytes_can_neither_forge_a_line_nor_drive_a_terminal)
{
    struct text text = TEXT_OVER(bytes);
    text_add_escaped(&text, "a\n\x1b[0m\\\xff", 8);
    ck_assert_str_eq(bytes, "a\\x0a\\x1b[0m\\\\\\xff");
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_and_told)
{
    char small[8];
    struct text text = TEXT_OVER(small);
    text_add(&text, "12345");
    text_addf(&text, "%s", "678");
    ck_assert(text.is_cut);
    ck_assert_str_eq(small, "1234567");
    text_add(&text, "9");
    ck_assert_str_eq(small, "1234567");
}
END_TEST

#define LONG_WORD "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" /* 64 */

static const char *
candidate(const void *context, size_t i)
{
    const char *const *words = context;
    return words[i];
}

static const struct {
    const char *word;
    long nearest;
} words[] = {{"comand", 0},  {"commnad", 0}, {"Command", 0}, {"usre", 1},     {"x", -1},
             {"banana", -1}, {"", -1},       {"umask{", 2},  {LONG_WORD, -1}, {"empty", -1}};

START_TEST(the_nearest_word_is_found_and_only_where_one_is_near)
{
    static const char *const known[] = {"command", "user", "umask", "", NULL, LONG_WORD "y"};
    ck_assert_int_eq(text_nearest(words[_i].word, candidate, known, 6), words[_i].nearest);
}
END_TEST

static const struct {
    const char *path, *top;
    bool is_within;
} places[] = {
    {"/run/x", "/run", true}, {"/run", "/run", true}, {"/runner", "/run", false},
    {"/x", "/", true},        {"/", "/", true},       {"/ru", "/run", false},
};

START_TEST(a_path_is_within_the_folders_above_it)
{
    ck_assert_int_eq(text_is_within(places[_i].path, places[_i].top), places[_i].is_within);
}
END_TEST

static const struct {
    long long seconds;
    const char *text;
} times[] = {
    {0, "1970-01-01T00:00:00"},          {951827696, "2000-02-29T12:34:56"},
    {1795561200, "2026-11-24T23:00:00"}, {4107542400, "2100-03-01T00:00:00"},
    {-1, "1969-12-31T23:59:59"}, /* by a clock that was set back since */
    {-86400, "1969-12-31T00:00:00"},
};

START_TEST(a_time_is_written_in_utc)
{
    struct text text = TEXT_OVER(bytes);
    text_add_utc(&text, times[_i].seconds);
    ck_assert_str_eq(bytes, times[_i].text);
}
END_TEST

static const struct {
    const char *string;
    bool is_number;
} numbers[] = {{"0", true},           {"7", true},   {"4294967294", true},
               {"4294967295", false}, {"", false},   {"01", false},
               {"-1", false},         {"+1", false}, {" 1", false},
               {"0x1", false},        {"1 ", false}, {"18446744073709551616", false}};

START_TEST(a_number_is_digits_only)
{
    unsigned long long number = 99;
    bool is_number = text_number(numbers[_i].string, 4294967294ULL, &number);
    ck_assert_int_eq(is_number, numbers[_i].is_number);
    ck_assert(is_number || number == 99);
}
END_TEST

START_TEST(an_error_carries_its_cause_and_its_context)
{
    struct err err;
    ck_assert_int_eq(err_set(&err, CODE_SYSTEM, 30, "cannot write \"%s\"", "/x"), -1);
    ck_assert_str_eq(err.text, "cannot write \"/x\": read-only file system");
    ck_assert_int_eq(err_wrap(&err, "service \"%s\"", "web"), -1);
    ck_assert_str_eq(err.text, "service \"web\": cannot write \"/x\": read-only file system");
    ck_assert_str_eq(err_errno_name(30), "EROFS");
    ck_assert_ptr_null(err_errno_name(9999));
    ck_assert_str_eq(err_errno_text(9999), "unknown error");
    ck_assert_int_eq(err_set(&err, CODE_BROKEN, 9999, "cannot"), -1);
    ck_assert_str_eq(err.text, "cannot: error 9999");
    ck_assert_int_eq(err.code, CODE_BROKEN);
    ck_assert_int_eq(err.errnum, 9999);
    ck_assert_int_eq(err_set(&err, CODE_USAGE, 0, "say %d", 1), -1);
    ck_assert_str_eq(err.text, "say 1");
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
text_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, a_duration_is_written_as_users_write_it, 0, COUNT(durations));
    tcase_add_loop_test(tests, a_size_is_written_as_users_write_it, 0, COUNT(sizes));
    tcase_add_loop_test(tests, json_strings_are_valid_whatever_comes_in, 0, COUNT(strings));
    tcase_add_loop_test(tests, no_character_is_cut_and_what_is_none_may_be, 0, COUNT(cuts));
    tcase_add_test(tests, escaped_bytes_can_neither_forge_a_line_nor_drive_a_terminal);
    tcase_add_test(tests, what_does_not_fit_is_left_out_and_told);
    tcase_add_loop_test(tests, the_nearest_word_is_found_and_only_where_one_is_near, 0,
                        COUNT(words));
    tcase_add_loop_test(tests, a_number_is_digits_only, 0, COUNT(numbers));
    tcase_add_loop_test(tests, a_path_is_within_the_folders_above_it, 0, COUNT(places));
    tcase_add_loop_test(tests, a_time_is_written_in_utc, 0, COUNT(times));
    tcase_add_test(tests, an_error_carries_its_cause_and_its_context);
    suite_add_tcase(suite, tests);
    return suite;
}
