/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <stdio.h>
#include <string.h>

/* What is started when PID 1 has long given up what the boot alone needed. */

#define AFTER BASE "[defaults]\nuser = app\n[service main]\nlog = raw\n"

/* Starts it over the socket, once PID 1 has dropped. */
static void
start_later(struct box *box, const char *name)
{
    char text[8192];
    box_expect(box, OUT, "up\n");
    box_await_file(box, "/run/roinit/control");
    ck_assert_int_eq(box_exec(box, WORDS("wait", "--for", "ready", "main"), text, sizeof(text)), 0);
    ck_assert_msg(box_exec(box, WORDS("start", name), text, sizeof(text)) == 0, "%s", text);
}

START_TEST(a_unit_that_is_started_later_can_open_its_own_output)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract =
            AFTER "command = /puppet print:up sleep\n"
                  "[service late]\nautostart = no\nlog = text\n"
                  "command = /usr/bin/env sh -c 'echo by name >/proc/self/fd/1; sleep 60'\n"});
    start_later(&box, "late");
    box_expect(&box, OUT, "late: by name\n");
    box_free(&box);
}
END_TEST

/* What is inherited as it is belongs to PID 1's user, and several users have it. */
START_TEST(a_raw_unit_of_another_user_that_is_started_later_can_open_it_too)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract = AFTER "command = /usr/bin/env sh -c 'echo up >/proc/self/fd/1; exec sleep 60'\n"
                          "[service late]\nautostart = no\nlog = raw\nuser = 10002:10002\n"
                          "command = /usr/bin/env sh -c 'echo by name >/proc/self/fd/1; "
                          "echo wrong >/proc/self/fd/2; sleep 60'\n"});
    start_later(&box, "late");
    box_expect(&box, OUT, "by name\n");
    box_expect(&box, ERR, "wrong\n");
    box_free(&box);
}
END_TEST

START_TEST(a_unit_that_is_started_later_gets_its_oom_score)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract = AFTER "command = /puppet print:up sleep\n"
                          "[service late]\nautostart = no\nlog = text\noom-score-adj = 321\n"
                          "command = /puppet await:/tmp/go cat:/proc/self/oom_score_adj sleep\n"});
    start_later(&box, "late");
    box_touch(&box, "/tmp/go");
    box_expect(&box, OUT, "late: 321\n");
    box_must_not_say(&box, ERR, "oom");
    box_free(&box);
}
END_TEST

Suite *
late_suite(void)
{
    return proc_suite("late", (const TTest *const[]){
                                  a_unit_that_is_started_later_can_open_its_own_output,
                                  a_raw_unit_of_another_user_that_is_started_later_can_open_it_too,
                                  a_unit_that_is_started_later_gets_its_oom_score,
                                  NULL,
                              });
}
