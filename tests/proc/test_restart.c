/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>

/* Restarts, limits, and what counts as success. */

#define RAW "log = raw\n"
#define QUICK "restart-delay = 0\n"

START_TEST(a_service_that_fails_is_restarted_on_failure)
{
    struct box box = box_run(
        &(struct start){.contract = BASE "[service web]\n" RAW QUICK "restart = on-failure\n"
                                         "command = /puppet fail:/tmp/n:2:7 print:well exit:0\n"},
        0);
    box_must_say_in_order(&box, OUT, "start 3\n", "well\n");
    ck_assert_uint_eq(box_count(&box, OUT, "start "), 3);
    box_must_say(&box, ERR, "web"); /* each end unasked is told */
    box_free(&box);
}
END_TEST

START_TEST(a_service_that_ends_well_is_restarted_only_with_always)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[service web]\n" RAW QUICK "restart = always\n"
                                                 "start-limit = 3/1h\n"
                                                 "command = /puppet fail:/tmp/n:9:0\n"},
                70);
    ck_assert_uint_eq(box_count(&box, OUT, "start "), 3);
    box_free(&box);
}
END_TEST

START_TEST(no_restart_is_the_default)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[service web]\n" RAW
                                                 "command = /puppet fail:/tmp/n:9:6\n"},
                6);
    ck_assert_uint_eq(box_count(&box, OUT, "start "), 1);
    box_free(&box);
}
END_TEST

START_TEST(the_default_start_limit_gives_up_after_five_starts_with_the_last_code)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[service web]\n" RAW QUICK "restart = on-failure\n"
                                             "command = /puppet fail:/tmp/n:99:31\n"},
                             31);
    ck_assert_uint_eq(box_count(&box, OUT, "start "), 5);
    box_must_say(&box, ERR, "5/2m");
    box_free(&box);
}
END_TEST

START_TEST(the_code_of_a_crash_loop_by_signal_is_128_plus_it)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[service web]\n" RAW QUICK "restart = on-failure\n"
                                             "start-limit = 2/1h\ncommand = /puppet die:11\n"},
                             128 + SIGSEGV);
    box_free(&box);
}
END_TEST

START_TEST(a_start_limit_of_0_never_gives_up)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[service web]\n" RAW QUICK "restart = on-failure\n"
                                             "start-limit = 0\n"
                                             "command = /puppet fail:/tmp/n:40:1 exit:0\n"},
                             0);
    ck_assert_uint_eq(box_count(&box, OUT, "start "), 41);
    box_free(&box);
}
END_TEST

START_TEST(restarts_wait_for_their_delay_and_it_doubles)
{
    int64_t begin = proc_now_ms();
    struct box box =
        box_run(&(struct start){.contract = BASE "[service web]\n" RAW "restart = on-failure\n"
                                                 "restart-delay = 100ms\n"
                                                 "command = /puppet fail:/tmp/n:3:1 exit:0\n"},
                0);
    ck_assert_int_ge(proc_now_ms() - begin, (100 + 200 + 400) * 8 / 10); /* less the jitter */
    box_free(&box);
}
END_TEST

START_TEST(a_stop_during_the_delay_ends_at_once)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\n" RAW "restart = on-failure\nrestart-delay = 1h\n"
                         "restart-max-delay = 1h\ncommand = /puppet exit:3\n"
                         "[service side]\n" RAW "command = /puppet print:side-up sleep\n"});
    box_expect(&box, OUT, "side-up\n");
    box_expect(&box, ERR, "web");
    box_signal(&box, SIGTERM);
    (void)box_end(&box);
    box_free(&box);
}
END_TEST

START_TEST(success_status_makes_a_code_a_success)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[service web]\n" RAW QUICK "restart = on-failure\n"
                                             "success-status = 12 HUP\n"
                                             "command = /puppet fail:/tmp/n:9:12\n"},
                             12);
    ck_assert_uint_eq(box_count(&box, OUT, "start "), 1); /* a success is not restarted */
    box_free(&box);
}
END_TEST

START_TEST(success_status_makes_a_signal_a_success)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\n" RAW "success-status = 12 HUP\nstop-signal = USR1\n"
                         "command = /puppet catch:10 print:up until:10 die:1\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_command_that_vanishes_is_no_reason_to_hang)
{
    struct box box = box_run(&(struct start){.contract = BASE "[service web]\n" RAW QUICK
                                                              "restart = on-failure\n"
                                                              "command = /srv/gone\n"},
                             127);
    box_must_say(&box, ERR, "/srv/gone");
    box_free(&box);
}
END_TEST

START_TEST(restarts_leave_no_descriptor_behind)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = text\n" QUICK "restart = always\nstart-limit = 0\n"
                         "command = /puppet fail:/tmp/n:60:1 print:settled sleep\n"
                         "[service main]\ncommand = /puppet fds print:main-up sleep\n"});
    box_expect(&box, OUT, "web: settled");
    ck_assert_uint_lt(box_descriptors(&box), 40); /* 61 starts, each with a log pipe or two */
    box_free(&box);
}
END_TEST

Suite *
restart_suite(void)
{
    return proc_suite("restart",
                      (const TTest *const[]){
                          a_service_that_fails_is_restarted_on_failure,
                          a_service_that_ends_well_is_restarted_only_with_always,
                          no_restart_is_the_default,
                          the_default_start_limit_gives_up_after_five_starts_with_the_last_code,
                          the_code_of_a_crash_loop_by_signal_is_128_plus_it,
                          a_start_limit_of_0_never_gives_up,
                          restarts_wait_for_their_delay_and_it_doubles,
                          a_stop_during_the_delay_ends_at_once,
                          success_status_makes_a_code_a_success,
                          success_status_makes_a_signal_a_success,
                          a_command_that_vanishes_is_no_reason_to_hang,
                          restarts_leave_no_descriptor_behind,
                          NULL,
                      });
}
