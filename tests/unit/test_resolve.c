/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "config/load.h"
#include "config/resolve.h"
#include "tests/unit/written.h"
#include "tests/unit/suites.h"

#define A "[service a]\ncommand = x\n"
#define B "[service b]\ncommand = x\n"

static char bytes[4096];

static void
setup(void)
{
    written_init();
    vars_set(&written.vars, "PUID", "abc");
    vars_set(&written.vars, "EMPTY", "");
}

static const struct unit_config *
unit(const char *name)
{
    for (size_t u = 0; u < written.config.unit_count; u++) {
        if (strcmp(written.config.unit[u].name, name) == 0) {
            return &written.config.unit[u];
        }
    }
    ck_abort_msg("no unit %s", name);
    return NULL;
}

static void
give_arguments(void)
{
    static const char *item[] = {"it's", "a b", NULL};
    written.config.arguments = (struct words){2, item};
}

START_TEST(defaults_are_those_of_the_contract)
{
    written_lint("[service a]\ncommand = x\n[service b]\ncommand = y\n[tmpfs /tmp]\n[volume /d]\n");
    written_expect(0, NULL);
    const struct config *config = &written.config;
    ck_assert_int_eq(config->init.stop_timeout_ms, 9000);
    ck_assert_int_eq(config->require.root, ROOT_RO);
    ck_assert_int_eq(config->require.undeclared_mounts, UNDECLARED_WARN);
    ck_assert_str_eq(config->mount[0].fs.item[0], "tmpfs?");
    ck_assert_int_eq(config->mount[0].chown, CHOWN_TOP);
    ck_assert_int_eq(config->mount[1].chown, CHOWN_NEVER);
    ck_assert_int_eq(config->mount[0].size_max_bytes, -1);
    ck_assert_int_eq(config->mount[0].mode, -1);
    ck_assert_str_eq(config->mount[1].path, "/d");
    ck_assert_int_eq(unit("a")->restart_delay_ms, 500);
    ck_assert_int_eq(unit("a")->umask, 022);
    ck_assert_int_eq(unit("a")->start_limit.starts, 5);
    ck_assert_int_eq(unit("a")->log, UNIT_LOG_TEXT);
    ck_assert(unit("a")->essential && !unit("a")->is_main);
    ck_assert_ptr_null(unit_from(unit("a"), UNIT_log));
}
END_TEST

/* Whether unit a is main. */
static const struct {
    const char *text;
    bool is_main;
} mains[] = {
    {"[service a]\ncommand = x\n", true},
    {"[service a]\ncommand = x\n[task t]\ncommand = y\n", true},
    {"[service a]\ncommand = x\n[service main]\ncommand = y\n", false},
    {"[service a]\ncommand = \"$@\"\n[service main]\ncommand = y\n", true},
    {"[service a]\ncommand = x\n[service b]\ncommand = y\n", false},
    {"[task a]\ncommand = x\n", false},
    {"[service a]\ncommand = x\n[task main]\ncommand = y\n", true},
};

START_TEST(main_is_who_takes_the_arguments_else_who_is_called_so_else_the_only_service)
{
    written_lint(mains[_i].text);
    ck_assert_int_eq(unit("a")->is_main, mains[_i].is_main);
    ck_assert_int_eq(unit("a")->log, mains[_i].is_main ? UNIT_LOG_RAW : UNIT_LOG_TEXT);
    ck_assert_int_eq(unit("a")->forward_signals.all, mains[_i].is_main);
}
END_TEST

START_TEST(arguments_that_nobody_takes_become_main_and_wait_for_the_rest)
{
    char why[128];
    bool is_runtime = false;
    struct words argv = {0};
    give_arguments();
    written_lint(
        "[defaults]\nuser = 7\n[task t]\ncommand = x\n[task m]\ncommand = y\nwhen = manual\n");
    written_expect(0, NULL);
    const struct unit_config *main = unit("main");
    ck_assert(main->is_main && main->section == NULL);
    ck_assert_uint_eq(main->after.count, 1);
    ck_assert_str_eq(main->after.item[0], "t");
    ck_assert_str_eq(main->user.user, "7");
    ck_assert_int_eq(command_expand(main->command, &written.vars, NULL, &written.arena, &argv, why,
                                    sizeof why, &is_runtime),
                     0);
    ck_assert_uint_eq(argv.count, 2);
    ck_assert_str_eq(argv.item[0], "it's");
    ck_assert_str_eq(argv.item[1], "a b");
}
END_TEST

START_TEST(as_many_arguments_as_the_kernel_passes_are_a_command)
{
    enum { MANY = 100000 };
    written.config.arguments =
        (struct words){.count = MANY, .item = ARENA_NEW(&written.arena, const char *, MANY + 1)};
    for (int i = 0; i < MANY; i++) {
        written.config.arguments.item[i] = "it's";
    }
    written_lint("[task t]\ncommand = x\n");
    const char *command = unit("main")->command;
    ck_assert_uint_eq(strlen(command), MANY * strlen("'it'\\''s' ") - 1);
}
END_TEST

START_TEST(a_lone_command_has_no_clock_unless_whoever_runs_it_sets_one)
{
    give_arguments();
    load_text(NULL, load_builtin, strlen(load_builtin), &written.arena, &written.doc,
              &written.diags);
    written_resolve(&written.vars);
    ck_assert(written.config.is_lone && unit("main")->is_main);
    ck_assert_int_eq(written.config.init.stop_timeout_ms, DURATION_NONE);
    vars_set(&written.vars, "ROINIT_STOP_TIMEOUT", "25s");
    vars_set(&written.vars, "ROINIT_ON_VIOLATION", "warn");
    written_resolve(&written.vars);
    ck_assert_int_eq(written.config.init.stop_timeout_ms, 25000);
    ck_assert_int_eq(written.config.require.on_violation, VIOLATION_WARN);
    written_expect(0, NULL);
    vars_set(&written.vars, "ROINIT_STOP_TIMEOUT", "25");
    written_resolve(&written.vars);
    written_expect(1, "ROINIT_STOP_TIMEOUT: \"25\" has no unit");
    ck_assert_int_eq(diag_code(&written.diags), CODE_BROKEN);
}
END_TEST

static const struct {
    const char *text;
    bool has_arguments;
    const char *part; /* NULL: well */
} usages[] = {
    {"[init]\n", false, "there is nothing to run"},
    {"[service a]\ncommand = \"$@\"\n", false, "wants the arguments"},
    {"[service a]\ncommand = \"$@\"\n", true, NULL},
    {"[service main]\ncommand = x\n", true, "does not take them"},
    {"[service main]\ncommand = x\n", false, NULL},
    {"[task t]\ncommand-dir = /x\n", false, NULL},
    {"[service a]\ncommand = x\n", true, NULL},
    {"[init]\n", true, NULL},
};

START_TEST(arguments_have_to_fit_the_units)
{
    if (usages[_i].has_arguments) {
        give_arguments();
    }
    written_lint(usages[_i].text);
    resolve_arguments(&written.config, &written.diags);
    written_expect(usages[_i].part == NULL ? 0 : 1, usages[_i].part);
    ck_assert_int_eq(diag_code(&written.diags), usages[_i].part == NULL ? CODE_OK : CODE_USAGE);
}
END_TEST

/* With PUID=abc and EMPTY= in the environment. */
static const struct {
    const char *line;
    enum exit_code code;
    const char *part;
} variables[] = {
    {"user = ${NONE:-911}:${NONE:-912}", CODE_OK, NULL},
    {"umask = ${UMASK:-022}", CODE_OK, NULL},
    {"umask = ${PUID}", CODE_BROKEN,
     "umask = ${PUID}: PUID is \"abc\": \"abc\" is no octal number"},
    {"umask = $$$PUID", CODE_BROKEN,
     "umask = $$$PUID: PUID is \"abc\": \"$abc\" is no octal number"},
    {"umask = ${NONE:-${PUID}}", CODE_BROKEN, "umask = ${NONE:-${PUID}}: PUID is \"abc\": \"abc\""},
    {"umask = ${NONE:-9}", CODE_BROKEN, "umask = ${NONE:-9}: \"9\" is no octal number"},
    {"umask = ${NONE}", CODE_BROKEN, "NONE is not set and has no default"},
    {"umask = ${NONE:?how?}", CODE_BROKEN, "NONE: how?"},
    {"umask = ${EMPTY}", CODE_OK, NULL},
    {"user = ${EMPTY}", CODE_BROKEN, "EMPTY is \"\", want a number"},
    {"umask = ${PUID", CODE_CONFIG, "unfinished"},
    {"umask = 999", CODE_CONFIG, "no octal number"},
    {"env = A=${NONE}", CODE_OK, NULL}, /* expanded when the environment is made */
    {"env = A=${NONE", CODE_CONFIG, "unfinished"},
};

START_TEST(a_variable_that_spoils_a_value_is_77_and_all_else_78)
{
    (void)snprintf(bytes, sizeof bytes, A "%s\n", variables[_i].line);
    written_add("file", bytes);
    written_resolve(&written.vars);
    written_expect(variables[_i].part == NULL ? 0 : 1, variables[_i].part);
    ck_assert_int_eq(diag_code(&written.diags), variables[_i].code);
}
END_TEST

/* Beside a user that is wrong: what does not depend on him. */
static const struct {
    const char *lines, *part;
} early[] = {
    {"umask = ${PUID}", "umask = ${PUID}: PUID is \"abc\": \"abc\" is no octal number"},
    {"restart-delay = ${PUID}", "is no duration"},
    {"restart = ${PUID}", "PUID is \"abc\""},
    {"umask = ${NONE}", "NONE is not set and has no default"},
    {"umask = ${NONE:-022}", NULL},
    {"umask = 022\nrestart = always", NULL},
    {"umask = ${PUID}\nenv = PUID=022", NULL}, /* it may be right by then */
    {"umask = ${PUID}\nenv-file = /x", NULL},
    {"working-dir = ${HOME}", NULL}, /* depends on who he is */
};

START_TEST(what_does_not_depend_on_the_user_is_told_beside_him)
{
    (void)snprintf(bytes, sizeof bytes, A "%s\n", early[_i].lines);
    written_lint(bytes);
    written_expect(0, NULL);
    resolve_unit_early(unit("a"), &written.vars, &written.arena, &written.diags);
    written_expect(early[_i].part == NULL ? 0 : 1, early[_i].part);
}
END_TEST

static const struct {
    const char *text;
    bool is_told;
} walks[] = {
    {"[volume /run]\nchown = always\n", true},
    {"[volume /etc]\nchown = on-mismatch\n", true},
    {"[tmpfs /tmp]\nchown = always\n", true},
    {"[volume /sys/fs/x]\nchown = always\n", true},
    {"[volume /dev/shm]\nchown = always\n", true},
    {"[volume label]\npath = /run\nchown = always\n", true},
    {"[volume /run]\nchown = top\n", false},
    {"[tmpfs /run]\n", false},
    {"[volume /run]\nowner = 5\n", false}, /* nobody has asked for a walk */
    {"[volume /run/app]\nchown = always\n", false},
    {"[volume /device]\nchown = always\n", false},
};

START_TEST(a_walk_that_never_happens_is_a_warning)
{
    written_lint(walks[_i].text);
    written_expect(0, NULL);
    ck_assert(written_says("nothing below: the system's own things") == walks[_i].is_told);
}
END_TEST

START_TEST(lint_leaves_variables_as_written)
{
    written_lint("[service a]\ncommand = $CMD\numask = ${UMASK}\nuser = ${PUID}\n");
    written_expect(0, NULL);
    ck_assert_int_eq(unit("a")->umask, 022);
    ck_assert_str_eq(unit("a")->command, "$CMD");
    ck_assert_ptr_null(unit("a")->user.user);
}
END_TEST

START_TEST(a_wrong_line_of_defaults_is_told_once)
{
    written_lint("[defaults]\nrestart = alway\n" A B);
    written_expect(1, "did you mean \"always\"?");
    ck_assert_str_eq(written.diags.item[0].section, "defaults");
}
END_TEST

START_TEST(what_is_written_counts_and_not_what_it_would_be_otherwise)
{
    written_lint(A "essential = no\nstdin = null\nlog = json\n"
                   "[task t]\ncommand = x\nschedule = 1h\nessential = yes\n"
                   "[task u]\ncommand = x\nschedule = 1h\n"
                   "[init]\nstop-timeout = 7s\n");
    written_expect(0, NULL);
    ck_assert_int_eq(unit("a")->is_main, true);
    ck_assert_int_eq(unit("a")->essential, false);
    ck_assert_int_eq(unit("a")->standard_input, STDIN_NULL);
    ck_assert_int_eq(unit("t")->essential, true);
    ck_assert_int_eq(unit("u")->essential, false);
    ck_assert_int_eq(unit_starts_at_boot(unit("u")), false);
    ck_assert_int_eq(written.config.init.stop_timeout_ms, 7000);
}
END_TEST

/* By the words that kubelet gives to every container, and whoever runs the image. */
static const struct {
    const char *name, *value, *text;
    int64_t stop_timeout_ms;
} clocks[] = {
    {"X", "", A B, 9000},
    {"KUBERNETES_SERVICE_HOST", "10.0.0.1", A B, 29000},
    {"KUBERNETES_SERVICE_HOST", "10.0.0.1", A, DURATION_NONE},
    {"ROINIT_STOP_TIMEOUT", "", A B, 9000},
    {"ROINIT_STOP_TIMEOUT", "3s", A B "[init]\nstop-timeout = 7s\n", 3000},
};

START_TEST(the_shutdown_clock_is_the_runtimes_unless_somebody_sets_it)
{
    vars_set(&written.vars, clocks[_i].name, clocks[_i].value);
    written_add("file", clocks[_i].text);
    written_resolve(&written.vars);
    written_expect(0, NULL);
    ck_assert_int_eq(written.config.init.stop_timeout_ms, clocks[_i].stop_timeout_ms);
}
END_TEST

START_TEST(a_quote_in_defaults_is_told_where_the_arguments_are_the_unit)
{
    give_arguments();
    written_lint("[defaults]\nenv = A=\"x\"\n");
    written_expect(0, "begins with a quote");
    ck_assert_uint_eq(written.diags.count, 1);
    ck_assert_uint_eq(written.diags.item[0].line, 2);
}
END_TEST

START_TEST(a_quote_at_the_start_of_a_variable_is_a_warning)
{
    written_lint(A "env = A=\"x\"\n[env]\nB = 'y'\nC = it's\n");
    written_expect(0, "begins with a quote");
    ck_assert_uint_eq(written.diags.count, 2);
}
END_TEST

START_TEST(errors_are_told_in_the_order_in_which_they_stand)
{
    written_lint(A "umask = 9\nrestart = never\nlimits = x=1\n[init]\nlog-level = loud\n");
    diag_sort(&written.diags);
    for (size_t i = 1; i < written.diags.count; i++) {
        ck_assert_uint_le(written.diags.item[i - 1].line, written.diags.item[i].line);
    }
    ck_assert_uint_eq(written.diags.count, 4);
}
END_TEST

START_TEST(all_errors_are_told_and_not_the_first_alone)
{
    written_lint("[init]\nlog-level = loud\nx = 1\n"
                 "[service a]\nrestart = never\nafter = b\nuser = 0x0\n");
    written_expect(6, NULL);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
resolve_suite(void)
{
    Suite *suite = suite_create("resolve");
    TCase *tests = tcase_create("resolve");
    tcase_add_checked_fixture(tests, setup, written_free);
    tcase_add_test(tests, defaults_are_those_of_the_contract);
    tcase_add_loop_test(tests,
                        main_is_who_takes_the_arguments_else_who_is_called_so_else_the_only_service,
                        0, COUNT(mains));
    tcase_add_test(tests, as_many_arguments_as_the_kernel_passes_are_a_command);
    tcase_add_test(tests, arguments_that_nobody_takes_become_main_and_wait_for_the_rest);
    tcase_add_test(tests, a_lone_command_has_no_clock_unless_whoever_runs_it_sets_one);
    tcase_add_loop_test(tests, arguments_have_to_fit_the_units, 0, COUNT(usages));
    tcase_add_loop_test(tests, a_variable_that_spoils_a_value_is_77_and_all_else_78, 0,
                        COUNT(variables));
    tcase_add_loop_test(tests, what_does_not_depend_on_the_user_is_told_beside_him, 0,
                        COUNT(early));
    tcase_add_loop_test(tests, a_walk_that_never_happens_is_a_warning, 0, COUNT(walks));
    tcase_add_test(tests, lint_leaves_variables_as_written);
    tcase_add_test(tests, a_wrong_line_of_defaults_is_told_once);
    tcase_add_test(tests, what_is_written_counts_and_not_what_it_would_be_otherwise);
    tcase_add_loop_test(tests, the_shutdown_clock_is_the_runtimes_unless_somebody_sets_it, 0,
                        COUNT(clocks));
    tcase_add_test(tests, a_quote_in_defaults_is_told_where_the_arguments_are_the_unit);
    tcase_add_test(tests, a_quote_at_the_start_of_a_variable_is_a_warning);
    tcase_add_test(tests, errors_are_told_in_the_order_in_which_they_stand);
    tcase_add_test(tests, all_errors_are_told_and_not_the_first_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
