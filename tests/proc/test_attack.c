/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/*
 * What a compromised service can do to PID 1. The table is the one that people read, in
 * docs/security.md: each of its rows is an attempt of the puppet, each column a container, and what
 * the page says there is what must happen.
 */

enum { ROWS_MAX = 80, COLUMNS = 5, WORD_BYTES = 32, LINE_BYTES = 512 };

static const char page[] = "docs/security.md";
static const char heading[] = "| attempt |";

struct row {
    char name[WORD_BYTES];
    char cell[COLUMNS][WORD_BYTES]; /* "refused", "works", or "-" */
};

static struct row rows[ROWS_MAX];
static size_t row_count;

/* The columns of the page, in their order. */
static const struct column {
    const char *keys; /* of the service */
    uid_t uid;        /* of PID 1 */
} columns[COLUMNS] = {
    {"", 0},       {"capabilities = none\n", 0}, {"user = app\n", 0},
    {"", BOX_UID}, {"guard = yes\n", BOX_UID},
};

/* The word between the next two bars; blanks and backticks around it are taken out. */
static char *
next_cell(char *at, char ret_word[WORD_BYTES])
{
    char *end = strchr(at, '|');
    ck_assert_msg(end != NULL, "%s: a row is too short: %s", page, at);
    at += strspn(at, " `");
    size_t length = (size_t)(end - at);
    while (length > 0 && strchr(" `", at[length - 1]) != NULL) {
        length--;
    }
    snprintf(ret_word, WORD_BYTES, "%.*s", (int)length, at);
    return end + 1;
}

static void
read_page(void)
{
    char line[LINE_BYTES];
    FILE *file = fopen(page, "re");
    bool is_table = false;
    row_count = 0;
    ck_assert_msg(file != NULL, "%s is not there: run this where the Makefile lies", page);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, heading, strlen(heading)) == 0) {
            is_table = true;
        } else if (line[0] != '|') {
            is_table = false;
        } else if (is_table && line[2] == '`') {
            struct row *row = &rows[row_count++];
            char *at = next_cell(line + 1, row->name);
            for (size_t i = 0; i < COLUMNS; i++) {
                at = next_cell(at, row->cell[i]);
            }
            ck_assert_uint_lt(row_count, ROWS_MAX);
        }
    }
    fclose(file);
    ck_assert_uint_ge(row_count, 40);
}

/* What container engines do to /proc. */
static void
protect_proc(void)
{
    static const char *const paths[] = {"/proc/sys", "/proc/sysrq-trigger"};
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (access(paths[i], F_OK) != 0) {
            continue; /* a kernel without it */
        }
        if (mount(paths[i], paths[i], NULL, MS_BIND, NULL) != 0 ||
            syscall(SYS_mount_setattr, AT_FDCWD, paths[i], 0U, &attr, sizeof(attr)) != 0) {
            dprintf(STDERR_FILENO, "cannot protect %s\n", paths[i]);
            _exit(99);
        }
    }
}

START_TEST(a_service_can_do_to_pid_1_what_the_page_says)
{
    char contract[8192];
    char said[WORD_BYTES * 3];
    const struct column *column = &columns[_i];
    NEEDS_UIDS();
    read_page();
    /* The export is what one of the attempts forges: PID 1 makes it soon after the start. */
    size_t used = (size_t)snprintf(contract, sizeof(contract),
                                   BASE "[service web]\nlog = raw\n%scommand = /puppet "
                                        "await:/run/roinit/status.json",
                                   column->keys);
    for (size_t i = 0; i < row_count; i++) {
        if (strcmp(rows[i].cell[_i], "-") != 0) {
            used += (size_t)snprintf(contract + used, sizeof(contract) - used, " attack:%s",
                                     rows[i].name);
        }
    }
    snprintf(contract + used, sizeof(contract) - used, " print:over sleep\n");
    struct box box = box_start(&(struct start){.contract = contract,
                                               .plant = protect_proc,
                                               .uid = column->uid,
                                               .drop_all = column->uid != 0});
    box_expect(&box, OUT, "over\n");
    for (size_t i = 0; i < row_count; i++) {
        const char *cell = rows[i].cell[_i];
        bool is_refused = strcmp(cell, "refused") == 0;
        if (strcmp(cell, "-") == 0) {
            continue;
        }
        ck_assert_msg(is_refused || strcmp(cell, "works") == 0, "%s: \"%s\"", page, cell);
        snprintf(said, sizeof(said), "attack %.31s: %s", rows[i].name,
                 is_refused ? "refused (errno" : "done\n");
        box_must_say(&box, OUT, said);
    }
    /* And whatever worked: PID 1 lives, answers, and ends in order. */
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), (char[16384]){0}, 16384), 0);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- guard */

#define GUARDED BASE "[service web]\nlog = raw\nguard = yes\n"
#define SOCKETS "attack:setown attack:setown_ex attack:fiosetown "
#define ENDLESS "print:over sleep\n"

/* Runs it until "over", and says what PID 1 has said of the signal that the attempts send. */
static size_t
signals_taken(const char *contract, uid_t uid)
{
    struct box box =
        box_start(&(struct start){.contract = contract, .uid = uid, .drop_all = uid != 0});
    box_expect(&box, OUT, "over\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    size_t taken = box_count(&box, ERR, "nothing takes WINCH");
    box_free(&box);
    return taken;
}

START_TEST(a_socket_can_be_made_to_signal_pid_1_by_the_same_uid_alone)
{
    NEEDS_UIDS();
    ck_assert_uint_gt(signals_taken(BASE "[service web]\nlog = raw\nforward-signals = none\n"
                                         "command = /puppet " SOCKETS ENDLESS,
                                    BOX_UID),
                      0);
    ck_assert_uint_eq(signals_taken(BASE "[service web]\nlog = raw\nforward-signals = none\n"
                                         "user = app\ncommand = /puppet " SOCKETS ENDLESS,
                                    0),
                      0);
    ck_assert_uint_eq(signals_taken(GUARDED
                                    "forward-signals = none\ncommand = /puppet " SOCKETS ENDLESS,
                                    BOX_UID),
                      0);
}
END_TEST

START_TEST(a_guard_holds_on_a_kernel_without_landlock)
{
    NEEDS_UIDS();
    NEEDS_STRACE();
    struct box box = box_run(
        &(struct start){.contract = GUARDED
                        "command = /puppet attack:signal attack:pidfd attack:procfd attack:setown "
                        "attack:setown_ex attack:fiosetown attack:files attack:policy\n",
                        .tracer = WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null",
                                        "-e", "trace=landlock_create_ruleset", "-e",
                                        "inject=landlock_create_ruleset:error=ENOSYS"),
                        .uid = BOX_UID,
                        .drop_all = true},
        0);
    ck_assert_uint_eq(box_count(&box, OUT, ": refused (errno 1)"), 7);
    box_must_say(&box, OUT, "attack procfd: refused (errno 38)"); /* kill(2) is there instead */
    box_free(&box);
}
END_TEST

START_TEST(where_the_kernel_takes_no_filter_a_guarded_unit_does_not_start)
{
    NEEDS_STRACE();
    struct box box =
        box_run(&(struct start){.contract = GUARDED "command = /puppet print:RAN\n",
                                .tracer = WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o",
                                                "/dev/null", "-e", "trace=seccomp", "-e",
                                                "inject=seccomp:error=EINVAL")},
                71);
    box_must_not_say(&box, OUT, "RAN");
    box_must_say(&box, ERR, "web: cannot guard PID 1 from it: ");
    box_free(&box);
}
END_TEST

START_TEST(a_guarded_unit_does_its_work_and_signals_its_own)
{
    struct box box = box_run(
        &(struct start){
            .contract = GUARDED
            "command = /usr/bin/env sh -c 'sleep 60 & kill -TERM $!; wait $!; echo code $?; "
            "mkdir /tmp/a /tmp/b && echo x >/tmp/a/f && mv /tmp/a/f /tmp/b/ && cat /tmp/b/f'\n"},
        0);
    box_must_say(&box, OUT, "code 143\nx\n");
    box_free(&box);
}
END_TEST

START_TEST(the_stop_command_of_a_guarded_unit_reaches_it)
{
    struct box box = box_start(&(struct start){
        .contract = GUARDED "stop-command = /usr/bin/env sh -c 'kill -USR1 $MAINPID'\n"
                            "command = /puppet catch:10:0 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, OUT, "caught 10\n");
    box_free(&box);
}
END_TEST

START_TEST(a_guard_brings_no_new_privs_and_a_filter)
{
    struct box box = box_run(
        &(struct start){
            .contract =
                BASE "[init]\nno-new-privileges = no\n[defaults]\nlog = raw\n"
                     "[task a]\nguard = yes\ncommand = /puppet status:NoNewPrivs status:Seccomp:\n"
                     "[task b]\nrequires = a\ncommand = /puppet status:NoNewPrivs\n"},
        0);
    ck_assert_str_eq(box.said[OUT].text, "NoNewPrivs: 1\nSeccomp: 2\nNoNewPrivs: 0\n");
    box_free(&box);
}
END_TEST

START_TEST(a_guarded_main_stays_out_of_the_group_of_pid_1)
{
    struct box box = box_run(
        &(struct start){.contract = GUARDED "command = /puppet attack:group\n", .uid = BOX_UID}, 0);
    box_must_say(&box, OUT, "attack group: refused");
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- what works is seen */

static const char *const lowering[] = {"files", "cpu", "nice", "policy", "schedattr"};

START_TEST(a_pid_1_that_somebody_has_lowered_says_so_before_the_next_start)
{
    char contract[512];
    char text[16384];
    NEEDS_UIDS();
    snprintf(contract, sizeof(contract),
             BASE "[defaults]\nlog = raw\n[service main]\ncommand = /puppet sleep\n"
                  "[task bad]\ncommand = /puppet attack:%s\n"
                  "[task later]\nafter = bad\ncommand = /puppet print:later\n",
             lowering[_i]);
    struct box box =
        box_start(&(struct start){.contract = contract, .uid = BOX_UID, .drop_all = true});
    box_expect(&box, OUT, "later\n");
    box_expect(&box, ERR, "tampered: somebody has lowered ");
    box_await_file(&box, "/run/roinit/control");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    ck_assert_msg(strstr(text, "\"degraded\":[{\"what\":\"limits\"") != NULL, "%s", text);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- nothing inherited */

static void
plant_key(void)
{
    enum { ANYBODY = 0x3f3f3f3f };
    (void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    long key = syscall(SYS_add_key, "user", "secret", "value", 5UL, KEY_SPEC_SESSION_KEYRING);
    (void)syscall(SYS_keyctl, KEYCTL_SETPERM, key, ANYBODY);
    (void)syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, ANYBODY);
}

START_TEST(a_unit_finds_nothing_of_pid_1_in_its_keyring)
{
    struct box box = box_run(
        &(struct start){.argv = WORDS("--", "/puppet", "attack:key"), .plant = plant_key}, 0);
    box_must_say(&box, OUT, "attack key: done\n"); /* else this says nothing */
    box_free(&box);
    box = box_run(&(struct start){.contract = BASE "[defaults]\nlog = raw\n"
                                                   "[task a]\ncommand = /puppet attack:key\n"
                                                   "[task b]\nuser = 10002\n"
                                                   "command = /puppet attack:key\n",
                                  .plant = plant_key},
                  0);
    ck_assert_uint_eq(box_count(&box, OUT, "attack key: refused"), 2);
    box_free(&box);
}
END_TEST

static void
plant_timer(void)
{
    const struct itimerval often = {{0, 20000}, {0, 20000}};
    (void)setitimer(ITIMER_REAL, &often, NULL);
}

START_TEST(a_timer_of_the_caller_signals_nobody)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "sleep:300", "exit:9"),
                                             .plant = plant_timer},
                             9);
    box_free(&box);
}
END_TEST

Suite *
attack_suite(void)
{
    Suite *suite =
        proc_suite("attack", (const TTest *const[]){
                                 a_socket_can_be_made_to_signal_pid_1_by_the_same_uid_alone,
                                 a_guard_holds_on_a_kernel_without_landlock,
                                 where_the_kernel_takes_no_filter_a_guarded_unit_does_not_start,
                                 a_guarded_unit_does_its_work_and_signals_its_own,
                                 the_stop_command_of_a_guarded_unit_reaches_it,
                                 a_guard_brings_no_new_privs_and_a_filter,
                                 a_guarded_main_stays_out_of_the_group_of_pid_1,
                                 a_unit_finds_nothing_of_pid_1_in_its_keyring,
                                 a_timer_of_the_caller_signals_nobody,
                                 NULL,
                             });
    TCase *table = tcase_create("table");
    tcase_add_loop_test(table, a_service_can_do_to_pid_1_what_the_page_says, 0, COLUMNS);
    tcase_add_loop_test(table, a_pid_1_that_somebody_has_lowered_says_so_before_the_next_start, 0,
                        sizeof(lowering) / sizeof(lowering[0]));
    suite_add_tcase(suite, table);
    return suite;
}
