/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>

/* Under the names of others: which signals reach the command, and its group. */

static uint64_t
bit(int signal_number)
{
    return 1ULL << (signal_number - 1);
}

/* Sends all that stop nobody. */
static void
signals_reach(const char *name, uint64_t taken, uint64_t stops)
{
    struct box box = box_start(&(struct start){
        .name = name, .argv = WORDS("--", "/puppet", "catch:all", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    for (int number = 1; number <= 64; number++) {
        char text[32];
        if (number == SIGKILL || number == SIGTERM || (stops & bit(number)) != 0) {
            continue; /* TERM comes last: when it is there all others are */
        }
        box_signal(&box, number);
        snprintf(text, sizeof(text), "caught %d\n", number);
        if ((taken & bit(number)) != 0) {
            box_expect(&box, OUT, text);
        }
    }
    box_signal(&box, SIGTERM);
    box_expect(&box, OUT, "caught 15\n");
    for (int number = 1; number <= 64; number++) {
        char text[32];
        snprintf(text, sizeof(text), "\ncaught %d\n", number);
        if ((taken & bit(number)) == 0 && number != SIGTERM) {
            box_must_not_say(&box, OUT, text);
        }
    }
    box_free(&box);
}

START_TEST(each_name_forwards_its_signals)
{
    const uint64_t libc = bit(32) | bit(33) | bit(SIGKILL) | bit(SIGSTOP) | bit(SIGCHLD);
    const uint64_t faults = bit(SIGFPE) | bit(SIGILL) | bit(SIGSEGV) | bit(SIGBUS) | bit(SIGABRT) |
                            bit(SIGTRAP) | bit(SIGSYS);
    const uint64_t stops = bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);
    signals_reach("tini", ~(libc | faults | bit(SIGTTIN) | bit(SIGTTOU)), bit(SIGSTOP));
    signals_reach("catatonit", ~(libc | faults | stops), bit(SIGSTOP));
    signals_reach("dumb-init", ~(libc | stops), bit(SIGSTOP) | stops); /* those come as STOP */
}
END_TEST

START_TEST(dumb_init_rewrites_and_drops)
{
    struct box box =
        box_start(&(struct start){.name = "dumb-init",
                                  .argv = WORDS("-r", "15:3", "-r", "10:0", "--rewrite=20:1",
                                                "/puppet", "catch:all", "print:up", "sleep")});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGUSR1);
    box_signal(&box, SIGTERM);
    box_expect(&box, OUT, "caught 3\n");
    box_signal(&box, SIGTSTP);
    box_expect(&box, OUT, "caught 1\n");
    box_must_not_say(&box, OUT, "caught 10\n");
    box_must_not_say(&box, OUT, "caught 15\n");
    box_free(&box);
}
END_TEST

START_TEST(a_group_is_signalled_where_it_is_wanted)
{
    static const struct {
        const char *name, *option, *env;
        size_t count;
    } rows[] = {
        {"tini", "-w", "X=", 1},
        {"tini", "-g", "X=", 2},
        {"tini", "-w", "TINI_KILL_PROCESS_GROUP=", 2},
        {"catatonit", "--", "X=", 1},
        {"catatonit", "-g", "X=", 2},
        {"dumb-init", "-v", "X=", 2},
        {"dumb-init", "-c", "X=", 1},
        {"dumb-init", "-v", "DUMB_INIT_SETSID=0", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct box box = box_start(
            &(struct start){.name = rows[i].name,
                            .argv = WORDS(rows[i].option, "/puppet", "catch:10", "catch:12:0",
                                          "fork", "print:up", "sleep", "end", "print:up", "sleep"),
                            .env = WORDS(rows[i].env)});
        box_expect_times(&box, OUT, "up\n", 2);
        box_signal(&box, SIGUSR1);
        box_expect_times(&box, OUT, "caught 10\n", rows[i].count);
        box_signal(&box, SIGUSR2);
        ck_assert_int_eq(box_end(&box), 0);
        ck_assert_uint_eq(box_count(&box, OUT, "caught 10\n"), rows[i].count);
        box_free(&box);
    }
}
END_TEST

START_TEST(the_pause_mode_reaps_until_it_is_told)
{
    static const int ends[] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; i++) {
        struct box box =
            box_start(&(struct start){.name = "catatonit", .argv = WORDS("-P", "x"), .leaks = 4});
        box_await_descriptors(&box, 3); /* it is up */
        box_signal(&box, SIGHUP);
        box_signal(&box, ends[i]);
        ck_assert_int_eq(box_end(&box), 0);
        box_free(&box);
    }
}
END_TEST

Suite *
as_signals_suite(void)
{
    return proc_suite("as_signals", (const TTest *const[]){
                                        each_name_forwards_its_signals,
                                        dumb_init_rewrites_and_drops,
                                        a_group_is_signalled_where_it_is_wanted,
                                        the_pause_mode_reaps_until_it_is_told,
                                        NULL,
                                    });
}
