/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"
#include "tests/proc/raw.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The control socket: status, and clients of every bad kind. */

#define CONTRACT                                                                                   \
    BASE "[service web]\nrequires = once\nlog = raw\ncommand = /puppet print:up sleep\n"           \
         "[task once]\ncommand = /puppet exit:0\n"

/* Asks for the status until it holds the text; PID 1 may still be about to see what has happened.
 */
static void
await_status(struct box *box, const char *wanted, char *ret_text, size_t size)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    do {
        ck_assert_msg(proc_now_ms() < limit, "status lacks %s: %s", wanted, ret_text);
        ck_assert_int_eq(box_exec(box, WORDS("status", "--json"), ret_text, size), 0);
    } while (strstr(ret_text, wanted) == NULL);
}

static struct box
start_one(void)
{
    char text[8192] = "";
    struct box box = box_start(&(struct start){.contract = CONTRACT});
    box_expect(&box, OUT, "up\n");
    box_await_file(&box, "/run/roinit/control");
    await_status(&box, "\"phase\":\"running\"", text, sizeof(text));
    return box;
}

/* Whether the other side has closed it, within the limit. */
static bool
is_dropped(int fd, int wait_ms)
{
    char chunk[4096];
    int64_t limit = proc_now_ms() + wait_ms;
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    while (poll(&polled, 1, (int)(limit - proc_now_ms() < 0 ? 0 : limit - proc_now_ms())) > 0) {
        if (read(fd, chunk, sizeof(chunk)) <= 0) {
            return true;
        }
    }
    return false;
}

static void
status_answers(struct box *box)
{
    char text[8192];
    int code = box_exec(box, WORDS("status", "--json"), text, sizeof(text));
    ck_assert_msg(code == 0, "status --json: code %d: %s", code, text);
    ck_assert_msg(strncmp(text, "{\"v\":1,", 7) == 0, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "\"name\":\"web\""));
}

START_TEST(status_as_json_tells_every_unit)
{
    char text[8192];
    static const char *const wanted[] = {
        "\"pid\":1,",           "\"phase\":\"running\"",
        "\"ready\":true",       "\"name\":\"web\"",
        "\"kind\":\"service\"", "\"state\":\"ready\"",
        "\"name\":\"once\"",    "\"kind\":\"task\"",
        "\"state\":\"done\"",   "\"restarts\":0",
        "\"essential\":true",   "\"kept\":true",
        "\"enforced\":true",    "\"path\":\"/tmp\"",
        "\"ro\":true",          "\"last_exit\":{\"code\":0",
    };
    struct box box = start_one();
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        ck_assert_msg(strstr(text, wanted[i]) != NULL, "lacks %s: %s", wanted[i], text);
    }
    box_free(&box);
}
END_TEST

START_TEST(status_for_people_names_every_unit_without_colour)
{
    char text[8192];
    struct box box = start_one();
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "web"));
    ck_assert_ptr_nonnull(strstr(text, "once"));
    ck_assert_ptr_null(strchr(text, '\x1b'));
    box_free(&box);
}
END_TEST

START_TEST(status_of_one_unit_tells_whether_it_runs)
{
    char text[8192];
    struct box box = start_one();
    ck_assert_int_eq(box_exec(&box, WORDS("status", "web"), text, sizeof(text)), 0);
    ck_assert_int_eq(box_exec(&box, WORDS("status", "web", "--json"), text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"name\":\"web\""));
    ck_assert_ptr_null(strstr(text, "\"name\":\"once\""));
    ck_assert_int_eq(box_exec(&box, WORDS("status", "no-such"), text, sizeof(text)), 4);
    ck_assert_ptr_nonnull(strstr(text, "no-such"));
    box_free(&box);
}
END_TEST

START_TEST(status_of_a_unit_that_was_lost_is_3)
{
    char text[8192];
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\ncommand = /puppet print:up sleep\n"
                         "[service side]\nessential = no\ncommand = /puppet exit:7\n"});
    box_expect(&box, OUT, "up\n");
    box_expect(&box, ERR, "side");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "side"), text, sizeof(text)), 3);
    box_free(&box);
}
END_TEST

START_TEST(status_json_is_the_same_as_the_status_file)
{
    char text[8192];
    struct box box = start_one();
    box_await_file(&box, "/run/roinit/status.json");
    FILE *file = fopen(box_path(&box, "/run/roinit/status.json"), "re");
    ck_assert_ptr_nonnull(file);
    size_t got = fread(text, 1, sizeof(text) - 1, file);
    text[got] = '\0';
    fclose(file);
    ck_assert_int_eq(strncmp(text, "{\"v\":1,", 7), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"name\":\"web\""));
    ck_assert_ptr_null(strstr(text, "/puppet")); /* no argument list is ever written */
    box_free(&box);
}
END_TEST

START_TEST(a_thousand_silent_clients_do_not_hinder_status)
{
    enum { CLIENTS = 1000 };
    static int clients[CLIENTS];
    struct box box = start_one();
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = raw_dial(box_path(
            &box, "/run/roinit/control")); /* beyond 64 the oldest incomplete one is dropped */
    }
    status_answers(&box);
    ck_assert_uint_lt(box_descriptors(&box), 64 + 40);
    ck_assert(is_dropped(clients[0], BOX_WAIT_MS));
    for (int i = 0; i < CLIENTS; i++) {
        if (clients[i] >= 0) {
            close(clients[i]);
        }
    }
    status_answers(&box);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_client_that_sends_half_a_request_is_dropped_in_time)
{
    struct box box = start_one();
    int fd = raw_dial(box_path(&box, "/run/roinit/control"));
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "\x01st", 3), 3);
    ck_assert(is_dropped(fd, BOX_WAIT_MS)); /* 5 s for a request to be complete */
    close(fd);
    status_answers(&box);
    box_free(&box);
}
END_TEST

START_TEST(nonsense_on_the_socket_is_answered_or_dropped_and_hurts_nothing)
{
    static const struct {
        const char *bytes;
        size_t size;
    } requests[] = {
        {"\xff\xff\xff\xff", 4},
        {"\x01\0", 2},
        {"\x01\0\0\0\0", 5},
        {"\x02status\0\0", 9},
        {"\x01status\0--json\0web\0\0trailing", 28},
        {"\x01no-such-verb\0\0", 15},
        {"\x01status\0\x1b[31m\n\0\0", 16},
        {"GET / HTTP/1.0\r\n\r\n", 18},
    };
    struct box box = start_one();
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        int fd = raw_dial(box_path(&box, "/run/roinit/control"));
        ck_assert_int_ge(fd, 0);
        (void)!write(fd, requests[i].bytes, requests[i].size);
        shutdown(fd, SHUT_WR);
        ck_assert_msg(is_dropped(fd, BOX_WAIT_MS), "request %zu is neither answered nor dropped",
                      i);
        close(fd);
    }
    status_answers(&box);
    box_free(&box);
}
END_TEST

START_TEST(a_request_over_4_kib_is_refused)
{
    static char huge[1 << 20];
    struct box box = start_one();
    int fd = raw_dial(box_path(&box, "/run/roinit/control"));
    ck_assert_int_ge(fd, 0);
    memset(huge, 'a', sizeof(huge));
    huge[0] = '\x01';
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    size_t sent = 0;
    ssize_t put = 0;
    while (sent < sizeof(huge) && proc_now_ms() < limit && (put >= 0 || errno == EAGAIN)) {
        put = send(fd, huge + sent, sizeof(huge) - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        sent += put > 0 ? (size_t)put : 0;
        if (put < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 100);
        }
    }
    ck_assert_uint_lt(sent, sizeof(huge)); /* the other side closed it */
    close(fd);
    status_answers(&box);
    box_free(&box);
}
END_TEST

START_TEST(a_client_that_does_not_read_does_not_block_pid_1)
{
    struct box box = start_one();
    for (int i = 0; i < 40; i++) {
        int fd = raw_dial(box_path(&box, "/run/roinit/control"));
        ck_assert_int_ge(fd, 0);
        (void)!write(fd, "\x01status\0--json\0\0", 16);
        /* left open and unread */
    }
    status_answers(&box);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(status_answers_when_run_from_inside_a_unit)
{
    struct box box = box_run(&(struct start){.contract = BASE "[service web]\nlog = raw\n"
                                                              "command = /roinit status --json\n"},
                             0);
    box_must_say(&box, OUT, "{\"v\":1,");
    box_free(&box);
}
END_TEST

START_TEST(where_nobody_answers_status_says_69)
{
    struct box box = box_start(&(struct start){
        .contract = "[init]\nstate-dir = none\n" BASE
                    "[service web]\nlog = raw\ncommand = /puppet print:up sleep\n"});
    char text[8192];
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof(text)), 69);
    ck_assert_ptr_nonnull(strstr(text, "roinit:"));
    box_free(&box);
}
END_TEST

Suite *
control_suite(void)
{
    return proc_suite("control",
                      (const TTest *const[]){
                          status_as_json_tells_every_unit,
                          status_for_people_names_every_unit_without_colour,
                          status_of_one_unit_tells_whether_it_runs,
                          status_of_a_unit_that_was_lost_is_3,
                          status_json_is_the_same_as_the_status_file,
                          a_thousand_silent_clients_do_not_hinder_status,
                          a_client_that_sends_half_a_request_is_dropped_in_time,
                          nonsense_on_the_socket_is_answered_or_dropped_and_hurts_nothing,
                          a_request_over_4_kib_is_refused,
                          a_client_that_does_not_read_does_not_block_pid_1,
                          status_answers_when_run_from_inside_a_unit,
                          where_nobody_answers_status_says_69,
                          NULL,
                      });
}
