/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The drop of privileges, and what a service may do to PID 1. */

#define NO_CAPS "CapInh: 0000000000000000\nCapPrm: 0000000000000000\nCapEff: 0000000000000000\n"
#define SERVICE BASE "[service web]\nlog = raw\n"
#define WHO "status:Uid status:Gid status:Groups status:Cap status:NoNewPrivs"

START_TEST(a_service_runs_as_its_user_with_nothing_of_root)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = SERVICE "user = 10001:10002\ncommand = /puppet " WHO "\n"}, 0);
    box_must_say(&box, OUT, "Uid: 10001 10001 10001 10001\nGid: 10002 10002 10002 10002\n");
    box_must_say(&box, OUT, NO_CAPS "CapBnd: 0000000000000000\nCapAmb: 0000000000000000\n");
    box_must_say(&box, OUT, "NoNewPrivs: 1\n");
    box_free(&box);
}
END_TEST

START_TEST(a_user_is_known_by_name_with_the_groups_of_the_group_file)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = SERVICE "user = app\ncommand = /puppet " WHO
                                                    " env:USER env:HOME\n"},
                0);
    box_must_say(&box, OUT, "Uid: 10001 10001 10001 10001\nGid: 10001 10001 10001 10001\n");
    box_must_say(&box, OUT, "Groups: 20001 \n");
    box_must_say(&box, OUT, "USER=app\nHOME=/home/app\n");
    box_free(&box);
}
END_TEST

START_TEST(groups_are_those_of_the_contract)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = BASE
                        "[defaults]\nlog = raw\nuser = app\n"
                        "[task a]\ngroups = more 4711\ncommand = /puppet status:Groups\n"
                        "[task b]\nrequires = a\ngroups = none\ncommand = /puppet status:Groups\n"},
        0);
    box_must_say(&box, OUT, "Groups: 4711 20002 \n");
    box_must_say(&box, OUT, "Groups:  \n");
    box_free(&box);
}
END_TEST

START_TEST(units_of_several_users_run_side_by_side)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = BASE "[defaults]\nlog = raw\n"
                                         "[task a]\nuser = app\ncommand = /puppet status:Uid\n"
                                         "[task b]\nuser = other\ncommand = /puppet status:Uid\n"
                                         "[task c]\nuser = 0\ncommand = /puppet status:Uid\n"},
        0);
    box_must_say(&box, OUT, "Uid: 10001 10001 10001 10001\n");
    box_must_say(&box, OUT, "Uid: 10002 10002 10002 10002\n");
    box_must_say(&box, OUT, "Uid: 0 0 0 0\n");
    box_free(&box);
}
END_TEST

START_TEST(a_service_cannot_become_root_again)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = SERVICE "user = app\ncommand = /puppet setgroups setuid:0\n"},
        0);
    box_must_say(&box, OUT, "setgroups: refused (errno 1)\nsetresuid: refused (errno 1)\n");
    box_free(&box);
}
END_TEST

START_TEST(a_setuid_program_gives_a_service_nothing)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = SERVICE "user = app\ncommand = /srv/setuid status:Uid\n",
                        .file = {{.path = "/srv/setuid", .is_puppet = true, .mode = 04755}}},
        0);
    box_must_say(&box, OUT, "Uid: 10001 10001 10001 10001\n");
    box_free(&box);
}
END_TEST

START_TEST(no_new_privileges_can_be_left_to_the_contract)
{
    struct box box = box_run(
        &(struct start){.contract = BASE "[init]\nno-new-privileges = no\n"
                                         "[service web]\ncommand = /puppet status:NoNewPrivs\n"},
        0);
    box_must_say(&box, OUT, "NoNewPrivs: 0\n");
    box_free(&box);
}
END_TEST

START_TEST(a_lone_command_gets_no_new_privileges)
{
    struct box box =
        box_run(&(struct start){.argv = WORDS("--", "/puppet", "status:NoNewPrivs")}, 0);
    box_must_say(&box, OUT, "NoNewPrivs: 1\n");
    box_free(&box);
}
END_TEST

START_TEST(a_value_that_is_no_user_never_starts_anything)
{
    static const char *const values[] = {
        "0x0",
        "-1",
        "+0",
        "00",
        "4294967295",
        "4294967296",
        "1a",
        "nobody-here",
        "0:",
        ":0",
        "r\xc3\xb6\xc3\xb6t",
        "18446744073709551616",
        "root:nogroup-here",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aa",
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char contract[1024];
        snprintf(contract, sizeof(contract), SERVICE "user = %s\ncommand = /puppet print:RAN\n",
                 values[i]);
        struct box box = box_start(&(struct start){.contract = contract});
        int code = box_end(&box);
        ck_assert_msg(code == 78 || code == 77, "user = %s: code %d", values[i], code);
        box_must_not_say(&box, OUT, "RAN");
        box_must_say(&box, ERR, "user");
        box_free(&box);
    }
}
END_TEST

START_TEST(an_empty_user_is_an_error_written_or_expanded)
{
    static const char *const contracts[] = {
        SERVICE "user =\ncommand = /puppet print:RAN\n",
        SERVICE "user = ${NOBODY}\ncommand = /puppet print:RAN\n",
        SERVICE "user = ${EMPTY}\ncommand = /puppet print:RAN\n",
        SERVICE "user = ${PUID}\ncommand = /puppet print:RAN\n",
    };
    static const int codes[] = {78, 77, 77, 77};
    for (size_t i = 0; i < sizeof(contracts) / sizeof(contracts[0]); i++) {
        struct box box =
            box_run(&(struct start){.contract = contracts[i], .env = WORDS("EMPTY=", "PUID=abc")},
                    codes[i]);
        box_must_not_say(&box, OUT, "RAN");
        box_must_say(&box, ERR, "user");
        box_free(&box);
    }
}
END_TEST

START_TEST(user_0_is_root)
{
    struct box box =
        box_run(&(struct start){.contract = SERVICE "user = 0\ncommand = /puppet status:Uid\n"}, 0);
    box_must_say(&box, OUT, "Uid: 0 0 0 0\n");
    box_free(&box);
}
END_TEST

START_TEST(a_variable_may_name_the_user)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = SERVICE "user = ${PUID:-911}:${PGID:-911}\n"
                                                    "command = /puppet status:Uid status:Gid\n",
                                .env = WORDS("PUID=10002")},
                0);
    box_must_say(&box, OUT, "Uid: 10002 10002 10002 10002\nGid: 911 911 911 911\n");
    box_free(&box);
}
END_TEST

START_TEST(a_service_of_the_same_uid_reads_and_controls_nothing_of_pid_1)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = SERVICE
                                "command = /puppet attack:mem attack:environ attack:fd attack:exe "
                                "attack:root attack:ptrace attack:vmread attack:getfd attack:kcmp "
                                "attack:oom_score_adj attack:coredump_filter\n",
                                .uid = BOX_UID,
                                .drop_all = true},
                0);
    ck_assert_uint_eq(box_count(&box, OUT, ": refused (errno"), 11);
    box_must_not_say(&box, OUT, ": done");
    box_free(&box);
}
END_TEST

START_TEST(a_lone_command_of_the_same_uid_reads_and_controls_nothing_of_pid_1)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.argv = WORDS("--", "/puppet", "attack:mem", "attack:environ", "attack:fd",
                                      "attack:ptrace", "attack:vmread", "attack:getfd"),
                        .uid = BOX_UID,
                        .drop_all = true},
        0);
    ck_assert_uint_eq(box_count(&box, OUT, ": refused (errno"), 6);
    box_free(&box);
}
END_TEST

START_TEST(a_seize_that_would_kill_pid_1_does_not)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract = BASE "[defaults]\nlog = raw\n[service main]\ncommand = /puppet print:up sleep\n"
                         "[task bad]\nessential = no\ncommand = /puppet attack:seize print:gone\n"
                         "[task later]\nafter = bad\ncommand = /puppet print:later\n",
        .uid = BOX_UID,
        .drop_all = true});
    box_expect(&box, OUT, "later\n");
    box_must_say(&box, OUT, "attack seize: refused");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_container_of_another_uid_maps_the_one_user_that_is_named)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = SERVICE "user = app\ncommand = /puppet " WHO "\n",
                                .uid = 12345,
                                .drop_all = true,
                                .no_new_privs = true},
                0);
    box_must_say(&box, OUT, "Uid: 12345 12345 12345 12345\n");
    box_must_say(&box, OUT, NO_CAPS);
    box_free(&box);
}
END_TEST

START_TEST(several_users_without_the_privilege_are_refused)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = BASE "[service a]\nuser = app\ncommand = /puppet print:RAN\n"
                                         "[service b]\nuser = other\ncommand = /puppet print:RAN\n",
                        .uid = 12345,
                        .drop_all = true},
        77);
    box_must_not_say(&box, OUT, "RAN");
    box_must_say(&box, ERR, "SETUID");
    box_free(&box);
}
END_TEST

START_TEST(root_without_the_capabilities_is_refused_and_never_taken_instead)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = SERVICE "user = app\ncommand = /puppet print:RAN\n",
                                .drop_all = true},
                77);
    box_must_not_say(&box, OUT, "RAN");
    box_must_say(&box, ERR, "SETUID");
    box_free(&box);
}
END_TEST

START_TEST(a_service_that_pid_1_may_not_signal_does_not_take_the_container_down)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract =
            BASE "[init]\nno-new-privileges = no\nstop-timeout = 500ms\n"
                 "[service web]\ncommand = /srv/other setuid:10002 catch:10 print:up sleep\n",
        .uid = BOX_UID,
        .drop_all = true,
        .file = {{.path = "/srv/other", .is_puppet = true, .mode = 04755, .uid = 10002}}});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGUSR1); /* forwarded in vain: EPERM (W5) */
    ck_assert_int_eq(box_exec(&box, WORDS("--version"), (char[256]){0}, 256), 0);
    box_signal(&box, SIGTERM);
    (void)box_end(&box); /* and at the end of the clock it ends all the same */
    box_free(&box);
}
END_TEST

Suite *
privilege_suite(void)
{
    return proc_suite("privilege",
                      (const TTest *const[]){
                          a_service_runs_as_its_user_with_nothing_of_root,
                          a_user_is_known_by_name_with_the_groups_of_the_group_file,
                          groups_are_those_of_the_contract,
                          units_of_several_users_run_side_by_side,
                          a_service_cannot_become_root_again,
                          a_setuid_program_gives_a_service_nothing,
                          no_new_privileges_can_be_left_to_the_contract,
                          a_lone_command_gets_no_new_privileges,
                          a_value_that_is_no_user_never_starts_anything,
                          an_empty_user_is_an_error_written_or_expanded,
                          user_0_is_root,
                          a_variable_may_name_the_user,
                          a_service_of_the_same_uid_reads_and_controls_nothing_of_pid_1,
                          a_lone_command_of_the_same_uid_reads_and_controls_nothing_of_pid_1,
                          a_seize_that_would_kill_pid_1_does_not,
                          a_container_of_another_uid_maps_the_one_user_that_is_named,
                          several_users_without_the_privilege_are_refused,
                          root_without_the_capabilities_is_refused_and_never_taken_instead,
                          a_service_that_pid_1_may_not_signal_does_not_take_the_container_down,
                          NULL,
                      });
}
