/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>

/* What the other inits have options for, for a lone command in roinit's own words. */

START_TEST(a_lone_command_gets_signals_rewritten)
{
    struct box box = box_start(
        &(struct start){.argv = WORDS("--forward-signals", "all TERM:QUIT", "--", "/puppet",
                                      "catch:3:0", "catch:10", "catch:15:1", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGUSR1);
    box_expect(&box, OUT, "caught 10\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, OUT, "caught 3\n");
    box_free(&box);
}
END_TEST

START_TEST(signals_that_are_not_in_the_list_are_dropped)
{
    struct box box =
        box_start(&(struct start){.argv = WORDS("--forward-signals=TERM", "/puppet", "catch:15:0",
                                                "catch:10", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGUSR1);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_not_say(&box, OUT, "caught 10\n");
    box_free(&box);
}
END_TEST

START_TEST(the_group_of_a_lone_command_gets_its_signals)
{
    struct box box = box_start(&(struct start){
        .argv = WORDS("--kill-mode=group", "--", "/puppet", "catch:10", "catch:12:0", "fork",
                      "print:up", "sleep", "end", "print:up", "sleep")});
    box_expect_times(&box, OUT, "up\n", 2);
    box_signal(&box, SIGUSR1);
    box_expect_times(&box, OUT, "caught 10\n", 2);
    box_signal(&box, SIGUSR2);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(codes_that_are_named_a_success_are_one)
{
    static const struct {
        const char *status, *word;
        int code;
    } rows[] = {
        {"3 143", "exit:3", 0}, {"3 143", "die:15", 0}, {"3 143", "exit:143", 0},
        {"TERM", "die:15", 0},  {"3", "exit:4", 4},     {"3", "die:15", 143},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct box box = box_run(&(struct start){.argv = WORDS("--success-status", rows[i].status,
                                                               "--", "/puppet", rows[i].word)},
                                 rows[i].code);
        box_free(&box);
    }
}
END_TEST

START_TEST(such_words_are_checked_and_not_for_a_contract)
{
    static const struct {
        const char *contract, *argv[5], *said;
    } rows[] = {
        {NULL, {"--kill-mode"}, "--kill-mode wants a value"},
        {NULL, {"--success-status", "900", "--", "/puppet"}, "the command line"},
        {NULL, {"--kill-modes", "group", "--", "/puppet"}, "unknown option"},
        {BASE "[service a]\ncommand = \"$@\"\n",
         {"--kill-mode", "group", "--", "/puppet"},
         "write it into \"/etc/roinit.ini\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct box box =
            box_run(&(struct start){.contract = rows[i].contract, .argv = rows[i].argv}, 64);
        box_must_say(&box, ERR, rows[i].said);
        box_free(&box);
    }
}
END_TEST

Suite *
lone_words_suite(void)
{
    return proc_suite("lone_words", (const TTest *const[]){
                                        a_lone_command_gets_signals_rewritten,
                                        signals_that_are_not_in_the_list_are_dropped,
                                        the_group_of_a_lone_command_gets_its_signals,
                                        codes_that_are_named_a_success_are_one,
                                        such_words_are_checked_and_not_for_a_contract,
                                        NULL,
                                    });
}
