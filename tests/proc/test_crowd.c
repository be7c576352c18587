/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"
#include "tests/proc/raw.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Clients in crowds, and clients that mean harm: whoever has a right to an answer gets it. */

enum { CROWD = 16, EVERY_US = 1000, MIXED = 1000, FLOOD = 400 };

#define CONTRACT                                                                                   \
    BASE "[defaults]\nlog = raw\n[service main]\ncommand = /puppet print:up sleep\n"               \
         "[service web]\ncommand = /puppet sleep\n"

#define SOCKET "/run/roinit/control"
#define BARE "/tmp/bare"

/* Processes of another uid within the box's mounts, which ask for a stop, a thousand times a second
 * all together. The end of each is 0 where every request was refused with 77. */
static void
start_crowd(const struct box *box, const char *path, int requests, pid_t *ret_pid)
{
    for (int c = 0; c < CROWD; c++) {
        ret_pid[c] = fork();
        if (ret_pid[c] != 0) {
            continue;
        }
        int bad = 0;
        if (setns(box->pidfd, CLONE_NEWNS) < 0 || setresgid(BOX_UID, BOX_UID, BOX_UID) < 0 ||
            setresuid(BOX_UID, BOX_UID, BOX_UID) < 0) {
            _exit(99);
        }
        for (int i = 0; i < requests; i++) {
            usleep(CROWD * EVERY_US);
            bad += raw_request(path, "\x01stop\0web\0\0", 11) != 77;
        }
        _exit(bad > 98 ? 98 : bad);
    }
}

/* Whether all of them have ended, and well. */
static bool
is_crowd_gone(pid_t *pid)
{
    for (int c = 0; c < CROWD; c++) {
        int status = 0;
        pid_t ended = pid[c] > 0 ? waitpid(pid[c], &status, WNOHANG) : 0;
        if (ended > 0) {
            pid[c] = 0;
            ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d were not refused",
                          WEXITSTATUS(status));
        } else if (pid[c] > 0) {
            return false;
        }
    }
    return true;
}

START_TEST(a_thousand_a_second_of_another_uid_are_refused_and_status_is_answered_meanwhile)
{
    pid_t crowd[CROWD];
    NEEDS_UIDS();
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    size_t before = box_descriptors(&box);
    start_crowd(&box, SOCKET, 60, crowd);
    while (!is_crowd_gone(crowd)) {
        box_ask(&box, WORDS("status", "web"), 0);
        ck_assert_uint_le(box_descriptors(&box), before + 16 + CROWD);
    }
    box_ask(&box, WORDS("status", "web"), 0);
    box_await_descriptors(&box, before);
    box_stop(&box);
}
END_TEST

/* The least that a server can do: it refuses whoever comes, without a look at the request, as often
 * as PID 1 looks at a crowd. */
static pid_t
start_bare(const struct box *box)
{
    static const char refusal[] = "x\0\0\0\1M"; /* 77 */
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = BARE};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    pid_t pid = fork();
    if (pid != 0) {
        close(fd);
        return pid;
    }
    if (setns(box->pidfd, CLONE_NEWNS) < 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || chmod(BARE, 0666) < 0 ||
        listen(fd, 128) < 0) {
        _exit(99);
    }
    for (;; usleep(20000)) {
        char request[4096];
        struct ucred peer;
        socklen_t size = sizeof(peer);
        int client;
        while ((client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
            struct pollfd awaited = {.fd = client, .events = POLLIN};
            if (recv(client, request, sizeof(request), 0) < 0) {
                (void)poll(&awaited, 1, BOX_WAIT_MS);
                (void)!recv(client, request, sizeof(request), 0);
            }
            (void)getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size);
            (void)!send(client, refusal, sizeof(refusal) - 1, MSG_NOSIGNAL);
            close(client);
        }
    }
}

/* What a request of a crowd costs whoever refuses it, in nanoseconds on a processor. */
static long long
cost_of_crowd(const struct box *box, const char *path, pid_t server, long long *ret_per_second_us)
{
    static const long long each = 60;
    pid_t crowd[CROWD];
    int64_t start_ms = proc_now_ms();
    long long before_ns = raw_cpu_ns(server);
    start_crowd(box, path, (int)each, crowd);
    while (!is_crowd_gone(crowd)) {
        usleep(1000);
    }
    long long ns = raw_cpu_ns(server) - before_ns;
    *ret_per_second_us = ns / (proc_now_ms() - start_ms + 1);
    return ns / (each * CROWD);
}

START_TEST(a_refusal_costs_pid_1_little_more_than_its_system_calls)
{
    long long share_us = 0;
    long long bare_us = 0;
    NEEDS_UIDS();
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    pid_t bare = start_bare(&box);
    box_await_file(&box, BARE);
    usleep(50000); /* until it listens, which a file does not show */
    long long refusal_ns = cost_of_crowd(&box, SOCKET, box.pid, &share_us);
    long long bare_ns = cost_of_crowd(&box, BARE, bare, &bare_us);
    raw_figure(__func__, "%.1f us each, %.2f %% of a core; a bare loop %.1f us, %.2f %%",
               (double)refusal_ns / 1e3, (double)share_us / 1e4, (double)bare_ns / 1e3,
               (double)bare_us / 1e4);
    ck_assert_int_le(refusal_ns, bare_ns * (BOX_IS_SANITIZED ? 30 : 5));
    ck_assert_int_eq(kill(bare, SIGKILL), 0);
    ck_assert_int_eq(waitpid(bare, NULL, 0), bare);
    box_stop(&box);
}
END_TEST

START_TEST(a_thousand_mixed_requests_are_all_answered_right)
{
    static const struct {
        const char *bytes;
        size_t size;
        int code;
    } requests[] = {
        {"\x01status\0\0", 9, 0},
        {"\x01status\0web\0--json\0\0", 20, 0},
        {"\x01status\0nosuch\0\0", 16, 4},
        {"\x01signal\0CONT\0web\0\0", 18, 0},
        {"\x01wait\0web\0\0", 11, 0},
        {"\x01start\0web\0\0", 12, 0},
        {"\x01"
         "events\0\0",
         9, 0},
        {"\x01wait\0web\0--for\0final\0--timeout\0001ms\0\0", 37, 75},
        {"\x01stop\0--what\0\0", 14, 64},
        {"\x01nosuch\0\0", 9, 64},
    };
    enum { KINDS = sizeof(requests) / sizeof(requests[0]) };
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    char path[512];
    snprintf(path, sizeof(path), "%s", box_path(&box, "/run/roinit/control"));
    for (int i = 0; i < MIXED; i++) {
        int code = raw_request(path, requests[i % KINDS].bytes, requests[i % KINDS].size);
        ck_assert_msg(code == requests[i % KINDS].code, "request %d: %d, want %d", i, code,
                      requests[i % KINDS].code);
    }
    box_stop(&box);
}
END_TEST

/* Whether PID 1 closes it without an answer. */
static void
is_dropped(int fd)
{
    char byte;
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    ck_assert_int_eq(poll(&polled, 1, BOX_WAIT_MS), 1);
    ck_assert_int_le(read(fd, &byte, 1), 0);
    close(fd);
}

START_TEST(four_kib_of_zeros_are_no_request)
{
    static const char zeros[4096];
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    for (int i = 0; i < 100; i++) {
        int fd = raw_dial(box_path(&box, "/run/roinit/control"));
        ck_assert_int_ge(fd, 0);
        (void)!write(fd, zeros, sizeof(zeros));
        is_dropped(fd);
    }
    box_ask(&box, WORDS("status"), 0);
    box_stop(&box);
}
END_TEST

START_TEST(whoever_sends_descriptors_is_dropped_and_none_is_kept)
{
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    size_t before = box_descriptors(&box);
    for (int i = 0; i < 100; i++) {
        int fd = raw_dial(box_path(&box, "/run/roinit/control"));
        char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = "";
        static char bytes[] = "\x01status\0";
        struct iovec part = {bytes, sizeof(bytes)};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof(control)};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof(fd));
        ck_assert_int_eq(sendmsg(fd, &message, 0), (ssize_t)sizeof(bytes));
        is_dropped(fd);
    }
    box_ask(&box, WORDS("status"), 0);
    box_await_descriptors(&box, before);
    box_stop(&box);
}
END_TEST

START_TEST(silent_ones_and_slow_ones_do_not_keep_an_admin_waiting)
{
    static int fds[200];
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    for (size_t i = 0; i < 200; i++) {
        fds[i] = raw_dial(box_path(&box, "/run/roinit/control"));
        if (i % 2 == 1) {
            (void)send(fds[i], "\x01", 1, MSG_NOSIGNAL);
        }
    }
    box_ask(&box, WORDS("restart", "web"), 0);
    box_ask(&box, WORDS("stop", "web"), 0);
    for (size_t i = 0; i < 200; i++) {
        close(fds[i]);
    }
    box_stop(&box);
}
END_TEST

/* Connects as another user of the container, over and over, and says nothing. */
static void
start_silence(const struct box *box, pid_t *ret_pid)
{
    *ret_pid = fork();
    if (*ret_pid != 0) {
        return;
    }
    if (setns(box->pidfd, CLONE_NEWNS) < 0 || setresuid(BOX_UID, BOX_UID, BOX_UID) < 0) {
        _exit(99);
    }
    for (int i = 0; i < FLOOD; i++) {
        (void)!raw_dial(SOCKET);
    }
    _exit(0);
}

/* Between his connect(2) and his request a client may lose the processor for long. */
START_TEST(a_flood_of_another_uid_drops_nobody_who_is_slow_to_ask)
{
    char byte;
    int status = 0;
    pid_t flood;
    NEEDS_UIDS();
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    int fd = raw_dial(box_path(&box, SOCKET));
    ck_assert_int_ge(fd, 0);
    start_silence(&box, &flood);
    ck_assert_int_eq(waitpid(flood, &status, 0), flood);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(send(fd, "\x01status\0\0", 9, MSG_NOSIGNAL), 9);
    ck_assert_int_eq(read(fd, &byte, 1), 1);
    close(fd);
    box_stop(&box);
}
END_TEST

Suite *
crowd_suite(void)
{
    return proc_suite(
        "crowd",
        (const TTest *const[]){
            a_thousand_a_second_of_another_uid_are_refused_and_status_is_answered_meanwhile,
            a_refusal_costs_pid_1_little_more_than_its_system_calls,
            a_thousand_mixed_requests_are_all_answered_right,
            four_kib_of_zeros_are_no_request,
            whoever_sends_descriptors_is_dropped_and_none_is_kept,
            silent_ones_and_slow_ones_do_not_keep_an_admin_waiting,
            a_flood_of_another_uid_drops_nobody_who_is_slow_to_ask,
            NULL,
        });
}
