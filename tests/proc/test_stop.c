/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <poll.h>
#include <signal.h>

/* The end of a container with a contract: who is told, in which order, and what code remains. */

#define RAW "log = raw\n"

START_TEST(services_stop_in_reverse_order_of_start)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[defaults]\n" RAW "[service a]\nstop-signal = USR1\n"
                         "command = /puppet catch:10:0 print:up sleep\n"
                         "[service b]\nrequires = a\nstop-signal = USR2\n"
                         "command = /puppet catch:12 print:up until:12 sleep:100 print:b-ends\n"
                         "[service c]\nrequires = b\n"
                         "command = /puppet catch:15 print:up until:15 sleep:100 print:c-ends\n"});
    box_expect_times(&box, OUT, "up\n", 3);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    ck_assert_str_eq(box.said[OUT].text, "up\nup\nup\ncaught 15\nc-ends\n"
                                         "caught 12\nb-ends\ncaught 10\n");
    box_free(&box);
}
END_TEST

START_TEST(services_that_do_not_need_each_other_stop_together)
{
    struct box box = box_start(&(struct start){
        .contract =
            BASE "[defaults]\n" RAW "[service a]\ncommand = /puppet catch:15 print:up until:15 "
                 "file:/tmp/a await:/tmp/b\n"
                 "[service b]\ncommand = /puppet catch:15 print:up until:15 "
                 "file:/tmp/b await:/tmp/a\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(the_code_of_a_requested_stop_is_0_when_all_end_by_the_stop_signal)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[defaults]\n" RAW "[service a]\ncommand = /puppet print:a-up sleep\n"
                         "[service b]\ncommand = /puppet print:b-up sleep\n"});
    box_expect(&box, OUT, "a-up\n");
    box_expect(&box, OUT, "b-up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(the_code_of_a_requested_stop_is_that_of_the_first_that_ended_badly)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[defaults]\n" RAW "[service a]\ncommand = /puppet print:a-up sleep\n"
                         "[service b]\ncommand = /puppet catch:15:9 print:b-up sleep\n"});
    box_expect(&box, OUT, "a-up\n");
    box_expect(&box, OUT, "b-up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 9);
    box_free(&box);
}
END_TEST

START_TEST(a_code_of_128_plus_the_stop_signal_counts_as_death_by_it)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service a]\n" RAW "command = /puppet catch:15:143 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(main_gets_the_stop_signal_that_arrived)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGQUIT};
    static const char *const words[] = {"caught 15\n", "caught 2\n", "caught 3\n"};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct box box = box_start(&(struct start){
            .contract =
                BASE "[service main]\n"
                     "command = /puppet catch:15:0 catch:2:0 catch:3:0 print:up sleep\n"
                     "[service side]\nlog = raw\n"
                     "command = /puppet catch:15:0 catch:2:1 catch:3:1 print:side-up sleep\n"});
        box_expect(&box, OUT, "side-up\n");
        box_expect(&box, OUT, "up\n");
        box_expect_times(&box, OUT, "up\n", 2);
        box_signal(&box, signals[i]);
        ck_assert_int_eq(box_end(&box), 0);
        box_must_say(&box, OUT, words[i]);
        box_must_say(&box, OUT, "caught 15\n"); /* the other one gets TERM always */
        box_free(&box);
    }
}
END_TEST

START_TEST(rtmin_plus_3_asks_for_the_end_and_main_gets_term)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\ncommand = /puppet catch:15:0 catch:37 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, 34 + 3);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, OUT, "caught 15\n");
    box_must_not_say(&box, OUT, "caught 37\n");
    box_free(&box);
}
END_TEST

START_TEST(stop_signal_replaces_the_one_that_arrived)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\nstop-signal = SIGUSR2\n"
                         "command = /puppet catch:15:1 catch:12:0 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, OUT, "caught 12\n");
    box_must_not_say(&box, OUT, "caught 15\n");
    box_free(&box);
}
END_TEST

START_TEST(a_signal_named_in_stop_signals_asks_for_the_end)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[init]\nstop-signals = WINCH\n"
                         "[service side]\nlog = raw\ncommand = /puppet catch:15:0 print:up sleep\n"
                         "[service main]\ncommand = /puppet catch:28:0 print:up sleep\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGWINCH);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, OUT, "caught 15\n");
    box_must_say(&box, OUT, "caught 28\n");
    box_free(&box);
}
END_TEST

START_TEST(a_service_that_ignores_its_stop_signal_is_killed_after_stop_timeout)
{
    struct box box =
        box_start(&(struct start){.contract = BASE "[service web]\n" RAW "stop-timeout = 500ms\n"
                                                   "command = /puppet catch:15 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGKILL);
    box_must_say(&box, OUT, "caught 15\n");
    box_free(&box);
}
END_TEST

START_TEST(the_one_clock_kills_what_is_left)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[init]\nstop-timeout = 900ms\n[defaults]\n" RAW
                         "[service a]\ncommand = /puppet catch:15 print:up sleep\n"
                         "[service b]\ncommand = /puppet catch:15 print:up sleep\nafter = a\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGKILL);
    ck_assert_uint_eq(box_count(&box, OUT, "caught 15\n"), 2); /* a stuck b costs a no TERM */
    box_free(&box);
}
END_TEST

START_TEST(a_second_term_a_second_later_kills_at_once)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[init]\nstop-timeout = 1h\n"
                         "[service web]\n" RAW "command = /puppet catch:15 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    int64_t first_ms = proc_now_ms();
    box_signal(&box, SIGTERM);
    box_expect(&box, OUT, "caught 15\n");
    if (proc_now_ms() - first_ms < 700) {
        box_signal(&box, SIGTERM); /* too soon: scripts send it twice */
    }
    poll(NULL, 0, 1100);
    ck_assert_uint_eq(box_processes(&box, PUPPETS), 1);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGKILL);
    box_free(&box);
}
END_TEST

START_TEST(a_stopped_service_sees_its_term)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\n" RAW "command = /puppet print:up stop sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, STOPPED, 1);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_service_that_ignores_term_with_children_in_own_groups_leaves_nothing)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[init]\nstop-timeout = 500ms\n[service web]\n" RAW
                         "command = /puppet ignore:15 fork:50 setsid sleep end print:up sleep\n",
        .below_init = true});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, PUPPETS, 51);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGKILL);
    box_must_not_say(&box, ERR, "something is left");
    box_free(&box);
}
END_TEST

START_TEST(a_group_gets_the_stop_signal_with_kill_mode_group)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\n" RAW "kill-mode = group\n"
                         "command = /puppet catch:15:0 fork print:up sleep end print:up reap\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGTERM);
    (void)box_end(&box);
    ck_assert_uint_ge(box_count(&box, OUT, "caught 15\n"), 1);
    box_free(&box);
}
END_TEST

START_TEST(an_essential_service_that_ends_ends_the_container_with_its_code)
{
    struct box box = box_run(
        &(struct start){.contract = BASE
                        "[defaults]\n" RAW
                        "[service web]\ncommand = /puppet await:/tmp/up exit:23\n"
                        "[service side]\ncommand = /puppet file:/tmp/up catch:15:0 sleep\n"},
        23);
    box_must_say(&box, OUT, "caught 15\n");
    box_must_say(&box, ERR, "web");
    box_must_say(&box, ERR, "23");
    box_free(&box);
}
END_TEST

START_TEST(an_essential_service_that_dies_of_a_signal_gives_128_plus_it)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[defaults]\n" RAW
                                                 "[service web]\ncommand = /puppet die:9\n"
                                                 "[service side]\ncommand = /puppet sleep\n"},
                128 + SIGKILL);
    box_must_say(&box, ERR, "web");
    box_free(&box);
}
END_TEST

START_TEST(the_loss_of_a_service_that_is_not_essential_ends_nothing)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[defaults]\n" RAW
                         "[service web]\ncommand = /puppet await:/tmp/go print:alive exit:3\n"
                         "[service side]\nessential = no\ncommand = /puppet exit:9\n"});
    box_expect(&box, ERR, "side");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 3);
    box_must_say(&box, OUT, "alive\n");
    box_free(&box);
}
END_TEST

START_TEST(a_container_whose_units_are_all_done_ends_with_0)
{
    struct box box = box_run(
        &(struct start){.contract = BASE "[task a]\ncommand = /puppet exit:0\n"
                                         "[service b]\nessential = no\ncommand = /puppet exit:5\n"},
        0);
    box_free(&box);
}
END_TEST

Suite *
stop_suite(void)
{
    return proc_suite("stop",
                      (const TTest *const[]){
                          services_stop_in_reverse_order_of_start,
                          services_that_do_not_need_each_other_stop_together,
                          the_code_of_a_requested_stop_is_0_when_all_end_by_the_stop_signal,
                          the_code_of_a_requested_stop_is_that_of_the_first_that_ended_badly,
                          a_code_of_128_plus_the_stop_signal_counts_as_death_by_it,
                          main_gets_the_stop_signal_that_arrived,
                          rtmin_plus_3_asks_for_the_end_and_main_gets_term,
                          stop_signal_replaces_the_one_that_arrived,
                          a_signal_named_in_stop_signals_asks_for_the_end,
                          a_service_that_ignores_its_stop_signal_is_killed_after_stop_timeout,
                          the_one_clock_kills_what_is_left,
                          a_second_term_a_second_later_kills_at_once,
                          a_stopped_service_sees_its_term,
                          a_service_that_ignores_term_with_children_in_own_groups_leaves_nothing,
                          a_group_gets_the_stop_signal_with_kill_mode_group,
                          an_essential_service_that_ends_ends_the_container_with_its_code,
                          an_essential_service_that_dies_of_a_signal_gives_128_plus_it,
                          the_loss_of_a_service_that_is_not_essential_ends_nothing,
                          a_container_whose_units_are_all_done_ends_with_0,
                          NULL,
                      });
}
