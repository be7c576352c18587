/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"
#include "tests/proc/raw.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Standard descriptors that are closed, broken, full, or read by nobody. */

static const enum stream odd[] = {STREAM_CLOSED, STREAM_BROKEN, STREAM_FULL, STREAM_NULL};

enum { ODD = sizeof(odd) / sizeof(odd[0]) };

START_TEST(a_lone_command_runs_whatever_its_descriptors_are)
{
    for (size_t in = 0; in < ODD; in++) { /* W4, W6 */
        for (size_t out = 0; out < ODD; out++) {
            for (size_t err = 0; err < ODD; err++) {
                struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "exit:5"),
                                                         .in = odd[in],
                                                         .out = odd[out],
                                                         .err = odd[err]},
                                         5);
                box_free(&box);
            }
        }
    }
}
END_TEST

START_TEST(services_run_and_roinit_speaks_whatever_its_descriptors_are)
{
    for (size_t i = 0; i < ODD; i++) {
        struct box box = box_run(
            &(struct start){.contract = BASE
                            "[service a]\nrestart = on-failure\nrestart-delay = 0\n"
                            "command = /puppet print:hello err:hello exit:9\n"
                            "[service b]\nlog = json\ncommand = /puppet print:hello sleep\n",
                            .in = odd[i],
                            .out = odd[i],
                            .err = odd[i]},
            9);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_term_is_obeyed_when_standard_error_is_broken)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\ncommand = /puppet catch:15:0 catch:13 print:up sleep\n",
        .err = STREAM_BROKEN});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGUSR1); /* dies of it: a line that cannot be written */
    ck_assert_int_eq(box_end(&box), 128 + SIGUSR1);
    box_must_not_say(&box, OUT, "caught 13\n"); /* its own SIGPIPE is nobody's signal: W6 */
    box_free(&box);
}
END_TEST

START_TEST(closed_descriptors_are_never_taken_by_something_else)
{
    /* roinit's own sockets must not become a unit's 0, 1 or 2 */
    struct box box = box_run(
        &(struct start){.contract = BASE "[service web]\ncommand = /bin/sh -c 'for i in 0 1 2; do "
                                         "readlink /proc/$$/fd/$i >>/tmp/fds; done; cat /tmp/fds "
                                         ">/tmp/all; exit 7'\nlog = raw\n",
                        .in = STREAM_CLOSED,
                        .out = STREAM_CLOSED,
                        .err = STREAM_CLOSED},
        7);
    box_free(&box);
}
END_TEST

START_TEST(a_reader_that_does_not_read_does_not_block_supervision)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service noisy]\nlog = text\ncommand = /puppet flood:400000 lines:20000 "
                         "file:/tmp/flooded sleep\n"
                         "[service web]\nlog = text\nrestart = on-failure\nrestart-delay = 0\n"
                         "command = /puppet await:/tmp/flooded fail:/tmp/n:2:1 file:/tmp/again "
                         "await:/tmp/end exit:6\n",
        .out = STREAM_STUCK});
    box_await_file(&box, "/tmp/again"); /* the flood has ended, and web was restarted twice */
    box_read_on(&box, OUT);
    box_expect(&box, OUT, "line");
    ck_assert_int_eq(box_touch(&box, "/tmp/end"), 0);
    ck_assert_int_eq(box_end(&box), 6);
    box_free(&box);
}
END_TEST

/* As root it may reopen a descriptor; as another user it may not, and must not block either. */
static size_t
told_lost(const struct box *box)
{
    size_t lost = 0;
    for (const char *at = box->said[OUT].text; (at = strstr(at, " lines lost")) != NULL; at++) {
        const char *digit = at;
        while (digit > box->said[OUT].text && digit[-1] >= '0' && digit[-1] <= '9') {
            digit--;
        }
        lost += strtoul(digit, NULL, 10);
    }
    return lost;
}

static void
lose_lines(uid_t uid)
{
    enum { LINES = 20000 };
    struct box box = box_start(&(struct start){
        .contract = BASE "[service noisy]\nlog = text\n"
                         "command = /puppet lines:20000 file:/tmp/flooded await:/tmp/end "
                         "print:last exit:3\n",
        .out = STREAM_STUCK,
        .uid = uid,
        .drop_all = uid != 0});
    box_await_file(&box, "/tmp/flooded");
    box_read_on(&box, OUT);
    box_expect(&box, OUT, "lines lost");
    ck_assert_int_eq(box_touch(&box, "/tmp/end"), 0);
    ck_assert_int_eq(box_end(&box), 3);
    box_must_say(&box, OUT, "noisy: last\n");
    ck_assert_uint_eq(box_count(&box, OUT, "noisy: line ") + told_lost(&box), LINES);
    box_free(&box);
}

START_TEST(lines_that_were_lost_are_counted_and_reported)
{
    lose_lines(0);
}
END_TEST

START_TEST(lines_that_were_lost_are_counted_and_reported_as_another_user)
{
    NEEDS_UIDS();
    lose_lines(BOX_UID);
}
END_TEST

static void
await_loss(struct box *box)
{
    static char text[16384];
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    do {
        ck_assert_int_lt(proc_now_ms(), limit);
        ck_assert_int_eq(box_exec(box, WORDS("metrics"), text, sizeof text), 0);
    } while (strstr(text, "\nroinit_log_lines_dropped_total 0\n") != NULL);
}

/* One read of PID 1 brings more than its pipe and its ring have room for, as JSON. */
START_TEST(of_more_than_there_is_room_for_no_line_is_torn)
{
    enum { LINES = 900 };
    struct box box = box_start(&(struct start){
        .contract = BASE "[service noisy]\nlog = json\n"
                         "command = /puppet file:/tmp/up await:/tmp/go lines:900 file:/tmp/flooded "
                         "await:/tmp/end exit:3\n",
        .out = STREAM_STUCK});
    ck_assert_int_eq(fcntl(box.said[OUT].fd, F_SETPIPE_SZ, 4096), 4096);
    box_await_file(&box, "/tmp/up");
    box_signal(&box, SIGSTOP);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_await_file(&box, "/tmp/flooded");
    box_signal(&box, SIGCONT);
    await_loss(&box);
    box_read_on(&box, OUT);
    box_expect(&box, OUT, "lines lost");
    ck_assert_int_eq(box_touch(&box, "/tmp/end"), 0);
    ck_assert_int_eq(box_end(&box), 3);
    for (const char *at = box.said[OUT].text; *at != '\0'; at += strcspn(at, "\n") + 1) {
        const char *end = at + strcspn(at, "\n");
        ck_assert_msg(*end == '\n' && (*at == 'r' || (*at == '{' && end[-1] == '}')), "%.300s", at);
    }
    ck_assert_uint_eq(box_count(&box, OUT, "\"line 0") + told_lost(&box), LINES);
    box_free(&box);
}
END_TEST

/* Both are one pipe: what has no room any more is the rest of a line, and the other must wait. */
START_TEST(output_and_error_that_are_one_tear_no_line_of_each_other)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[task out]\ncommand = /puppet file:/tmp/up await:/tmp/go lines:20000 "
                         "lines:20000\n"
                         "[task err]\ncommand = /bin/sh -c 'exec /puppet await:/tmp/go "
                         "lines:20000 lines:20000 >&2'\n",
        .out = STREAM_STUCK,
        .err = STREAM_OUTPUT});
    box_await_file(&box, "/tmp/up");
    ck_assert_int_eq(fcntl(box.said[OUT].fd, F_SETPIPE_SZ, 4096), 4096); /* while it is empty */
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_read_on(&box, OUT);
    ck_assert_int_eq(box_end(&box), 0);
    for (const char *at = box.said[OUT].text; *at != '\0'; at += strcspn(at, "\n") + 1) {
        size_t length = strcspn(at, "\n");
        bool is_line = strncmp(at, "out: line ", 10) == 0 || strncmp(at, "err: line ", 10) == 0;
        bool is_whole = is_line && length == strlen("out: line 000000 ") + 50;
        ck_assert_msg(is_whole || strncmp(at, "roinit: ", 8) == 0, "%.300s", at);
    }
    box_free(&box);
}
END_TEST

START_TEST(what_came_in_one_turn_is_output_first_and_then_error)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = text\ncommand = /puppet file:/tmp/up await:/tmp/go "
                         "print:one err:two file:/tmp/done sleep\n",
        .err = STREAM_OUTPUT});
    box_await_file(&box, "/tmp/up");
    box_signal(&box, SIGSTOP);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_await_file(&box, "/tmp/done");
    box_signal(&box, SIGCONT);
    box_expect(&box, OUT, "web: one\nweb: two\n");
    box_free(&box);
}
END_TEST

/* PID 1 may not set the flags of what it has been given, and who shares it takes the room that was
 * there a moment ago: here poll(2) lies. */
START_TEST(room_that_another_has_taken_does_not_block_pid_1)
{
    char text[8192];
    NEEDS_UIDS();
    NEEDS_STRACE();
    struct box box = box_start(
        &(struct start){.contract = BASE "[service web]\nlog = text\n"
                                         "command = /puppet catch:15:0 await:/tmp/go lines:1600 "
                                         "file:/tmp/done:all sleep\n",
                        .uid = BOX_UID,
                        .tracer = WORDS("/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", "-e",
                                        "trace=poll", "-e", "inject=poll:retval=1"),
                        .out = STREAM_STUCK});
    /* More than the pipe and the ring hold, and no more: strace makes each line dear. */
    ck_assert_int_eq(fcntl(box.said[OUT].fd, F_SETPIPE_SZ, 4096), 4096);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_await_file(&box, "/tmp/done");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof text), 0);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(lines_arrive_whole_on_a_socket_and_a_terminal)
{
    static const enum stream kinds[] = {STREAM_SOCKET, STREAM_TERMINAL};
    for (size_t i = 0; i < 2; i++) {
        struct box box = box_run(
            &(struct start){.contract = BASE "[task web]\ncommand = /puppet print:one print:two\n",
                            .in = kinds[i],
                            .out = kinds[i],
                            .err = kinds[i]},
            0);
        box_must_say(&box, OUT, "web: one");
        box_must_say(&box, OUT, "web: two");
        box_free(&box);
    }
}
END_TEST

START_TEST(a_stuck_reader_of_standard_error_does_not_block_the_stop)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service noisy]\nlog = text\n"
                         "command = /bin/sh -c '/puppet lines:20000 >&2; exec /puppet "
                         "file:/tmp/flooded sleep'\n",
        .err = STREAM_STUCK});
    box_await_file(&box, "/tmp/flooded");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_full_pipe_does_not_keep_the_container_alive)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service noisy]\nlog = text\ncommand = /puppet flood:900000 exit:8\n",
        .out = STREAM_STUCK,
        .err = STREAM_STUCK});
    ck_assert_int_eq(box_end(&box), 8);
    box_free(&box);
}
END_TEST

START_TEST(a_unit_that_closes_its_pipes_costs_nothing_and_speaks_again_after_a_restart)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service quiet]\nlog = text\nrestart = on-failure\nrestart-delay = 0\n"
                         "command = /puppet print:speaks close:1 close:2 file:/tmp/quiet "
                         "await:/tmp/go exit:5\nstart-limit = 2/2m\n"});
    box_await_file(&box, "/tmp/quiet");
    box_expect(&box, OUT, "quiet: speaks\n");
    int64_t start_ms = proc_now_ms();
    int64_t before_ns = raw_cpu_ns(box.pid);
    usleep(300000);
    ck_assert_int_le((raw_cpu_ns(box.pid) - before_ns) / 1000000, (proc_now_ms() - start_ms) / 10);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 5);
    ck_assert_uint_eq(box_count(&box, OUT, "quiet: speaks\n"), 2);
    box_free(&box);
}
END_TEST

START_TEST(an_answer_that_cannot_be_written_is_71)
{
    static const char *const verbs[] = {"show", "lint", "help", "explain", "--version"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct box box = box_run(&(struct start){.argv = WORDS(verbs[i]), .out = STREAM_FULL}, 71);
        box_must_say(&box, ERR, "cannot write to standard output: no space left");
        box_free(&box);
    }
}
END_TEST

Suite *
streams_suite(void)
{
    return proc_suite(
        "streams", (const TTest *const[]){
                       a_lone_command_runs_whatever_its_descriptors_are,
                       services_run_and_roinit_speaks_whatever_its_descriptors_are,
                       a_term_is_obeyed_when_standard_error_is_broken,
                       closed_descriptors_are_never_taken_by_something_else,
                       a_reader_that_does_not_read_does_not_block_supervision,
                       lines_that_were_lost_are_counted_and_reported,
                       lines_that_were_lost_are_counted_and_reported_as_another_user,
                       of_more_than_there_is_room_for_no_line_is_torn,
                       what_came_in_one_turn_is_output_first_and_then_error,
                       output_and_error_that_are_one_tear_no_line_of_each_other,
                       room_that_another_has_taken_does_not_block_pid_1,
                       lines_arrive_whole_on_a_socket_and_a_terminal,
                       a_stuck_reader_of_standard_error_does_not_block_the_stop,
                       a_full_pipe_does_not_keep_the_container_alive,
                       a_unit_that_closes_its_pipes_costs_nothing_and_speaks_again_after_a_restart,
                       an_answer_that_cannot_be_written_is_71,
                       NULL,
                   });
}
