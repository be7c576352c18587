/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Clients in crowds, and clients that mean harm: whoever has a right to an answer gets it. */

enum { CROWD = 2000, EVERY_US = 1000, MIXED = 1000 };

#define CONTRACT                                                                                   \
    BASE "[defaults]\nlog = raw\n[service main]\ncommand = /puppet print:up sleep\n"               \
         "[service web]\ncommand = /puppet sleep\n"

static int
dial(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        return fd;
    }
    close(fd);
    return -1;
}

/* The code of a request, whose bytes end with the empty word; -1: no whole answer came. */
static int
request(const char *path, const char *bytes, size_t size)
{
    unsigned char answer[4096];
    size_t used = 0;
    int fd = dial(path);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size) {
        close(fd);
        return -1;
    }
    for (ssize_t got = 1; got > 0 && used < sizeof(answer);) {
        got = read(fd, answer + used, sizeof(answer) - used);
        used += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return used >= 6 && answer[used - 6] == 'x' ? answer[used - 1] : -1;
}

/* A process of another uid within the box's mounts, which asks for a stop, a thousand times a
 * second. Its end is 0 where each was refused with 77. */
static pid_t
start_crowd(const struct box *box)
{
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    int bad = 0;
    if (setns(box->pidfd, CLONE_NEWNS) < 0 || setresgid(BOX_UID, BOX_UID, BOX_UID) < 0 ||
        setresuid(BOX_UID, BOX_UID, BOX_UID) < 0) {
        _exit(99);
    }
    for (int i = 0; i < CROWD; i++) {
        bad += request("/run/roinit/control", "\x01stop\0web\0\0", 11) != 77;
        usleep(EVERY_US / 2); /* and as much for the request */
    }
    _exit(bad > 98 ? 98 : bad);
}

START_TEST(a_thousand_a_second_of_another_uid_are_refused_and_status_is_answered_meanwhile)
{
    NEEDS_UIDS();
    struct box box = box_running(&(struct start){.contract = CONTRACT});
    size_t before = box_descriptors(&box);
    int status = 0;
    pid_t crowd = start_crowd(&box);
    while (waitpid(crowd, &status, WNOHANG) == 0) {
        box_ask(&box, WORDS("status", "web"), 0);
        ck_assert_uint_le(box_descriptors(&box), before + 16);
    }
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d were not refused",
                  WEXITSTATUS(status));
    box_ask(&box, WORDS("status", "web"), 0);
    box_await_descriptors(&box, before);
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
        int code = request(path, requests[i % KINDS].bytes, requests[i % KINDS].size);
        /* An answer longer than what is read here has no last frame. */
        if (code >= 0 || requests[i % KINDS].code != 0) {
            ck_assert_msg(code == requests[i % KINDS].code, "request %d: %d, want %d", i, code,
                          requests[i % KINDS].code);
        }
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
        int fd = dial(box_path(&box, "/run/roinit/control"));
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
        int fd = dial(box_path(&box, "/run/roinit/control"));
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
        fds[i] = dial(box_path(&box, "/run/roinit/control"));
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

Suite *
crowd_suite(void)
{
    return proc_suite(
        "crowd",
        (const TTest *const[]){
            a_thousand_a_second_of_another_uid_are_refused_and_status_is_answered_meanwhile,
            a_thousand_mixed_requests_are_all_answered_right,
            four_kib_of_zeros_are_no_request,
            whoever_sends_descriptors_is_dropped_and_none_is_kept,
            silent_ones_and_slow_ones_do_not_keep_an_admin_waiting,
            NULL,
        });
}
