/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "tests/unit/written.h"
#include "tests/unit/suites.h"

/* What two files say of the same key: which takes the other's place, and which adds to it. */

START_TEST(in_env_a_later_name_takes_the_place_of_the_same)
{
    written_add("one", "[service a]\nenv =\n    A=1\n    AB=2\n    C=3\n[env]\nX = 1\n");
    written_add("two", "[service a]\nenv +=\n    A=9\n    D=4\n[env]\nX = 2\nY =\n");
    doc_finish(&written.doc, &written.arena);
    written_expect(0, NULL);
    ck_assert_str_eq(written_text("service a", "env"), "AB=2\nC=3\nA=9\nD=4");
    ck_assert_str_eq(written_text("env", "X"), "2");
    ck_assert_str_eq(written_text("env", "Y"), "");
}
END_TEST

START_TEST(lists_of_lines_add_up_and_lists_of_names_replace)
{
    written_add("one",
                "[tmpfs /t]\nmkdir =\n  a\n  b\n[service a]\nenv =\n  A\n  B=1\nafter = x\n");
    written_add("two", "[tmpfs /t]\nmkdir +=\n  a\n[service a]\nenv +=\n  A\n  B\nafter +=\n");
    doc_finish(&written.doc, &written.arena);
    ck_assert_str_eq(written_text("tmpfs /t", "mkdir"), "a\nb\na");
    ck_assert_str_eq(written_text("service a", "env"), "B=1\nA\nB");
    ck_assert_str_eq(written_text("service a", "after"), "x");
}
END_TEST

START_TEST(what_is_added_to_what_was_emptied_adds_to_the_default)
{
    written_add("one", "[init]\nstop-signals +=\n[service a]\nafter =\n");
    written_add("two", "[init]\nstop-signals += WINCH\n[service a]\nafter += b\n");
    doc_finish(&written.doc, &written.arena);
    ck_assert_str_eq(written_text("init", "stop-signals"), "TERM INT QUIT RTMIN+3 WINCH");
    ck_assert_str_eq(written_text("service a", "after"), "b");
}
END_TEST

START_TEST(adding_to_what_nobody_wrote_adds_to_the_default)
{
    written_add("one", "[init]\nstop-signals += WINCH\n[service a]\nafter += b\n");
    doc_finish(&written.doc, &written.arena);
    ck_assert_str_eq(written_text("init", "stop-signals"), "TERM INT QUIT RTMIN+3 WINCH");
    ck_assert_str_eq(written_text("service a", "after"), "b");
}
END_TEST

Suite *
doc_suite(void)
{
    Suite *suite = suite_create("doc");
    TCase *tests = tcase_create("doc");
    tcase_add_checked_fixture(tests, written_init, written_free);
    tcase_add_test(tests, in_env_a_later_name_takes_the_place_of_the_same);
    tcase_add_test(tests, lists_of_lines_add_up_and_lists_of_names_replace);
    tcase_add_test(tests, what_is_added_to_what_was_emptied_adds_to_the_default);
    tcase_add_test(tests, adding_to_what_nobody_wrote_adds_to_the_default);
    suite_add_tcase(suite, tests);
    return suite;
}
