/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Under the names of others: what harms there does not here. W1 to W15 are the rows of drop-in.md,
 * part 2. */

#define TERMINAL .in = STREAM_TERMINAL, .out = STREAM_TERMINAL, .err = STREAM_TERMINAL
enum { NAMES = 3 };
static const char *const names[NAMES] = {"tini", "dumb-init", "catatonit"};

static uint64_t
bit(int signal_number)
{
    return 1ULL << (signal_number - 1);
}

/* The child is held at the system call; meanwhile TERM arrives at PID 1. */
static void
term_while_held(const char *name, const char *option, const char *syscall_name)
{
    char inject[64];
    char mark[32];
    snprintf(inject, sizeof(inject), "inject=%s:delay_enter=300000", syscall_name);
    snprintf(mark, sizeof(mark), "(%s)", name);
    bool is_seen = false;
    for (int tries = 0; tries < 5 && !is_seen; tries++) {
        struct box box =
            box_start(&(struct start){.name = name,
                                      .argv = WORDS(option, "--", "/puppet", "sleep"),
                                      .tracer = WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o",
                                                      "/dev/null", "-e", inject)});
        is_seen = box_shows_child(&box, mark);
        box_signal(&box, SIGTERM);
        ck_assert_int_eq(box_end(&box), 128 + SIGTERM);
        box_free(&box);
    }
    ck_assert(is_seen);
}

START_TEST(a_term_before_the_exec_reaches_the_command)
{
    NEEDS_STRACE();
    term_while_held("tini", "-w", "execve"); /* W1 */
    term_while_held("dumb-init", "-c", "execve");
    term_while_held("catatonit", "-g", "execve");
}
END_TEST

START_TEST(a_term_before_the_group_is_made_reaches_the_command)
{
    NEEDS_STRACE();
    term_while_held("tini", "-g", "setpgid"); /* W2 */
    term_while_held("dumb-init", "-v", "setsid");
    term_while_held("catatonit", "-g", "setpgid");
}
END_TEST

START_TEST(a_caller_that_ignores_sigchld_changes_nothing)
{
    for (int i = 0; i < NAMES; i++) { /* W3 */
        struct box box = box_run(&(struct start){.name = names[i],
                                                 .argv = WORDS("/puppet", "exit:5"),
                                                 .ignored = bit(SIGCHLD)},
                                 5);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_closed_standard_input_changes_nothing)
{
    for (int i = 0; i < NAMES; i++) { /* W4 */
        struct box box = box_run(&(struct start){.name = names[i],
                                                 .argv = WORDS("/puppet", "fds", "exit:3"),
                                                 .in = STREAM_CLOSED},
                                 3);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_command_that_may_not_be_signalled_ends_nobody)
{
    NEEDS_UIDS();
    for (int i = 0; i < NAMES; i++) { /* W5 */
        struct box box = box_start(&(struct start){
            .name = names[i],
            .uid = BOX_UID,
            .argv = WORDS("/srv/sudo", "setuid:0", "print:up", "await:/tmp/go", "exit:7"),
            .file = {{.path = "/srv/sudo", .mode = 04755, .is_puppet = true}}});
        box_expect(&box, OUT, "up\n");
        box_signal(&box, SIGUSR1);
        box_signal(&box, SIGTERM);
        if (strcmp(names[i], "tini") == 0) {
            box_expect(&box, ERR, "[WARN  tini (1)] Cannot forward signal 'Terminated'");
        }
        ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
        ck_assert_int_eq(box_end(&box), 7);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_broken_standard_error_harms_nobody)
{
    static const char *const options[NAMES] = {"-s", "-v", "-g"};
    for (int i = 0; i < NAMES; i++) { /* W6 */
        struct box box = box_run(
            &(struct start){.name = names[i],
                            .argv = WORDS(options[i], "--", "/puppet", "sleep:300", "exit:6"),
                            .env = WORDS("TINI_VERBOSITY=3", "CATATONIT_DEBUG=1"),
                            .out = STREAM_BROKEN,
                            .err = STREAM_BROKEN,
                            .below_init = true},
            6);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_script_has_its_terminal_back)
{
    for (int i = 0; i < NAMES; i++) { /* W7 */
        struct box box =
            box_run(&(struct start){.name = names[i],
                                    .argv = WORDS("/puppet", "exit:3"),
                                    .env = WORDS("TINI_VERBOSITY=0"),
                                    .tracer = WORDS("/bin/sh", "-c",
                                                    "\"$0\" \"$@\"; echo \"code $?\" >/dev/tty"),
                                    .below_init = true,
                                    TERMINAL},
                    0);
        box_must_say(&box, OUT, "code 3\r\n");
        box_must_say(&box, OUT, "the foreground is roinit's group");
        box_free(&box);
    }
}
END_TEST

START_TEST(a_start_in_the_background_steals_no_terminal)
{
    for (int i = 0; i < NAMES; i++) { /* W8 */
        struct box box = box_run(&(struct start){.name = names[i],
                                                 .argv = WORDS("/puppet", "session", "exit:3"),
                                                 .below_init = true,
                                                 .in_background = true,
                                                 TERMINAL},
                                 3);
        box_must_say(&box, OUT, "the foreground is the caller's group");
        box_free(&box);
    }
}
END_TEST

/* A shell with job control is PID 1, and the init a job of its. */
static void
stop_and_continue(const char *name)
{
    struct box box = box_start(&(struct start){
        .name = name,
        .argv = WORDS("--", "/puppet", "catch:18", "catch:2:44", "print:up", "sleep"),
        .env = WORDS("TINI_SUBREAPER=1"),
        .tracer = WORDS("/bin/bash", "-c",
                        "set -m; \"$0\" \"$@\"; echo \"stopped $?\"; fg; echo \"end $?\""),
        TERMINAL});
    box_expect(&box, OUT, "up\r\n");
    box_feed(&box, "\x1a");
    box_expect(&box, OUT, "stopped 14"); /* 148 of TSTP, or 147 of STOP */
    box_expect(&box, OUT, "caught 18\r\n");
    box_feed(&box, "\x03");
    box_expect(&box, OUT, "end 44\r\n");
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}

START_TEST(the_stop_key_stops_the_job_and_fg_continues_it)
{
    for (int i = 0; i < NAMES; i++) { /* W9 */
        stop_and_continue(names[i]);
    }
    stop_and_continue("roinit-itself");
}
END_TEST

START_TEST(a_shell_inside_has_job_control)
{
    for (int i = 0; i < NAMES; i++) { /* W10 */
        struct box box = box_start(
            &(struct start){.name = names[i],
                            .argv = WORDS("--", "/bin/bash", "-c",
                                          "set -m; /puppet catch:18 catch:2:44 print:up sleep; "
                                          "echo \"stopped $?\"; fg; echo \"end $?\""),
                            TERMINAL});
        box_expect(&box, OUT, "up\r\n");
        box_feed(&box, "\x1a");
        box_expect(&box, OUT, "stopped 148\r\n");
        box_expect(&box, OUT, "caught 18\r\n");
        box_feed(&box, "\x03");
        box_expect(&box, OUT, "end 44\r\n");
        ck_assert_int_eq(box_end(&box), 0);
        box_free(&box);
    }
}
END_TEST

START_TEST(as_pid_1_the_stop_key_holds_nobody)
{
    struct box box = box_start(
        &(struct start){.name = "tini",
                        .argv = WORDS("/puppet", "catch:18", "catch:2:44", "print:up", "sleep"),
                        TERMINAL}); /* nobody could say fg */
    box_expect(&box, OUT, "up\r\n");
    box_feed(&box, "\x1a");
    box_expect(&box, OUT, "caught 18\r\n");
    box_feed(&box, "\x03");
    ck_assert_int_eq(box_end(&box), 44);
    box_free(&box);
}
END_TEST

START_TEST(helpers_hear_term_when_the_command_has_ended)
{
    for (int i = 0; i < NAMES; i++) { /* W11 */
        struct box box =
            box_run(&(struct start){.name = names[i],
                                    .argv = WORDS("/puppet", "fork", "fork", "setsid", "catch:15:0",
                                                  "file:/tmp/up", "sleep", "end", "end",
                                                  "await:/tmp/up", "exit:4")},
                    4);
        box_must_say(&box, OUT, "caught 15\n");
        box_free(&box);
    }
}
END_TEST

START_TEST(the_init_holds_no_folder_and_no_descriptor)
{
    for (int i = 0; i < NAMES; i++) { /* W12 */
        char path[64];
        char folder[64] = "";
        struct box box = box_start(&(struct start){
            .name = names[i],
            .argv = WORDS("--", "/puppet", "cwd", "fds", "print:up", "sleep"),
            .tracer = WORDS("/bin/sh", "-c", "cd /usr/bin && exec \"$0\" \"$@\" 7</dev/null"),
            .leaks = 2});
        box_expect(&box, OUT, "up\n");
        box_must_say(&box, OUT, "cwd /usr/bin\n");
        box_must_say(&box, OUT, " 7"); /* what was left open is the command's */
        snprintf(path, sizeof(path), "/proc/%d/cwd", (int)box.pid);
        ck_assert_int_gt(readlink(path, folder, sizeof(folder) - 1), 0);
        ck_assert_str_eq(folder, "/");
        box_await_descriptors(&box, 3); /* it runs at the same time */
        box_free(&box);
    }
}
END_TEST

START_TEST(when_nothing_happens_nothing_wakes_up)
{
    for (int i = 0; i < NAMES; i++) { /* W13 */
        struct box box = box_start(
            &(struct start){.name = names[i], .argv = WORDS("--", "/puppet", "print:up", "sleep")});
        box_expect(&box, OUT, "up\n");
        long before = box_await_rest(&box);
        poll(NULL, 0, 2300);
        ck_assert_int_eq(box_switches(&box), before);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_system_without_subreapers_runs_the_command)
{
    NEEDS_STRACE();
    static const char *const options[NAMES] = {"-s", "-c", "-g"};
    for (int i = 0; i < NAMES; i++) { /* W14 */
        struct box box =
            box_run(&(struct start){.name = names[i],
                                    .argv = WORDS(options[i], "--", "/puppet", "exit:9"),
                                    .tracer = WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o",
                                                    "/dev/null", "-e", "inject=prctl:error=EINVAL"),
                                    .below_init = true},
                    9);
        box_free(&box);
    }
}
END_TEST

START_TEST(options_end_at_the_program)
{
    for (int i = 0; i < NAMES; i++) { /* W15 */
        struct box box = box_run(
            &(struct start){.name = names[i], .argv = WORDS("/bin/echo", "-l", "-g", "-x")}, 0);
        box_must_say(&box, OUT, "-l -g -x\n");
        box_free(&box);
    }
}
END_TEST

Suite *
as_weak_suite(void)
{
    return proc_suite("as_weak", (const TTest *const[]){
                                     a_term_before_the_exec_reaches_the_command,
                                     a_term_before_the_group_is_made_reaches_the_command,
                                     a_caller_that_ignores_sigchld_changes_nothing,
                                     a_closed_standard_input_changes_nothing,
                                     a_command_that_may_not_be_signalled_ends_nobody,
                                     a_broken_standard_error_harms_nobody,
                                     a_script_has_its_terminal_back,
                                     a_start_in_the_background_steals_no_terminal,
                                     the_stop_key_stops_the_job_and_fg_continues_it,
                                     a_shell_inside_has_job_control,
                                     as_pid_1_the_stop_key_holds_nobody,
                                     helpers_hear_term_when_the_command_has_ended,
                                     the_init_holds_no_folder_and_no_descriptor,
                                     when_nothing_happens_nothing_wakes_up,
                                     a_system_without_subreapers_runs_the_command,
                                     options_end_at_the_program,
                                     NULL,
                                 });
}
