/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"
#include "tests/proc/served.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A file system whose server dies while the container runs: PID 1 answers, and obeys TERM, whatever
 * the contract names there. */

#define BEGIN BASE "[volume /served]\n"
#define MAIN "[service main]\ncommand = /puppet print:up sleep\n"
#define CHECK "interval = 20ms\ntimeout = 200ms\nretries = 1\n"

static struct box
begin(const char *contract)
{
    served_begin();
    return box_running(&(struct start){.contract = contract, .plant = served_plant});
}

/* PID 1 hears and answers, and ends it all. */
static void
must_answer_and_end(struct box *box)
{
    for (int i = 0; i < 3; i++) {
        box_ask(box, WORDS("status", "--json"), 0);
    }
    box_signal(box, SIGTERM);
    ck_assert_int_eq(box_end(box), 0);
    box_must_say(box, ERR, "container ends with 0: TERM ");
    box_free(box);
    served_end();
}

START_TEST(a_check_whose_server_is_dead_is_down_and_up_again_when_it_answers)
{
    NEEDS_FUSE();
    struct box box = begin(BEGIN MAIN "[check disk]\nprobe = file:/served/file\n" CHECK);
    box_await_status(&box, "\"disk\":\"up\"");
    served_be_dead();
    box_expect(&box, ERR,
               "check disk is down: file:/served/file: its file system does not answer: bring its "
               "server back, or name a path elsewhere\n");
    box_ask(&box, WORDS("status", "--json"), 0);
    served_be_alive();
    box_expect(&box, ERR, "check disk is up again\n");
    served_be_dead();
    box_expect_times(&box, ERR, "check disk is down: ", 2);
    must_answer_and_end(&box);
}
END_TEST

/* What a unit's keys name there, and what becomes of the unit when the server answers again. */
static const struct {
    const char *name, *line, *then;
} keys[] = {
    {"remove", "remove = /served/file\n", "ready"},
    {"working-dir", "working-dir = /served\n", "ready"},
    {"only-if", "only-if = file:/served/file\n", "ready"},
    {"only-if that does not hold", "env-file = /served/file\nonly-if = !env:SERVED\n", "skipped"},
    {"env-file", "env-file = /served/file\nonly-if = env:SERVED=yes\n", "ready"},
    {"a file that makes it ready", "ready = file:/served/file\n", "ready"},
    {"a socket that is none", "ready = unix:/served/file\n", "starting"},
};

START_TEST(no_path_of_a_unit_holds_up_pid_1)
{
    char contract[512];
    char then[64];
    NEEDS_FUSE();
    (void)snprintf(contract, sizeof contract,
                   BEGIN MAIN "[service late]\nautostart = no\ncommand = /puppet sleep\n%s",
                   keys[_i].line);
    (void)snprintf(then, sizeof then, "\"name\":\"late\",\"kind\":\"service\",\"state\":\"%s\"",
                   keys[_i].then);
    for (int is_revived = 0; is_revived <= 1; is_revived++) {
        struct box box = begin(contract);
        served_be_dead();
        box_ask(&box, WORDS("start", "--no-wait", "late"), 0);
        box_await_status(&box, "\"state\":\"starting\"");
        if (is_revived) {
            served_be_alive();
            box_await_status(&box, then);
        }
        must_answer_and_end(&box);
    }
}
END_TEST

Suite *
dead_suite(void)
{
    TCase *tests = tcase_create("dead");
    tcase_add_test(tests, a_check_whose_server_is_dead_is_down_and_up_again_when_it_answers);
    tcase_add_loop_test(tests, no_path_of_a_unit_holds_up_pid_1, 0, sizeof keys / sizeof keys[0]);
    Suite *suite = suite_create("dead");
    suite_add_tcase(suite, tests);
    return suite;
}
