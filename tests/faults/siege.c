/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/siege_group.h"
#include "tests/proc/asking.h"
#include "tests/proc/harness.h"
#include "tests/proc/measure.h"
#include "tests/proc/ring.h"
#include "tests/proc/stage.h"
#include "tests/runner.h"

/*
 * Sieges: what a container goes through for a while, and comes out of. Each lasts SIEGE_SECONDS
 * (a reader of standard output who stands still: SIEGE_STUCK_SECONDS), memory is used up OOM_RUNS
 * times. Afterwards everything is up again, and PID 1 has never blocked. */
enum {
    SECONDS = 10,
    STUCK_SECONDS = 60,
    OOM_RUNS = 100,
    OOM_BYTES = 32 * 1024 * 1024,
    TEST_LIMIT_S = 600,
    BACK_MS = 5000, /* promise T43 */
    LATE_MS = 5000, /* what a busy machine may add to it */
    TICK_MS = 20,
};

/* ---------------------------------------------------------------- the sieges */

/* Signals the children of PID 1 that there are: its units. */
static void
signal_units(const struct box *box, int signal_number)
{
    char path[64];
    char text[4096];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)box->pid, (int)box->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    (void)close(fd);
    text[length > 0 ? length : 0] = '\0';
    for (char *at = text; *at != '\0';) {
        pid_t pid = (pid_t)strtol(at, &at, 10);
        at += strspn(at, " ");
        if (pid > 1) {
            (void)kill(pid, signal_number);
        }
    }
}

static size_t
count_in_answer(const char *what)
{
    size_t count = 0;
    for (const char *at = box_answer(); (at = strstr(at, what)) != NULL; at++) {
        count++;
    }
    return count;
}

/* Until so many units are ready. Returns how long it took. */
static int64_t
await_ready(struct box *box, size_t count)
{
    int64_t start_ms = proc_now_ms();
    do {
        ck_assert_msg(proc_now_ms() - start_ms < BACK_MS + LATE_MS, "not all are up: %s",
                      box_answer());
        (void)poll(NULL, 0, TICK_MS);
        box_ask(box, WORDS("status", "--json"), 0);
    } while (count_in_answer("\"state\":\"ready\"") < count);
    return proc_now_ms() - start_ms;
}

START_TEST(forks_that_fail_for_a_while_leave_nobody_down)
{
    NEEDS_STRACE();
    struct box box = box_running(&(struct start){
        .contract = BASE "[defaults]\nlog = null\nrestart = always\nrestart-delay = 0\n"
                         "start-limit = 3/1h\ncommand = /puppet sleep\n"
                         "[service a]\n[service b]\n[service c]\nrequires = b\n"});
    (void)await_ready(&box, 3);
    pid_t strace = siege_refuse_forks(&box);
    signal_units(&box, SIGKILL);
    int64_t limit_ms = proc_now_ms() + BOX_WAIT_MS;
    do {
        ck_assert_int_lt(proc_now_ms(), limit_ms);
        box_ask(&box, WORDS("status", "--json"), 0);
    } while (count_in_answer("\"state\":\"ready\"") > 0);
    for (int64_t until = proc_now_ms() + measure_setting("SIEGE_SECONDS", SECONDS) * 1000;
         proc_now_ms() < until;) {
        box_ask(&box, WORDS("status", "--json"), 0);
        ck_assert_uint_eq(count_in_answer("\"state\":\"ready\""), 0);
        (void)poll(NULL, 0, TICK_MS * 5);
    }
    ck_assert_int_eq(kill(strace, SIGTERM), 0);
    ck_assert_int_eq(waitpid(strace, NULL, 0), strace);
    printf("siege: forks failed for %ld s, all up %lld ms later\n",
           measure_setting("SIEGE_SECONDS", SECONDS), (long long)await_ready(&box, 3));
    box_stop(&box);
    box_free(&box);
}
END_TEST

/* Whether PID 1 is in a write of which nothing comes: its state in the kernel. */
static bool
waits_in_a_write(const struct box *box)
{
    char path[64];
    char text[128] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/wchan", (int)box->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    (void)!read(fd, text, sizeof text - 1);
    (void)close(fd);
    return strstr(text, "pipe_write") != NULL || strstr(text, "anon_pipe") != NULL;
}

/* The sum of the lines that roinit says were lost. */
static unsigned long
lines_lost(const struct box *box)
{
    static const char says[] = " lines lost: nobody read standard output";
    unsigned long lost = 0;
    for (const char *at = box->said[OUT].text; (at = strstr(at, says)) != NULL; at++) {
        const char *number = at;
        while (number > box->said[OUT].text && number[-1] >= '0' && number[-1] <= '9') {
            number--;
        }
        lost += strtoul(number, NULL, 10);
    }
    return lost;
}

START_TEST(a_reader_that_stands_still_blocks_nobody_and_lost_lines_are_counted)
{
    char path[512];
    struct stat runs;
    struct box box = box_running(&(struct start){
        .contract = BASE "[init]\nlog-level = error\n[defaults]\nrestart = always\n"
                         "restart-delay = 10ms\nrestart-max-delay = 20ms\nstart-limit = 0\n"
                         "[service loop]\ncommand = /puppet lines:20 append:/tmp/runs: exit:1\n"
                         "[service calm]\nlog = null\ncommand = /puppet sleep\n",
        .out = STREAM_STUCK});
    for (int64_t until =
             proc_now_ms() + measure_setting("SIEGE_STUCK_SECONDS", STUCK_SECONDS) * 1000;
         proc_now_ms() < until;) {
        box_ask(&box, WORDS("status", "--json"), 0);
        ck_assert(!waits_in_a_write(&box));
        (void)poll(NULL, 0, TICK_MS);
    }
    box_ask(&box, WORDS("stop", "loop"), 0);
    (void)snprintf(path, sizeof path, "%s", box_path(&box, "/tmp/runs"));
    ck_assert_int_eq(stat(path, &runs), 0);
    box_read_on(&box, OUT);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    /* A run that was stopped has written some of its lines. */
    size_t least = (size_t)runs.st_size * 20;
    size_t told = box_count(&box, OUT, "loop: line ") + lines_lost(&box);
    ck_assert_uint_gt(lines_lost(&box), 0);
    ck_assert_uint_ge(told, least);
    ck_assert_uint_le(told, least + 20);
    printf("siege: nobody read for %ld s, %zu lines, %lu of them counted as lost\n",
           measure_setting("SIEGE_STUCK_SECONDS", STUCK_SECONDS), told, lines_lost(&box));
    box_free(&box);
}
END_TEST

START_TEST(a_command_of_a_check_that_is_stopped_is_killed_and_counts_as_failed)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[service web]\nlog = null\ncommand = /puppet sleep\n"
                         "[check stuck]\nservice = web\nprobe = exec:/puppet stop exit:0\n"
                         "interval = 50ms\ntimeout = 100ms\nretries = 2\n"});
    int64_t limit_ms = proc_now_ms() + BOX_WAIT_MS;
    char text[8192];
    while (box_exec(&box, WORDS("check", "stuck"), text, sizeof text) == 0) {
        ck_assert_int_lt(proc_now_ms(), limit_ms);
        (void)poll(NULL, 0, TICK_MS);
    }
    ck_assert_uint_le(box_processes(&box, STOPPED), 1);
    box_stop(&box);
    box_free(&box);
}
END_TEST

static void
fill(const struct box *box, const char *name)
{
    static char bytes[65536];
    char path[512];
    (void)snprintf(path, sizeof path, "%s", box_path(box, name));
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    for (size_t piece = sizeof bytes; piece > 0; piece /= 2) {
        while (write(fd, bytes, piece) > 0) {
        }
    }
    (void)close(fd);
}

START_TEST(full_places_are_shown_and_are_well_again_when_there_is_room)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[service web]\nlog = null\nrestart = always\nrestart-delay = 0\n"
                         "command = /puppet sleep\n",
        .run_options = "mode=0755,size=1m"});
    fill(&box, "/run/full");
    fill(&box, "/tmp/full");
    box_ask(&box, WORDS("restart", "web"), 0);
    box_await_status(&box, "\"state-dir\"");
    (void)await_ready(&box, 1);
    ck_assert_int_eq(unlink(box_path(&box, "/run/full")), 0);
    ck_assert_int_eq(unlink(box_path(&box, "/tmp/full")), 0);
    int64_t limit_ms = proc_now_ms() + BOX_WAIT_MS + LATE_MS;
    do {
        ck_assert_msg(proc_now_ms() < limit_ms, "still degraded: %s", box_answer());
        (void)poll(NULL, 0, TICK_MS);
        box_ask(&box, WORDS("status", "--json"), 0);
    } while (strstr(box_answer(), "\"state-dir\"") != NULL);
    box_stop(&box);
    box_free(&box);
}
END_TEST

START_TEST(want_of_memory_kills_the_service_and_never_pid_1)
{
    char limit[32];
    char file[32] = "memory.max";
    bool is_v1 = siege_make_group("memory", "memory.limit_in_bytes");
    if (is_v1) {
        (void)snprintf(file, sizeof file, "memory.limit_in_bytes");
    }
    (void)snprintf(limit, sizeof limit, "%d", OOM_BYTES);
    bool is_possible = (is_v1 || siege_make_group("memory", file)) &&
                       siege_write_group(file, limit) && proc_has_program("tail");
    if (proc_leaves_out(__func__, is_possible, "needs a cgroup for memory, and tail")) {
        return;
    }
    size_t runs = (size_t)measure_setting("OOM_RUNS", OOM_RUNS);
    struct box box = box_running(&(struct start){
        .contract = BASE "[defaults]\nlog = null\nrestart = always\nrestart-delay = 0\n"
                         "start-limit = 0\n[service calm]\ncommand = /puppet sleep\n"
                         "[service tail]\nrestart-max-delay = 1ms\nautostart = no\n"
                         "command = /usr/bin/tail /dev/zero\n"});
    siege_enter_group(&box);
    box_ask(&box, WORDS("start", "tail"), 0);
    for (size_t seen = 0; seen < runs; seen = box_count(&box, ERR, "died of KILL")) {
        box_expect_times(&box, ERR, "tail (pid ", seen + 1);
        box_ask(&box, WORDS("status", "--json"), 0);
    }
    printf("siege: %zu of %zu times memory ran out, a service was killed, and never PID 1\n",
           box_count(&box, ERR, "died of KILL"), runs);
    box_stop(&box);
    box_free(&box);
    siege_remove_group();
}
END_TEST

/* Where no cgroup can be had, by signals that nobody can refuse. */
static void
freeze(const struct box *box, bool has_group, bool is_frozen)
{
    if (has_group) {
        ck_assert(siege_write_group("freezer.state", is_frozen ? "FROZEN" : "THAWED") ||
                  siege_write_group("cgroup.freeze", is_frozen ? "1" : "0"));
        return;
    }
    int signal_number = is_frozen ? SIGSTOP : SIGCONT;
    box_signal(box, signal_number);
    signal_units(box, signal_number);
}

START_TEST(a_container_that_was_frozen_goes_on_without_a_storm)
{
    bool has_group =
        siege_make_group("freezer", "freezer.state") || siege_make_group("", "cgroup.freeze");
    struct box box = box_running(&(struct start){
        .contract = BASE "[service web]\nlog = null\nready = notify\nwatchdog = 10m\n"
                         "command = /puppet notify:READY=1 sleep\n"
                         "[check often]\nservice = web\nprobe = exec:/puppet exit:0\n"
                         "interval = 100ms\n[task tick]\nlog = raw\nschedule = 1s\n"
                         "command = /puppet print:tick\n"});
    if (has_group) {
        siege_enter_group(&box);
    }
    box_expect(&box, OUT, "tick\n");
    freeze(&box, has_group, true);
    (void)poll(NULL, 0, (int)measure_setting("SIEGE_SECONDS", SECONDS) * 1000);
    size_t before = box_count(&box, OUT, "tick\n");
    int64_t start_ms = proc_now_ms();
    freeze(&box, has_group, false);
    box_expect_times(&box, OUT, "tick\n", before + 2);
    /* What fell due meanwhile runs once, and not as often as it would have. */
    size_t since = (size_t)(proc_now_ms() - start_ms) / 1000;
    ck_assert_uint_le(box_count(&box, OUT, "tick\n"), before + since + 3);
    box_ask(&box, WORDS("status", "--json"), 0);
    box_answered("\"restarts\":0");
    box_stop(&box);
    box_free(&box);
    siege_remove_group();
}
END_TEST

static void
set_clock(const struct box *box, long long ahead_s)
{
    char path[512];
    char new_path[512];
    (void)snprintf(new_path, sizeof new_path, "%s", box_path(box, "/tmp/clock.new"));
    (void)snprintf(path, sizeof path, "%s", box_path(box, "/tmp/clock"));
    int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(dprintf(fd, "%lld", ahead_s), 0);
    (void)close(fd);
    ck_assert_int_eq(rename(new_path, path), 0);
}

START_TEST(a_wall_clock_that_jumps_starts_no_storm_and_stops_nothing)
{
    static const long long day_s = 86400;
    const long long jumps[] = {day_s, 0, -day_s, 0, 365 * day_s, 0, -365 * day_s, 0};
    const size_t count = sizeof jumps / sizeof jumps[0];
    const char *program = getenv("ROINIT_CLOCK");
    if (proc_leaves_out(__func__, program != NULL, "needs $ROINIT_CLOCK")) {
        return;
    }
    stage_paths.binary = program;
    struct box box = box_running(&(struct start){
        .contract = BASE "[service web]\nlog = null\nready = notify\nwatchdog = 1h\n"
                         "restart = always\nrestart-delay = 0\nstart-limit = 0\n"
                         "command = /puppet notify:READY=1 sleep\n"
                         "[check often]\nservice = web\nprobe = exec:/puppet exit:0\n"
                         "interval = 100ms\n"
                         "[task tick]\nlog = raw\nschedule = 1s\ncommand = /puppet print:tick\n"
                         "[task nightly]\nlog = raw\nschedule = 0 3 * * *\n"
                         "command = /puppet print:nightly\n"});
    int64_t start_ms = proc_now_ms();
    size_t before = box_count(&box, OUT, "tick\n");
    for (size_t i = 0; i < count; i++) {
        set_clock(&box, jumps[i]);
        box_expect_times(&box, OUT, "tick\n", before + 2);
        int64_t now_ms = proc_now_ms();
        size_t ticks = box_count(&box, OUT, "tick\n");
        ck_assert_uint_le(ticks, before + (size_t)(now_ms - start_ms) / 1000 + 2);
        before = ticks; /* the next ones are read after two questions, which take their time */
        start_ms = now_ms;
        box_ask(&box, WORDS("status", "--json"), 0);
        box_answered("\"restarts\":0");
        box_ask(&box, WORDS("check"), 0);
    }
    ck_assert_uint_le(box_count(&box, OUT, "nightly\n"), count); /* a jump is no run missed */
    signal_units(&box, SIGKILL);
    (void)await_ready(&box, 1);
    printf("siege: %zu jumps of the clock, %zu runs at night\n", count,
           box_count(&box, OUT, "nightly\n"));
    box_stop(&box);
    box_free(&box);
}
END_TEST

static Suite *
sieges_suite(void)
{
    const TTest *const tests[] = {
        forks_that_fail_for_a_while_leave_nobody_down,
        a_reader_that_stands_still_blocks_nobody_and_lost_lines_are_counted,
        a_command_of_a_check_that_is_stopped_is_killed_and_counts_as_failed,
        full_places_are_shown_and_are_well_again_when_there_is_room,
        want_of_memory_kills_the_service_and_never_pid_1,
        a_container_that_was_frozen_goes_on_without_a_storm,
        a_wall_clock_that_jumps_starts_no_storm_and_stops_nothing,
    };
    Suite *suite = suite_create("siege");
    TCase *tcase = tcase_create("siege");
    tcase_set_timeout(tcase, TEST_LIMIT_S);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}

int
main(void)
{
    static suite_maker *const makers[] = {sieges_suite, NULL};
    if (!ring_prepare()) {
        return EXIT_FAILURE;
    }
    int failed = runner_run(makers);
    (void)ring_finish(); /* it says what was left out, and run.sh counts that */
    return failed;
}
