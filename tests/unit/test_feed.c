/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/feed.h"
#include "tests/unit/written.h"
#include "tests/unit/suites.h"

/* What goes to the packaged library and comes back: a reader that misreads is found out. */

/* The text must live as long as what is returned. */
static struct feed
feed_of(const char *text)
{
    return (struct feed){
        .lines = lines_over(text, strlen(text)),
        .scratch = &written.arena,
        .write = {.doc = &written.doc,
                  .arena = &written.arena,
                  .diags = &written.diags,
                  .file = "file"},
    };
}

/* What a reader of INI files might do with the line "a += 1" that it is given. */
static const struct {
    const char *section, *name, *value;
    bool is_misread;
} readings[] = {
    {"env", "A",
     "\x01"
     "1\x02",
     false},
    {"env", "A", "1", true},
    {"env", "B",
     "\x01"
     "1\x02",
     true},
    {"init", "A",
     "\x01"
     "1\x02",
     true},
    {"env", NULL, NULL, false}, /* the section alone */
    {"env", "A", NULL, false},
};

START_TEST(a_reader_that_brings_back_something_else_is_found_out)
{
    static const char text[] = "[env]\nA = 1\n";
    char buffer[200];
    struct feed feed = feed_of(text);
    ck_assert_str_eq(feed_next(&feed, buffer, sizeof buffer), "[env]\n");
    ck_assert_str_eq(feed_next(&feed, buffer, sizeof buffer), "A=\x01"
                                                              "1\x02\n");
    bool is_taken = feed_take(&feed, readings[_i].section, readings[_i].name, readings[_i].value);
    ck_assert_int_eq(is_taken, !readings[_i].is_misread);
    ck_assert_int_eq(feed.is_misread, readings[_i].is_misread);
    if (readings[_i].name != NULL && !readings[_i].is_misread && readings[_i].value != NULL) {
        ck_assert(!feed_take(&feed, "env", "A",
                             "\x01"
                             "1\x02")); /* a second time */
    }
}
END_TEST

START_TEST(a_reader_with_too_little_room_or_that_swallows_a_piece_is_found_out)
{
    static const char text[] = "[env]\nA = 1\nB = 2\n";
    char buffer[200];
    struct feed feed = feed_of(text);
    (void)feed_next(&feed, buffer, sizeof buffer);
    (void)feed_next(&feed, buffer, sizeof buffer);
    ck_assert(!feed.is_misread);
    ck_assert_ptr_null(feed_next(&feed, buffer, 6));
    ck_assert(feed.is_misread);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
feed_suite(void)
{
    Suite *suite = suite_create("feed");
    TCase *tests = tcase_create("feed");
    tcase_add_checked_fixture(tests, written_init, written_free);
    tcase_add_loop_test(tests, a_reader_that_brings_back_something_else_is_found_out, 0,
                        COUNT(readings));
    tcase_add_test(tests, a_reader_with_too_little_room_or_that_swallows_a_piece_is_found_out);
    suite_add_tcase(suite, tests);
    return suite;
}
