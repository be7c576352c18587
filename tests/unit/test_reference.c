/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/dump.h"
#include "config/load.h"
#include "config/reference.h"
#include "config/reference_tables.h"
#include "tests/unit/written.h"
#include "tests/unit/suites.h"

/* The contract as `show` prints it, and the keys as `explain` and the manuals have them. */

static char bytes[256 * 1024], again[256 * 1024];

static const char *const shown[] = {
    "[init]\n",
    "[service web]\ncommand = nginx -g \"daemon off;\" \\\n   --foo\nenv =\n  A=1 ; 2\n  "
    "user=3\nafter = b\n  c\n"
    "[service b]\ncommand = # x\n    y\n[service c]\ncommand = user = 1\n  z\nafter += web\n"
    "[defaults]\nuser = ${PUID:-911}\nrestart = always\n[task t]\ncommand = x\n[env]\nA =\nB = "
    "$A\n[tmpfs /tmp]\noptions "
    "= exec\nmkdir =\n   a\n   b 0700\n"
    "[init]\nfile-env = DB_PASSWORD\n[volume data]\npath = /srv/data\n",
};

START_TEST(what_is_shown_and_shown_again_is_the_same)
{
    struct text first = TEXT_OVER(bytes), second = TEXT_OVER(again);
    written_add("file", shown[_i]);
    doc_finish(&written.doc, &written.arena);
    dump_contract(&written.doc, &first);
    struct doc doc = {0};
    load_text("again", bytes, first.length, &written.arena, &doc, &written.diags);
    doc_finish(&doc, &written.arena);
    written_expect(0, NULL);
    dump_contract(&doc, &second);
    ck_assert_str_eq(bytes, again);
}
END_TEST

START_TEST(show_has_defaults_variables_and_no_value_of_a_file)
{
    struct text text = TEXT_OVER(bytes), json = TEXT_OVER(again);
    written_add("file", shown[1]);
    dump_contract(&written.doc, &text);
    ck_assert_ptr_nonnull(strstr(bytes, "\nuser = ${PUID:-911}\n"));
    ck_assert_ptr_nonnull(strstr(bytes, "\nroot = ro\n"));
    ck_assert_ptr_nonnull(strstr(bytes, "# DB_PASSWORD = ***"));
    dump_json(&written.doc, &json);
    ck_assert_ptr_nonnull(strstr(again, "\"user\":\"${PUID:-911}\""));
    ck_assert_ptr_nonnull(strstr(again, "{\"v\":1,\"file\":\"file\""));
}
END_TEST

static const struct {
    const char *topic;
    int code;
    const char *part;
} topics[] = {
    {NULL, 0, "[service NAME]"},
    {"tmpfs", 0, "size-max"},
    {"service.user", 0, "user"},
    {"78", 0, "the contract file is wrong"},
    {"143", 0, "died of signal"},
    {"serivce", 64, "service"},
    {"256", 64, "no exit code"},
    {"redirect", 64, "did you mean \"tmpfs.redirect\""},
    {"env.HOME", 0, "the environment of all units"},
    {"service.usr", 64, "user"},
    {"zzzzzz", 64, "zzzzzz"},
    {"99", 0, "99  1 to 125 are passed through"},
    {"service.zzzzzz", 64, "there is no key \"zzzzzz\": see `roinit explain`"},
    {"", 64, "there is no section \"\""},
    {"servicexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 64,
     "there is no section \"servicex"},
};

START_TEST(explain_knows_sections_keys_and_codes)
{
    struct text text = TEXT_OVER(bytes);
    ck_assert_int_eq(reference_text(topics[_i].topic, &text), topics[_i].code);
    ck_assert_msg(strstr(bytes, topics[_i].part) != NULL, "%s", bytes);
}
END_TEST

static const struct {
    enum reference_form form;
    const char *term, *meaning, *row;
} rows[] = {
    {REFERENCE_MAN, ".x", "'y", ".It Cm \"\\&.x\"\n\\&'y\n"},
    {REFERENCE_MAN, "a-b", "c\\d|e.", ".It Cm \"a\\-b\"\nc\\ed|e.\n"},
    {REFERENCE_MARKDOWN, ".a-b", "c\\d|e'", "| `.a-b` | c\\d\\|e' |\n"},
};

START_TEST(what_a_document_would_take_for_its_own_is_escaped)
{
    struct text text = TEXT_OVER(bytes);
    reference_list_row(rows[_i].form, rows[_i].term, rows[_i].meaning, &text);
    ck_assert_str_eq(bytes, rows[_i].row);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
reference_suite(void)
{
    Suite *suite = suite_create("reference");
    TCase *tests = tcase_create("reference");
    tcase_add_checked_fixture(tests, written_init, written_free);
    tcase_add_loop_test(tests, what_is_shown_and_shown_again_is_the_same, 0, COUNT(shown));
    tcase_add_test(tests, show_has_defaults_variables_and_no_value_of_a_file);
    tcase_add_loop_test(tests, explain_knows_sections_keys_and_codes, 0, COUNT(topics));
    tcase_add_loop_test(tests, what_a_document_would_take_for_its_own_is_escaped, 0, COUNT(rows));
    suite_add_tcase(suite, tests);
    return suite;
}
