/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <errno.h>

#include "config/exitcode.h"
#include "config/text.h"
#include "init/onlyif.h"
#include "supervisor/launch.h"
#include "tests/unit/suites.h"

/* Whether a unit is started, and what a start that fails is called. */

static const struct {
    struct launch_report report;
    int code;
} codes[] = {
    {{LAUNCH_STAGE_EXEC, ENOENT}, CODE_NOT_FOUND},
    {{LAUNCH_STAGE_EXEC, EACCES}, CODE_NOT_EXECUTABLE},
    {{LAUNCH_STAGE_EXEC, ENOEXEC}, CODE_NOT_EXECUTABLE},
    {{LAUNCH_STAGE_EXEC, ENOTDIR}, CODE_NOT_EXECUTABLE},
    /* Nothing is wrong with the command: the system has no room for it. */
    {{LAUNCH_STAGE_EXEC, EAGAIN}, CODE_SYSTEM},
    {{LAUNCH_STAGE_EXEC, ENOMEM}, CODE_SYSTEM},
    {{LAUNCH_STAGE_EXEC, EMFILE}, CODE_SYSTEM},
    {{LAUNCH_STAGE_EXEC, ENFILE}, CODE_SYSTEM},
    {{LAUNCH_STAGE_WORKING_DIR, ENOENT}, CODE_SYSTEM},
    {{LAUNCH_STAGE_SESSION, EPERM}, CODE_SYSTEM},
};

START_TEST(only_the_command_itself_is_not_found_or_not_executable)
{
    ck_assert_int_eq(launch_exit_code(&codes[_i].report), codes[_i].code);
}
END_TEST

START_TEST(each_step_has_a_name_and_what_is_no_step_is_the_start)
{
    ck_assert_str_eq(launch_stage_text(LAUNCH_STAGE_SESSION), "start a session");
    ck_assert_str_eq(launch_stage_text(LAUNCH_STAGE_EXEC), "execute the command");
    ck_assert_str_eq(launch_stage_text(LAUNCH_STAGE_COUNT), "start");
    ck_assert_str_eq(launch_stage_text(-1), "start");
}
END_TEST

/* ---------------------------------------------------------------- only-if */

/* A name that no variable has: 256 bytes. */
#define N16 "NNNNNNNNNNNNNNNN"
#define N64 N16 N16 N16 N16

static bool
is_there(const char *path)
{
    return text_equal(path, "/etc/app.conf");
}

static const struct {
    const char *condition;
    bool holds;
} conditions[] = {
    {"env:SET", true},
    {"env:EMPTY", false},
    {"env:UNSET", false},
    {"!env:SET", false},
    {"!env:UNSET", true},
    {"env:SET=yes", true},
    {"env:SET=no", false},
    {"env:EMPTY=", true},
    {"env:UNSET=", false},
    {"!env:SET=no", true},
    {"env:" N64 N64 N64 N64, false},
    {"file:/etc/app.conf", true},
    {"file:/etc/other", false},
    {"!file:/etc/app.conf", false},
    {"!file:/etc/other", true},
    {"what:SET", false},
    {"!what:SET", false},
};

START_TEST(only_if_looks_at_variables_and_files)
{
    struct arena arena = ARENA_INIT;
    struct vars vars;
    const char *one[] = {conditions[_i].condition};
    const char *two[] = {"env:SET", conditions[_i].condition};
    vars_init(&vars, &arena);
    vars_set(&vars, "SET", "yes");
    vars_set(&vars, "EMPTY", "");
    ck_assert_int_eq(onlyif_holds(&(struct words){1, one}, &vars, is_there), conditions[_i].holds);
    ck_assert_int_eq(onlyif_holds(&(struct words){2, two}, &vars, is_there), conditions[_i].holds);
    arena_free(&arena);
}
END_TEST

START_TEST(without_a_condition_only_if_holds)
{
    struct arena arena = ARENA_INIT;
    struct vars vars;
    vars_init(&vars, &arena);
    ck_assert(onlyif_holds(&(struct words){0}, &vars, is_there));
    arena_free(&arena);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
launch_suite(void)
{
    Suite *suite = suite_create("launch");
    TCase *tests = tcase_create("launch");
    tcase_add_loop_test(tests, only_the_command_itself_is_not_found_or_not_executable, 0,
                        COUNT(codes));
    tcase_add_test(tests, each_step_has_a_name_and_what_is_no_step_is_the_start);
    tcase_add_loop_test(tests, only_if_looks_at_variables_and_files, 0, COUNT(conditions));
    tcase_add_test(tests, without_a_condition_only_if_holds);
    suite_add_tcase(suite, tests);
    return suite;
}
