/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "config/dump.h"
#include "config/load.h"
#include "config/reference.h"
#include "config/reference_tables.h"
#include "config/resolve.h"
#include "config/signame.h"
#include "tests/unit/written.h"

#define SUITE(name_) Suite *name_##_suite(void);
#include "tests/unit/suites.h"
#undef SUITE

static struct written written;
static char bytes[256 * 1024], again[256 * 1024];

static void
setup(void)
{
    written_init(&written);
    vars_set(&written.vars, "PUID", "abc");
    vars_set(&written.vars, "EMPTY", "");
}

static void
teardown(void)
{
    written_free(&written);
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
    written_lint(&written,
                 "[service a]\ncommand = x\n[service b]\ncommand = y\n[tmpfs /tmp]\n[volume /d]\n");
    written_expect(&written, 0, NULL);
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
    written_lint(&written, mains[_i].text);
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
        &written,
        "[defaults]\nuser = 7\n[task t]\ncommand = x\n[task m]\ncommand = y\nwhen = manual\n");
    written_expect(&written, 0, NULL);
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
    written_lint(&written, "[task t]\ncommand = x\n");
    const char *command = unit("main")->command;
    ck_assert_uint_eq(strlen(command), MANY * strlen("'it'\\''s' ") - 1);
}
END_TEST

START_TEST(a_lone_command_has_no_clock_unless_whoever_runs_it_sets_one)
{
    give_arguments();
    load_text(NULL, load_builtin, strlen(load_builtin), &written.arena, &written.doc,
              &written.diags);
    written_resolve(&written, &written.vars);
    ck_assert(written.config.is_lone && unit("main")->is_main);
    ck_assert_int_eq(written.config.init.stop_timeout_ms, DURATION_NONE);
    vars_set(&written.vars, "ROINIT_STOP_TIMEOUT", "25s");
    vars_set(&written.vars, "ROINIT_ON_VIOLATION", "warn");
    written_resolve(&written, &written.vars);
    ck_assert_int_eq(written.config.init.stop_timeout_ms, 25000);
    ck_assert_int_eq(written.config.require.on_violation, VIOLATION_WARN);
    written_expect(&written, 0, NULL);
    vars_set(&written.vars, "ROINIT_STOP_TIMEOUT", "25");
    written_resolve(&written, &written.vars);
    written_expect(&written, 1, "ROINIT_STOP_TIMEOUT: \"25\" has no unit");
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
    written_lint(&written, usages[_i].text);
    resolve_arguments(&written.config, &written.diags);
    written_expect(&written, usages[_i].part == NULL ? 0 : 1, usages[_i].part);
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
    (void)snprintf(bytes, sizeof bytes, "[service a]\ncommand = x\n%s\n", variables[_i].line);
    written_add(&written, "file", bytes);
    written_resolve(&written, &written.vars);
    written_expect(&written, variables[_i].part == NULL ? 0 : 1, variables[_i].part);
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
    (void)snprintf(bytes, sizeof bytes, "[service a]\ncommand = x\n%s\n", early[_i].lines);
    written_lint(&written, bytes);
    written_expect(&written, 0, NULL);
    resolve_unit_early(unit("a"), &written.vars, &written.arena, &written.diags);
    written_expect(&written, early[_i].part == NULL ? 0 : 1, early[_i].part);
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
    written_lint(&written, walks[_i].text);
    written_expect(&written, 0, NULL);
    ck_assert(written_says(&written, "nothing below: the system's own things") ==
              walks[_i].is_told);
}
END_TEST

START_TEST(lint_leaves_variables_as_written)
{
    written_lint(&written, "[service a]\ncommand = $CMD\numask = ${UMASK}\nuser = ${PUID}\n");
    written_expect(&written, 0, NULL);
    ck_assert_int_eq(unit("a")->umask, 022);
    ck_assert_str_eq(unit("a")->command, "$CMD");
    ck_assert_ptr_null(unit("a")->user.user);
}
END_TEST

START_TEST(a_wrong_line_of_defaults_is_told_once)
{
    written_lint(
        &written,
        "[defaults]\nrestart = alway\n[service a]\ncommand = x\n[service b]\ncommand = x\n");
    written_expect(&written, 1, "did you mean \"always\"?");
    ck_assert_str_eq(written.diags.item[0].section, "defaults");
}
END_TEST

#define A "[service a]\ncommand = x\n"
#define B "[service b]\ncommand = x\n"
#define STOP "[task s]\ncommand = x\nwhen = stop\n"
static const struct {
    const char *text;
    size_t errors;
    const char *part;
} checks[] = {
    {A "after = web\n[service wep]\ncommand = x\n", 1, "did you mean \"wep\"?"},
    {A "requires = zzz\n", 1, "there is no unit \"zzz\""},
    {A "after = a\n", 1, "waits for itself"},
    {A "after = b\n" B "requires = a\n", 1, "wait for each other"},
    {A "after = b\n" B
       "after = c\n[task c]\ncommand = x\nafter = d\n[task d]\ncommand = x\nafter = c\n",
     1, "c -> d -> c"},
    {A "requires = b\n" B "requires = a\n", 1, "a -> b -> a"},
    {A "requires = b\n" B "autostart = no\n", 1, "never starts by itself"},
    {A "requires = t\n[task t]\ncommand = x\nwhen = manual\n", 1, "never starts by itself"},
    {A "requires = t\n[task t]\ncommand = x\nschedule = 1h\n", 1, "by its schedule alone"},
    {A "requires = t\n[task t]\ncommand = x\nwhen = stop\n", 1, "when the container ends"},
    {STOP "requires = b\n" B "autostart = no\n", 1, "never starts by itself"},
    {STOP "requires = t\n[task t]\ncommand = x\nwhen = stopped\n", 1, "after the last unit"},
    {STOP "requires = t\n[task t]\ncommand = x\nschedule = 1h\n", 1, "by its schedule alone"},
    {"[task s]\ncommand = x\nwhen = stopped\nrequires = t\n"
     "[task t]\ncommand = x\nwhen = manual\n",
     1, "\"t\" never starts by itself"},
    {STOP "requires = t b\n" B "[task t]\ncommand = x\nwhen = stop\n", 0, NULL},
    {"[task s]\ncommand = x\nwhen = stopped\nrequires = b\n" B, 0, "so \"s\" never runs"},
    {"[task s]\ncommand = x\nwhen = stopped\nrequires = t\n"
     "[task t]\ncommand = x\nwhen = stop\n",
     0, NULL},
    {"[task s]\ncommand = x\nschedule = 1h\nrequires = t\n"
     "[task t]\ncommand = x\nschedule = 2h\n",
     0, NULL},
    {"[task s]\ncommand = x\nschedule = 1h\nrequires = t\n"
     "[task t]\ncommand = x\nschedule = 2h\nautostart = no\n",
     1, "never starts by itself"},
    {A "after = b\n" B "autostart = no\n", 0, NULL},
    {A "autostart = no\nrequires = b\n" B "autostart = no\n", 0, NULL},
    {A "remove = /run/x\n", 1, "no declared writable place"},
    {A "remove = /run/x\n[tmpfs /run]\n", 0, NULL},
    {A "remove = /runner/x\n[tmpfs /run]\n", 1, "no declared writable place"},
    {"[init]\nstate-dir = /var/x\n" A, 1, "no declared writable place"},
    {"[init]\nstate-dir = none\n" A, 0, NULL},
    {"[init]\nstate-dir = /run/x\n[tmpfs /run]\n" A, 0, NULL},
    {"[tmpfs /tmp]\nredirect = tmp\n[volume /d]\nredirect = tmp\n" A, 1,
     "redirected to \"/tmp\" already"},
    {"[tmpfs /tmp]\n[volume /tmp/]\n" A, 1, "declared twice"},
    {"[volume data]\npath = /srv/data\n" A, 0, NULL},
    {"[volume data]\npath = srv\nchown = always\n" A "remove = /srv/x\n", 2, "no path from"},
    {"[volume a]\npath = b\n[volume b]\npath = b\n" A, 2, "no path from the root"},
    {"[tmpfs /tmp]\nsize-max = 16M\nmin-free = 17M\n" A, 1, "no file system has that much"},
    {"[tmpfs /tmp]\nsize-max = 16M\nmin-free = 16M\n" A, 0, NULL},
    {"[tmpfs /tmp]\nmkdir =\n  a\n  ../x\n  b 9\n" A, 2, "\"b 9\" is not PATH"},
    {A "limits = nofil=1 nofile=2 cor=3\n", 2, "\"cor=3\""},
    {A "env =\n  A=1\n  2=B\n  C\n", 2, "\"C\" is no NAME=value"},
    {A "success-status = 1 300 FOO\n", 2, "\"FOO\" is neither"},
    {"[volume data]\n" A, 1, "path = "},
    {"[service a]\n", 1, "add `command = ...`"},
    {"[task a]\n", 1, "add `command = ...`, or `command-dir = ...`"},
    {"[task a]\ncommand = x\nschedule = 1h\n", 0, NULL},
    {"[task a]\ncommand = x\nwhen = manual\n", 0, NULL},
    {"[task a]\ncommand = x\nschedule = 1h\nwhen = start\n", 1, "and when says otherwise"},
    {"[service a]\nexec = x\n", 1, "write `command`"},
    {"[service a]\ncommand x\n", 1, "neither a section"},
    {"[service a]\nCOMMAND = x\n", 1, "did you mean `command`"},
    {"[SERVICE a]\ncommand = x\n", 1, "did you mean [service a]"},
    {"[init]\nstop-signals = TERM KILL CHLD\n" A, 2, "\"KILL\" never arrives"},
    {A "forward-signals = HUP STOP:TERM\n", 1, "\"STOP:TERM\" never arrives"},
    {A "forward-signals = TERM:KILL\n", 0, NULL},
    {"[service a]\ncomand = x\n", 1, "did you mean `command`"},
    {"[task a]\ncommand-dir = /x\n", 0, NULL},
    {"[task a]\ncommand = x\ncommand-dir = /x\n", 1, "a command and a command-dir"},
    {"[service a]\ncommand = 'x\n", 1, "not closed"},
    {"[service a]\ncommand = \"$@\"\n[task b]\ncommand = y \"$@\"\n", 1, "both \"a\" and \"b\""},
    {A "only-if = fil:/x\n", 1, "no condition"},
    {A "ready = tcp:80\n", 0, NULL},
    {A "[check c]\nprobe = tcp:80\nservice = a\nlevel = ready\n", 0, NULL},
    {A "[check c]\nprobe = tcp:80\n", 0, NULL},
    {A "[check c]\nservice = a\n", 1, "has no probe"},
    {A "[check c]\nprobe = notify\n", 1, "is no probe, want one of tcp:"},
    {A "[check c]\nprobe = tcp:80\nservice = aa\n", 1, "no unit \"aa\"; did you mean \"a\"?"},
    {A "[check c]\nprobe = tcp:80\nservice = zzz\n", 1, "there is no unit \"zzz\""},
    {A "[check c]\nprobe = tcp:80\nservice = a\non-failure = restart\n", 0, NULL},
    {A B "[check c]\nprobe = tcp:80\nservice = a b\n", 1, "about one service"},
    {A "[task t]\ncommand = x\n[check c]\nprobe = tcp:80\nservice = t\n", 1, "is a task"},
    {A "[check c]\nprobe = tcp:80\non-failure = restart\n", 1, "what to restart"},
    {A "[check c]\nprobe = tcp:80\ninterval = 0\n", 1, "out of range"},
    {A "[check c]\nprobe = tcp:80\nretries = 0\n", 1, "out of range"},
    {A "[check c]\nprobe = exec:a 'b\n", 1, "not closed"},
    {A "ready = udp:80\n", 1, "no probe"},
    {"[task t]\ncommand = x\nready = tcp:80\n", 0, "a task is ready when it is done"},
    {"[task t]\ncommand = x\nstart-timeout = 9s\n", 0, "how long the task may run"},
    {"[defaults]\nready = tcp:80\nwatchdog = 9s\n[task t]\ncommand = x\n", 0, NULL},
    {A "ready = exec:test -e '$HOME'\n", 0, NULL},
    {A "ready = exec:a 'b\n", 1, "not closed"},
    {A "ready = unix:/run/x\n", 1, "no declared writable place"},
    {A "ready = file:/run/x\n", 1, "no declared writable place"},
    {A "ready = file:/run/x\n[tmpfs /run]\n", 0, NULL},
    {"[require]\nuser = root\n" A, 1, "none of any"},
    {"[env]\nA = ${B\n" A, 1, "unfinished"},
};

START_TEST(the_whole_is_checked)
{
    written_lint(&written, checks[_i].text);
    written_expect(&written, checks[_i].errors, checks[_i].part);
}
END_TEST

static const struct {
    const char *options;
    bool is_told;
} opposites[] = {
    {"exec? ro noexec", true}, {"ro rw?", true},         {"noexec? noexec", false},
    {"ro ro", false},          {"ro exec nodev", false},
};

START_TEST(of_two_options_that_contradict_each_other_the_last_counts)
{
    (void)snprintf(bytes, sizeof bytes, "[tmpfs /tmp]\noptions = %s\n" A, opposites[_i].options);
    written_lint(&written, bytes);
    written_expect(&written, 0, NULL);
    ck_assert_int_eq(written_says(&written, "the last counts"), opposites[_i].is_told);
}
END_TEST

START_TEST(the_cycle_is_told_at_the_key_that_makes_it)
{
    written_lint(&written, A "requires = b\n" B "requires = a\n");
    ck_assert_str_eq(written.diags.item[0].key, "requires");
    teardown();
    setup();
    written_lint(&written, A "after = b\n" B "after = a\n");
    ck_assert_str_eq(written.diags.item[0].key, "after");
}
END_TEST

START_TEST(what_is_written_counts_and_not_what_it_would_be_otherwise)
{
    written_lint(&written, A "essential = no\nstdin = null\nlog = json\n"
                             "[task t]\ncommand = x\nschedule = 1h\nessential = yes\n"
                             "[task u]\ncommand = x\nschedule = 1h\n"
                             "[init]\nstop-timeout = 7s\n");
    written_expect(&written, 0, NULL);
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
    written_add(&written, "file", clocks[_i].text);
    written_resolve(&written, &written.vars);
    written_expect(&written, 0, NULL);
    ck_assert_int_eq(written.config.init.stop_timeout_ms, clocks[_i].stop_timeout_ms);
}
END_TEST

START_TEST(a_quote_in_defaults_is_told_where_the_arguments_are_the_unit)
{
    give_arguments();
    written_lint(&written, "[defaults]\nenv = A=\"x\"\n");
    written_expect(&written, 0, "begins with a quote");
    ck_assert_uint_eq(written.diags.count, 1);
    ck_assert_uint_eq(written.diags.item[0].line, 2);
}
END_TEST

START_TEST(a_quote_at_the_start_of_a_variable_is_a_warning)
{
    written_lint(&written, A "env = A=\"x\"\n[env]\nB = 'y'\nC = it's\n");
    written_expect(&written, 0, "begins with a quote");
    ck_assert_uint_eq(written.diags.count, 2);
}
END_TEST

START_TEST(errors_are_told_in_the_order_in_which_they_stand)
{
    written_lint(&written,
                 A "umask = 9\nrestart = never\nlimits = x=1\n[init]\nlog-level = loud\n");
    diag_sort(&written.diags);
    for (size_t i = 1; i < written.diags.count; i++) {
        ck_assert_uint_le(written.diags.item[i - 1].line, written.diags.item[i].line);
    }
    ck_assert_uint_eq(written.diags.count, 4);
}
END_TEST

START_TEST(all_errors_are_told_and_not_the_first_alone)
{
    written_lint(
        &written,
        "[init]\nlog-level = loud\nx = 1\n[service a]\nrestart = never\nafter = b\nuser = 0x0\n");
    written_expect(&written, 6, NULL);
}
END_TEST

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
    written_add(&written, "file", shown[_i]);
    doc_finish(&written.doc, &written.arena);
    dump_contract(&written.doc, &first);
    struct doc doc = {0};
    load_text("again", bytes, first.length, &written.arena, &doc, &written.diags);
    doc_finish(&doc, &written.arena);
    written_expect(&written, 0, NULL);
    dump_contract(&doc, &second);
    ck_assert_str_eq(bytes, again);
}
END_TEST

START_TEST(show_has_defaults_variables_and_no_value_of_a_file)
{
    struct text text = TEXT_OVER(bytes), json = TEXT_OVER(again);
    written_add(&written, "file", shown[1]);
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
resolve_suite(void)
{
    Suite *suite = suite_create("resolve");
    TCase *tests = tcase_create("resolve");
    tcase_add_checked_fixture(tests, setup, teardown);
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
                        (int)(sizeof early / sizeof early[0]));
    tcase_add_loop_test(tests, a_walk_that_never_happens_is_a_warning, 0,
                        (int)(sizeof walks / sizeof walks[0]));
    tcase_add_test(tests, lint_leaves_variables_as_written);
    tcase_add_test(tests, a_wrong_line_of_defaults_is_told_once);
    tcase_add_loop_test(tests, the_whole_is_checked, 0, COUNT(checks));
    tcase_add_loop_test(tests, of_two_options_that_contradict_each_other_the_last_counts, 0,
                        COUNT(opposites));
    tcase_add_test(tests, the_cycle_is_told_at_the_key_that_makes_it);
    tcase_add_test(tests, what_is_written_counts_and_not_what_it_would_be_otherwise);
    tcase_add_loop_test(tests, the_shutdown_clock_is_the_runtimes_unless_somebody_sets_it, 0,
                        COUNT(clocks));
    tcase_add_test(tests, a_quote_in_defaults_is_told_where_the_arguments_are_the_unit);
    tcase_add_test(tests, a_quote_at_the_start_of_a_variable_is_a_warning);
    tcase_add_test(tests, errors_are_told_in_the_order_in_which_they_stand);
    tcase_add_test(tests, all_errors_are_told_and_not_the_first_alone);
    tcase_add_loop_test(tests, what_is_shown_and_shown_again_is_the_same, 0, COUNT(shown));
    tcase_add_test(tests, show_has_defaults_variables_and_no_value_of_a_file);
    tcase_add_loop_test(tests, explain_knows_sections_keys_and_codes, 0, COUNT(topics));
    tcase_add_loop_test(tests, what_a_document_would_take_for_its_own_is_escaped, 0, COUNT(rows));
    suite_add_tcase(suite, tests);
    return suite;
}
