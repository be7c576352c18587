/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

/* What a unit is given when it starts, and what it is not. */

#define SERVICE BASE "[service web]\nlog = raw\n"
#define SIDE                                                                                       \
    BASE "[service main]\ncommand = /puppet sleep\n[task side]\nlog = raw\nessential = no\n"

static uint64_t
bit(int signal_number)
{
    return 1ULL << (signal_number - 1);
}

/* Runs one service to its end, and holds what it says against a text. */
static void
service_says(const char *contract, const char *text)
{
    struct box box = box_run(&(struct start){.contract = contract}, 0);
    box_must_say(&box, OUT, text);
    box_free(&box);
}

START_TEST(a_lone_command_has_exactly_descriptors_0_1_and_2)
{
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "fds"), .leaks = 50}, 0);
    ck_assert_str_eq(box.said[OUT].text, "fds 0 1 2\n");
    box_free(&box);
}
END_TEST

START_TEST(services_of_each_log_kind_have_exactly_descriptors_0_1_and_2)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[task a]\nlog = raw\ncommand = /puppet fds\n"
                                                 "[task b]\nlog = text\ncommand = /puppet fds\n"
                                                 "[task c]\nlog = json\ncommand = /puppet fds\n"
                                                 "[task d]\nlog = raw\nstdin = inherit\n"
                                                 "command = /puppet fds\nrequires = a b c\n",
                                .leaks = 50},
                0);
    ck_assert_uint_eq(box_count(&box, OUT, "fds 0 1 2"), 4);
    ck_assert_uint_eq(box_count(&box, OUT, "fds 0 1 2 "), 0);
    box_free(&box);
}
END_TEST

START_TEST(pid_1_keeps_no_descriptor_of_its_caller)
{
    struct box box = box_start(
        &(struct start){.contract = SERVICE "command = /puppet print:up sleep\n", .leaks = 50});
    box_expect(&box, OUT, "up\n");
    ck_assert_uint_lt(box_descriptors(&box), 40);
    box_free(&box);
}
END_TEST

START_TEST(a_unit_starts_with_an_empty_mask_and_default_dispositions)
{
    struct box box =
        box_run(&(struct start){.contract = BASE "[defaults]\nlog = raw\n"
                                                 "[task a]\ncommand = /puppet status:Sig\n",
                                .ignored = bit(SIGCHLD) | bit(SIGPIPE) | bit(SIGHUP) | bit(SIGINT),
                                .blocked = bit(SIGTERM) | bit(SIGUSR1) | bit(40)},
                0);
    box_must_say(&box, OUT, "SigBlk: 0000000000000000\nSigIgn: 0000000000000000\n");
    box_free(&box);
}
END_TEST

START_TEST(a_lone_command_starts_with_an_empty_mask_and_default_dispositions)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "status:Sig"),
                                             .ignored = bit(SIGCHLD) | bit(SIGPIPE),
                                             .blocked = bit(SIGTERM) | bit(34) | bit(64)},
                             0);
    box_must_say(&box, OUT, "SigBlk: 0000000000000000\nSigIgn: 0000000000000000\n");
    box_free(&box);
}
END_TEST

START_TEST(a_caller_that_ignores_sigchld_does_not_make_it_hang)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "orphans:5", "exit:6"),
                                             .ignored = bit(SIGCHLD) | bit(SIGPIPE)},
                             6); /* W3 */
    box_free(&box);
}
END_TEST

START_TEST(a_lone_command_has_a_group_of_its_own_in_the_session_of_pid_1)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "session")}, 0);
    box_must_say(&box, OUT, "session other, group own,");
    box_must_say(&box, OUT, "parent 1\n");
    box_free(&box);
}
END_TEST

START_TEST(a_service_beside_main_has_a_session_of_its_own)
{
    struct box box = box_start(&(struct start){.contract = SIDE "command = /puppet session\n"});
    box_expect(&box, OUT, "parent 1\n");
    box_must_say(&box, OUT, "session own, group own,");
    box_free(&box);
}
END_TEST

START_TEST(a_service_beside_main_reads_nothing_from_standard_input)
{
    service_says(BASE "[defaults]\nlog = raw\n"
                      "[task side]\ncommand = /usr/bin/readlink /proc/self/fd/0\n",
                 "/dev/null\n");
}
END_TEST

START_TEST(main_reads_standard_input)
{
    struct box box = box_start(&(struct start){.argv = WORDS("--", "/usr/bin/cat")});
    box_feed(&box, "a word\n");
    box_expect(&box, OUT, "a word\n");
    box_feed(&box, NULL);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(the_umask_is_022_unless_the_contract_says_otherwise)
{
    service_says(SERVICE "command = /puppet umask\n", "umask 0022\n");
    service_says(SERVICE "umask = 077\ncommand = /puppet umask\n", "umask 0077\n");
}
END_TEST

START_TEST(limits_are_set_as_the_contract_says)
{
    service_says(SERVICE "limits = nofile=321:654 core=0\n"
                         "command = /puppet limit:nofile limit:core\n",
                 "nofile 321 654\ncore 0 0\n");
    service_says(SERVICE "limits = nofile=77\ncommand = /puppet limit:nofile\n", "nofile 77 77\n");
}
END_TEST

START_TEST(the_limits_of_pid_1_itself_do_not_leak)
{
    /* it may lower its own core limit; the caller's reaches the unit all the same */
    struct box box = box_run(
        &(struct start){.contract = SERVICE "command = /puppet limit:core limit:nofile\n"}, 0);
    struct box alone =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "limit:core", "limit:nofile")}, 0);
    struct rlimit core;
    char want[64];
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
    snprintf(want, sizeof(want), "core %lld %lld\n", (long long)core.rlim_cur,
             (long long)core.rlim_max);
    box_must_say(&box, OUT, want);
    ck_assert_str_eq(box.said[OUT].text, alone.said[OUT].text);
    box_free(&box);
    box_free(&alone);
}
END_TEST

START_TEST(the_working_directory_is_that_of_the_contract_else_the_callers)
{
    service_says(SERVICE "working-dir = /srv\ncommand = /puppet cwd\n", "cwd /srv\n");
    service_says(SERVICE "command = /puppet cwd\n", "cwd /\n");
}
END_TEST

START_TEST(a_working_directory_that_is_not_there_is_told_and_nothing_runs)
{
    struct box box = box_start(&(struct start){
        .contract = SERVICE "working-dir = /nowhere\ncommand = /puppet print:up\n"});
    ck_assert_int_ne(box_end(&box), 0);
    box_must_say(&box, ERR, "/nowhere");
    box_must_not_say(&box, OUT, "up\n");
    box_free(&box);
}
END_TEST

START_TEST(the_environment_comes_in_layers_and_the_unit_has_the_last_word)
{
    struct box box = box_run(
        &(struct start){.contract = BASE
                        "[init]\nenv-file = /etc/all.env\n"
                        "[env]\nB = env\nC = env\nD = env $E\nGONE =\n"
                        "[service web]\nlog = raw\nenv-file = /etc/web.env -/etc/missing.env\n"
                        "env =\n    D=unit\n    Q=a b = c\n"
                        "command = /puppet env\n",
                        .env = WORDS("A=inherited", "B=inherited", "E=from outside", "GONE=1"),
                        .file = {{.path = "/etc/all.env", .text = "A=file\nF=all\n"},
                                 {.path = "/etc/web.env", .text = "C=web\nD=web\n"}}},
        0);
    box_must_say(&box, OUT, "env A=file\n");
    box_must_say(&box, OUT, "env B=env\n");
    box_must_say(&box, OUT, "env C=web\n");
    box_must_say(&box, OUT, "env D=unit\n");
    box_must_say(&box, OUT, "env E=from outside\n");
    box_must_say(&box, OUT, "env F=all\n");
    box_must_say(&box, OUT, "env Q=a b = c\n");
    box_must_not_say(&box, OUT, "env GONE");
    box_must_say(&box, OUT, "env ROINIT_UNIT=web\n");
    box_free(&box);
}
END_TEST

START_TEST(nothing_overrides_roinit_unit)
{
    struct box box = box_run(
        &(struct start){.contract = SERVICE "env = ROINIT_UNIT=mine\ncommand = /puppet env\n",
                        .env = WORDS("ROINIT_UNIT=outer")},
        0);
    ck_assert_uint_eq(box_count(&box, OUT, "ROINIT_UNIT="), 1);
    box_must_say(&box, OUT, "env ROINIT_UNIT=web\n");
    box_free(&box);
}
END_TEST

START_TEST(env_pass_says_which_inherited_variables_are_seen)
{
    struct box box = box_run(&(struct start){.contract = BASE
                                             "[init]\nenv-pass = APP_* PATH\n"
                                             "[service web]\nlog = raw\ncommand = /puppet env\n",
                                             .env = WORDS("APP_A=1", "SECRET=2", "APPLE=3")},
                             0);
    box_must_say(&box, OUT, "env APP_A=1\n");
    box_must_say(&box, OUT, "env PATH=");
    box_must_not_say(&box, OUT, "SECRET");
    box_must_not_say(&box, OUT, "APPLE");
    box_free(&box);
}
END_TEST

START_TEST(what_the_runtime_says_to_roinit_alone_does_not_reach_a_unit)
{
    static const char *const kinds[] = {NULL, SERVICE "command = /puppet env\n"};
    for (size_t i = 0; i < 2; i++) {
        struct box box =
            box_run(&(struct start){.contract = kinds[i],
                                    .argv = i == 0 ? WORDS("--", "/puppet", "env") : NULL,
                                    .env = WORDS("NOTIFY_SOCKET=/tmp/notify", "LISTEN_FDS=2",
                                                 "LISTEN_PID=1", "WATCHDOG_USEC=9",
                                                 "WATCHDOG_PID=1", "KEPT=1")},
                    0);
        box_must_not_say(&box, OUT, "NOTIFY_SOCKET");
        box_must_not_say(&box, OUT, "LISTEN_");
        box_must_not_say(&box, OUT, "WATCHDOG_");
        box_must_say(&box, OUT, "env KEPT=1\n");
        box_free(&box);
    }
}
END_TEST

START_TEST(the_units_env_file_is_read_again_at_each_start)
{
    struct box box = box_run(
        &(struct start){.contract = BASE
                        "[defaults]\nlog = raw\n"
                        "[task write]\ncommand = /puppet file:/tmp/web.env:N=one\n"
                        "[service web]\nrequires = write\nenv-file = /tmp/web.env\n"
                        "restart = on-failure\nrestart-delay = 0\n"
                        "command = /puppet env:N file:/tmp/web.env:N=two fail:/tmp/n:1:1\n"},
        0);
    box_must_say_in_order(&box, OUT, "N=one\nstart 1\n", "N=two\nstart 2\n");
    box_free(&box);
}
END_TEST

START_TEST(a_stale_file_is_removed_before_each_start)
{
    struct box box = box_run(
        &(struct start){.contract = BASE "[defaults]\nlog = raw\n"
                                         "[task write]\ncommand = /puppet file:/tmp/web.pid:x\n"
                                         "[service web]\nrequires = write\nremove = /tmp/web.pid\n"
                                         "command = /puppet cat:/tmp/web.pid\n"},
        0);
    box_must_say(&box, OUT, "/tmp/web.pid: refused (errno 2)\n");
    box_free(&box);
}
END_TEST

Suite *
child_suite(void)
{
    return proc_suite("child",
                      (const TTest *const[]){
                          a_lone_command_has_exactly_descriptors_0_1_and_2,
                          services_of_each_log_kind_have_exactly_descriptors_0_1_and_2,
                          pid_1_keeps_no_descriptor_of_its_caller,
                          a_unit_starts_with_an_empty_mask_and_default_dispositions,
                          a_lone_command_starts_with_an_empty_mask_and_default_dispositions,
                          a_caller_that_ignores_sigchld_does_not_make_it_hang,
                          a_lone_command_has_a_group_of_its_own_in_the_session_of_pid_1,
                          a_service_beside_main_has_a_session_of_its_own,
                          a_service_beside_main_reads_nothing_from_standard_input,
                          main_reads_standard_input,
                          the_umask_is_022_unless_the_contract_says_otherwise,
                          limits_are_set_as_the_contract_says,
                          the_limits_of_pid_1_itself_do_not_leak,
                          the_working_directory_is_that_of_the_contract_else_the_callers,
                          a_working_directory_that_is_not_there_is_told_and_nothing_runs,
                          the_environment_comes_in_layers_and_the_unit_has_the_last_word,
                          nothing_overrides_roinit_unit,
                          env_pass_says_which_inherited_variables_are_seen,
                          what_the_runtime_says_to_roinit_alone_does_not_reach_a_unit,
                          the_units_env_file_is_read_again_at_each_start,
                          a_stale_file_is_removed_before_each_start,
                          NULL,
                      });
}
