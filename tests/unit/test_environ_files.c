/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/doc.h"
#include "config/grow.h"
#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

/* Variables that come from files. */

static const struct {
    const char *text, *value; /* of A; NULL: a diagnostic */
} files[] = {
    {"A=1\n", "1"},
    {"A=1", "1"},
    {"# c\n\n  # d\nA=1\r\n", "1"},
    {"A= x = y ", " x = y "},
    {"A=\"q\"\n", "\"q\""},
    {"A=1\nA=2\n", "2"},
    {"A=\n", ""},
    {"A=$B\n", "$B"},
    {"export A=1\n", NULL},
    {"A\n", NULL},
    {"=1\n", NULL},
    {"1A=1\n", NULL},
};

START_TEST(env_files_hold_lines_of_name_and_value_as_they_stand)
{
    struct environ_text texts[] = {stage_file(files[_i].text)};
    struct vars vars;
    stage.unit[0].env_file = WORDS("/etc/app.env");
    stage_resolve(CODE_OK);
    int result = environ_unit(&stage.environment, 0, texts, &stage.arena, &vars, &stage.diags);
    ck_assert_int_eq(result, files[_i].value == NULL ? -1 : 0);
    stage_is(vars_get(&vars, "A"), files[_i].value);
    if (files[_i].value == NULL) {
        ck_assert_str_eq(stage.diags.item[0].file, "/etc/app.env");
        ck_assert_int_eq(diag_code(&stage.diags), CODE_BROKEN);
    }
}
END_TEST

START_TEST(an_env_file_with_a_nul_or_without_end_is_refused)
{
    struct environ_text texts[] = {{"/etc/app.env", "A=1\0B=2", 7}};
    stage.unit[0].env_file = WORDS("/etc/app.env");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_wrong(texts), "a NUL byte in the file");

    struct grow many = {.arena = &stage.arena};
    for (size_t i = 0; i < 5000; i++) {
        grow_add(&many, "A=1\n", 4);
    }
    texts[0] = stage_file(grow_text(&many));
    stage.diags = (struct diags){.arena = &stage.arena};
    ck_assert_str_eq(stage_wrong(texts), "more than 4096 variables in one file");
}
END_TEST

START_TEST(an_env_file_that_makes_no_sense_spoils_the_base_and_one_that_is_not_there_does_not)
{
    struct environ_text texts[] = {{"/gone", NULL, 0}, stage_file("no variable\n")};
    struct vars base;
    stage.environment.env_file = texts;
    stage.config.init.env_file = WORDS("/gone");
    stage_resolve(CODE_OK);
    ck_assert_int_eq(environ_base(&stage.environment, &stage.arena, &base, &stage.diags), 0);
    stage.config.init.env_file = WORDS("/gone", "/etc/app.env");
    ck_assert_int_eq(environ_base(&stage.environment, &stage.arena, &base, &stage.diags), -1);
    ck_assert_str_eq(stage_first(), "the line is not NAME=value");
}
END_TEST

START_TEST(a_secret_comes_from_the_file_that_its_variable_names)
{
    struct environ_text secrets[] = {{"/run/secrets/p", "s3cret=\n", 8}, {0}};
    INHERIT(ITEM("P_FILE=/run/secrets/p"), ITEM("Q="));
    stage.config.init.file_env = WORDS("P", "Q");
    stage.config.init.env_pass = WORDS("PATH"); /* about units, not about secrets */
    stage_resolve(CODE_OK);
    ck_assert_str_eq(environ_secret_path(&stage.environment, 0, &stage.arena), "/run/secrets/p");
    ck_assert_ptr_null(environ_secret_path(&stage.environment, 1, &stage.arena));
    stage.environment.secret = secrets;
    ck_assert_str_eq(stage_variable(0, "P"), "s3cret=");
    ck_assert_ptr_null(stage_variable(0, "P_FILE"));
}
END_TEST

START_TEST(a_secret_may_be_empty_and_stands_in_for_an_empty_variable)
{
    struct environ_text secrets[] = {{"/run/secrets/p", "\n\n", 2}, {"/run/secrets/q", "", 0}};
    INHERIT(ITEM("P_FILE=/run/secrets/p"), ITEM("P="), ITEM("Q_FILE="));
    stage.config.init.file_env = WORDS("P", "Q");
    stage.environment.secret = secrets;
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "P"), "");
    ck_assert_str_eq(stage_variable(0, "Q"), "");
    ck_assert_ptr_null(environ_secret_path(&stage.environment, 1, &stage.arena));
}
END_TEST

START_TEST(a_secret_that_is_set_twice_is_an_error_that_does_not_tell_it)
{
    struct environ_text secrets[] = {{"/run/secrets/p", "s3cret", 6}};
    INHERIT(ITEM("P_FILE=/run/secrets/p"), ITEM("P=hidden"));
    stage.config.init.file_env = WORDS("P");
    stage.environment.secret = secrets;
    stage_resolve(CODE_OK);
    stage.config.init.from[INIT_file_env] = &stage.setting;
    ck_assert_str_eq(stage_wrong(NULL), "both P and P_FILE are set");
    ck_assert_uint_eq(stage.diags.item[0].line, 7);
    ck_assert_int_eq(diag_code(&stage.diags), CODE_BROKEN);
}
END_TEST

START_TEST(a_secret_with_a_nul_is_an_error)
{
    struct environ_text secrets[] = {{"/run/secrets/p", "a\0b", 3}};
    INHERIT(ITEM("P_FILE=/run/secrets/p"));
    stage.config.init.file_env = WORDS("P");
    stage.environment.secret = secrets;
    stage_resolve(CODE_OK);
    ck_assert_ptr_nonnull(strstr(stage_wrong(NULL), "NUL byte"));
}
END_TEST

Suite *
environ_files_suite(void)
{
    Suite *suite = suite_create("environ_files");
    TCase *tests = tcase_create("environ_files");
    tcase_add_checked_fixture(tests, stage_init_app, stage_free);
    tcase_add_loop_test(tests, env_files_hold_lines_of_name_and_value_as_they_stand, 0,
                        (int)(sizeof files / sizeof files[0]));
    tcase_add_test(tests, an_env_file_with_a_nul_or_without_end_is_refused);
    tcase_add_test(
        tests, an_env_file_that_makes_no_sense_spoils_the_base_and_one_that_is_not_there_does_not);
    tcase_add_test(tests, a_secret_comes_from_the_file_that_its_variable_names);
    tcase_add_test(tests, a_secret_may_be_empty_and_stands_in_for_an_empty_variable);
    tcase_add_test(tests, a_secret_that_is_set_twice_is_an_error_that_does_not_tell_it);
    tcase_add_test(tests, a_secret_with_a_nul_is_an_error);
    suite_add_tcase(suite, tests);
    return suite;
}
