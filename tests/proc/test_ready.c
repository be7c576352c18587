/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"
#include "tests/proc/measure.h"
#include "tests/proc/raw.h"

#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Units that are ready by a probe: who requires them waits for it, and what a probe meets. */

#define RAW "[defaults]\nlog = raw\n"
#define WEB "[service web]\nrequires = db\ncommand = /puppet print:web exit:4\n"

#define NEEDS_NETWORK()                                                                            \
    if (proc_leaves_out(__func__, proc_has_own_network(), "needs a network namespace"))            \
    return

/* `db` becomes ready by the puppet's words, and only then `web` starts, which ends with 4. */
static const struct {
    const char *name, *ready, *words;
} ways[] = {
    {"a port of localhost", "tcp:8080", "listen:8080"},
    {"an address and a port", "tcp:127.0.0.1:8080", "listen:127.0.0.1/8080"},
    {"any address of 127/8", "tcp:127.1.2.3:8080", "listen:127.1.2.3/8080"},
    {"a port of localhost, IPv6", "tcp:8080", "listen:__1/8080"},
    {"an IPv6 address", "tcp:[::1]:8080", "listen:__1/8080"},
    {"a port given by a variable", "tcp:${PORT}", "listen:8080"},
    {"a socket", "unix:/run/db.sock", "listen:/run/db.sock"},
    {"a file", "file:/tmp/db", "file:/tmp/db"},
    {"HTTP", "http://localhost:8080/ping", "serve:8080/200"},
    {"HTTP that leads on", "http://127.0.0.1:8080", "serve:8080/302"},
    {"a descriptor", "fd:3", "newline:3"},
    {"another descriptor", "fd:4", "newline:4"},
    {"a descriptor far up", "fd:500", "newline:500"},
    {"a command", "exec:/bin/sh -c 'test -e \"/tmp/db$PORT\"'", "file:/tmp/db8080"},
};

START_TEST(who_requires_a_unit_waits_until_its_probe_succeeds)
{
    char contract[1024];
    NEEDS_NETWORK();
    snprintf(contract, sizeof contract,
             BASE RAW "[env]\nPORT = 8080\n[service db]\nready = %s\n"
                      "command = /puppet sleep:100 print:db %s sleep\n" WEB,
             ways[_i].ready, ways[_i].words);
    struct box box = box_run(&(struct start){.contract = contract}, 4);
    box_must_say_in_order(&box, OUT, "db\n", "web\n");
    box_free(&box);
}
END_TEST

/* What is no readiness: `db` fails with 75 after its start-timeout, and is told why. */
static const struct {
    const char *ready, *words, *why;
} failures[] = {
    {"tcp:8080", "sleep", "tcp:8080: connection refused"},
    {"tcp:[::1]:8080", "listen:8080 sleep", "tcp:[::1]:8080: connection refused"},
    {"unix:/run/db.sock", "sleep", "unix:/run/db.sock: no such file"},
    {"unix:/run/db.sock", "file:/run/db.sock sleep", "unix:/run/db.sock: connection refused"},
    {"file:/tmp/db", "sleep", "file:/tmp/db: no such file"},
    {"fd:3", "close:3 sleep", "fd:3: closed without a newline"},
    {"fd:3", "sleep", "fd:3: no newline yet"},
    {"http://localhost:8080/", "serve:8080/503 sleep", "status 503"},
    {"http://localhost:8080/", "serve:8080/mute sleep", "http://localhost:8080/: "},
    {"http://localhost:8080/", "serve:8080/close sleep", "http://localhost:8080/: "},
    {"http://localhost:8080/", "serve:8080/reset sleep", "http://localhost:8080/: "},
    {"http://localhost:8080/", "serve:8080/gigabyte sleep", "no status in the first 64K"},
    {"http://localhost:8080/", "serve:8080/drip sleep", "http://localhost:8080/: "},
    {"exec:/puppet exit:3", "sleep", "exec:/puppet exit:3: exited with 3"},
    {"exec:/puppet die:9", "sleep", "exec:/puppet die:9: died of KILL"},
};

static void
write_failure(char *ret_contract, size_t size, const char *start_timeout, int i)
{
    snprintf(ret_contract, size,
             BASE RAW "[service db]\nready = %s\nstart-timeout = %s\n"
                      "command = /puppet print:db-up %s\n" WEB,
             failures[i].ready, start_timeout, failures[i].words);
}

START_TEST(what_is_no_readiness_ends_with_75_and_is_told)
{
    /* Where the machine is busy, no probe may have met what is started in so short a time. */
    static const char *const timeouts[] = {"700ms", "5s", "25s"};
    char contract[1024];
    char sentence[64];
    struct box box = BOX_NONE;
    NEEDS_NETWORK();
    for (size_t i = 0; i < 3 && box_count(&box, ERR, failures[_i].why) == 0; i++) {
        box_free(&box);
        write_failure(contract, sizeof contract, timeouts[i], _i);
        snprintf(sentence, sizeof sentence, "not ready within its start-timeout of %s",
                 timeouts[i]);
        box = box_run(&(struct start){.contract = contract}, 75);
    }
    box_must_say(&box, OUT, "db-up\n");
    box_must_say(&box, ERR, sentence);
    box_must_say(&box, ERR, failures[_i].why);
    box_must_not_say(&box, OUT, "web\n");
    box_free(&box);
}
END_TEST

START_TEST(what_is_no_readiness_keeps_nobody_from_an_answer)
{
    char contract[1024];
    char status[8192];
    NEEDS_NETWORK();
    write_failure(contract, sizeof contract, "1h", _i);
    struct box box = box_start(&(struct start){.contract = contract});
    box_expect(&box, OUT, "db-up\n");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), status, sizeof status), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_unit_that_ends_before_it_is_ready_passes_its_code_on)
{
    struct box box = box_run(
        &(struct start){.contract = BASE RAW
                        "[service db]\nready = file:/tmp/db\ncommand = /puppet exit:6\n" WEB},
        6);
    box_must_not_say(&box, OUT, "web\n");
    box_free(&box);
}
END_TEST

START_TEST(a_command_of_a_probe_that_is_not_there_is_told_before_anything_starts)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW "[service db]\nready = exec:/nowhere -q\n"
                                                     "command = /puppet print:db sleep\n"},
                127);
    box_must_say(&box, ERR, "db: \"/nowhere\" is not found");
    box_must_not_say(&box, OUT, "db");
    box_free(&box);
}
END_TEST

START_TEST(a_slow_start_is_started_again_where_restart_says_so)
{
    struct box box = box_run(
        &(struct start){.contract = BASE RAW
                        "[service db]\nready = file:/tmp/db\nrestart = on-failure\n"
                        "restart-delay = 0\nstart-timeout = 300ms\nstart-limit = 0\n"
                        "command = /bin/sh -c 'test -e /tmp/1 && >/tmp/2; >/tmp/1; exec /puppet "
                        "await:/tmp/never'\n"
                        "[service other]\ncommand = /puppet await:/tmp/2 exit:3\n"},
        3);
    box_free(&box);
}
END_TEST

START_TEST(the_promised_descriptor_is_the_only_one_that_is_added)
{
    struct box box = box_run(&(struct start){.contract = BASE RAW "[service a]\nready = fd:5\n"
                                                                  "command = /puppet fds exit:2\n",
                                             .leaks = 20},
                             2);
    box_must_say(&box, OUT, "fds 0 1 2 5\n");
    box_free(&box);
}
END_TEST

START_TEST(a_promised_descriptor_that_the_limit_forbids_is_told)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW "[service a]\nready = fd:50\n"
                                                     "limits = nofile=20\ncommand = /puppet\n"},
                71);
    box_must_say(&box, ERR,
                 "a: cannot hand over the descriptor of `ready = fd:N`, which its limit "
                 "nofile has to allow: ");
    box_free(&box);
}
END_TEST

START_TEST(a_command_of_a_probe_runs_as_the_unit_s_user_in_its_environment)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = BASE RAW
                        "[tmpfs /data]\noptional = yes\n"
                        "[service db]\nuser = 10001\nenv = COLOR=green\n"
                        "ready = exec:/bin/sh -c 'id -u >/tmp/who; echo $COLOR >>/tmp/who; "
                        "ls /proc/self/fd | wc -l >>/tmp/who'\n"
                        "command = /puppet sleep\n"
                        "[service web]\nrequires = db\ncommand = /puppet cat:/tmp/who exit:4\n"},
        4);
    box_must_say(&box, OUT, "10001\ngreen\n4\n"); /* 0, 1, 2 and that of ls */
    box_free(&box);
}
END_TEST

START_TEST(a_path_is_looked_at_by_the_rights_of_the_unit_s_user)
{
    NEEDS_UIDS();
    /* Nobody but 10001 may enter, and roinit has given up what opens everything. */
    struct box box = box_run(
        &(struct start){
            .contract =
                "[tmpfs /run]\n[tmpfs /tmp]\nmkdir =\n    own 0700 10001\n" RAW "user = 10001\n"
                "[service first]\nrestart = always\nrestart-delay = 0\n"
                "ready = unix:/tmp/own/sock\nremove = /tmp/own/sock\n"
                "command = /puppet listen:/tmp/own/sock fail:/tmp/own/n:1:1 sleep\n"
                "[service web]\nrequires = first\ncommand = /puppet sleep:300 exit:4\n"},
        4);
    box_free(&box);
}
END_TEST

START_TEST(a_command_that_never_ends_is_killed_and_tried_again)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW "[service db]\nready = exec:/puppet fail:/tmp/n:0:0 sleep\n"
                             "start-timeout = 60s\ncommand = /puppet print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, PUPPETS, 2);
    box_signal(&box, 15);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_boot_that_waits_says_for_what)
{
    struct box box = box_start(
        &(struct start){.contract = BASE RAW "[service redis]\nready = unix:/run/redis/redis.sock\n"
                                             "command = /puppet sleep\n"});
    box_expect(&box, ERR, "still waiting for redis: unix:/run/redis/redis.sock: no such file (1");
    box_must_say(&box, ERR, "s of 60s)\n");
    box_signal(&box, 15);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- how soon it is seen */

enum { SAMPLES = 25, STEP_US = 10000, PROMISED_STEPS = 2, FIRST_PORT = 9000 };

static int
bind_port(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* The test itself listens in the place of the units, so that it knows since when, and PID 1's probe
 * is the first that comes. A step of PID 1 is held against a sleep of the same length here. */
START_TEST(who_listens_is_seen_within_20_ms)
{
    static char contract[8192];
    static int64_t seen_us[SAMPLES];
    static int64_t slept_us[SAMPLES];
    int fd[SAMPLES];
    int length = snprintf(contract, sizeof(contract), BASE RAW);
    NEEDS_NETWORK();
    for (int i = 0; i < SAMPLES; i++) {
        fd[i] = bind_port(FIRST_PORT + i);
        length += snprintf(contract + length, sizeof(contract) - (size_t)length,
                           "[service s%d]\nready = tcp:127.0.0.1:%d\ncommand = /puppet print:up "
                           "sleep\n",
                           i, FIRST_PORT + i);
    }
    struct box box = box_start(&(struct start){.contract = contract});
    box_expect_times(&box, OUT, "up\n", SAMPLES);
    for (int i = 0; i < SAMPLES; i++) {
        int64_t start_us = measure_now_us();
        usleep(STEP_US);
        slept_us[i] = measure_now_us() - start_us;
        usleep((useconds_t)(i * 379 % STEP_US)); /* at any time of a step */
        start_us = measure_now_us();
        ck_assert_int_eq(listen(fd[i], 8), 0);
        int probe = accept4(fd[i], NULL, NULL, SOCK_CLOEXEC);
        seen_us[i] = measure_now_us() - start_us;
        ck_assert_int_ge(probe, 0);
        close(probe);
    }
    measure_sort(seen_us, SAMPLES);
    measure_sort(slept_us, SAMPLES);
    raw_figure(__func__, "median %.1f ms, the longest %.1f ms; a sleep of 10 ms takes %.1f ms",
               (double)seen_us[SAMPLES / 2] / 1e3, (double)seen_us[SAMPLES - 1] / 1e3,
               (double)slept_us[SAMPLES / 2] / 1e3);
    ck_assert_int_le(seen_us[SAMPLES / 2], 2 * PROMISED_STEPS * slept_us[SAMPLES / 2]);
    for (int i = 0; i < SAMPLES; i++) {
        close(fd[i]);
    }
    box_signal(&box, 15);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

Suite *
ready_suite(void)
{
    const TTest *const tests[] = {
        a_unit_that_ends_before_it_is_ready_passes_its_code_on,
        a_command_of_a_probe_that_is_not_there_is_told_before_anything_starts,
        a_slow_start_is_started_again_where_restart_says_so,
        the_promised_descriptor_is_the_only_one_that_is_added,
        a_promised_descriptor_that_the_limit_forbids_is_told,
        a_command_of_a_probe_runs_as_the_unit_s_user_in_its_environment,
        a_path_is_looked_at_by_the_rights_of_the_unit_s_user,
        a_command_that_never_ends_is_killed_and_tried_again,
        a_boot_that_waits_says_for_what,
        who_listens_is_seen_within_20_ms,
        NULL,
    };
    Suite *suite = proc_suite("ready", tests);
    TCase *tcase = tcase_create("ways");
    tcase_add_loop_test(tcase, who_requires_a_unit_waits_until_its_probe_succeeds, 0,
                        (int)(sizeof ways / sizeof ways[0]));
    tcase_add_loop_test(tcase, what_is_no_readiness_ends_with_75_and_is_told, 0,
                        (int)(sizeof failures / sizeof failures[0]));
    tcase_add_loop_test(tcase, what_is_no_readiness_keeps_nobody_from_an_answer, 0,
                        (int)(sizeof failures / sizeof failures[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
