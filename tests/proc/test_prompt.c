/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"
#include "tests/proc/measure.h"
#include "tests/proc/raw.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* `status` is answered promptly whatever others do: one table of all that mean harm, each timed
 * beside the same box's calm. */

enum {
    CALM = 20,
    ASKED = 40,
    ROUNDS = 5, /* where a machine is busy with others */
    EVERY_US = 2000,
    SILENT = 1000,
    MEDIAN_US = 50000, /* what is promised, and by how much a slow machine may exceed its calm */
    TIMES_CALM = 20,
    NEVER_US = BOX_WAIT_MS * 1000,
};

#define SOCKET "/run/roinit/control"
#define STATUS "\x01status\0\0"

/* Twenty checks at once of a peer that answers in that way. */
#define CHECK(name_)                                                                               \
    "[check " name_ "]\nprobe = http://127.0.0.1:8080/\ninterval = 10ms\ntimeout = 500ms\n"
#define FIVE(name_)                                                                                \
    CHECK(name_ "1") CHECK(name_ "2") CHECK(name_ "3") CHECK(name_ "4") CHECK(name_ "5")
#define PEER(how_)                                                                                 \
    "[service peer]\ncommand = /puppet await:/tmp/go serve:127.0.0.1/8080/" how_                   \
    " sleep\n" FIVE("a") FIVE("b") FIVE("c") FIVE("d")
#define AGAIN "restart = always\nrestart-delay = 0\nstart-limit = 0\n"

/* ---------------------------------------------------------------- those who come to the socket */

static void
be_silent(const char *path, int round)
{
    static int fds[SILENT];
    int *fd = &fds[round % SILENT];
    if (round >= SILENT) {
        close(*fd);
    }
    *fd = raw_dial(path);
}

static void
say_half(const char *path, int round)
{
    static int fds[SILENT];
    int *fd = &fds[round % SILENT];
    if (round >= SILENT) {
        close(*fd);
    }
    *fd = raw_dial(path);
    (void)!send(*fd, STATUS, 4, MSG_NOSIGNAL);
}

static void
say_zeros(const char *path, int round)
{
    static const char zeros[4096];
    (void)round;
    (void)raw_request(path, zeros, sizeof(zeros));
}

/* Asks for much, and reads nothing of it. */
static void
never_read(const char *path, int round)
{
    static const char events[] = "\x01status\0--json\0";
    static int fds[SILENT];
    int *fd = &fds[round % SILENT];
    if (round >= SILENT) {
        close(*fd);
    }
    *fd = raw_dial(path);
    (void)!send(*fd, events, sizeof(events), MSG_NOSIGNAL);
}

static void
be_refused(const char *path, int round)
{
    (void)round;
    (void)raw_request(path, "\x01stop\0main\0\0", 12);
    usleep(1000);
}

/* clang-format off */
static const struct {
    const char *name;
    const char *units; /* which begin when /tmp/go is there */
    void (*harm)(const char *path, int round);
    int harmers;
    int signal; /* sent to PID 1 without end */
    enum stream out;
} cases[] = {
    {.name = "a flood of notifications",
     .units = "[service a]\nready = notify\n"
              "command = /puppet notify:READY=1 await:/tmp/go flood_notify:100000000\n"},
    {.name = "a peer that never answers",      .units = PEER("mute")},
    {.name = "a peer that answers a gigabyte", .units = PEER("gigabyte")},
    {.name = "a peer that resets",             .units = PEER("reset")},
    {.name = "a peer that drips",              .units = PEER("drip")},
    {.name = "a flood of lines", .out = STREAM_NULL,
     .units = "[service a]\nlog = text\ncommand = /puppet await:/tmp/go lines:100000000\n"},
    {.name = "a flood without a newline", .out = STREAM_NULL,
     .units = "[service a]\nlog = json\ncommand = /puppet await:/tmp/go flood:100000000000\n"},
    {.name = "a flood that nobody reads", .out = STREAM_STUCK,
     .units = "[service a]\nlog = text\ncommand = /puppet await:/tmp/go lines:100000000\n"},
    {.name = "services that end at once",
     .units = "[service a]\n" AGAIN "command = /puppet await:/tmp/go exit:1\n"
              "[service b]\n" AGAIN "command = /puppet await:/tmp/go exit:1\n"
              "[service c]\n" AGAIN "command = /puppet await:/tmp/go exit:1\n"},
    {.name = "a storm of orphans",
     .units = "[service a]\ncommand = /puppet await:/tmp/go orphans:100000000\n"},
    {.name = "a thousand children",
     .units = "[service a]\n" AGAIN
              "command = /puppet await:/tmp/go fork:1000 sleep:20 exit:0 end reap\n"},
    {.name = "a flood of signals", .units = "[init]\nstop-signals = QUIT\n", .signal = SIGWINCH},
    {.name = "a flood of silent clients",    .units = "", .harm = be_silent,  .harmers = 1},
    {.name = "a flood of halves",            .units = "", .harm = say_half,   .harmers = 1},
    {.name = "a flood of zeros",             .units = "", .harm = say_zeros,  .harmers = 2},
    {.name = "a flood of who never reads",   .units = "", .harm = never_read, .harmers = 1},
    {.name = "a crowd that is refused",      .units = "", .harm = be_refused, .harmers = 16},
};
/* clang-format on */

/* ---------------------------------------------------------------- timing */

/* Asks so often. Returns the median. */
static int64_t
time_status(const char *path, int count, int64_t *ret_longest_us)
{
    static int64_t took_us[ASKED];
    for (int i = 0; i < count; i++) {
        usleep(EVERY_US);
        int64_t start_us = measure_now_us();
        ck_assert_int_eq(raw_request(path, STATUS, sizeof(STATUS) - 1), 0);
        took_us[i] = measure_now_us() - start_us;
    }
    measure_sort(took_us, (size_t)count);
    *ret_longest_us = took_us[count - 1];
    return took_us[count / 2];
}

/* Processes that do harm until they are killed, as another user of the container where they come to
 * the socket. */
static void
start_harm(const struct box *box, int which, pid_t *ret_pid)
{
    for (int i = 0; i < cases[which].harmers + (cases[which].signal != 0); i++) {
        ret_pid[i] = fork();
        if (ret_pid[i] > 0) {
            continue;
        }
        while (cases[which].signal != 0) {
            (void)kill(box->pid, cases[which].signal);
        }
        if (setns(box->pidfd, CLONE_NEWNS) < 0 || setresuid(BOX_UID, BOX_UID, BOX_UID) < 0) {
            _exit(99);
        }
        for (int round = 0;; round++) {
            cases[which].harm(SOCKET, round);
        }
    }
}

START_TEST(status_is_answered_promptly_whatever_others_do)
{
    enum { HARMERS = 32 };
    static char contract[8192];
    char path[512];
    pid_t harm[HARMERS] = {0};
    int64_t longest_us = 0;
    NEEDS_UIDS();
    if (proc_leaves_out(__func__, proc_has_own_network(), "needs a network namespace")) {
        return;
    }
    snprintf(contract, sizeof(contract),
             BASE "[defaults]\nlog = raw\n[service main]\ncommand = /puppet sleep\n%s",
             cases[_i].units);
    struct box box = box_start(&(struct start){.contract = contract, .out = cases[_i].out});
    box_await_file(&box, SOCKET);
    snprintf(path, sizeof(path), "%s", box_path(&box, SOCKET));
    int64_t calm_us = time_status(path, CALM, &longest_us);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    start_harm(&box, _i, harm);
    usleep(50000); /* until it is in full swing */
    int64_t limit_us = MEDIAN_US + TIMES_CALM * calm_us;
    int64_t median_us = time_status(path, ASKED, &longest_us);
    for (int i = 1; i < ROUNDS && median_us > limit_us; i++) { /* PID 1 would take it each time */
        median_us = time_status(path, ASKED, &longest_us);
    }
    raw_figure(__func__, "%s: calm %lld us, then %lld us, the longest %lld us", cases[_i].name,
               (long long)calm_us, (long long)median_us, (long long)longest_us);
    ck_assert_int_le(median_us, limit_us);
    ck_assert_int_le(longest_us, NEVER_US);
    for (int i = 0; i < cases[_i].harmers + (cases[_i].signal != 0); i++) {
        ck_assert_int_eq(kill(harm[i], SIGKILL), 0);
        ck_assert_int_eq(waitpid(harm[i], NULL, 0), harm[i]);
    }
    box_free(&box);
}
END_TEST

Suite *
prompt_suite(void)
{
    Suite *suite = suite_create("prompt");
    TCase *tests = tcase_create("prompt");
    tcase_add_loop_test(tests, status_is_answered_promptly_whatever_others_do, 0,
                        (int)(sizeof(cases) / sizeof(cases[0])));
    suite_add_tcase(suite, tests);
    return suite;
}
