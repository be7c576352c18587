/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"
#include "tests/proc/raw.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a unit is ended: by its stop-command, and with all that it has left behind. */

/* A daemon's way: a session of its own, and a parent that is gone, and that nobody reaps. With the
 * unit's main process three are seen. */
#define DAEMON "fork setsid fork ignore:15 sleep end end "
#define MAIN BASE "[service main]\nlog = raw\ncommand = /puppet sleep\n"
#define SIDE "[service side]\nlog = raw\nessential = no\nrestart = always\n"

START_TEST(what_has_left_the_group_is_found_and_killed_at_the_units_end)
{
    static const struct {
        const char *mode;
        size_t left; /* besides main */
    } modes[] = {{"mixed", 0}, {"group", 0}, {"process", 1}};
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        char contract[512];
        snprintf(contract, sizeof(contract),
                 MAIN SIDE "kill-mode = %s\ncommand = /puppet " DAEMON "print:up sleep\n",
                 modes[i].mode);
        struct box box = box_running(&(struct start){.contract = contract});
        box_expect(&box, OUT, "up\n");
        box_await_processes(&box, PUPPETS, 4);
        box_ask(&box, WORDS("stop", "side"), 0);
        box_await_processes(&box, PUPPETS, 1 + modes[i].left);
        box_stop(&box);
    }
}
END_TEST

/* Of the four, three are the unit side's: they end with it. */
static void
must_find_them(const struct start *start)
{
    struct box box = box_running(start);
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, PUPPETS, 4);
    box_ask(&box, WORDS("stop", "side"), 0);
    box_await_processes(&box, PUPPETS, 1);
    box_stop(&box);
}

START_TEST(they_are_found_under_another_uid_without_the_capabilities_to_look)
{
    NEEDS_UIDS();
    must_find_them(&(struct start){.contract = BASE "[defaults]\nuser = 10001\nlog = raw\n"
                                                    "[service main]\ncommand = /puppet sleep\n"
                                                    "[service side]\ncommand = /puppet " DAEMON
                                                    "print:up sleep\n"});
}
END_TEST

START_TEST(they_are_found_where_all_are_of_one_uid_that_is_not_root)
{
    NEEDS_UIDS();
    must_find_them(&(struct start){.uid = BOX_UID,
                                   .drop_all = true,
                                   .contract =
                                       MAIN "[service side]\nlog = raw\ncommand = /puppet " DAEMON
                                            "print:up sleep\n"});
}
END_TEST

START_TEST(a_crash_leaves_nothing_for_the_next_start_to_meet)
{
    struct box box = box_running(&(struct start){
        .contract = MAIN SIDE "start-limit = 0\nrestart-delay = 0\n"
                              "command = /puppet " DAEMON "fail:/tmp/n:5:3 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, PUPPETS, 4);
    box_stop(&box);
}
END_TEST

START_TEST(others_processes_are_left_alone)
{
    struct box box = box_running(
        &(struct start){.contract = MAIN SIDE "command = /puppet " DAEMON "print:up sleep\n"
                                              "[service sid]\nlog = raw\ncommand = /puppet " DAEMON
                                              "print:up sleep\n"});
    box_expect_times(&box, OUT, "up\n", 2);
    box_await_processes(&box, PUPPETS, 7);
    box_ask(&box, WORDS("stop", "sid"), 0); /* whose name is the beginning of the other's */
    box_await_processes(&box, PUPPETS, 4);
    box_ask(&box, WORDS("status", "side"), 0);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_signal_with_all_reaches_them)
{
    struct box box = box_running(&(struct start){
        .contract = MAIN "[service side]\nlog = raw\ncommand = /puppet catch:10 fork setsid fork "
                         "catch:10 print:born sleep end end print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_expect(&box, OUT, "born\n");
    box_ask(&box, WORDS("signal", "USR1", "side"), 0);
    box_expect_times(&box, OUT, "caught 10\n", 1);
    box_ask(&box, WORDS("signal", "USR1", "side", "--all"), 0);
    box_expect_times(&box, OUT, "caught 10\n", 3);
    box_stop(&box);
}
END_TEST

START_TEST(a_thousand_children_in_sessions_of_their_own_are_gone_and_status_answers)
{
    struct box box = box_running(&(struct start){
        .contract = MAIN "[service side]\nlog = raw\n"
                         "command = /puppet fork:300 setsid sleep end print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, PUPPETS, 302);
    box_ask(&box, WORDS("stop", "side"), 0);
    box_ask(&box, WORDS("status"), 0);
    box_await_processes(&box, PUPPETS, 1);
    box_stop(&box);
}
END_TEST

/* A cgroup of version 2 that is the container's to divide. */
static void
plant_cgroup(void)
{
    (void)mkdir("/sys", 0755);
    (void)mkdir("/sys/fs", 0755);
    (void)mkdir("/sys/fs/cgroup", 0755);
    (void)unshare(CLONE_NEWCGROUP);
    (void)mount("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static bool
has_cgroup(void)
{
    FILE *file = fopen("/proc/filesystems", "re");
    char line[128];
    bool is_there = false;
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        is_there |= strstr(line, "cgroup2") != NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return is_there && geteuid() == 0;
}

/* What it costs PID 1 to look for the processes of main. */
static long long
cost_of_search(const struct box *box)
{
    static const char request[] = "\x01signal\0CONT\0main\0--all\0";
    const char *path = box_path(box, "/run/roinit/control");
    long long before_ns = raw_cpu_ns(box->pid);
    for (int i = 0; i < 10; i++) {
        int code = raw_request(path, request, sizeof(request));
        ck_assert_int_eq(code, 0);
    }
    return raw_cpu_ns(box->pid) - before_ns;
}

START_TEST(who_is_in_the_session_of_another_unit_is_not_looked_at_closely)
{
    enum { MANY = 300 };
    struct box box = box_running(&(struct start){
        .contract = MAIN "[service near]\nlog = raw\ncommand = /puppet fork:300 sleep end sleep\n"
                         "[service far]\nlog = raw\n"
                         "command = /puppet await:/tmp/go fork:300 setsid sleep end sleep\n"});
    box_await_processes(&box, PUPPETS, 3 + MANY);
    long long near_ns = cost_of_search(&box);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_await_processes(&box, PUPPETS, 3 + MANY + MANY);
    long long both_ns = cost_of_search(&box);
    raw_figure(__func__, "%.2f ms, with others %.2f ms", (double)near_ns / 1e7,
               (double)both_ns / 1e7);
    ck_assert_int_gt(both_ns, 4 * near_ns); /* 2, if all were looked at */
    box_stop(&box);
}
END_TEST

START_TEST(where_the_cgroup_is_delegated_not_even_another_environment_hides_them)
{
    if (proc_leaves_out(__func__, has_cgroup(), "needs root, and cgroups of version 2")) {
        return;
    }
    struct box box = box_running(
        &(struct start){.plant = plant_cgroup,
                        .contract = MAIN
                        "[service side]\nlog = raw\ncommand = /bin/sh -c 'setsid env -i /bin/sleep "
                        "1000 & exec /puppet print:up sleep'\n"});
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, "(sleep)", 1);
    ck_assert_msg(access(box_path(&box, "/sys/fs/cgroup/cgroup.procs"), F_OK) == 0, "no cgroup");
    box_ask(&box, WORDS("restart", "side"), 0);
    box_expect_times(&box, OUT, "up\n", 2);
    box_await_processes(&box, "(sleep)", 1);
    box_ask(&box, WORDS("stop", "side"), 0);
    box_await_processes(&box, "(sleep)", 0);
    box_stop(&box);
}
END_TEST

START_TEST(a_stop_command_is_run_instead_of_the_signal_and_knows_the_main_process)
{
    struct box box = box_running(&(struct start){
        .contract = MAIN "[service side]\nlog = raw\n"
                         "command = /puppet ignore:15 catch:10:0 print:up sleep\n"
                         "stop-command = /puppet print:stopping kill:10:${MAINPID} print:sent\n"});
    box_expect(&box, OUT, "up\n");
    box_ask(&box, WORDS("stop", "side"), 0);
    box_expect(&box, OUT, "stopping\n");
    box_must_say_in_order(&box, OUT, "stopping\n", "caught 10\n");
    box_stop(&box);
}
END_TEST

START_TEST(a_stop_command_that_fails_gives_way_to_the_signal)
{
    static const char *const commands[] = {"/puppet exit:3", "/puppet die:9"};
    for (size_t i = 0; i < 2; i++) {
        char contract[512];
        snprintf(contract, sizeof(contract),
                 MAIN "[service side]\nlog = raw\ncommand = /puppet catch:15:0 print:up sleep\n"
                      "stop-command = %s\n",
                 commands[i]);
        struct box box = box_running(&(struct start){.contract = contract});
        box_expect(&box, OUT, "up\n");
        box_ask(&box, WORDS("stop", "side"), 0);
        box_expect(&box, OUT, "caught 15\n");
        box_expect(&box, ERR, "it gets its stop signal");
        box_stop(&box);
    }
}
END_TEST

START_TEST(a_stop_command_that_hangs_takes_no_longer_than_the_stop_timeout)
{
    struct box box = box_running(
        &(struct start){.contract = MAIN "[service side]\nlog = raw\nstop-timeout = 1s\n"
                                         "command = /puppet print:up sleep\n"
                                         "stop-command = /puppet print:hanging ignore:15 sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_ask(&box, WORDS("stop", "side"), 0);
    box_expect(&box, OUT, "hanging\n");
    box_await_processes(&box, PUPPETS, 1);
    box_stop(&box);
}
END_TEST

START_TEST(a_stop_command_that_is_not_there_is_told_before_anything_starts)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[service main]\ncommand = /puppet print:up sleep\n"
                                             "stop-command = /no/such\n"},
                             127);
    box_must_say(&box, ERR, "\"/no/such\" is not found");
    box_must_not_say(&box, OUT, "up");
    box_free(&box);
}
END_TEST

START_TEST(the_oom_score_is_set_whoever_runs_the_unit)
{
    NEEDS_UIDS();
    static const char *const users[] = {"0", "10001"};
    for (size_t i = 0; i < 2; i++) {
        char contract[512];
        snprintf(contract, sizeof(contract),
                 BASE "[service main]\nlog = raw\nuser = %s\noom-score-adj = 321\n"
                      "command = /puppet cat:/proc/self/oom_score_adj sleep\n",
                 users[i]);
        struct box box = box_start(&(struct start){.contract = contract});
        box_expect(&box, OUT, "321\n"); /* from its first breath */
        box_signal(&box, SIGTERM);
        (void)box_end(&box);
        box_free(&box);
    }
}
END_TEST

Suite *
strays_suite(void)
{
    return proc_suite("strays",
                      (const TTest *const[]){
                          what_has_left_the_group_is_found_and_killed_at_the_units_end,
                          they_are_found_under_another_uid_without_the_capabilities_to_look,
                          they_are_found_where_all_are_of_one_uid_that_is_not_root,
                          a_crash_leaves_nothing_for_the_next_start_to_meet,
                          others_processes_are_left_alone,
                          a_signal_with_all_reaches_them,
                          a_thousand_children_in_sessions_of_their_own_are_gone_and_status_answers,
                          who_is_in_the_session_of_another_unit_is_not_looked_at_closely,
                          where_the_cgroup_is_delegated_not_even_another_environment_hides_them,
                          a_stop_command_is_run_instead_of_the_signal_and_knows_the_main_process,
                          a_stop_command_that_fails_gives_way_to_the_signal,
                          a_stop_command_that_hangs_takes_no_longer_than_the_stop_timeout,
                          a_stop_command_that_is_not_there_is_told_before_anything_starts,
                          the_oom_score_is_set_whoever_runs_the_unit,
                          NULL,
                      });
}
