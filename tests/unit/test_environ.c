/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/doc.h"
#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

static struct setting line[4];
static const struct setting *lines[4] = {&line[0], &line[1], &line[2], &line[3]};

/* The next line of [env]. */
static void
add_env(const char *name, const char *text)
{
    line[stage.config.env_count] = (struct setting){
        .name = name, .text = text, .file = "FILE", .line = 20 + (unsigned)stage.config.env_count};
    stage.config.env = lines;
    stage.config.env_count++;
}

/* The same variable in one layer after the other: each wins over those before. */
enum layer { INHERITED, REDIRECT, INIT_FILE, ENV, UNIT_FILE, UNIT, LAYERS };

START_TEST(each_layer_wins_over_the_weaker_ones)
{
    static const char *const want[LAYERS] = {"inherited", "/run/runtime-10001", "init-file",
                                             "env",       "unit-file",          "unit"};
    struct environ_text init_files[] = {stage_file("XDG_RUNTIME_DIR=init-file\n")};
    struct environ_text unit_files[] = {stage_file("XDG_RUNTIME_DIR=unit-file\n")};
    struct words word = WORDS("runtime"), path = WORDS("/etc/app.env");
    struct words unit_env = WORDS("XDG_RUNTIME_DIR=unit");
    struct words none = {0};
    struct vars vars;
    INHERIT(ITEM("XDG_RUNTIME_DIR=inherited"));
    stage.environment.env_file = init_files;
    stage.mount[STAGE_RUN].redirect = _i >= REDIRECT ? word : none;
    stage.config.init.env_file = _i >= INIT_FILE ? path : none;
    if (_i >= ENV) {
        add_env("XDG_RUNTIME_DIR", "env");
    }
    stage.unit[0].env_file = _i >= UNIT_FILE ? path : none;
    stage.unit[0].env = _i >= UNIT ? unit_env : none;
    stage_resolve(CODE_OK);
    ck_assert_int_eq(
        environ_unit(&stage.environment, 0, unit_files, &stage.arena, &vars, &stage.diags), 0);
    ck_assert_str_eq(vars_get(&vars, "XDG_RUNTIME_DIR"), want[_i]);
}
END_TEST

START_TEST(nothing_of_roinits_own_reaches_a_unit)
{
    INHERIT(ITEM("NOTIFY_SOCKET=/x"), ITEM("LISTEN_FDS=1"), ITEM("LISTEN_PID=1"),
            ITEM("LISTEN_FDNAMES=a"), ITEM("WATCHDOG_USEC=1"), ITEM("WATCHDOG_PID=1"),
            ITEM("ROINIT_UNIT=other"), ITEM("KEPT=1"));
    stage_resolve(CODE_OK);
    ck_assert_ptr_null(stage_variable(0, "NOTIFY_SOCKET"));
    ck_assert_ptr_null(stage_variable(0, "LISTEN_FDS"));
    ck_assert_ptr_null(stage_variable(0, "LISTEN_PID"));
    ck_assert_ptr_null(stage_variable(0, "LISTEN_FDNAMES"));
    ck_assert_ptr_null(stage_variable(0, "WATCHDOG_USEC"));
    ck_assert_ptr_null(stage_variable(0, "WATCHDOG_PID"));
    ck_assert_str_eq(stage_variable(0, "KEPT"), "1");
    ck_assert_str_eq(stage_variable(0, "ROINIT_UNIT"), "one");
}
END_TEST

START_TEST(nothing_overrides_the_name_of_the_unit)
{
    add_env("ROINIT_UNIT", "env");
    stage.unit[0].env = WORDS("ROINIT_UNIT=unit");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "ROINIT_UNIT"), "one");
}
END_TEST

static const struct {
    const char *glob, *name;
    bool passes;
} globs[] = {
    {"*", "ANY", true},        {"LC_*", "LC_ALL", true}, {"LC_*", "LC", false},
    {"PATH", "PATH", true},    {"PATH", "PATHS", false}, {"P?TH", "PATH", true},
    {"*_URL", "DB_URL", true}, {"*_URL", "URL", false},  {"A*B*C", "AxBxBxC", true},
    {"", "A", false},          {"A*", "", false},        {"*", "", false},
};

START_TEST(env_pass_chooses_what_is_inherited)
{
    char item[32];
    struct text text = TEXT_OVER(item);
    text_addf(&text, "%s=1", globs[_i].name);
    INHERIT(item);
    stage.config.init.env_pass = WORDS(globs[_i].glob);
    stage_resolve(CODE_OK);
    stage_is(stage_variable(0, globs[_i].name), globs[_i].passes ? "1" : NULL);
}
END_TEST

START_TEST(user_logname_and_home_are_those_of_the_units_user)
{
    INHERIT(ITEM("USER=root"), ITEM("HOME=/root"));
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "USER"), "app");
    ck_assert_str_eq(stage_variable(0, "LOGNAME"), "app");
    ck_assert_str_eq(stage_variable(0, "HOME"), "/home/app");
}
END_TEST

START_TEST(what_the_image_says_of_roinits_own_user_wins_and_what_it_does_not_say_stays)
{
    INHERIT(ITEM("USER=x"), ITEM("HOME=/opt/app"), ITEM("no variable"));
    stage_start_as(10001, 20001);
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "USER"), "app");
    ck_assert_str_eq(stage_variable(0, "HOME"), "/home/app");
    stage.identities.unit[0].home = ""; /* a field that is empty */
    ck_assert_str_eq(stage_variable(0, "HOME"), "/opt/app");
}
END_TEST

START_TEST(a_user_without_entry_has_his_number_for_a_name)
{
    INHERIT(ITEM("HOME=/root"));
    stage_set_user(0, "777", NULL);
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "USER"), "777");
    ck_assert_str_eq(stage_variable(0, "HOME"), "/");
}
END_TEST

START_TEST(what_the_runtime_said_of_an_arbitrary_uid_stays)
{
    INHERIT(ITEM("HOME=/opt/app"));
    stage_start_as(1000650000, 0);
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "HOME"), "/opt/app");
    ck_assert_str_eq(stage_variable(0, "USER"), "1000650000");
}
END_TEST

START_TEST(a_lone_command_finds_what_it_would_find_without_roinit)
{
    INHERIT(ITEM("HOME=/opt/app"));
    stage.config.is_lone = true;
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "HOME"), "/opt/app");
}
END_TEST

START_TEST(an_inherited_value_in_a_declared_mount_stays)
{
    INHERIT(ITEM("TMPDIR=/data/tmp"), ITEM("TMP=/data/../etc"), ITEM("TEMP=/data/.."),
            ITEM("HOME=/data/home"));
    stage.mount[STAGE_TMP].redirect = WORDS("tmp", "home", "xdg");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "TMPDIR"), "/data/tmp");
    ck_assert_str_eq(stage_variable(0, "TMP"), "/tmp");
    ck_assert_str_eq(stage_variable(0, "TEMP"), "/tmp");
    ck_assert_str_eq(stage_variable(0, "HOME"), "/data/home");
    ck_assert_str_eq(stage_variable(0, "XDG_CACHE_HOME"), "/data/home/.cache");
}
END_TEST

START_TEST(xdg_follows_the_final_home_unless_a_layer_says_otherwise)
{
    stage.mount[STAGE_TMP].redirect = WORDS("home", "xdg");
    add_env("HOME", "/data/app");
    stage.unit[0].env = WORDS("XDG_CONFIG_HOME=/etc/app");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "XDG_DATA_HOME"), "/data/app/.local/share");
    ck_assert_str_eq(stage_variable(0, "XDG_CONFIG_HOME"), "/etc/app");
}
END_TEST

START_TEST(java_options_are_appended_after_all_layers)
{
    INHERIT(ITEM("JDK_JAVA_OPTIONS=-Xmx1g"));
    stage.mount[STAGE_TMP].redirect = WORDS("home", "java");
    stage.unit[0].env = WORDS("JDK_JAVA_OPTIONS=${JDK_JAVA_OPTIONS} -Xss1m");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "JDK_JAVA_OPTIONS"), "-Xmx1g -Xss1m -Djava.io.tmpdir=/tmp "
                                                            "-Duser.home=/tmp/home-10001");
}
END_TEST

START_TEST(a_path_with_a_blank_is_quoted_for_java_and_an_empty_variable_is_filled)
{
    INHERIT(ITEM("JDK_JAVA_OPTIONS="));
    stage.mount[STAGE_TMP].path = stage.path[STAGE_TMP].resolved = "/my tmp";
    stage.mount[STAGE_TMP].redirect = WORDS("java");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "JDK_JAVA_OPTIONS"), "\"-Djava.io.tmpdir=/my tmp\"");
}
END_TEST

START_TEST(java_options_that_are_there_stay)
{
    stage.mount[STAGE_TMP].redirect = WORDS("java");
    add_env("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=/data");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "JDK_JAVA_OPTIONS"), "-Djava.io.tmpdir=/data");
}
END_TEST

START_TEST(env_sees_the_layers_below_and_earlier_lines)
{
    INHERIT(ITEM("A=1"), ITEM("GONE=1"));
    stage.mount[STAGE_TMP].redirect = WORDS("tmp");
    add_env("B", "${A}$TMPDIR");
    add_env("C", "$B-${D:-none}");
    add_env("GONE", "");
    stage.unit[0].env = WORDS("E=$C = '$$'", "A=");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_variable(0, "B"), "1/tmp");
    ck_assert_str_eq(stage_variable(0, "E"), "1/tmp-none = '$'");
    ck_assert_ptr_null(stage_variable(0, "GONE"));
    ck_assert_ptr_null(stage_variable(0, "A"));
}
END_TEST

START_TEST(a_variable_that_is_not_set_is_the_fault_of_whoever_runs_it)
{
    add_env("A", "$MISSING");
    stage_resolve(CODE_OK);
    ck_assert_str_eq(stage_wrong(NULL), "A: MISSING is not set and has no default");
    ck_assert_int_eq(diag_code(&stage.diags), CODE_BROKEN);
    ck_assert_uint_eq(stage.diags.item[0].line, 20);
}
END_TEST

START_TEST(a_value_that_cannot_be_read_is_the_fault_of_the_author)
{
    add_env("A", "${B");
    stage_resolve(CODE_OK);
    ck_assert_ptr_nonnull(strstr(stage_wrong(NULL), "A: "));
    ck_assert_int_eq(diag_code(&stage.diags), CODE_CONFIG);
    ck_assert_ptr_null(stage.diags.item[0].cure);
}
END_TEST

START_TEST(the_base_has_no_unit_and_skips_what_needs_one)
{
    struct vars base;
    INHERIT(ITEM("PUID=99"), ITEM("NOTIFY_SOCKET=/x"));
    add_env("A", "$TMPDIR/x");
    add_env("B", "$PUID");
    stage_resolve(CODE_OK);
    ck_assert_int_eq(environ_base(&stage.environment, &stage.arena, &base, &stage.diags), 0);
    ck_assert_str_eq(vars_get(&base, "B"), "99");
    ck_assert_ptr_null(vars_get(&base, "A"));
    ck_assert_ptr_null(vars_get(&base, "ROINIT_UNIT"));
    ck_assert_uint_eq(stage.diags.count, 0);
}
END_TEST

Suite *
environ_suite(void)
{
    Suite *suite = suite_create("environ");
    TCase *tests = tcase_create("environ");
    tcase_add_checked_fixture(tests, stage_init_app, stage_free);
    tcase_add_loop_test(tests, each_layer_wins_over_the_weaker_ones, 0, LAYERS);
    tcase_add_test(tests, nothing_of_roinits_own_reaches_a_unit);
    tcase_add_test(tests, nothing_overrides_the_name_of_the_unit);
    tcase_add_loop_test(tests, env_pass_chooses_what_is_inherited, 0,
                        (int)(sizeof globs / sizeof globs[0]));
    tcase_add_test(tests, user_logname_and_home_are_those_of_the_units_user);
    tcase_add_test(tests,
                   what_the_image_says_of_roinits_own_user_wins_and_what_it_does_not_say_stays);
    tcase_add_test(tests, a_user_without_entry_has_his_number_for_a_name);
    tcase_add_test(tests, what_the_runtime_said_of_an_arbitrary_uid_stays);
    tcase_add_test(tests, a_lone_command_finds_what_it_would_find_without_roinit);
    tcase_add_test(tests, an_inherited_value_in_a_declared_mount_stays);
    tcase_add_test(tests, xdg_follows_the_final_home_unless_a_layer_says_otherwise);
    tcase_add_test(tests, java_options_are_appended_after_all_layers);
    tcase_add_test(tests, a_path_with_a_blank_is_quoted_for_java_and_an_empty_variable_is_filled);
    tcase_add_test(tests, java_options_that_are_there_stay);
    tcase_add_test(tests, env_sees_the_layers_below_and_earlier_lines);
    tcase_add_test(tests, a_variable_that_is_not_set_is_the_fault_of_whoever_runs_it);
    tcase_add_test(tests, a_value_that_cannot_be_read_is_the_fault_of_the_author);
    tcase_add_test(tests, the_base_has_no_unit_and_skips_what_needs_one);
    suite_add_tcase(suite, tests);
    return suite;
}
