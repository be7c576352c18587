/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <string.h>

/* What units write: prefixes, long lines, control characters, JSON. */

#define TASK BASE "[task web]\n"

static struct box
run_task(const char *contract)
{
    return box_run(&(struct start){.contract = contract}, 0);
}

START_TEST(each_line_of_a_unit_bears_its_name)
{
    struct box box = run_task(TASK "command = /puppet print:one print:two err:three\n");
    box_must_say(&box, OUT, "web: one\nweb: two\n");
    box_must_say(&box, ERR, "web: three\n");
    box_free(&box);
}
END_TEST

START_TEST(a_last_line_without_newline_is_written_before_the_end_is_acted_on)
{
    struct box box =
        box_run(&(struct start){.contract = BASE
                                "[service web]\nlog = text\ncommand = /puppet say:last exit:4\n"},
                4);
    box_must_say(&box, OUT, "web: last\n");
    box_free(&box);
}
END_TEST

START_TEST(an_empty_line_is_a_line)
{
    struct box box = run_task(TASK "command = /puppet print:a print: print:b\n");
    ck_assert_uint_eq(box_count(&box, OUT, "web: "), 3);
    box_free(&box);
}
END_TEST

START_TEST(a_line_of_20_kib_is_split_and_says_so_and_loses_nothing)
{
    struct box box = run_task(TASK "command = /puppet flood:20480 print: print:after\n");
    size_t count = 0;
    for (const char *at = box.said[OUT].text; *at != '\0'; at++) {
        count += *at == 'x';
    }
    ck_assert_uint_eq(count, 20480);
    ck_assert_uint_ge(box_count(&box, OUT, "web: "), 3); /* two parts, and the next line */
    box_must_say(&box, OUT, "web: after\n");
    for (char *line = strtok(box.said[OUT].text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_uint_le(strlen(line), 16384 + 128);
        ck_assert_int_eq(strncmp(line, "web: ", 5), 0);
    }
    box_free(&box);
}
END_TEST

START_TEST(a_line_of_16_kib_is_not_split)
{
    struct box box = run_task(TASK "command = /puppet flood:16384 print: flood:16385 print:\n");
    ck_assert_uint_eq(box_count(&box, OUT, "web: "), 3);
    ck_assert_uint_eq(box_count(&box, OUT, "x [split]\n"), 1);
    box_must_say(&box, OUT, " [split]\nweb: x\n");
    box_free(&box);
}
END_TEST

START_TEST(no_character_is_cut_where_a_line_is_split)
{
    /* an a with two dots, of which the second byte is the first too many; then written in pieces */
    struct box box =
        run_task(TASK "log = json\n"
                      "command = /puppet flood:16383 hex:c3a4 print: flood:16383 hex:c3 sleep:20 "
                      "hex:a4 print:\n");
    ck_assert_uint_eq(box_count(&box, OUT, "x\",\"split\":true}\n"), 2);
    ck_assert_uint_eq(box_count(&box, OUT, "\"line\":\"\xc3\xa4\"}\n"), 2);
    box_free(&box);
}
END_TEST

START_TEST(control_characters_do_not_forge_a_line)
{
    /* ESC [ 2 J, CR, "other: x", NUL, BEL, DEL, then a newline; and CR LF is a newline */
    struct box box = run_task(
        TASK
        "command = /puppet hex:1b5b324a0d6f746865723a20780007 hex:7f0a print:next hex:6f6b0d0a\n");
    static const char forbidden[] = {'\x1b', '\r', '\x07', '\x7f', '@'};
    for (size_t i = 0; i < sizeof(forbidden); i++) {
        ck_assert_ptr_null(strchr(box.said[OUT].text, forbidden[i]));
    }
    box_must_say(&box, OUT, "web: next\n");
    for (char *line = strtok(box.said[OUT].text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_int_eq(strncmp(line, "web: ", 5), 0);
    }
    box_free(&box);
}
END_TEST

START_TEST(umlauts_and_tabs_arrive_whole)
{
    struct box box = run_task(TASK "command = /puppet hex:6409c3b6c3bce282ac0a\n");
    box_must_say(&box, OUT, "web: d\t\xc3\xb6\xc3\xbc\xe2\x82\xac\n");
    box_free(&box);
}
END_TEST

START_TEST(lines_of_two_units_are_never_mixed)
{
    struct box box = run_task(BASE "[task a]\ncommand = /puppet lines:500\n"
                                   "[task b]\ncommand = /puppet lines:500\n"
                                   "[task c]\ncommand = /puppet say:half sleep:50 print:-done\n");
    ck_assert_uint_eq(box_count(&box, OUT, "a: line "), 500);
    ck_assert_uint_eq(box_count(&box, OUT, "b: line "), 500);
    box_must_say(&box, OUT, "c: half-done\n");
    for (char *line = strtok(box.said[OUT].text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_msg(strncmp(line + 1, ": ", 2) == 0, "%s", line);
    }
    box_free(&box);
}
END_TEST

START_TEST(raw_output_is_untouched)
{
    struct box box = run_task(TASK "log = raw\ncommand = /puppet hex:1b5b6d0d0a print:x say:y\n");
    ck_assert_str_eq(box.said[OUT].text, "\x1b[m\r\nx\ny");
    box_free(&box);
}
END_TEST

START_TEST(null_output_is_gone)
{
    struct box box = run_task(TASK "log = null\ncommand = /puppet print:x err:y flood:100000\n");
    ck_assert_uint_eq(box.said[OUT].size, 0);
    box_must_not_say(&box, ERR, "y\n");
    box_free(&box);
}
END_TEST

START_TEST(json_output_is_one_object_a_line)
{
    struct box box = run_task(
        TASK "log = json\ncommand = /puppet hex:73617920226869225c1b0a err:oops print:z\n");
    box_must_say(&box, OUT, "\"unit\":\"web\"");
    box_must_say(&box, OUT, "\"stream\":\"stdout\"");
    box_must_say(&box, OUT, "\"line\":\"say \\\"hi\\\"\\\\\\u001b\"}\n");
    box_must_say(&box, OUT, "{\"time\":\"20");
    box_must_say(&box, ERR, "\"stream\":\"stderr\",\"line\":\"oops\"}\n");
    box_free(&box);
}
END_TEST

START_TEST(log_format_json_makes_objects_of_roinits_own_lines)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[init]\nlog-format = json\n"
                                                 "[service web]\ncommand = /puppet exit:3\n"},
                3);
    for (char *line = strtok(box.said[ERR].text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_msg(line[0] == '{' && line[strlen(line) - 1] == '}', "%s", line);
    }
    box_free(&box);
}
END_TEST

START_TEST(roinits_own_lines_begin_with_its_name_and_name_the_reason_of_the_end)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[service web]\ncommand = /puppet exit:3\n"}, 3);
    box_must_say(&box, ERR, "roinit: container ends with 3: web");
    for (char *line = strtok(box.said[ERR].text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_msg(strncmp(line, "roinit: ", 8) == 0, "%s", line);
    }
    box_free(&box);
}
END_TEST

START_TEST(untrusted_bytes_in_roinits_own_lines_are_escaped)
{
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/no\x1b[31m\nroinit: fine")}, 127);
    box_must_say(&box, ERR, "\\x1b");
    ck_assert_ptr_null(strchr(box.said[ERR].text, '\x1b'));
    box_must_not_say(&box, ERR, "\nroinit: fine");
    box_free(&box);
}
END_TEST

START_TEST(lines_beyond_log_rate_are_counted_and_not_written)
{
    struct box box = run_task(TASK "log-rate = 3/1h\ncommand = /puppet print:a print:b print:c "
                                   "print:d print:e\n");
    box_must_say(&box, OUT, "web: a\nweb: b\nweb: c\n");
    box_must_not_say(&box, OUT, "web: d");
    box_must_say(&box, ERR, "roinit: web: 2 lines not written: more than 3 in 1h (log-rate)\n");
    box_free(&box);
}
END_TEST

START_TEST(a_report_is_json_where_the_log_is)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[init]\nlog-format = json\n[require]\nfiles = /nope\n"
                                             "[service web]\ncommand = /puppet\n"},
                             77);
    for (char *line = strtok(box.said[ERR].text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_msg(strncmp(line, "{\"time\":\"", 9) == 0, "%s", line);
        ck_assert_ptr_nonnull(strstr(line, "\"unit\":\"roinit\""));
        ck_assert_int_eq(line[strlen(line) - 1], '}');
    }
    box_free(&box);
}
END_TEST

START_TEST(variables_that_are_missing_are_all_told_with_their_places)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[env]\nA = ${NO_A}\n"
                                                 "[service web]\ncommand = /puppet print:RAN\n"
                                                 "env =\n    B=${NO_B}\n    C=${NO_C}\n"},
                77);
    box_must_not_say(&box, OUT, "RAN");
    box_must_say(&box, ERR, "[env] A: A: NO_A is not set and has no default\n");
    box_must_say(&box, ERR, "[service web] env: B: NO_B is not set and has no default\n");
    box_must_say(&box, ERR, "[service web] env: C: NO_C is not set and has no default\n");
    box_must_say(&box, ERR, "give a default: ${NAME:-word}\n");
    box_free(&box);
}
END_TEST

Suite *
log_suite(void)
{
    return proc_suite("log",
                      (const TTest *const[]){
                          each_line_of_a_unit_bears_its_name,
                          a_last_line_without_newline_is_written_before_the_end_is_acted_on,
                          an_empty_line_is_a_line,
                          a_line_of_20_kib_is_split_and_says_so_and_loses_nothing,
                          a_line_of_16_kib_is_not_split,
                          no_character_is_cut_where_a_line_is_split,
                          control_characters_do_not_forge_a_line,
                          umlauts_and_tabs_arrive_whole,
                          lines_of_two_units_are_never_mixed,
                          raw_output_is_untouched,
                          null_output_is_gone,
                          json_output_is_one_object_a_line,
                          log_format_json_makes_objects_of_roinits_own_lines,
                          roinits_own_lines_begin_with_its_name_and_name_the_reason_of_the_end,
                          untrusted_bytes_in_roinits_own_lines_are_escaped,
                          lines_beyond_log_rate_are_counted_and_not_written,
                          a_report_is_json_where_the_log_is,
                          variables_that_are_missing_are_all_told_with_their_places,
                          NULL,
                      });
}
