/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What units say of themselves by sd_notify, and what is made of lies. */

#define RAW "[defaults]\nlog = raw\n"
#define WEB "[service web]\nrequires = db\ncommand = /puppet print:web exit:4\n"
#define DB "[service db]\nready = notify\n"

START_TEST(who_requires_a_unit_waits_for_its_word)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW DB
                                "command = /puppet sleep:100 print:db notify:READY=1 sleep\n" WEB},
                4);
    box_must_say_in_order(&box, OUT, "db\n", "web\n");
    box_free(&box);
}
END_TEST

START_TEST(a_unit_of_another_user_is_heard_too)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = BASE RAW DB
                        "user = 10001\ncommand = /puppet print:db notify:READY=1 sleep\n" WEB},
        4);
    box_free(&box);
}
END_TEST

START_TEST(without_a_writable_path_it_works_by_an_abstract_address)
{
    struct box box = box_run(
        &(struct start){.contract =
                            "[init]\nstate-dir = none\n" BASE RAW DB
                            "command = /puppet env:NOTIFY_SOCKET notify:READY=1 sleep\n" WEB},
        4);
    box_must_say(&box, OUT, "NOTIFY_SOCKET=@roinit-");
    box_free(&box);
}
END_TEST

START_TEST(the_address_lies_in_the_state_directory_and_others_are_told_of_none)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW DB
                                "command = /puppet env:NOTIFY_SOCKET notify:READY=1 sleep\n"
                                "[service web]\nrequires = db\n"
                                "command = /puppet env:NOTIFY_SOCKET env:WATCHDOG_USEC exit:4\n",
                                .env = WORDS("NOTIFY_SOCKET=/nowhere", "WATCHDOG_USEC=5")},
                4);
    box_must_say(&box, OUT, "NOTIFY_SOCKET=/run/roinit/notify\n");
    box_must_say(&box, OUT, "NOTIFY_SOCKET unset\n");
    box_must_say(&box, OUT, "WATCHDOG_USEC unset\n");
    box_free(&box);
}
END_TEST

START_TEST(a_descendant_speaks_for_its_unit)
{
    struct box box = box_run(&(struct start){.contract = BASE RAW DB
                                             "command = /puppet fork fork notify:READY=1 "
                                             "notifyfd:BARRIER=1 end reap end reap sleep\n" WEB},
                             4);
    box_free(&box);
}
END_TEST

START_TEST(a_sender_who_is_gone_before_he_is_looked_at_is_told_of)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB
        "command = /puppet sleep\n"
        "[service flood]\nready = notify\ncommand = /bin/sh -c 'while :; do /puppet "
        "notify:READY=1; done'\n"});
    box_expect(&box, ERR, "is gone: nobody can tell whose it was");
    box_signal(&box, SIGTERM);
    (void)box_end(&box);
    box_free(&box);
}
END_TEST

START_TEST(a_sender_who_waits_for_his_barrier_is_known)
{
    struct box box = box_run(
        &(struct start){
            .contract = BASE RAW DB
            "command = /bin/sh -c 'for i in 1 2 3 4 5 6; do for j in 1 2 3 4 5 6 7 8; do "
            "/puppet notifyfd:READY=1 & /puppet notifyfd:STATUS=a & "
            "/puppet notifyfd:WATCHDOG=1 & /puppet notifyfd:BARRIER=1; "
            "wait; done; done; exit 4'\n"},
        4);
    box_must_not_say(&box, ERR, "is gone");
    box_free(&box);
}
END_TEST

START_TEST(a_descendant_whose_parent_is_gone_still_belongs_to_its_session)
{
    struct box box = box_run(
        &(struct start){
            .contract = BASE RAW DB
            "command = /puppet fork fork sleep:100 notify:READY=1 sleep end end sleep\n" WEB},
        4);
    box_free(&box);
}
END_TEST

START_TEST(nobody_speaks_for_another_unit)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB "after = other plain\nstart-timeout = 700ms\n"
                                "command = /puppet print:db sleep\n"
                                "[service other]\nready = notify\n"
                                "command = /puppet notify:READY=1 notify:MAINPID=1|READY=1 sleep\n"
                                "[service plain]\ncommand = /bin/sh -c 'NOTIFY_SOCKET="
                                "/run/roinit/notify exec /puppet notify:READY=1 sleep'\n"});
    ck_assert_int_eq(box_end(&box), 75);
    box_must_say(&box, ERR, "notify: no READY=1 yet");
    box_must_say(&box, ERR, "other names pid 1 as its main process, which is none of its own\n");
    box_free(&box);
}
END_TEST

START_TEST(status_stands_in_the_status_until_the_next_start)
{
    struct box box = box_start(&(struct start){.contract = BASE RAW DB
                                               "command = /puppet notify:READY=1|STATUS=serving-3 "
                                               "await:/tmp/go notify:STATUS= sleep\n"});
    box_await_status(&box, "\"status\":\"serving-3\"");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_await_status(&box, "\"status\":null");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_message_that_is_too_long_is_dropped_and_told_of_once)
{
    struct box box = box_run(
        &(struct start){
            .contract = BASE RAW DB
            "command = /bin/sh -c 'x=xxxxxxxxxxxxxxxx; x=$x$x$x$x; x=$x$x$x$x; "
            "x=$x$x$x$x; x=$x$x$x$x$x; for i in 1 2; do /puppet \"notify:READY=1|STATUS=$x\" "
            "sleep:100; done; exec /puppet notify:READY=1 sleep'\n" WEB},
        4);
    box_must_say(&box, ERR, "db: a message to the notify socket is dropped: it has more than 4096");
    ck_assert_uint_eq(box_count(&box, ERR, "is dropped"), 1);
    box_free(&box);
}
END_TEST

START_TEST(reloading_and_stopping_are_states)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB
        "command = /puppet notify:READY=1 await:/tmp/1 notify:RELOADING=1 await:/tmp/2 "
        "notify:READY=1 await:/tmp/3 notify:STOPPING=1 await:/tmp/4 exit:5\n"});
    box_await_status(&box, "\"state\":\"ready\"");
    ck_assert_int_eq(box_touch(&box, "/tmp/1"), 0);
    box_await_status(&box, "\"state\":\"reloading\"");
    box_await_status(&box, "\"ready\":true");
    ck_assert_int_eq(box_touch(&box, "/tmp/2"), 0);
    box_await_status(&box, "\"state\":\"ready\"");
    ck_assert_int_eq(box_touch(&box, "/tmp/3"), 0);
    box_await_status(&box, "\"state\":\"stopping\"");
    box_await_status(&box, "\"ready\":false");
    ck_assert_int_eq(box_touch(&box, "/tmp/4"), 0);
    ck_assert_int_eq(box_end(&box), 5);
    box_free(&box);
}
END_TEST

START_TEST(ready_twice_is_ready_once)
{
    struct box box = box_run(&(struct start){.contract = BASE RAW DB
                                             "command = /puppet notify:READY=1 notify:READY=1 "
                                             "notify:READY=1|READY=1 print:db exit:3\n"},
                             3);
    box_free(&box);
}
END_TEST

START_TEST(a_watchdog_that_is_not_fed_aborts_the_unit)
{
    struct box box = BOX_NONE;
    /* Where the machine is busy with others, the puppet may be late. */
    for (int i = 0; i < 5 && box_count(&box, OUT, "fed\n") == 0; i++) {
        box_free(&box);
        box = box_run(
            &(struct start){
                .contract = BASE RAW DB
                "watchdog = 600ms\n"
                "command = /puppet env:WATCHDOG_USEC notify:READY=1 notify:WATCHDOG=1 "
                "sleep:200 notify:WATCHDOG=1 sleep:200 notify:WATCHDOG=1 "
                "sleep:200 notify:WATCHDOG=1 sleep:200 notify:WATCHDOG=1 print:fed sleep\n"},
            128 + SIGABRT);
    }
    box_must_say(&box, OUT, "WATCHDOG_USEC=600000\n");
    box_must_say(&box, OUT, "fed\n");
    box_must_say(&box, ERR, "its watchdog of 600ms ran out: ABRT\n");
    box_must_say(&box, ERR, "died of ABRT, its watchdog ran out, after ");
    box_free(&box);
}
END_TEST

START_TEST(a_watchdog_can_be_triggered_and_counts_as_a_failure_whatever_the_code)
{
    struct box box = box_run(
        &(struct start){.contract = BASE RAW DB
                        "command = /puppet catch:6:0 notify:READY=1|WATCHDOG=trigger sleep\n"},
        75);
    box_free(&box);
}
END_TEST

START_TEST(a_unit_may_take_more_time_when_it_says_so)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW DB
                                "start-timeout = 1s\n"
                                "command = /puppet notify:EXTEND_TIMEOUT_USEC=60000000 sleep:1300 "
                                "notify:READY=1 sleep\n" WEB},
                4);
    box_free(&box);
}
END_TEST

START_TEST(main_pid_makes_another_process_the_main_one)
{
    /* A daemon of the old kind: the child is the service, the parent ends. */
    struct box box = box_start(
        &(struct start){.contract = BASE RAW DB
                        "command = /bin/sh -c '/puppet sleep:100 await:/tmp/go exit:9 & "
                        "exec /puppet \"notify:MAINPID=$!|READY=1\" print:leaves exit:0'\n"});
    box_expect(&box, OUT, "leaves\n");
    box_await_status(&box, "\"state\":\"ready\"");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 9);
    box_free(&box);
}
END_TEST

START_TEST(a_daemon_that_has_left_its_session_may_be_named_and_then_speaks)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB
        "command = /bin/sh -c 'daemon=$(/puppet setsid await:/tmp/said notify:READY=1 "
        "await:/tmp/go exit:9 >/tmp/out & echo $!); "
        "exec /puppet \"notify:MAINPID=$daemon\" print:leaves exit:0'\n"});
    box_expect(&box, OUT, "leaves\n");
    ck_assert_int_eq(box_touch(&box, "/tmp/said"), 0);
    box_await_status(&box, "\"state\":\"ready\"");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 9);
    box_free(&box);
}
END_TEST

START_TEST(a_stranger_is_told_of_where_nobody_has_named_him)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB
        "command = /bin/sh -c '(/puppet setsid await:/tmp/said notify:READY=1 sleep &); "
        "exec /puppet print:up sleep'\n"});
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(box_touch(&box, "/tmp/said"), 0);
    box_expect(&box, ERR, "or has left its session and its parent");
    box_signal(&box, SIGTERM);
    (void)box_end(&box);
    box_free(&box);
}
END_TEST

START_TEST(a_main_process_whose_parent_lives_is_seen_to_end)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB
        "essential = no\n"
        "command = /bin/sh -c '/puppet await:/tmp/go exit:9 & "
        "/puppet \"notify:MAINPID=$!|READY=1\" notifyfd:BARRIER=1; wait; exec /puppet sleep'\n"
        "[service other]\ncommand = /puppet await:/tmp/end exit:3\n"});
    box_await_status(&box, "\"name\":\"db\",\"kind\":\"service\",\"state\":\"ready\"");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    /* Only its parent knows the code: it counts as well, and the unit as a whole ends with it. */
    box_await_status(&box, "\"name\":\"db\",\"kind\":\"service\",\"state\":\"exited\"");
    ck_assert_int_eq(box_touch(&box, "/tmp/end"), 0);
    ck_assert_int_eq(box_end(&box), 3);
    box_free(&box);
}
END_TEST

START_TEST(descriptors_are_closed_at_once_and_a_store_is_refused)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB "command = /puppet notifyfd:FDSTORE=1|FDNAME=a notifyfd:BARRIER=1 "
                                "notify:READY=1 print:end sleep\n"});
    box_expect_times(&box, OUT, "notifyfd closed\n", 2);
    box_expect(&box, OUT, "end\n");
    box_expect(&box, ERR, "db wants descriptors to be kept for it (FDSTORE): roinit keeps none\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_flood_of_messages_keeps_nobody_from_an_answer)
{
    char out[16384];
    struct box box = box_start(
        &(struct start){.contract = BASE RAW DB
                        "command = /puppet notify:READY=1 print:up flood_notify:100000000\n"});
    box_expect(&box, OUT, "up\n");
    for (int i = 0; i < 20; i++) { /* each within the time that any answer may take */
        ck_assert_int_eq(box_exec(&box, WORDS("status"), out, sizeof out), 0);
    }
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

/* A socket of the test's own, of which an outer supervisor would tell roinit. */
START_TEST(roinit_tells_who_runs_it)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "@roinit-outer-test"};
    char name[64];
    char variable[96];
    char message[64] = "";
    snprintf(name, sizeof name, "@roinit-outer-%d", (int)getpid());
    snprintf(variable, sizeof variable, "NOTIFY_SOCKET=%s", name);
    memcpy(address.sun_path, name, strlen(name) + 1);
    address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
                     0);
    struct box box = box_start(&(struct start){
        .contract = BASE RAW DB "command = /puppet env:NOTIFY_SOCKET await:/tmp/go notify:READY=1 "
                                "sleep\n[service plain]\ncommand = /puppet print:plain sleep\n",
        .env = WORDS(variable)});
    box_expect(&box, OUT, "plain\n");
    ck_assert_int_lt(recv(fd, message, sizeof message - 1, MSG_DONTWAIT), 0);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    struct pollfd awaited = {.fd = fd, .events = POLLIN};
    ck_assert_int_eq(poll(&awaited, 1, BOX_WAIT_MS), 1);
    ck_assert_int_eq(recv(fd, message, sizeof message - 1, 0), 7);
    ck_assert_str_eq(message, "READY=1");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    memset(message, 0, sizeof message);
    ck_assert_int_gt(recv(fd, message, sizeof message - 1, MSG_DONTWAIT), 0);
    ck_assert_str_eq(message, "STOPPING=1");
    close(fd);
    box_free(&box);
}
END_TEST

Suite *
notify_suite(void)
{
    const TTest *const tests[] = {
        who_requires_a_unit_waits_for_its_word,
        a_unit_of_another_user_is_heard_too,
        without_a_writable_path_it_works_by_an_abstract_address,
        the_address_lies_in_the_state_directory_and_others_are_told_of_none,
        a_descendant_speaks_for_its_unit,
        a_sender_who_is_gone_before_he_is_looked_at_is_told_of,
        a_sender_who_waits_for_his_barrier_is_known,
        a_descendant_whose_parent_is_gone_still_belongs_to_its_session,
        nobody_speaks_for_another_unit,
        status_stands_in_the_status_until_the_next_start,
        a_message_that_is_too_long_is_dropped_and_told_of_once,
        reloading_and_stopping_are_states,
        ready_twice_is_ready_once,
        a_watchdog_that_is_not_fed_aborts_the_unit,
        a_watchdog_can_be_triggered_and_counts_as_a_failure_whatever_the_code,
        a_unit_may_take_more_time_when_it_says_so,
        main_pid_makes_another_process_the_main_one,
        a_daemon_that_has_left_its_session_may_be_named_and_then_speaks,
        a_stranger_is_told_of_where_nobody_has_named_him,
        a_main_process_whose_parent_lives_is_seen_to_end,
        descriptors_are_closed_at_once_and_a_store_is_refused,
        a_flood_of_messages_keeps_nobody_from_an_answer,
        roinit_tells_who_runs_it,
        NULL,
    };
    return proc_suite("notify", tests);
}
