/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_BYTES = 1 << 19 };

static char answer[ANSWER_BYTES];

struct box
box_running(const struct start *start)
{
    struct box box = box_start(start);
    box_await_file(&box, "/run/roinit/status.json");
    box_ask(&box, WORDS("wait", "--timeout", "20s"), 0);
    return box;
}

void
box_ask(struct box *box, const char *const *argv, int code)
{
    box_ask_as(box, 0, argv, code);
}

void
box_ask_as(struct box *box, uid_t uid, const char *const *argv, int code)
{
    int got = box_exec_as(box, uid, argv, answer, sizeof answer);
    ck_assert_msg(got == code, "uid %u, %s %s: %d, want %d: %s", (unsigned)uid, argv[0],
                  argv[1] == NULL ? "" : argv[1], got, code, answer);
}

const char *
box_answer(void)
{
    return answer;
}

void
box_answered(const char *text)
{
    ck_assert_msg(strstr(answer, text) != NULL, "lacks \"%s\": %s", text, answer);
}

void
box_await_status(struct box *box, const char *text)
{
    int64_t limit_ms = proc_now_ms() + BOX_WAIT_MS;
    do {
        ck_assert_msg(proc_now_ms() < limit_ms, "status never said %s, but %s", text, answer);
        (void)box_exec(box, WORDS("status", "--json"), answer, sizeof answer);
        (void)poll(NULL, 0, 20);
    } while (strstr(answer, text) == NULL);
}

int
box_dial(const struct box *box, const char *words)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char request[256];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s",
             box_path(box, "/run/roinit/control"));
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    size_t size = (size_t)snprintf(request, sizeof(request), "\x01%s", words) + 2;
    for (size_t i = 1; i < size; i++) {
        request[i] = request[i] == ' ' ? '\0' : request[i];
    }
    request[size - 1] = '\0';
    ck_assert_int_eq(write(fd, request, size), (ssize_t)size);
    return fd;
}

void
box_stop(struct box *box)
{
    box_signal(box, SIGTERM);
    ck_assert_int_eq(box_end(box), 0);
    box_free(box);
}
