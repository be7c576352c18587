/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>

#include "tests/unit/written.h"
#include "tests/unit/suites.h"

/* What no value shows by itself: units, mounts and keys held against each other. */

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
    written_lint(checks[_i].text);
    written_expect(checks[_i].errors, checks[_i].part);
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
    char bytes[256];
    (void)snprintf(bytes, sizeof bytes, "[tmpfs /tmp]\noptions = %s\n" A, opposites[_i].options);
    written_lint(bytes);
    written_expect(0, NULL);
    ck_assert_int_eq(written_says("the last counts"), opposites[_i].is_told);
}
END_TEST

START_TEST(the_cycle_is_told_at_the_key_that_makes_it)
{
    written_lint(A "requires = b\n" B "requires = a\n");
    ck_assert_str_eq(written.diags.item[0].key, "requires");
    written_free();
    written_init();
    written_lint(A "after = b\n" B "after = a\n");
    ck_assert_str_eq(written.diags.item[0].key, "after");
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
crosscheck_suite(void)
{
    Suite *suite = suite_create("crosscheck");
    TCase *tests = tcase_create("crosscheck");
    tcase_add_checked_fixture(tests, written_init, written_free);
    tcase_add_loop_test(tests, the_whole_is_checked, 0, COUNT(checks));
    tcase_add_loop_test(tests, of_two_options_that_contradict_each_other_the_last_counts, 0,
                        COUNT(opposites));
    tcase_add_test(tests, the_cycle_is_told_at_the_key_that_makes_it);
    suite_add_tcase(suite, tests);
    return suite;
}
