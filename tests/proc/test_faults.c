/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* System calls that are refused or missing, little privilege, and what an idle PID 1 costs. */

#define STRACE(trace_, inject_)                                                                    \
    WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" trace_, "-e",    \
          "inject=" inject_)

START_TEST(without_close_range_no_descriptor_leaks_all_the_same)
{
    NEEDS_STRACE();
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "fds"),
                                .tracer = STRACE("close_range", "close_range:error=ENOSYS"),
                                .leaks = 50},
                0);
    ck_assert_str_eq(box.said[OUT].text, "fds 0 1 2\n");
    box_free(&box);
}
END_TEST

START_TEST(without_pidfd_open_it_stops_as_well)
{
    NEEDS_STRACE();
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\ncommand = /puppet fork fork setsid sleep end "
                         "end print:up sleep\n",
        .tracer =
            STRACE("pidfd_open,pidfd_send_signal", "pidfd_open,pidfd_send_signal:error=ENOSYS")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_fork_that_fails_after_boot_backs_off_and_does_not_count)
{
    NEEDS_STRACE();
    struct box box = box_run(
        &(struct start){.contract = BASE
                        "[service web]\nlog = raw\nrestart = on-failure\nrestart-delay = 0\n"
                        "start-limit = 3/1h\ncommand = /puppet fail:/tmp/n:2:1 exit:0\n",
                        .tracer = STRACE("fork,vfork,clone,clone3",
                                         "fork,vfork,clone,clone3:error=EAGAIN:when=2..4")},
        0);
    ck_assert_uint_eq(box_count(&box, OUT, "start "), 3);
    box_free(&box);
}
END_TEST

START_TEST(a_fork_that_fails_at_the_first_unit_is_told)
{
    NEEDS_STRACE();
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "exit:0"),
                                .tracer = STRACE("fork,vfork,clone,clone3",
                                                 "fork,vfork,clone,clone3:error=EAGAIN")},
                71);
    box_must_say(&box, ERR, "roinit:");
    box_free(&box);
}
END_TEST

START_TEST(as_another_uid_with_nothing_it_starts_and_stops_in_order)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract = BASE "[defaults]\nlog = raw\n"
                         "[service a]\nstop-signal = USR1\ncommand = /puppet catch:10:0 print:up "
                         "sleep\n"
                         "[service b]\nrequires = a\ncommand = /puppet catch:15:0 print:up sleep\n",
        .uid = BOX_UID,
        .drop_all = true,
        .no_new_privs = true});
    char text[8192];
    box_expect_times(&box, OUT, "up\n", 2);
    box_await_file(&box, "/run/roinit/control");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    ck_assert_str_eq(box.said[OUT].text, "up\nup\ncaught 15\ncaught 10\n");
    box_must_not_say(&box, ERR, "warn");
    box_free(&box);
}
END_TEST

START_TEST(where_the_kernel_watches_nothing_pid_1_looks_by_itself)
{
    NEEDS_STRACE();
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = text\nrestart = on-failure\nrestart-delay = 0\n"
                         "command = /puppet catch:15:0 fail:/tmp/n:1:1 print:up sleep\n",
        .tracer = STRACE("epoll_ctl", "epoll_ctl:error=ENOSPC")});
    box_expect(&box, OUT, "web: up\n");
    box_ask(&box, WORDS("status"), 0);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, ERR, "roinit: the kernel refuses to watch a descriptor: no space left");
    box_free(&box);
}
END_TEST

START_TEST(a_kernel_without_epoll_is_told_before_anything_runs)
{
    NEEDS_STRACE();
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "print:up"),
                                .tracer = STRACE("epoll_pwait", "epoll_pwait:error=EPERM")},
                71);
    box_must_not_say(&box, OUT, "up");
    box_must_say(&box, ERR, "roinit: cannot wait for events by epoll: not permitted\n");
    box_free(&box);
}
END_TEST

START_TEST(with_too_few_descriptors_it_says_so_or_is_well)
{
    enum { FEWEST = 4, ENOUGH = 40 };
    char words[32];
    for (int limit = FEWEST; limit <= ENOUGH; limit += 3) {
        (void)snprintf(words, sizeof words, "--nofile=%d", limit);
        struct box box = box_start(&(struct start){
            .contract = BASE "[service web]\nlog = text\ncommand = /puppet print:up exit:0\n",
            .tracer = WORDS("/usr/bin/prlimit", words)});
        int code = box_end(&box);
        if (code == 71) {
            ck_assert_int_lt(limit, ENOUGH);
            box_must_say(&box, ERR, "too many open files");
            box_must_not_say(&box, ERR, "roinit: the contract is wrong");
        } else {
            ck_assert_int_eq(code, 0);
            box_must_say(&box, OUT, "web: up\n");
        }
        box_free(&box);
    }
}
END_TEST

static void
make_termination_log(void)
{
    close(open("/dev/termination-log", O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    (void)!chmod("/dev/termination-log", 0666);
}

START_TEST(the_reason_of_the_end_goes_to_the_termination_log)
{
    char text[4097] = "";
    struct box box = box_start(&(struct start){.contract = BASE
                                               "[service web]\nlog = raw\n"
                                               "command = /puppet print:up await:/tmp/go exit:19\n",
                                               .plant = make_termination_log});
    box_expect(&box, OUT, "up\n");
    int fd = open(box_path(&box, "/dev/termination-log"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 19);
    ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
    ck_assert_msg(strstr(text, "web") != NULL && strstr(text, "19") != NULL, "%s", text);
    close(fd);
    box_free(&box);
}
END_TEST

enum { IDLE_WAKES = 2 }; /* tini's one a second would be two (W13) */

START_TEST(an_idle_pid_1_does_not_wake_up)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\ncommand = /puppet print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    long wakes = IDLE_WAKES + 1;
    /* A page that the machine took from it counts as well: whoever polls wakes each time. */
    for (int i = 0; i < 3 && wakes > IDLE_WAKES; i++) {
        long before = box_await_rest(&box);
        poll(NULL, 0, 1500);
        wakes = box_switches(&box) - before;
    }
    ck_assert_int_le(wakes, IDLE_WAKES);
    box_free(&box);
}
END_TEST

START_TEST(status_is_answered_in_a_storm_of_orphans)
{
    char text[8192];
    struct box box = box_start(&(struct start){
        .contract = BASE "[service storm]\nlog = raw\n"
                         "command = /puppet print:up orphans:20000 print:done sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_file(&box, "/run/roinit/control");
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    }
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

Suite *
faults_suite(void)
{
    return proc_suite("faults", (const TTest *const[]){
                                    without_close_range_no_descriptor_leaks_all_the_same,
                                    without_pidfd_open_it_stops_as_well,
                                    a_fork_that_fails_after_boot_backs_off_and_does_not_count,
                                    a_fork_that_fails_at_the_first_unit_is_told,
                                    as_another_uid_with_nothing_it_starts_and_stops_in_order,
                                    the_reason_of_the_end_goes_to_the_termination_log,
                                    an_idle_pid_1_does_not_wake_up,
                                    status_is_answered_in_a_storm_of_orphans,
                                    with_too_few_descriptors_it_says_so_or_is_well,
                                    a_kernel_without_epoll_is_told_before_anything_runs,
                                    BOX_IS_SANITIZED /* libev is shared, and calls its own */
                                        ? NULL
                                        : where_the_kernel_watches_nothing_pid_1_looks_by_itself,
                                    NULL,
                                });
}
