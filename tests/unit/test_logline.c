/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "supervisor/logline.h"
#include "tests/unit/suites.h"

#define BYTES(text_) (text_), sizeof(text_) - 1

static const struct {
    const char *bytes;
    size_t length;
    const char *line;
} lines[] = {
    {BYTES("hello"), "web: hello\n"},
    {BYTES(""), "web: \n"},
    {BYTES("a\tb"), "web: a\tb\n"},
    {BYTES("crlf\r"), "web: crlf\n"},
    {BYTES("cr\rdb: forged"), "web: cr\\x0ddb: forged\n"},
    {BYTES("lf\ndb: forged"), "web: lf\\x0adb: forged\n"},
    {BYTES("nul\0end"), "web: nul\\x00end\n"},
    {BYTES("del\x7f"), "web: del\\x7f\n"},
    {BYTES("\xc3\xbc \xe2\x82\xac"), "web: \xc3\xbc \xe2\x82\xac\n"},
    {BYTES("\x1b[31mred\x1b[0m"), "web: \x1b[31mred\x1b[0m\n"},
    {BYTES("\x1b[1;31mred\x1b[m"), "web: \x1b[1;31mred\x1b[m\n"},
    {BYTES("\x1b[2Jgone"), "web: \\x1b[2Jgone\n"},
    {BYTES("\x1b]0;title\x07"), "web: \\x1b]0;title\\x07\n"},
    {BYTES("\x1b[31"), "web: \\x1b[31\n"},
    {BYTES("\x1b[3!m"), "web: \\x1b[3!m\n"},
    {BYTES("\x1b"), "web: \\x1b\n"},
    {BYTES("c1 \xc2\x9b"
           "2J"),
     "web: c1 \\xc2\\x9b2J\n"},
    {BYTES("\xc2\xa0"), "web: \xc2\xa0\n"},
    {BYTES("\x9b\x9d"), "web: \\x9b\\x9d\n"},
    {BYTES("\xe2\x9b"
           "2J"),
     "web: \xe2\\x9b2J\n"}, /* a control right after a character that is not whole */
    {BYTES("\xf0\x9f\x9b"), "web: \xf0\\x9f\\x9b\n"},
    {BYTES("\xe2\x82"), "web: \xe2\\x82\n"},
    {BYTES("\xed\xa0\x9b"), "web: \xed\\xa0\\x9b\n"}, /* a surrogate */
    {BYTES("\xe0\x80\x9b"), "web: \xe0\\x80\\x9b\n"}, /* too long a form */
    {BYTES("\xf0\x9f\x98\x80"), "web: \xf0\x9f\x98\x80\n"},
    {BYTES("a\xe2\x80\xa8"
           "db: forged"),
     "web: a\\xe2\\x80\\xa8db: forged\n"},                   /* U+2028 ends a line for some */
    {BYTES("\x1b[8mhidden"), "web: \x1b[8mhidden\x1b[0m\n"}, /* the next line is not hidden */
    {BYTES("\xe9t\xe9"), "web: \xe9t\xe9\n"},                /* Latin-1 stays as it is */
};

START_TEST(a_line_can_neither_forge_another_nor_drive_a_terminal)
{
    const struct logline logline = {.unit = "web", .stream = "stdout"};
    char buffer[256];
    struct text out = TEXT_OVER(buffer);
    logline_add(&out, &logline, lines[_i].bytes, lines[_i].length);
    ck_assert_str_eq(buffer, lines[_i].line);
}
END_TEST

/* Plain bytes are looked at eight at a time: none may pass by that, wherever it stands. */
static void
check_everywhere(unsigned char byte)
{
    enum { LINE = 40 };
    const struct logline logline = {.unit = "web", .stream = "stdout"};
    bool is_plain = (byte >= ' ' && byte < 0x7f) || byte == '\t' || byte >= 0xc0; /* or Latin-1 */
    for (size_t at = 0; at < LINE; at++) {
        char bytes[LINE], buffer[256], want[256];
        struct text out = TEXT_OVER(buffer), expected = TEXT_OVER(want);
        memset(bytes, 'a', sizeof bytes);
        bytes[at] = (char)byte;
        logline_add(&out, &logline, bytes, sizeof bytes);
        bool is_end = byte == '\r' && at == LINE - 1; /* of CR LF */
        text_add(&expected, "web: ");
        text_add_bytes(&expected, bytes, at);
        if (is_plain) {
            text_add_bytes(&expected, bytes + at, 1);
        } else if (!is_end) {
            text_addf(&expected, "\\x%02x", byte);
        }
        text_add_bytes(&expected, bytes + at + 1, LINE - at - 1);
        text_add(&expected, "\n");
        ck_assert_str_eq(buffer, want);
    }
}

START_TEST(a_control_character_is_seen_wherever_it_stands)
{
    for (unsigned byte = 0; byte <= 0xff; byte++) {
        check_everywhere((unsigned char)byte);
    }
}
END_TEST

START_TEST(a_line_of_roinits_own_has_its_name_and_a_split_one_says_so)
{
    const struct logline logline = {.stream = "stderr", .is_split = true};
    char buffer[256];
    struct text out = TEXT_OVER(buffer);
    logline_add(&out, &logline, BYTES("long"));
    ck_assert_str_eq(buffer, "roinit: long [split]\n");
}
END_TEST

static const struct {
    const char *bytes;
    size_t length;
    const char *string;
} strings[] = {
    {BYTES("hello"), "\"hello\""},
    {BYTES(""), "\"\""},
    {BYTES("say \"hi\" \\"), "\"say \\\"hi\\\" \\\\\""},
    {BYTES("a\nb\tc\r"), "\"a\\nb\\tc\""},
    {BYTES("nul\0end"), "\"nul\\u0000end\""},
    {BYTES("\0\0"), "\"\\u0000\\u0000\""},
    {BYTES("\x1b[31m"), "\"\\u001b[31m\""},
    {BYTES("\xff"), "\"\xef\xbf\xbd\""},
    {BYTES("\xc3\xbc"), "\"\xc3\xbc\""},
};

START_TEST(a_line_in_json_is_one_object_whatever_its_bytes_are)
{
    const struct logline logline = {
        .time = "2026-11-22T11:03:07.123Z", .unit = "web", .stream = "stdout", .is_json = true};
    char buffer[256], expected[256];
    struct text out = TEXT_OVER(buffer);
    struct text want = TEXT_OVER(expected);
    logline_add(&out, &logline, strings[_i].bytes, strings[_i].length);
    text_addf(&want,
              "{\"time\":\"2026-11-22T11:03:07.123Z\",\"unit\":\"web\",\"stream\":\"stdout\","
              "\"line\":%s}\n",
              strings[_i].string);
    ck_assert_str_eq(buffer, expected);
}
END_TEST

START_TEST(a_long_line_in_json_cuts_no_character_in_two)
{
    const struct logline logline = {
        .time = "", .stream = "stdout", .is_json = true, .is_split = true};
    char bytes[2048], buffer[4096];
    struct text out = TEXT_OVER(buffer);
    struct text line = TEXT_OVER(bytes);
    text_add(&line, _i == 0 ? "" : _i == 1 ? "a" : "ab");
    for (int i = 0; i < 600; i++) {
        text_add(&line, "\xe2\x82\xac");
    }
    logline_add(&out, &logline, bytes, line.length);
    ck_assert_ptr_nonnull(strstr(buffer, bytes));
    ck_assert_ptr_null(strstr(buffer, "\xef\xbf\xbd"));
    ck_assert_ptr_nonnull(strstr(buffer, "\"unit\":\"roinit\""));
    ck_assert_ptr_nonnull(strstr(buffer, "\",\"split\":true}\n"));
}
END_TEST

START_TEST(a_buffer_that_is_too_small_is_cut_and_never_overflows)
{
    const struct logline logline = {
        .time = "now", .unit = "web", .stream = "stdout", .is_json = true};
    for (size_t size = 1; size < 80; size++) {
        char buffer[128];
        memset(buffer, '#', sizeof buffer);
        struct text out = text_over(buffer, size);
        logline_add(&out, &logline, BYTES("some \0 bytes \x1b of a line"));
        ck_assert_uint_lt(strnlen(buffer, size), size);
        ck_assert_int_eq(buffer[size], '#');
    }
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
logline_suite(void)
{
    Suite *suite = suite_create("logline");
    TCase *tests = tcase_create("logline");
    tcase_add_loop_test(tests, a_line_can_neither_forge_another_nor_drive_a_terminal, 0,
                        COUNT(lines));
    tcase_add_test(tests, a_control_character_is_seen_wherever_it_stands);
    tcase_add_test(tests, a_line_of_roinits_own_has_its_name_and_a_split_one_says_so);
    tcase_add_loop_test(tests, a_line_in_json_is_one_object_whatever_its_bytes_are, 0,
                        COUNT(strings));
    tcase_add_loop_test(tests, a_long_line_in_json_cuts_no_character_in_two, 0, 3);
    tcase_add_test(tests, a_buffer_that_is_too_small_is_cut_and_never_overflows);
    suite_add_tcase(suite, tests);
    return suite;
}
