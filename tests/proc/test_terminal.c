/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>

/* A terminal as standard input, output and error; and roinit below another init. */

#define TERMINAL .in = STREAM_TERMINAL, .out = STREAM_TERMINAL, .err = STREAM_TERMINAL

START_TEST(a_lone_command_gets_the_foreground_of_the_terminal)
{
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "session"), TERMINAL}, 0);
    box_must_say(&box, OUT, "session other, group own, foreground own");
    box_free(&box);
}
END_TEST

START_TEST(main_gets_the_foreground_of_the_terminal_and_others_get_none)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\ncommand = /puppet session print:up sleep\n"
                         "[service side]\nlog = raw\ncommand = /puppet session print:up sleep\n",
        TERMINAL});
    box_expect_times(&box, OUT, "up\r\n", 2);
    box_must_say(&box, OUT, "session other, group own, foreground own");
    box_must_say(&box, OUT, "session own, group own, foreground other");
    box_free(&box);
}
END_TEST

START_TEST(control_c_reaches_the_command)
{
    struct box box = box_start(&(struct start){
        .argv = WORDS("--", "/puppet", "catch:2:44", "print:up", "sleep"), TERMINAL});
    box_expect(&box, OUT, "up\r\n");
    box_feed(&box, "\x03");
    ck_assert_int_eq(box_end(&box), 44);
    box_free(&box);
}
END_TEST

START_TEST(the_foreground_is_given_back_at_the_end)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "session", "exit:3"),
                                             .below_init = true,
                                             TERMINAL},
                             3); /* W7 */
    box_must_say(&box, OUT, "foreground own");
    box_must_say(&box, OUT, "the foreground is roinit's group");
    box_free(&box);
}
END_TEST

START_TEST(the_foreground_is_given_back_when_the_command_is_killed)
{
    struct box box = box_run(
        &(struct start){.argv = WORDS("--", "/puppet", "die:9"), .below_init = true, TERMINAL},
        128 + SIGKILL);
    box_must_say(&box, OUT, "the foreground is roinit's group");
    box_free(&box);
}
END_TEST

START_TEST(a_start_in_the_background_does_not_steal_the_terminal)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "session", "exit:3"),
                                             .below_init = true,
                                             .in_background = true,
                                             TERMINAL},
                             3); /* W8 */
    box_must_say(&box, OUT, "foreground other");
    box_must_say(&box, OUT, "the foreground is the caller's group");
    box_free(&box);
}
END_TEST

/* ---- not PID 1 */

START_TEST(elsewhere_than_pid_1_it_runs_as_subreaper)
{
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "orphans:20", "fork", "fork",
                                              "setsid", "file:/tmp/up", "sleep", "end", "end",
                                              "await:/tmp/up", "session", "exit:21"),
                                .below_init = true},
                21);
    box_must_say(&box, OUT, "parent 2\n");
    box_must_not_say(&box, ERR, "something is left");
    box_free(&box);
}
END_TEST

START_TEST(elsewhere_than_pid_1_signals_and_codes_are_the_same)
{
    struct box box = box_start(
        &(struct start){.argv = WORDS("--", "/puppet", "print:up", "sleep"), .below_init = true});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGTERM);
    box_free(&box);
}
END_TEST

START_TEST(elsewhere_than_pid_1_a_contract_is_kept_as_well)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[defaults]\nlog = raw\n"
                         "[service a]\ncommand = /puppet catch:15:0 print:up sleep\n"
                         "[service b]\nrequires = a\ncommand = /puppet catch:15:0 print:up sleep\n",
        .below_init = true});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    ck_assert_uint_eq(box_count(&box, OUT, "caught 15\n"), 2);
    box_free(&box);
}
END_TEST

START_TEST(elsewhere_than_pid_1_only_its_own_descendants_are_killed)
{
    struct box box = box_run(
        &(struct start){.argv = WORDS("--", "/puppet", "fork", "ignore:15", "file:/tmp/up", "sleep",
                                      "end", "await:/tmp/up", "exit:2"),
                        .below_init = true},
        2); /* the harness's init lives on and tells the code: kill(-1) would have ended it */
    box_must_not_say(&box, ERR, "something is left");
    box_free(&box);
}
END_TEST

START_TEST(main_of_another_user_can_open_the_terminal_by_name)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\nuser = app\ncommand = /usr/bin/env sh -c 'echo by name "
                         ">/proc/self/fd/1; exec sleep 60'\n",
        TERMINAL});
    box_expect(&box, OUT, "by name");
    box_free(&box);
}
END_TEST

Suite *
terminal_suite(void)
{
    return proc_suite("terminal", (const TTest *const[]){
                                      a_lone_command_gets_the_foreground_of_the_terminal,
                                      main_gets_the_foreground_of_the_terminal_and_others_get_none,
                                      control_c_reaches_the_command,
                                      the_foreground_is_given_back_at_the_end,
                                      the_foreground_is_given_back_when_the_command_is_killed,
                                      a_start_in_the_background_does_not_steal_the_terminal,
                                      main_of_another_user_can_open_the_terminal_by_name,
                                      elsewhere_than_pid_1_it_runs_as_subreaper,
                                      elsewhere_than_pid_1_signals_and_codes_are_the_same,
                                      elsewhere_than_pid_1_a_contract_is_kept_as_well,
                                      elsewhere_than_pid_1_only_its_own_descendants_are_killed,
                                      NULL,
                                  });
}
