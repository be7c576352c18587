/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>

/* With a contract: signals that do not ask for the end. */

START_TEST(main_gets_the_signals_that_do_not_ask_for_the_end)
{
    static const int numbers[] = {SIGHUP,  SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT,
                                  SIGALRM, SIGTSTP, 34,      40,       64};
    struct box box = box_start(&(struct start){
        .contract =
            BASE "[service main]\ncommand = /puppet catch:all print:up sleep\n"
                 "[service side]\nlog = text\ncommand = /puppet catch:all print:up sleep\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char text[32];
        snprintf(text, sizeof(text), "caught %d\n", numbers[i]);
        box_signal(&box, numbers[i]);
        box_expect(&box, OUT, text);
    }
    box_must_not_say(&box, OUT, "side: caught");
    box_free(&box);
}
END_TEST

START_TEST(a_unit_that_asks_for_a_signal_gets_it)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\nforward-signals = none\n"
                         "command = /puppet catch:all print:up sleep\n"
                         "[service side]\nlog = text\nforward-signals = HUP USR1:USR2\n"
                         "command = /puppet catch:all print:up sleep\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGUSR1);
    box_expect(&box, OUT, "side: caught 12\n");
    box_signal(&box, SIGHUP);
    box_expect(&box, OUT, "side: caught 1\n");
    box_must_not_say(&box, OUT, "side: caught 10\n");
    ck_assert_uint_eq(box_count(&box, OUT, "caught"), 2);
    box_free(&box);
}
END_TEST

START_TEST(term_can_be_rewritten_to_quit)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\nforward-signals = TERM:QUIT\n"
                         "command = /puppet catch:15:1 catch:3:0 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, OUT, "caught 3\n");
    box_free(&box);
}
END_TEST

START_TEST(a_signal_that_nothing_takes_is_told)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service a]\nlog = raw\ncommand = /puppet print:up sleep\n"
                         "[service b]\nlog = raw\ncommand = /puppet print:up sleep\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGURG); /* what a Go program sends to itself, and to whoever has its pid */
    box_signal(&box, SIGWINCH);
    box_expect(&box, ERR, "nothing takes WINCH");
    box_must_say(&box, ERR, "stop-signals");
    box_must_not_say(&box, ERR, "URG");
    box_free(&box);
}
END_TEST

START_TEST(a_requested_stop_is_told_with_its_origin)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service a]\nlog = raw\ncommand = /puppet print:up sleep\n"
                         "[service b]\nlog = raw\ncommand = /puppet print:up sleep\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, ERR, "roinit: TERM from outside the container: stopping");
    box_free(&box);
}
END_TEST

START_TEST(a_storm_of_signals_does_not_hold_up_the_stop)
{
    struct box box = box_start(&(struct start){
        .contract = BASE
        "[service main]\ncommand = /puppet catch:15:0 ignore:1 file:/tmp/deaf print:up sleep\n"
        "[service storm]\nlog = raw\n"
        "command = /bin/sh -c '/puppet await:/tmp/deaf; while kill -HUP 1; do :; done'\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

Suite *
forward_suite(void)
{
    return proc_suite("forward", (const TTest *const[]){
                                     main_gets_the_signals_that_do_not_ask_for_the_end,
                                     a_unit_that_asks_for_a_signal_gets_it,
                                     term_can_be_rewritten_to_quit,
                                     a_signal_that_nothing_takes_is_told,
                                     a_requested_stop_is_told_with_its_origin,
                                     a_storm_of_signals_does_not_hold_up_the_stop,
                                     NULL,
                                 });
}
