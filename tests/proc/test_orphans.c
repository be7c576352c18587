/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>

/* Orphans are reaped, and the container does not end before its last process is told. */

START_TEST(two_thousand_orphans_leave_no_zombie)
{
    struct box box = box_start(
        &(struct start){.argv = WORDS("--", "/puppet", "orphans:2000", "print:made", "sleep")});
    box_expect(&box, OUT, "made\n");
    box_await_processes(&box, ALL, 2);
    ck_assert_uint_eq(box_processes(&box, ZOMBIES), 0);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGTERM);
    box_free(&box);
}
END_TEST

START_TEST(orphans_that_die_at_once_together_are_all_reaped)
{
    struct box box = box_start(
        &(struct start){.argv = WORDS("--", "/puppet", "fork", "fork:500", "await:/tmp/go", "end",
                                      "end", "reap", "print:made", "sleep")});
    box_expect(&box, OUT, "made\n");
    box_await_processes(&box, PUPPETS, 501);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_await_processes(&box, ALL, 2);
    box_free(&box);
}
END_TEST

START_TEST(orphans_of_a_service_are_reaped)
{
    struct box box = box_start(&(struct start){
        .contract =
            BASE "[service web]\nlog = raw\ncommand = /puppet orphans:300 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, ALL, 2);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_daemon_that_fled_gets_term_when_the_container_ends)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\n"
                         "command = /puppet fork fork setsid catch:15:0 print:fled sleep end end "
                         "catch:10:0 print:up sleep\nstop-signal = USR1\n"});
    box_expect(&box, OUT, "fled\n");
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say_in_order(&box, OUT, "caught 10\n", "caught 15\n");
    box_free(&box);
}
END_TEST

START_TEST(a_daemon_that_ignores_term_is_killed_in_the_end)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\n"
                         "command = /puppet fork fork setsid ignore:15 print:fled sleep end end "
                         "print:up sleep\n"});
    box_expect(&box, OUT, "fled\n");
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(what_is_left_of_a_service_in_its_group_is_killed_before_its_restart)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\nrestart = on-failure\nrestart-delay = 0\n"
                         "command = /puppet fork:3 ignore:15 sleep end fail:/tmp/n:2:1 print:up "
                         "sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, PUPPETS, 4); /* not 10 */
    box_free(&box);
}
END_TEST

START_TEST(a_service_that_kills_all_that_it_may_leaves_pid_1_alive)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service main]\ncommand = /puppet print:up sleep\n"
                         "restart = always\nrestart-delay = 0\nstart-limit = 0\n"
                         "[task bad]\nlog = raw\ncommand = /puppet await:/tmp/go kill:9:-1\n"});
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_expect_times(&box, OUT, "up\n", 2);
    box_free(&box);
}
END_TEST

START_TEST(kill_1_from_inside_ends_the_container)
{
    struct box box =
        box_run(&(struct start){.contract = BASE
                                "[service main]\ncommand = /puppet catch:15:0 kill:15:1 sleep\n"},
                0);
    box_must_say(&box, OUT, "caught 15\n");
    box_free(&box);
}
END_TEST

Suite *
orphans_suite(void)
{
    return proc_suite("orphans",
                      (const TTest *const[]){
                          two_thousand_orphans_leave_no_zombie,
                          orphans_that_die_at_once_together_are_all_reaped,
                          orphans_of_a_service_are_reaped,
                          a_daemon_that_fled_gets_term_when_the_container_ends,
                          a_daemon_that_ignores_term_is_killed_in_the_end,
                          what_is_left_of_a_service_in_its_group_is_killed_before_its_restart,
                          a_service_that_kills_all_that_it_may_leaves_pid_1_alive,
                          kill_1_from_inside_ends_the_container,
                          NULL,
                      });
}
