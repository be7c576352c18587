/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the socket tells as it happens: events, logs, and clients that wait for long. */

enum { TEXT_BYTES = 1 << 19, WAITERS = 60 };

/* Reads on until the text has come; fails the test where it does not, or the answer ends. */
static void
expect(int fd, const char *text)
{
    static char heard[TEXT_BYTES];
    size_t used = 0;
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    heard[0] = '\0';
    while (strstr(heard, text) == NULL) {
        ck_assert_msg(proc_now_ms() < limit, "never told \"%s\": %s", text, heard);
        if (poll(&polled, 1, 100) <= 0) {
            continue;
        }
        ssize_t got = read(fd, heard + used, sizeof(heard) - 1 - used);
        ck_assert_msg(got > 0, "ended before it told \"%s\": %s", text, heard);
        for (size_t i = used; i < used + (size_t)got; i++) {
            heard[i] = heard[i] == '\0' ? '@' : heard[i]; /* of frames */
        }
        used += (size_t)got;
        heard[used] = '\0';
    }
}

#define TALKERS                                                                                    \
    BASE "[service main]\nlog = raw\ncommand = /puppet print:raw-line sleep\n"                     \
         "[service web]\ncommand = /puppet print:one print:two err:three sleep\n"                  \
         "[task done]\ncommand = /puppet print:last-words exit:0\n"                                \
         "[service quiet]\nlog = null\ncommand = /puppet print:unheard sleep\n"

START_TEST(logs_are_the_last_lines_of_each_unit)
{
    struct box box = box_running(&(struct start){.contract = TALKERS});
    box_expect(&box, OUT, "web: two\n");
    box_expect(&box, ERR, "web: three\n"); /* of a pipe of its own: it may come before the others */
    box_expect(&box, OUT, "done: last-words\n");
    box_ask(&box, WORDS("logs"), 0);
    box_answered("web: one\n");
    box_answered("web: two\n");
    ck_assert(strstr(box_answer(), "web: one\n") < strstr(box_answer(), "web: two\n"));
    box_answered("web: three\n");
    box_answered("done: last-words\n");
    box_answered("main has log = raw: its lines are in `docker logs`");
    box_answered("quiet has log = null");
    box_ask(&box, WORDS("logs", "web", "-n", "1"), 0);
    ck_assert_ptr_null(strchr(strchr(box_answer(), '\n') + 1, '\n'));
    box_ask(&box, WORDS("logs", "web", "-n", "0"), 0);
    ck_assert_str_eq(box_answer(), "");
    box_ask(&box, WORDS("logs", "done", "--json"), 0);
    box_answered("\"unit\":\"done\",\"stream\":\"stdout\",\"line\":\"last-words\"}");
    box_ask(&box, WORDS("logs", "nosuch"), 4);
    box_ask(&box, WORDS("logs", "-n", "few"), 64);
    box_stop(&box);
}
END_TEST

START_TEST(logs_are_for_those_who_may)
{
    NEEDS_UIDS();
    struct box box = box_running(&(struct start){.contract = TALKERS});
    box_ask_as(&box, BOX_UID, WORDS("logs"), 77);
    box_ask_as(&box, BOX_UID, WORDS("events"), 0);
    box_stop(&box);
}
END_TEST

START_TEST(no_more_than_64_kib_are_kept_of_a_unit_and_the_newest_of_them)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[service main]\nlog = raw\ncommand = /puppet sleep\n"
                         "[task talk]\ncommand = /puppet lines:20000 print:last\n"});
    box_ask(&box, WORDS("wait", "talk", "--timeout", "25s"), 0);
    box_ask(&box, WORDS("logs", "talk"), 0);
    box_answered("talk: last\n");
    ck_assert_uint_lt(strlen(box_answer()), 65536 + 65536 / 2);
    ck_assert_uint_gt(strlen(box_answer()), 16384);
    box_stop(&box);
}
END_TEST

START_TEST(logs_go_on_with_f)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[service main]\nlog = raw\ncommand = /puppet sleep\n"
                         "[service web]\ncommand = /puppet catch:10 print:before sleep\n"});
    box_expect(&box, OUT, "web: before\n");
    int fd = box_dial(&box, "logs -f web");
    expect(fd, "web: before\n");
    box_ask(&box, WORDS("signal", "USR1", "web"), 0);
    expect(fd, "web: caught 10\n");
    close(fd);
    box_stop(&box);
}
END_TEST

START_TEST(events_are_told_in_order_and_go_on_with_f)
{
    struct box box = box_running(
        &(struct start){.contract = BASE "[service main]\nlog = raw\ncommand = /puppet sleep\n"
                                         "[service web]\ncommand = /puppet sleep\n"});
    box_ask(&box, WORDS("events", "--json"), 0);
    box_answered(
        "\"event\":\"unit\",\"unit\":\"web\",\"from\":\"starting\",\"to\":\"ready\",\"after_ms\":");
    box_answered("\"event\":\"container\",\"from\":\"booting\",\"to\":\"running\"");
    box_ask(&box, WORDS("events"), 0);
    box_answered("  web starting -> ready after ");
    int fd = box_dial(&box, "events -f --json");
    expect(fd, "\"to\":\"running\"");
    box_ask(&box, WORDS("stop", "web"), 0);
    expect(fd, "\"from\":\"stopping\",\"to\":\"stopped\"");
    box_signal(&box, SIGTERM);
    expect(fd, "\"to\":\"over\""); /* whoever follows is told the end */
    close(fd);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_client_that_goes_away_while_it_waits_is_forgotten)
{
    struct box box = box_running(&(struct start){.contract = TALKERS});
    size_t before = box_descriptors(&box);
    int fds[3];
    static const char *const requests[] = {"wait --for stopped", "events -f", "logs -f"};
    for (size_t i = 0; i < 3; i++) {
        fds[i] = box_dial(&box, requests[i]);
    }
    box_ask(&box, WORDS("status"), 0);
    ck_assert_uint_ge(box_descriptors(&box), before + 2); /* `wait` may have been among them */
    for (size_t i = 0; i < 3; i++) {
        close(fds[i]);
    }
    box_await_descriptors(&box, before);
    box_stop(&box);
}
END_TEST

START_TEST(whoever_talks_out_of_turn_is_dropped)
{
    struct box box = box_running(&(struct start){.contract = TALKERS});
    char byte;
    int fd = box_dial(&box, "wait --for stopped");
    box_ask(&box, WORDS("status"), 0);
    ck_assert_int_eq(write(fd, "more", 4), 4);
    ck_assert_int_le(read(fd, &byte, 1), 0);
    close(fd);
    box_stop(&box);
}
END_TEST

START_TEST(so_many_may_wait_and_no_more_and_status_is_answered_all_the_while)
{
    static int fds[WAITERS];
    struct box box = box_running(&(struct start){.contract = TALKERS});
    for (int i = 0; i < WAITERS; i++) {
        fds[i] = box_dial(&box, "wait --for stopped");
    }
    expect(fds[WAITERS - 1], "too many requests wait already");
    box_ask(&box, WORDS("status"), 0);
    box_ask(&box, WORDS("events"), 0); /* an answer that is whole at once is never too much */
    for (int i = 0; i < WAITERS; i++) {
        close(fds[i]);
    }
    box_ask(&box, WORDS("wait"), 0);
    box_stop(&box);
}
END_TEST

START_TEST(a_follower_that_does_not_read_is_dropped_and_hinders_nobody)
{
    struct box box = box_running(&(struct start){
        .contract = BASE
        "[service main]\nlog = raw\ncommand = /puppet sleep\n"
        "[service flood]\ncommand = /puppet catch:10 print:up until:10 lines:20000 sleep\n"});
    box_expect(&box, OUT, "flood: up\n");
    size_t before = box_descriptors(&box);
    int fd = box_dial(&box, "logs -f flood");
    box_ask(&box, WORDS("signal", "USR1", "flood"), 0);
    for (int i = 0; i < 8; i++) {
        box_ask(&box, WORDS("status"), 0);
        poll(NULL, 0, 20);
    }
    box_await_descriptors(&box, before); /* 5 s, in which it took nothing */
    close(fd);
    box_free(&box);
}
END_TEST

Suite *
follow_suite(void)
{
    return proc_suite("follow",
                      (const TTest *const[]){
                          logs_are_the_last_lines_of_each_unit,
                          logs_are_for_those_who_may,
                          no_more_than_64_kib_are_kept_of_a_unit_and_the_newest_of_them,
                          logs_go_on_with_f,
                          events_are_told_in_order_and_go_on_with_f,
                          a_client_that_goes_away_while_it_waits_is_forgotten,
                          whoever_talks_out_of_turn_is_dropped,
                          so_many_may_wait_and_no_more_and_status_is_answered_all_the_while,
                          a_follower_that_does_not_read_is_dropped_and_hinders_nobody,
                          NULL,
                      });
}
