/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

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

void
box_stop(struct box *box)
{
    box_signal(box, SIGTERM);
    ck_assert_int_eq(box_end(box), 0);
    box_free(box);
}
