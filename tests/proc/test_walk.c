/* SPDX-License-Identifier: MIT */
#include "tests/proc/field.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEPTH = 5000 };

/* ---------------------------------------------------------------- what is changed, what is not */

static void
plant_tree(void)
{
    field_run(
        "cd %s && mkdir -p a/b/c 'odd\nname' && touch a/f a/b/f a/b/c/f 'odd\nname/\x1b[31m' && "
        "ln -s ../../outside/sentinel a/link && ln -s nowhere a/b/broken && mkfifo a/fifo && "
        "mkdir -m 0700 a/private && touch a/private/f",
        field.top);
    char name[256];
    memset(name, 'x', 255);
    name[255] = '\0';
    close(creat(field_at(field.top, name), 0600));
    close(creat(field_at(field.top, "\xff\xfe"), 0600));
}

START_TEST(all_but_the_top_gets_its_owner)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    plant_tree();
    ck_assert_str_eq(field_walk(BOX_UID), "");
    field_is_his(BOX_UID, "! -type p");
    ck_assert_uint_eq(field_owner(field.top), 0);
    ck_assert_uint_eq(field_owner(field_at(field.top, "a/fifo")), 0);
    ck_assert_uint_eq(field_owner(field_at(field.top, "a/link")), BOX_UID);
    ck_assert_uint_eq(field.counts.looked, 15);
    ck_assert_uint_eq(field.counts.changed, 14);
    ck_assert_uint_eq(field.counts.special, 1);
    field_is_untouched();
}
END_TEST

START_TEST(what_is_his_already_is_not_written)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    struct stat before, after;
    plant_tree();
    field_walk(BOX_UID);
    ck_assert_int_eq(stat(field_at(field.top, "a/b/c/f"), &before), 0);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    ck_assert_int_eq(stat(field_at(field.top, "a/b/c/f"), &after), 0);
    ck_assert_int_eq(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
    ck_assert_uint_eq(field.counts.changed, 0);
    ck_assert_uint_eq(field.counts.looked, 15);
}
END_TEST

START_TEST(other_mounts_are_neither_changed_nor_entered)
{
    NEEDS_UIDS();
    field_run("cd %s && mkdir other same && touch file", field.top);
    if (mount("none", field_at(field.top, "other"), "tmpfs", 0, "mode=0755") != 0) {
        (void)proc_leaves_out(__func__, false, "needs mount(2)");
        return;
    }
    ck_assert_int_eq(mount(field.outside, field_at(field.top, "same"), NULL, MS_BIND, NULL), 0);
    ck_assert_int_eq(mount(field_at(field.outside, "sentinel"), field_at(field.top, "file"), NULL,
                           MS_BIND, NULL),
                     0);
    field_run("touch %s/other/inside", field.top);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    ck_assert_uint_eq(field.counts.mounts, 3);
    ck_assert_uint_eq(field_owner(field_at(field.top, "other")), 0);
    ck_assert_uint_eq(field_owner(field_at(field.top, "other/inside")), 0);
    field_is_untouched();
}
END_TEST

START_TEST(a_hard_link_to_a_file_outside_stays)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    field_run("cd %s && ln ../outside/sentinel planted && echo >own && mkdir d && ln own d/own",
              field.real);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    field_is_untouched();
    /* One that lies in the volume with all of its names is the volume's, if nobody can have linked
     * to what is not his. */
    bool is_safe = field_protects_links();
    ck_assert_uint_eq(field_owner(field_at(field.top, "own")), is_safe ? BOX_UID : 0);
    ck_assert_uint_eq(field.counts.linked, is_safe ? 1 : 3);
}
END_TEST

START_TEST(devices_stay)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    if (mknod(field_at(field.top, "disk"), S_IFBLK | 0600, makedev(1, 0)) != 0) {
        (void)proc_leaves_out(__func__, false, "needs mknod(2)");
        return;
    }
    ck_assert_int_eq(mknod(field_at(field.top, "null"), S_IFCHR | 0600, makedev(1, 3)), 0);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    ck_assert_uint_eq(field_owner(field_at(field.top, "disk")), 0);
    ck_assert_uint_eq(field_owner(field_at(field.top, "null")), 0);
    ck_assert_uint_eq(field.counts.special, 2);
}
END_TEST

START_TEST(a_set_user_id_bit_goes_with_the_change_and_is_counted_where_it_stays)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    struct stat file;
    field_run(
        "cd %s && cp /bin/true root && chmod 4755 root && cp /bin/true his && chown 10001:10001 "
        "his "
        "&& chmod 4755 his",
        field.top);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    ck_assert_int_eq(stat(field_at(field.top, "root"), &file), 0);
    ck_assert_uint_eq(file.st_mode & 07777, 0755);
    ck_assert_uint_eq(field.counts.setuid, 1);
}
END_TEST

/* ---------------------------------------------------------------- any tree */

static void
plant_depth(void)
{
    int fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < DEPTH; i++) {
        ck_assert_int_eq(mkdirat(fd, "d", 0755), 0);
        int below = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ck_assert_int_ge(below, 0);
        if (i % 100 == 0) {
            close(openat(below, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
            ck_assert_int_eq(mkdirat(below, "e", 0755), 0);
        }
        close(fd);
        fd = below;
    }
    close(fd);
}

START_TEST(a_tree_5000_deep_is_walked_with_few_descriptors)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    struct rlimit few = {.rlim_cur = 32, .rlim_max = 32};
    plant_depth();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    ck_assert_uint_eq(field.counts.changed, DEPTH + 2 * DEPTH / 100);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    ck_assert_uint_eq(field.counts.changed, 0);
    ck_assert_uint_eq(field.counts.looked, DEPTH + 2 * DEPTH / 100);
}
END_TEST

START_TEST(too_few_descriptors_are_told)
{
    NEEDS_UIDS();
    struct rlimit few = {.rlim_cur = 12, .rlim_max = 12};
    struct plan_step step = field_walking(BOX_UID);
    struct plan plan = {.arena = &field.arena, .step = &step, .count = 1};
    plant_depth();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    ck_assert_int_eq(plan_apply(&plan, &field.findings, &field.err), -1);
    ck_assert_int_eq(field.err.errnum, EMFILE);
    ck_assert_int_eq(field.err.code, CODE_SYSTEM);
}
END_TEST

START_TEST(a_folder_with_many_entries_takes_no_more_memory)
{
    NEEDS_UIDS();
    enum { MANY = 50000, MEMORY_KB = (BOX_IS_SANITIZED ? 64 : 16) * 1024 };
    struct rusage usage;
    int fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < MANY; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "entry-%d", i);
        ck_assert_int_eq(mknodat(fd, name, S_IFREG | 0600, 0), 0);
    }
    close(fd);
    pid_t child = fork();
    if (child == 0) {
        struct walk_report report = {0};
        int top_fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct walk_rule rule = {
            .uid = BOX_UID, .gid = BOX_UID, .mount_id = below_mount_id(top_fd)};
        _exit(field_walk_alone(top_fd, &rule, &report) == 0 && report.counts.changed == MANY ? 0
                                                                                             : 1);
    }
    int status;
    ck_assert_int_eq(wait4(child, &status, 0, &usage), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_le(usage.ru_maxrss, MEMORY_KB);
}
END_TEST

/* ---------------------------------------------------------------- without a system call */

static const struct {
    int number[2];
    size_t count;
    int errnum;
} refusals[] = {
    {{SYS_openat2}, 1, ENOSYS},
    {{SYS_openat2}, 1, EPERM},
    {{SYS_statx}, 1, ENOSYS},
    {{SYS_statx}, 1, EPERM},
    {{SYS_openat2, SYS_statx}, 2, ENOSYS},
};

START_TEST(without_the_newer_calls_it_is_the_same)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    plant_tree();
    field_run("cd %s && mkdir same && ln ../outside/sentinel planted", field.real);
    ck_assert_int_eq(mount(field.outside, field_at(field.top, "same"), NULL, MS_BIND, NULL), 0);
    pid_t child = fork();
    if (child == 0) {
        struct plan_step step = field_walking(BOX_UID);
        struct plan plan = {.arena = &field.arena, .step = &step, .count = 1};
        field_refuse(refusals[_i / 2].number, refusals[_i / 2].count, refusals[_i / 2].errnum);
        _exit(plan_apply(&plan, &field.findings, &field.err) == 0 && field.findings.count == 0 ? 0
                                                                                               : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(umount(field_at(field.top, "same")), 0);
    field_is_his(BOX_UID, "! -type p ! -name same ! -name planted");
    field_is_untouched();
}
END_TEST

START_TEST(what_grows_faster_than_it_is_walked_ends_with_an_error)
{
    NEEDS_UIDS();
    struct walk_report report = {0};
    plant_tree();
    int top_fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct walk_rule rule = {
        .uid = BOX_UID, .gid = BOX_UID, .mount_id = below_mount_id(top_fd), .inodes_max = 5};
    ck_assert_int_eq(field_walk_alone(top_fd, &rule, &report), -1);
    close(top_fd);
    ck_assert_uint_ge(report.counts.changed, 3);
    ck_assert_ptr_nonnull(strstr(report.problem.cause, "faster than they are looked at"));
}
END_TEST

/* ---------------------------------------------------------------- the mark of completion */

static void
plant_many(void)
{
    field_run(
        "cd %s && seq 40 | sed s/^/d/ | xargs mkdir && seq 40 | awk '{ for (i = 0; i < 200; i++) "
        "print \"d\" $1 \"/f\" i }' | xargs touch",
        field.top);
}

/* The walk and then the top, in a process that is killed after so many microseconds. Returns
 * whether it came to its end before. */
static bool
prepared_within(uid_t uid, useconds_t us)
{
    struct plan_step step[2] = {field_walking(uid), field_walking(uid)};
    struct plan plan = {.arena = &field.arena, .step = step, .count = 2};
    int status = 0;
    step[1].kind = PLAN_TOP;
    pid_t child = fork();
    if (child == 0) {
        struct prepared *prepared = prepared_new(&plan);
        plan_run(&plan, prepared);
        _exit(0);
    }
    enum { TURN_US = 5000 };
    pid_t ended = 0;
    for (useconds_t slept = 0; ended == 0 && slept < us; slept += TURN_US) {
        (void)usleep(us - slept < TURN_US ? us - slept : TURN_US);
        ended = waitpid(child, &status, WNOHANG);
    }
    if (ended == 0) {
        (void)kill(child, SIGKILL);
        ended = waitpid(child, &status, 0);
    }
    ck_assert_int_eq(ended, child);
    return status == 0;
}

START_TEST(a_walk_that_is_killed_is_finished_by_the_next_start)
{
    NEEDS_UIDS();
    field.holds_names = _i % 2 == 1;
    unsigned interrupted = 0;
    plant_many();
    for (unsigned i = 0; i < 30; i++) {
        uid_t uid = 20000 + i;
        bool is_done = prepared_within(uid, 500 + i * i * 40);
        interrupted += is_done ? 0 : 1;
        /* The top is right only where all the rest is. */
        if (field_owner(field.top) == uid) {
            field_is_his(uid, "");
        } else {
            ck_assert(!is_done);
            while (!prepared_within(uid, 2000000)) {
            }
            ck_assert_uint_eq(field_owner(field.top), uid);
            field_is_his(uid, "");
        }
    }
    ck_assert_uint_ge(interrupted, 3);
}
END_TEST

START_TEST(what_cannot_be_changed_is_named_and_the_top_stays)
{
    NEEDS_UIDS();
    plant_many();
    pid_t child = fork();
    if (child == 0) {
        struct plan_step step[2] = {field_walking(BOX_UID), field_walking(BOX_UID)};
        struct plan plan = {.arena = &field.arena, .step = step, .count = 2, .cap_effective = 1};
        step[1].kind = PLAN_TOP;
        field_refuse((const int[]){SYS_fchownat}, 1, EPERM);
        _exit(plan_apply(&plan, &field.findings, &field.err) == 0 && field.findings.count == 1 &&
                      strstr(field.findings.item[0].found, "in spite of CAP_CHOWN") != NULL &&
                      strstr(field.findings.item[0].found, "root_squash") != NULL &&
                      text_equal(field.findings.item[0].mend[MEND_CONTRACT],
                                 "on a file server: give it to 10001:10001 there, or export it "
                                 "with no_root_squash")
                  ? 0
                  : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(field_owner(field.top), 0);
}
END_TEST

/* Not proc_suite(): these need the folder of setup(), and some run twice. */
Suite *
walk_suite(void)
{
    Suite *suite = suite_create("walk");
    TCase *tests = tcase_create("walk");
    tcase_add_checked_fixture(tests, field_setup, field_teardown);
    tcase_add_loop_test(tests, all_but_the_top_gets_its_owner, 0, 2);
    tcase_add_loop_test(tests, what_is_his_already_is_not_written, 0, 2);
    tcase_add_test(tests, other_mounts_are_neither_changed_nor_entered);
    tcase_add_loop_test(tests, a_hard_link_to_a_file_outside_stays, 0, 2);
    tcase_add_loop_test(tests, devices_stay, 0, 2);
    tcase_add_loop_test(tests, a_set_user_id_bit_goes_with_the_change_and_is_counted_where_it_stays,
                        0, 2);
    tcase_add_loop_test(tests, a_tree_5000_deep_is_walked_with_few_descriptors, 0, 2);
    tcase_add_test(tests, too_few_descriptors_are_told);
    tcase_add_test(tests, a_folder_with_many_entries_takes_no_more_memory);
    tcase_add_loop_test(tests, without_the_newer_calls_it_is_the_same, 0,
                        2 * (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_test(tests, what_grows_faster_than_it_is_walked_ends_with_an_error);
    tcase_add_loop_test(tests, a_walk_that_is_killed_is_finished_by_the_next_start, 0, 2);
    tcase_add_test(tests, what_cannot_be_changed_is_named_and_the_top_stays);
    suite_add_tcase(suite, tests);
    return suite;
}
