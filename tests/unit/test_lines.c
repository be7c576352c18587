/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/lines.h"
#include "tests/unit/written.h"
#include "tests/unit/suites.h"

/* The gate before inih, alone and with what the packaged library makes of it. */

static char file[2 * 1024 * 1024];

static void
repeat(char *at, char byte, size_t count)
{
    at += strlen(at);
    memset(at, byte, count);
    at[count] = '\0';
}

#define LONG_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* NULL in `problem`: the line is of that kind. */
static const struct {
    const char *bytes;
    enum line_kind kind;
    const char *problem;
} firsts[] = {
    {"", LINE_END, NULL},
    {"\n", LINE_NOTHING, NULL},
    {"  \t\r\n", LINE_NOTHING, NULL},
    {"# [x]", LINE_NOTHING, NULL},
    {"; x = 1", LINE_NOTHING, NULL},
    {"[x]", LINE_SECTION, NULL},
    {"[ x y ]\r\n", LINE_SECTION, NULL},
    {"[x", LINE_BAD, "without its closing bracket"},
    {"[x] # y", LINE_BAD, "after the section's bracket"},
    {"[x] y = 1", LINE_BAD, "after the section's bracket"},
    {"a=1", LINE_KEY, NULL},
    {"a += 1", LINE_KEY, NULL},
    {"a =", LINE_KEY, NULL},
    {"a: 1", LINE_BAD, "neither a section"},
    {"a:b = 1", LINE_BAD, "is no key"},
    {"a b = 1", LINE_BAD, "is no key"},
    {"= 1", LINE_BAD, "is no key"},
    {"a + = 1", LINE_BAD, "is no key"},
    {"  a = 1", LINE_BAD, "no key before it"},
    {"a = \x01", LINE_BAD, "a control byte"},
    {"a = \x7f", LINE_BAD, "a control byte"},
    {"a = \t1", LINE_KEY, NULL},
    {"a{ = 1", LINE_BAD, "is no key"},
    {"a9_Z-z = 1", LINE_KEY, NULL},
    {"a[ = 1", LINE_BAD, "is no key"},
    {"a = 1\rb = 2", LINE_BAD, "a control byte"},
};

START_TEST(each_line_is_what_it_looks_like_or_refused)
{
    struct lines lines = lines_over(firsts[_i].bytes, strlen(firsts[_i].bytes));
    struct line line = lines_next(&lines);
    ck_assert_int_eq(line.kind, firsts[_i].kind);
    if (firsts[_i].problem != NULL) {
        ck_assert_msg(strstr(line.problem, firsts[_i].problem) != NULL, "%s", line.problem);
    }
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over)
{
    written_add("file", "\xef\xbb\xbf[service a]\ncommand = x\n");
    written_expect(0, NULL);
    ck_assert_str_eq(written_text("service a", "command"), "x");
}
END_TEST

START_TEST(a_piece_comes_back_as_it_went_in)
{
    char bytes[] = "k = a ; b # c : [d] = e", buffer[40], whole[64] = "";
    struct lines lines = lines_over(bytes, strlen(bytes));
    struct line line = lines_next(&lines);
    size_t at = 0, length = 0;
    do {
        ck_assert(lines_piece(&line, "k", 1, &at, buffer, 14));
        ck_assert(strpbrk(buffer, ";#") == NULL);
        buffer[strlen(buffer) - 1] = '\0'; /* inih takes the line end and all before = off */
        const char *piece = lines_unwrap(buffer + 2, &length);
        ck_assert_ptr_nonnull(piece);
        strncat(whole, piece, length);
    } while (at < line.value_length);
    ck_assert_str_eq(whole, "a ; b # c : [d] = e");
    ck_assert(!lines_piece(&line, "k", 1, &at, buffer, 6));
}
END_TEST

START_TEST(comment_characters_in_a_value_are_plain_text)
{
    written_add("file", "[service a]\ncommand = sh -c 'a ; b # c'\nenv =\n    X=1 ; 2\n    Y=#3\n");
    written_expect(0, NULL);
    ck_assert_str_eq(written_text("service a", "command"), "sh -c 'a ; b # c'");
    ck_assert_str_eq(written_text("service a", "env"), "X=1 ; 2\nY=#3");
}
END_TEST

START_TEST(the_tail_of_a_line_of_any_length_is_no_key)
{
    /* 160 to 240 bytes before the tail: all around the 199 where inih would cut. */
    file[0] = '\0';
    strcat(file, "[service a]\ncommand = ");
    repeat(file, 'A', (size_t)_i);
    strcat(file, "user=root\n");
    written_add("file", file);
    written_expect(0, NULL);
    ck_assert_ptr_null(written_text("service a", "user"));
    ck_assert_uint_eq(strlen(written_text("service a", "command")), (size_t)_i + 9);
}
END_TEST

static const size_t lengths[] = {1, 180, 199, 200, 201, 3603, 4094, 4095};

START_TEST(values_up_to_4095_bytes_arrive_whole)
{
    memset(file, 0, sizeof file);
    strcat(file, "[service a]\nworking-dir = /");
    for (size_t i = 1; i < lengths[_i]; i++) {
        file[strlen("[service a]\nworking-dir = ") + i] = " ;#=x"[i % 5];
    }
    file[strlen("[service a]\nworking-dir = ") + lengths[_i] - 1] = '/';
    const char *value = strchr(file, '=') + 2;
    written_add("file", file);
    written_expect(0, NULL);
    ck_assert_uint_eq(strlen(written_text("service a", "working-dir")), lengths[_i]);
    ck_assert_str_eq(written_text("service a", "working-dir"), value);
}
END_TEST

START_TEST(a_longer_value_is_an_error_that_says_so)
{
    file[0] = '\0';
    strcat(file, "[service a]\ncommand = ");
    repeat(file, 'x', 4096);
    written_add("file", file);
    written_expect(1, "longer than 4095 bytes");
    ck_assert_uint_eq(written.diags.item[0].line, 2);
}
END_TEST

START_TEST(long_section_names_do_not_become_one)
{
    /* 49 bytes are what inih keeps; two that differ later would be the same. */
    written_add("file", "[volume /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\nowner = a\n"
                        "[volume /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\nowner = b\n"
                        "[volume /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab]\nowner = c\n");
    written_expect(2, "give it a short label, and say `path = ...`");
    ck_assert_str_eq(written_text("volume /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "owner"),
                     "a");
}
END_TEST

START_TEST(a_key_of_49_bytes_arrives_and_one_of_50_is_refused)
{
    written_add("file", "[env]\n"
                        "A234567890123456789012345678901234567890123456789 = 1\n"
                        "A2345678901234567890123456789012345678901234567890 = 2\n");
    written_expect(1, "longer than 49 bytes");
    ck_assert_str_eq(written_text("env", "A234567890123456789012345678901234567890123456789"), "1");
}
END_TEST

START_TEST(a_section_without_keys_counts)
{
    written_add("file", "[service a]\ncommand = x\n[tmpfs /tmp]\n[tmpfs /run]");
    written_expect(0, NULL);
    ck_assert_ptr_nonnull(doc_section(&written.doc, SECTION_TMPFS, "/tmp"));
    ck_assert_ptr_nonnull(doc_section(&written.doc, SECTION_TMPFS, "/run"));
}
END_TEST

START_TEST(a_list_goes_on_over_indented_lines_with_blanks_and_comments_between)
{
    written_add(
        "file",
        "[service a]\r\ncommand = x\r\nafter =\r\n\tb\r\n\r\n# why\r\n  c d\r\nlog = text\r\n");
    written_expect(0, NULL);
    ck_assert_str_eq(written_text("service a", "after"), "b\nc d");
    ck_assert_str_eq(written_text("service a", "log"), "text");
}
END_TEST

static const struct {
    const char *text;
    size_t errors;
    const char *part;
} wrongs[] = {
    {"[service a]\ncommand = x\n  user = 1000\n", 1, "looks like the key `user`"},
    {"[service a]\ncommand = x\n  user=1000\n", 1, "looks like the key `user`"},
    {"[service a]\nenv =\n  user=1000\n", 0, NULL},
    {"[service a]\nenv =\n  user = 1000\n", 1, "looks like the key `user`"},
    {"[service a]\ncommand = dd\n  if=/x\n", 0, NULL},
    {"[service a]\nuser =\n  1000\n", 1, "only a list may go on"},
    {"[service a]\nafter = b\n  # c\n", 1, "an indented comment"},
    {"[service a]\n  command = x\n", 1, "no key before it"},
    {"command = x\n", 1, "before the first section"},
    {"command = x\n  y=z\n", 1, "before the first section"},
    {"[servce a]\nafter = b\n  c\n", 1, "did you mean [service a]?"},
    {"[service a]\nafter = b\n  ; c\n", 1, "an indented comment"},
    {"[service a]\ncommand = x\n  after += b\n", 1, "looks like the key `after`"},
    {"[service a]\ncommand = x\n  after\t= b\n", 1, "looks like the key `after`"},
    {"[service a]\ncommand = x\n  =y +=z\n  += y\n", 0, NULL},
    {"[service a]\ncommand = x\n  " LONG_NAME "=y\n", 0, NULL},
    {"[service a]\ncomand = x\n  user = 1\n", 2, "looks like the key `user`"},
    {"[init]\nexec = x\n", 1, "`roinit explain init` lists its keys"},
    {"[env]\nA = 1\n  2\n", 1, "only a list may go on"},
    {"[env]\nA-B = 1\n", 1, "cannot be a variable's name"},
    {"[env]\nA += 1\n", 1, "+= adds to a list"},
    {"[service a]\ncomand = x\n  y\n  z\n", 1, "did you mean `command`?"},
    {"[service a]\nExecStart = x\n", 1, "write `command`"},
    {"[service a]\ndrain = 5s\n", 1, "it is a key of [init]"},
    {"[service a]\nwhen = stop\n", 1, "it is a key of [task NAME]"},
    {"[service a]\nsize-max = 1M\n", 1, "it is a key of [tmpfs PATH]"},
    {"[service a]\nuser =\n", 1, "an empty user"},
    {"[service a]\nuser = 1\nuser = 2\n", 1, "first in line 2"},
    {"[service a]\n[service a]\n", 1, "stands twice in this file, first in line 1"},
    {"[service a]\n[task a]\n", 1, "there is a [service a] already (file:1)"},
    {"[service]\n", 1, "the section has no name"},
    {"[tmpfs]\n", 1, "write [tmpfs PATH]"},
    {"[init x]\nx = 1\n", 1, "takes no name"},
    {"[service Web]\nx = 1\n", 1, "cannot be a unit's"},
    {"[Service]\ncommand = x\n", 1, "did you mean [service]?"},
    {"[program:web]\ncommand = x\n", 1, "did you mean [service web]?"},
    {"[oneshot x]\n", 1, "did you mean [task x]?"},
    {"[tmpsf /tmp]\n", 1, "did you mean [tmpfs /tmp]?"},
    {"[volume ;/x]\nowner = 1\n", 1, "a ; or # in the section's name"},
    {"[service:web]\n", 1, "a colon"},
    {"[service a\ncommand = x\nfoo = y\n", 1, "without its closing bracket"},
    {"[service a]\ncommand\n[x]\ny\n", 3, "neither a section"},
};

START_TEST(what_is_wrong_is_told_once_with_its_cure)
{
    written_add("file", wrongs[_i].text);
    written_expect(wrongs[_i].errors, wrongs[_i].part);
}
END_TEST

START_TEST(diagnostics_have_file_line_section_and_key)
{
    written_add("file", "# one\n\n[service web]\ncommand = a\n   b\nexec = c\n");
    const struct diag *diag = &written.diags.item[0];
    ck_assert_str_eq(diag->file, "file");
    ck_assert_uint_eq(diag->line, 6);
    ck_assert_str_eq(diag->section, "service web");
    ck_assert_str_eq(diag->key, "exec");
}
END_TEST

START_TEST(many_errors_are_counted_and_the_first_are_kept)
{
    file[0] = '\0';
    char *at = file;
    for (int i = 0; i < 5000; i++) {
        at += sprintf(at, "bad line %d\n", i);
    }
    written_add("file", file);
    ck_assert_uint_eq(written.diags.errors, 5000);
    ck_assert_uint_eq(written.diags.count, DIAG_MAX);
    ck_assert_uint_eq(written.diags.more, 5000 - DIAG_MAX);
}
END_TEST

START_TEST(sections_and_keys_have_a_bound)
{
    char *at = file;
    for (int i = 0; i < DOC_SECTIONS_MAX + 3; i++) {
        at += sprintf(at, "[task t%d]\ncommand = x\n", i);
    }
    written_add("file", file);
    written_expect(3, "more than 4096 sections");
    at = file + sprintf(file, "[env]\n");
    for (int i = 0; i < DOC_SETTINGS_MAX + 2; i++) {
        at += sprintf(at, "V%d = x\n", i);
    }
    written_free();
    written_init();
    written_add("file", file);
    written_expect(2, "more than 4096 keys");
}
END_TEST

START_TEST(a_list_too_long_with_all_its_lines_is_told_at_its_key)
{
    char *at = file + sprintf(file, "[service a]\nafter =\n");
    for (int i = 0; i < 70; i++) {
        *at++ = ' ';
        memset(at, 'x', 2000);
        at += 2000;
        *at++ = '\n';
    }
    *at = '\0';
    written_add("file", file);
    written_expect(1, "the value is too long with all its lines");
    ck_assert_uint_eq(written.diags.item[0].line, 2);
    ck_assert_ptr_null(written_text("service a", "after"));
}
END_TEST

static const char *const strange_pieces[] = {"", "\x01", "x\x02", "\x01x"};

START_TEST(a_piece_without_its_marks_is_none)
{
    char piece[8];
    size_t length = 99;
    strcpy(piece, strange_pieces[_i]);
    ck_assert_ptr_null(lines_unwrap(piece, &length));
    ck_assert_uint_eq(length, 99);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
lines_suite(void)
{
    Suite *suite = suite_create("lines");
    TCase *tests = tcase_create("lines");
    tcase_add_checked_fixture(tests, written_init, written_free);
    tcase_add_loop_test(tests, each_line_is_what_it_looks_like_or_refused, 0, COUNT(firsts));
    tcase_add_test(tests, a_byte_order_mark_is_passed_over);
    tcase_add_test(tests, a_piece_comes_back_as_it_went_in);
    tcase_add_test(tests, comment_characters_in_a_value_are_plain_text);
    tcase_add_loop_test(tests, the_tail_of_a_line_of_any_length_is_no_key, 160, 240);
    tcase_add_loop_test(tests, values_up_to_4095_bytes_arrive_whole, 0, COUNT(lengths));
    tcase_add_test(tests, a_longer_value_is_an_error_that_says_so);
    tcase_add_test(tests, long_section_names_do_not_become_one);
    tcase_add_test(tests, a_key_of_49_bytes_arrives_and_one_of_50_is_refused);
    tcase_add_test(tests, a_section_without_keys_counts);
    tcase_add_test(tests, a_list_too_long_with_all_its_lines_is_told_at_its_key);
    tcase_add_loop_test(tests, a_piece_without_its_marks_is_none, 0, COUNT(strange_pieces));
    tcase_add_test(tests, a_list_goes_on_over_indented_lines_with_blanks_and_comments_between);
    tcase_add_loop_test(tests, what_is_wrong_is_told_once_with_its_cure, 0, COUNT(wrongs));
    tcase_add_test(tests, diagnostics_have_file_line_section_and_key);
    tcase_add_test(tests, many_errors_are_counted_and_the_first_are_kept);
    tcase_add_test(tests, sections_and_keys_have_a_bound);
    suite_add_tcase(suite, tests);
    return suite;
}
