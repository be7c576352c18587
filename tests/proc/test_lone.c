/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>

/* A lone command: no contract file; roinit is a stricter tini. */

enum { SIGNAL_MAX = 64, REAL_TIME_MIN = 34 };

static uint64_t
bit(int signal_number)
{
    return 1ULL << (signal_number - 1);
}

static void
run_with_code(const char *word, int code)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", word)}, code);
    box_must_not_say(&box, ERR, "roinit:");
    box_free(&box);
}

START_TEST(each_exit_code_of_a_lone_command_is_passed_on)
{
    for (int code = 0; code <= 255; code++) {
        char word[24];
        snprintf(word, sizeof(word), "exit:%d", code);
        run_with_code(word, code);
    }
}
END_TEST

START_TEST(death_by_each_signal_becomes_128_plus_its_number)
{
    /* those whose default is to be ignored or to stop do not kill */
    const uint64_t not_deadly = bit(SIGCHLD) | bit(SIGCONT) | bit(SIGSTOP) | bit(SIGTSTP) |
                                bit(SIGTTIN) | bit(SIGTTOU) | bit(SIGURG) | bit(SIGWINCH);
    for (int number = 1; number <= SIGNAL_MAX; number++) {
        bool is_internal = number == 32 || number == 33; /* of the C library */
        if (!is_internal && (not_deadly & bit(number)) == 0) {
            char word[24];
            snprintf(word, sizeof(word), "die:%d", number);
            run_with_code(word, 128 + number);
        }
    }
}
END_TEST

START_TEST(arguments_arrive_as_they_were_given)
{
    struct box box = box_run(
        &(struct start){.argv = WORDS("--", "/puppet", "argv", "print:a b",
                                      "print:", "print:$HOME 'x' \"y\" \\ ; #", "print:--help")},
        0);
    box_must_say(&box, OUT, "argv [print:a b]\nargv [print:]\n");
    box_must_say(&box, OUT, "argv [print:$HOME 'x' \"y\" \\ ; #]\nargv [print:--help]\n");
    box_free(&box);
}
END_TEST

START_TEST(a_command_needs_no_double_dash)
{
    struct box box = box_run(&(struct start){.argv = WORDS("/puppet", "exit:7")}, 7);
    box_free(&box);
}
END_TEST

START_TEST(a_command_is_found_in_the_path)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "sh", "-c", "exit 8")}, 8);
    box_free(&box);
}
END_TEST

START_TEST(a_command_that_is_not_there_ends_with_127)
{
    static const char *const missing[] = {"/nothing", "nothing", "/nowhere/at/all"};
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        struct box box = box_run(&(struct start){.argv = WORDS("--", missing[i])}, 127);
        box_must_say(&box, ERR, missing[i]);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_command_that_cannot_be_executed_ends_with_126)
{
    static const char *const bad[] = {"/etc", "/etc/passwd", "/srv/bad"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct box box =
            box_run(&(struct start){.argv = WORDS("--", bad[i]),
                                    .file = {{.path = "/srv/bad", .text = "\x7f", .mode = 0644}}},
                    126);
        box_must_say(&box, ERR, bad[i]);
        box_free(&box);
    }
}
END_TEST

/* Sends every signal of the set to PID 1 and waits for the puppet to say that it has come. */
static void
send_and_expect(struct box *box, int from, int to, uint64_t without)
{
    for (int number = from; number <= to; number++) {
        char text[32];
        if ((without & bit(number)) == 0) {
            snprintf(text, sizeof(text), "caught %d\n", number);
            box_signal(box, number);
            box_expect(box, OUT, text);
        }
    }
}

START_TEST(a_lone_command_gets_every_signal_that_can_be_caught)
{
    struct box box = box_start(
        &(struct start){.argv = WORDS("--", "/puppet", "catch:all", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    send_and_expect(&box, 1, 31, bit(SIGKILL) | bit(SIGSTOP) | bit(SIGCHLD));
    box_signal(&box, SIGKILL);
    box_free(&box);
}
END_TEST

START_TEST(real_time_signals_from_34_to_64_are_forwarded)
{
    struct box box = box_start(
        &(struct start){.argv = WORDS("--", "/puppet", "catch:all", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    send_and_expect(&box, REAL_TIME_MIN, SIGNAL_MAX, 0);
    box_free(&box);
}
END_TEST

START_TEST(a_real_time_signal_is_forwarded_each_time)
{
    enum { TIMES = 20 };
    static const int numbers[] = {34, 35, 50, 64};
    struct box box = box_start(
        &(struct start){.argv = WORDS("--", "/puppet", "catch:all", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    for (int i = 0; i < TIMES; i++) {
        for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++) {
            box_signal(&box, numbers[n]);
        }
    }
    for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++) {
        char text[32];
        snprintf(text, sizeof(text), "caught %d\n", numbers[n]);
        box_expect_times(&box, OUT, text, TIMES);
        ck_assert_uint_eq(box_count(&box, OUT, text), TIMES);
    }
    box_free(&box);
}
END_TEST

START_TEST(term_ends_a_lone_command_with_143)
{
    struct box box =
        box_start(&(struct start){.argv = WORDS("--", "/puppet", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGTERM);
    box_free(&box);
}
END_TEST

START_TEST(a_lone_command_that_ignores_term_is_given_all_the_time)
{
    struct box box = box_start(&(struct start){
        .argv = WORDS("--", "/puppet", "catch:15", "catch:10:5", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    box_expect(&box, OUT, "caught 15\n");
    box_signal(&box, SIGTERM);
    box_expect_times(&box, OUT, "caught 15\n", 2);
    box_signal(&box, SIGUSR1);
    ck_assert_int_eq(box_end(&box), 5);
    box_free(&box);
}
END_TEST

START_TEST(the_code_of_a_lone_command_holds_when_it_handles_term)
{
    struct box box = box_start(
        &(struct start){.argv = WORDS("--", "/puppet", "catch:15:33", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 33);
    box_free(&box);
}
END_TEST

START_TEST(stop_timeout_from_the_environment_ends_a_lone_command_that_ignores_term)
{
    struct box box =
        box_start(&(struct start){.argv = WORDS("--", "/puppet", "ignore:15", "print:up", "sleep"),
                                  .env = WORDS("ROINIT_STOP_TIMEOUT=300ms")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGKILL);
    box_free(&box);
}
END_TEST

/* The child is held at execve: TERM finds it between fork and exec (drop-in.md, W1). */
static void
term_before_exec(const char *contract, const char *const *argv, int code)
{
    bool is_seen = false;
    for (int tries = 0; tries < 5 && !is_seen; tries++) {
        struct box box = box_start(&(struct start){
            .contract = contract,
            .argv = argv,
            .tracer = WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e",
                            "trace=execve", "-e", "inject=execve:delay_enter=400000")});
        is_seen = box_shows_child(&box, "(roinit)");
        box_signal(&box, SIGTERM);
        ck_assert_int_eq(box_end(&box), code);
        box_free(&box);
    }
    ck_assert(is_seen);
}

START_TEST(a_term_between_fork_and_exec_is_not_lost)
{
    NEEDS_STRACE();
    term_before_exec(NULL, WORDS("--", "/puppet", "sleep"), 128 + SIGTERM);
}
END_TEST

START_TEST(a_term_between_fork_and_exec_of_a_service_is_not_lost)
{
    NEEDS_STRACE();
    term_before_exec(BASE "[service web]\ncommand = /puppet sleep\nlog = raw\n", NULL, 0);
}
END_TEST

START_TEST(nothing_is_said_when_all_is_well)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "print:hi")}, 0);
    ck_assert_str_eq(box.said[OUT].text, "hi\n");
    ck_assert_uint_eq(box.said[ERR].size, 0);
    box_free(&box);
}
END_TEST

START_TEST(what_is_left_when_a_lone_command_ends_gets_term)
{
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "fork", "fork", "setsid",
                                              "catch:15:0", "file:/tmp/up", "sleep", "end", "end",
                                              "await:/tmp/up", "exit:4")},
                4);
    box_must_say(&box, OUT, "caught 15\n"); /* and not KILL out of the blue: W11 */
    box_free(&box);
}
END_TEST

Suite *
lone_suite(void)
{
    return proc_suite("lone",
                      (const TTest *const[]){
                          each_exit_code_of_a_lone_command_is_passed_on,
                          death_by_each_signal_becomes_128_plus_its_number,
                          arguments_arrive_as_they_were_given,
                          a_command_needs_no_double_dash,
                          a_command_is_found_in_the_path,
                          a_command_that_is_not_there_ends_with_127,
                          a_command_that_cannot_be_executed_ends_with_126,
                          a_lone_command_gets_every_signal_that_can_be_caught,
                          real_time_signals_from_34_to_64_are_forwarded,
                          a_real_time_signal_is_forwarded_each_time,
                          term_ends_a_lone_command_with_143,
                          a_lone_command_that_ignores_term_is_given_all_the_time,
                          the_code_of_a_lone_command_holds_when_it_handles_term,
                          stop_timeout_from_the_environment_ends_a_lone_command_that_ignores_term,
                          a_term_between_fork_and_exec_is_not_lost,
                          a_term_between_fork_and_exec_of_a_service_is_not_lost,
                          nothing_is_said_when_all_is_well,
                          what_is_left_when_a_lone_command_ends_gets_term,
                          NULL,
                      });
}
