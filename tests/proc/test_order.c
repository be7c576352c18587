/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>

/* The order of the start: after, requires, only-if, tasks; and what a loss brings about. */

#define RAW "[defaults]\nlog = raw\n"

START_TEST(tasks_run_in_the_order_of_what_they_require)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW
                                "[task third]\nrequires = second\ncommand = /puppet print:3\n"
                                "[task first]\ncommand = /puppet sleep:50 print:1\n"
                                "[task second]\nrequires = first\ncommand = /puppet print:2\n"},
                0);
    ck_assert_str_eq(box.said[OUT].text, "1\n2\n3\n");
    box_free(&box);
}
END_TEST

START_TEST(after_waits_until_a_task_is_done)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW
                                "[service web]\nafter = migrate\ncommand = /puppet print:web\n"
                                "[task migrate]\ncommand = /puppet sleep:100 print:migrated\n"},
                0);
    ck_assert_str_eq(box.said[OUT].text, "migrated\nweb\n");
    box_free(&box);
}
END_TEST

START_TEST(after_goes_on_when_the_other_has_failed)
{
    struct box box = box_run(
        &(struct start){.contract = BASE RAW
                        "[service web]\nafter = migrate\ncommand = /puppet print:web exit:4\n"
                        "[task migrate]\nessential = no\ncommand = /puppet exit:3\n"},
        4);
    box_must_say(&box, OUT, "web\n");
    box_free(&box);
}
END_TEST

START_TEST(requires_does_not_start_when_the_other_has_failed)
{
    struct box box = box_run(
        &(struct start){.contract = BASE RAW
                        "[service web]\nrequires = migrate\ncommand = /puppet print:web exit:4\n"
                        "[task migrate]\nessential = no\ncommand = /puppet exit:3\n"},
        3); /* the code stays that of the first */
    box_must_not_say(&box, OUT, "web\n");
    box_free(&box);
}
END_TEST

START_TEST(an_essential_task_that_fails_ends_the_container_with_its_code)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW "[service web]\nrequires = migrate\n"
                                                     "command = /puppet print:web sleep\n"
                                                     "[task migrate]\ncommand = /puppet exit:42\n"},
                42);
    box_must_not_say(&box, OUT, "web\n");
    box_must_say(&box, ERR, "migrate");
    box_free(&box);
}
END_TEST

START_TEST(a_unit_whose_requirement_is_lost_is_stopped_and_lost_too)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW
        "[service db]\nessential = no\ncommand = /puppet print:db-up await:/tmp/go exit:5\n"
        "[service web]\nessential = no\nrequires = db\n"
        "command = /puppet catch:15:0 print:web-up sleep\n"
        "[service other]\ncommand = /puppet print:other-up await:/tmp/end exit:6\n"});
    box_expect(&box, OUT, "db-up\n");
    box_expect(&box, OUT, "web-up\n");
    box_expect(&box, OUT, "other-up\n");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_expect(&box, OUT, "caught 15\n");
    box_await_processes(&box, PUPPETS, 1);
    ck_assert_int_eq(box_touch(&box, "/tmp/end"), 0);
    ck_assert_int_eq(box_end(&box), 6);
    box_free(&box);
}
END_TEST

START_TEST(the_code_of_a_chain_of_losses_is_that_of_the_first)
{
    struct box box = box_run(&(struct start){.contract = BASE RAW
                                             "[service db]\nessential = no\n"
                                             "command = /puppet await:/tmp/web exit:5\n"
                                             "[service web]\nrequires = db\n"
                                             "command = /puppet file:/tmp/web catch:15:0 sleep\n"},
                             5);
    box_free(&box);
}
END_TEST

START_TEST(a_requirement_that_restarts_does_not_stop_its_dependents)
{
    struct box box = box_run(
        &(struct start){
            .contract = BASE RAW
            "[service db]\nrestart = on-failure\nrestart-delay = 0\n"
            "command = /puppet await:/tmp/web fail:/tmp/n:2:1 file:/tmp/again sleep\n"
            "[service web]\nrequires = db\n"
            "command = /puppet file:/tmp/web await:/tmp/again print:still-here exit:8\n"},
        8);
    box_must_say(&box, OUT, "still-here\n");
    box_must_not_say(&box, OUT, "caught");
    box_free(&box);
}
END_TEST

START_TEST(only_if_skips_a_unit_and_those_that_require_it_go_on)
{
    struct box box = box_run(
        &(struct start){.contract = BASE RAW
                        "[task a]\nonly-if = env:UNSET\ncommand = /puppet print:a\n"
                        "[task b]\nonly-if = env:MODE=prod\ncommand = /puppet print:b\n"
                        "[task c]\nonly-if = !file:/etc/passwd\ncommand = /puppet print:c\n"
                        "[task d]\nonly-if = env:MODE=test !env:UNSET file:/etc/passwd\n"
                        "command = /puppet print:d\n"
                        "[service e]\nrequires = a b c d\ncommand = /puppet print:e exit:2\n",
                        .env = WORDS("MODE=test")},
        2);
    ck_assert_str_eq(box.said[OUT].text, "d\ne\n");
    box_free(&box);
}
END_TEST

START_TEST(only_if_is_asked_when_the_turn_comes)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW
                                "[task make]\ncommand = /puppet file:/tmp/made\n"
                                "[task look]\nrequires = make\nonly-if = file:/tmp/made\n"
                                "command = /puppet print:seen\n"
                                "[task miss]\nrequires = make\nonly-if = !file:/tmp/made\n"
                                "command = /puppet print:missed\n"},
                0);
    ck_assert_str_eq(box.said[OUT].text, "seen\n");
    box_free(&box);
}
END_TEST

START_TEST(a_manual_task_and_autostart_no_are_not_started)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW
                                "[task hand]\nwhen = manual\ncommand = /puppet print:hand\n"
                                "[service off]\nautostart = no\ncommand = /puppet print:off\n"
                                "[service on]\nafter = off hand\ncommand = /puppet print:on\n"},
                0);
    ck_assert_str_eq(box.said[OUT].text, "on\n");
    box_free(&box);
}
END_TEST

START_TEST(tasks_at_stop_run_before_the_first_unit_is_told_and_stopped_after_the_last)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW "[service web]\ncommand = /puppet catch:15:0 print:up sleep\n"
                             "[task before]\nwhen = stop\ncommand = /puppet sleep:50 print:before\n"
                             "[task last]\nwhen = stopped\ncommand = /puppet print:last\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    ck_assert_str_eq(box.said[OUT].text, "up\nbefore\ncaught 15\nlast\n");
    box_free(&box);
}
END_TEST

START_TEST(a_task_at_stop_that_fails_does_not_change_the_code)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW "[service web]\ncommand = /puppet catch:15:0 print:up sleep\n"
                             "[task before]\nwhen = stop\ncommand = /puppet exit:9\n"
                             "[task last]\nwhen = stopped\ncommand = /puppet exit:9\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_task_that_runs_over_its_timeout_is_ended_as_not_in_time)
{
    struct box box = box_run(&(struct start){.contract = BASE RAW "[task slow]\ntimeout = 200ms\n"
                                                                  "command = /puppet sleep\n"},
                             75);
    box_must_say(&box, ERR, "slow");
    box_free(&box);
}
END_TEST

START_TEST(a_term_during_boot_aborts_the_boot)
{
    struct box box = box_start(
        &(struct start){.contract = BASE RAW
                        "[task slow]\ncommand = /puppet print:slow sleep\n"
                        "[service web]\nrequires = slow\ncommand = /puppet print:web sleep\n"});
    box_expect(&box, OUT, "slow\n");
    box_signal(&box, SIGTERM);
    (void)box_end(&box);
    box_must_not_say(&box, OUT, "web\n");
    box_free(&box);
}
END_TEST

START_TEST(the_files_of_command_dir_run_in_byte_order_in_place)
{
    struct box box = box_run(
        &(struct start){
            .contract = BASE RAW "[task init]\ncommand-dir = /etc/init.parts\n"
                                 "[service web]\nrequires = init\ncommand = /puppet print:web\n",
            .file = {{.path = "/etc/init.parts/20-b", .text = "#!/bin/sh\necho b\n", .mode = 0755},
                     {.path = "/etc/init.parts/10-a", .text = "#!/bin/sh\necho a\n"},
                     {.path = "/etc/init.parts/30-c",
                      .text = "#!/bin/sh\necho c\n",
                      .mode = 0755}}},
        0);
    ck_assert_str_eq(box.said[OUT].text, "a\nb\nc\nweb\n");
    box_free(&box);
}
END_TEST

START_TEST(a_file_of_command_dir_that_fails_is_named_and_none_follows)
{
    struct box box = box_run(
        &(struct start){
            .contract = BASE RAW "[task init]\ncommand-dir = /etc/init.parts\n",
            .file = {{.path = "/etc/init.parts/1", .text = "#!/bin/sh\necho a\n", .mode = 0755},
                     {.path = "/etc/init.parts/2", .text = "#!/bin/sh\nexit 6\n"},
                     {.path = "/etc/init.parts/3", .text = "#!/bin/sh\necho c\n", .mode = 0755}}},
        6);
    ck_assert_str_eq(box.said[OUT].text, "a\n");
    box_must_say(&box, ERR, " exited with 6 in /etc/init.parts/2 after ");
    box_free(&box);
}
END_TEST

START_TEST(arguments_that_no_unit_takes_become_main_and_start_last)
{
    struct box box = box_run(
        &(struct start){.contract = BASE RAW "[task first]\ncommand = /puppet sleep:100 print:1\n",
                        .argv = WORDS("--", "/puppet", "print:main", "exit:17")},
        17);
    ck_assert_str_eq(box.said[OUT].text, "1\nmain\n");
    box_free(&box);
}
END_TEST

START_TEST(the_arguments_stand_where_the_contract_puts_them)
{
    struct box box = box_run(
        &(struct start){.contract = BASE "[service app]\ncommand = /puppet print:x \"$@\" exit:3\n",
                        .argv = WORDS("--", "print:a b", "print:c")},
        3);
    ck_assert_str_eq(box.said[OUT].text, "x\na b\nc\n");
    box_free(&box);
}
END_TEST

Suite *
order_suite(void)
{
    return proc_suite(
        "order", (const TTest *const[]){
                     tasks_run_in_the_order_of_what_they_require,
                     after_waits_until_a_task_is_done,
                     after_goes_on_when_the_other_has_failed,
                     requires_does_not_start_when_the_other_has_failed,
                     an_essential_task_that_fails_ends_the_container_with_its_code,
                     a_unit_whose_requirement_is_lost_is_stopped_and_lost_too,
                     the_code_of_a_chain_of_losses_is_that_of_the_first,
                     a_requirement_that_restarts_does_not_stop_its_dependents,
                     only_if_skips_a_unit_and_those_that_require_it_go_on,
                     only_if_is_asked_when_the_turn_comes,
                     a_manual_task_and_autostart_no_are_not_started,
                     tasks_at_stop_run_before_the_first_unit_is_told_and_stopped_after_the_last,
                     a_task_at_stop_that_fails_does_not_change_the_code,
                     a_task_that_runs_over_its_timeout_is_ended_as_not_in_time,
                     a_term_during_boot_aborts_the_boot,
                     the_files_of_command_dir_run_in_byte_order_in_place,
                     a_file_of_command_dir_that_fails_is_named_and_none_follows,
                     arguments_that_no_unit_takes_become_main_and_start_last,
                     the_arguments_stand_where_the_contract_puts_them,
                     NULL,
                 });
}
