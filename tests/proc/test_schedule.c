/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Tasks that run by themselves. */

START_TEST(a_task_with_a_duration_runs_again_and_again_and_keeps_the_container_alive)
{
    struct box box =
        box_start(&(struct start){.contract = BASE "[task tick]\nschedule = 1s\nlog = raw\n"
                                                   "command = /puppet print:tick exit:3\n"});
    box_expect_times(&box, OUT, "tick\n", 3);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0); /* it is not essential: its code is nobody's */
    box_free(&box);
}
END_TEST

START_TEST(an_overlap_is_skipped_counted_and_shown)
{
    char text[8192] = "";
    struct box box =
        box_start(&(struct start){.contract = BASE "[task slow]\nschedule = 1s\nlog = raw\n"
                                                   "command = /puppet print:begun sleep\n"});
    box_expect(&box, OUT, "begun\n");
    box_expect(&box, ERR, "slow is running: a run that was due is skipped, 1 so far");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof text), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"runs_skipped\":"));
    ck_assert_ptr_null(strstr(text, "\"runs_skipped\":0"));
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof text), 0);
    ck_assert_ptr_nonnull(strstr(text, "skipped\n"));
    box_signal(&box, SIGTERM);
    (void)box_end(&box);
    ck_assert_uint_eq(box_count(&box, OUT, "begun\n"), 1);
    box_free(&box);
}
END_TEST

/* The next run, in UTC: 02:30 in a zone that needs no file, inherited, or by the contract. */
START_TEST(cron_fields_are_of_the_zone_that_TZ_names)
{
    static const char *const zones[] = {"TZ=<+0545>-5:45", "TZ=UTC"};
    static const char *const envs[] = {"", "[env]\nTZ = <+0545>-5:45\n"};
    for (size_t i = 0; i < 2; i++) {
        char text[8192] = "";
        char contract[512];
        (void)snprintf(contract, sizeof contract,
                       "%s" BASE "[service web]\nlog = raw\ncommand = /puppet print:up sleep\n"
                       "[task nightly]\nschedule = 30 2 * * *\ncommand = /puppet exit:0\n",
                       envs[i]);
        struct box box = box_start(&(struct start){.contract = contract, .env = WORDS(zones[i])});
        box_expect(&box, OUT, "up\n");
        box_await_file(&box, "/run/roinit/control");
        ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof text), 0);
        const char *next = strstr(text, "\"next\":\"");
        ck_assert_msg(next != NULL && strncmp(next + 8 + 10, "T20:45:00Z", 10) == 0, "%s", text);
        box_signal(&box, SIGTERM);
        ck_assert_int_eq(box_end(&box), 0);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_zone_without_its_file_is_told)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\ncommand = /puppet print:up exit:0\n"
                         "[task nightly]\nschedule = 30 2 * * *\ncommand = /puppet\n",
        .env = WORDS("TZ=Europe/Nowhere")});
    box_expect(&box, ERR, "schedules go by UTC: TZ names /usr/share/zoneinfo/Europe/Nowhere");
    box_free(&box);
}
END_TEST

static void
plant_fifo(void)
{
    (void)!mkfifo("/etc/zone", 0644);
}

START_TEST(a_zone_that_is_a_fifo_holds_nobody_up)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[service web]\nlog = raw\ncommand = /puppet exit:0\n"
                                             "[task nightly]\nschedule = 30 2 * * *\n"
                                             "command = /puppet\n",
                                             .env = WORDS("TZ=:/etc/zone"),
                                             .plant = plant_fifo},
                             0);
    box_must_say(&box, ERR, "schedules go by UTC: TZ names /etc/zone");
    box_free(&box);
}
END_TEST

START_TEST(a_day_that_never_comes_is_refused)
{
    struct box box = box_run(&(struct start){.contract = BASE "[task never]\ncommand = /puppet\n"
                                                              "schedule = 0 0 31 feb *\n"},
                             78);
    box_must_say(&box, ERR, "\"0 0 31 feb *\" never comes");
    box_free(&box);
}
END_TEST

START_TEST(a_schedule_and_another_when_are_refused)
{
    struct box box = box_run(&(struct start){.contract = BASE "[task both]\ncommand = /puppet\n"
                                                              "schedule = 1h\nwhen = stop\n"},
                             78);
    box_must_say(&box, ERR, "\"both\" has a schedule, and when says otherwise");
    box_free(&box);
}
END_TEST

Suite *
schedule_suite(void)
{
    return proc_suite(
        "schedule",
        (const TTest *const[]){
            a_task_with_a_duration_runs_again_and_again_and_keeps_the_container_alive,
            an_overlap_is_skipped_counted_and_shown, cron_fields_are_of_the_zone_that_TZ_names,
            a_zone_without_its_file_is_told, a_zone_that_is_a_fifo_holds_nobody_up,
            a_day_that_never_comes_is_refused, a_schedule_and_another_when_are_refused, NULL});
}
