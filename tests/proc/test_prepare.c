/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/sys_volumes.h"

/* Plans applied to real directories, as root: a volume, the seed of an image beside it, and a place
 * outside of both that nothing may touch. */
enum { OTHER_UID = 10002, TEXT_BYTES = 256 };

static char folder[] = "/tmp/roinit-prepare.XXXXXX";
static char top[64], seed[64], outside[64];
static struct arena arena;
static struct findings findings;
static struct err err;

static void
run(const char *format, const char *a, const char *b)
{
    char line[TEXT_BYTES];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    ck_assert_int_lt(snprintf(line, sizeof line, format, a, b), (int)sizeof line);
#pragma GCC diagnostic pop
    ck_assert_msg(system(line) == 0, "%s", line);
}

static void
setup(void)
{
    (void)strcpy(folder + sizeof folder - 7, "XXXXXX");
    (void)umask(022);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    if (geteuid() == 0 &&
        unshare(CLONE_NEWNS) == 0) { /* what a failed test has mounted goes with it */
        ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    }
    (void)snprintf(top, sizeof top, "%s/top", folder);
    (void)snprintf(seed, sizeof seed, "%s/seed", folder);
    (void)snprintf(outside, sizeof outside, "%s/outside", folder);
    ck_assert_int_eq(chmod(folder, 0755), 0);
    ck_assert_int_eq(mkdir(top, 0755), 0);
    ck_assert_int_eq(mkdir(seed, 0755), 0);
    ck_assert_int_eq(mkdir(outside, 0700), 0);
    findings = (struct findings){.arena = &arena};
    err = (struct err){0};
}

static void
teardown(void)
{
    run("umount -l %s/%s/mounted 2>/dev/null; true", folder, "top");
    run("rm -rf %s%s", folder, "");
    arena_free(&arena);
}

static const char *
at(const char *base, const char *name)
{
    static char paths[4][TEXT_BYTES];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, TEXT_BYTES, "%s/%s", base, name);
    return path;
}

static struct plan_step
directory(const char *path, mode_t mode, uid_t uid, bool is_private)
{
    return (struct plan_step){.kind = PLAN_DIRECTORY,
                              .top = top,
                              .path = path,
                              .mode = mode,
                              .uid = uid,
                              .gid = uid,
                              .sets_mode = true,
                              .sets_owner = true,
                              .is_private = is_private};
}

static struct plan_step
seeding(enum seed_mode mode)
{
    return (struct plan_step){
        .kind = PLAN_SEED, .top = top, .path = "", .seed = seed, .seed_mode = mode};
}

/* Applies one step; returns what the first finding found, or "". */
static const char *
apply(struct plan_step step)
{
    struct plan plan = {.arena = &arena, .step = &step, .count = 1, .self_uid = geteuid()};
    findings.count = 0;
    int result = plan_apply(&plan, &findings, &err);
    ck_assert_msg(result == 0, "%s", err.text);
    return findings.count == 0 ? "" : findings.item[0].found;
}

/* The same in a process of its own, which `before` restricts. */
static const char *
apply_restricted(struct plan_step step, void (*before)(void))
{
    static char text[TEXT_BYTES];
    int pipe_fd[2], status;
    memset(text, 0, sizeof text);
    ck_assert_int_eq(pipe(pipe_fd), 0);
    pid_t child = fork();
    if (child == 0) {
        struct plan plan = {.arena = &arena, .step = &step, .count = 1, .self_uid = geteuid()};
        before();
        const char *said = plan_apply(&plan, &findings, &err) != 0 ? err.text
                           : findings.count == 0                   ? ""
                                                                   : findings.item[0].found;
        _exit(write(pipe_fd[1], said, strlen(said)) == (ssize_t)strlen(said) ? 0 : 1);
    }
    close(pipe_fd[1]);
    ck_assert_int_ge(read(pipe_fd[0], text, sizeof text - 1), 0);
    close(pipe_fd[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    return text;
}

static void
is(const char *path, mode_t mode, uid_t uid)
{
    struct stat file;
    ck_assert_msg(lstat(path, &file) == 0, "%s", path);
    ck_assert_msg((file.st_mode & 07777) == mode && file.st_uid == uid && file.st_gid == uid,
                  "%s is %o %u:%u", path, file.st_mode & 07777, file.st_uid, file.st_gid);
}

static bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void
holds(const char *path, const char *want)
{
    char text[TEXT_BYTES] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s", path);
    ck_assert_int_ge(read(fd, text, sizeof text - 1), 0);
    close(fd);
    ck_assert_str_eq(text, want);
}

/* ---------------------------------------------------------------- directories */

START_TEST(a_directory_is_made_with_its_mode_and_owner)
{
    NEEDS_UIDS();
    (void)umask(077);
    ck_assert_str_eq(apply(directory("a/b", 02775, BOX_UID, false)), "");
    is(at(top, "a/b"), 02775, BOX_UID);
}
END_TEST

START_TEST(what_is_right_is_not_written)
{
    NEEDS_UIDS();
    struct stat before, after;
    apply(directory("a", 0700, BOX_UID, true));
    ck_assert_int_eq(stat(at(top, "a"), &before), 0);
    ck_assert_str_eq(apply(directory("a", 0700, BOX_UID, true)), "");
    ck_assert_int_eq(stat(at(top, "a"), &after), 0);
    ck_assert_int_eq(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}
END_TEST

START_TEST(a_directory_that_is_there_gets_mode_and_owner)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(at(top, "a"), 0777), 0);
    ck_assert_str_eq(apply(directory("a", 0750, BOX_UID, false)), "");
    is(at(top, "a"), 0750, BOX_UID);
}
END_TEST

START_TEST(a_planted_symbolic_link_is_not_followed)
{
    NEEDS_UIDS();
    ck_assert_int_eq(symlink(outside, at(top, "a")), 0);
    ck_assert_ptr_nonnull(
        strstr(apply(directory("a", 0777, BOX_UID, false)), "no directory is in the way"));
    ck_assert_ptr_nonnull(
        strstr(apply(directory("a/b", 0777, BOX_UID, false)), "no directory is in the way"));
    ck_assert_str_eq(findings.item[0].subject, at(top, "a/b"));
    is(outside, 0700, 0);
    ck_assert(!exists(at(outside, "b")));
}
END_TEST

START_TEST(a_private_directory_of_another_user_is_refused)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(at(top, "home"), 0700), 0);
    ck_assert_int_eq(chown(at(top, "home"), OTHER_UID, OTHER_UID), 0);
    ck_assert_ptr_nonnull(
        strstr(apply(directory("home", 0700, BOX_UID, true)), "belongs to another user"));
    ck_assert_ptr_nonnull(
        strstr(apply(directory("home/.cache", 0700, BOX_UID, true)), "belongs to another user"));
    is(at(top, "home"), 0700, OTHER_UID);
    ck_assert(!exists(at(top, "home/.cache")));
}
END_TEST

START_TEST(a_private_directory_that_an_earlier_run_left_is_finished)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(at(top, "home"), 0700), 0);
    ck_assert_str_eq(apply(directory("home", 0700, BOX_UID, true)), "");
    is(at(top, "home"), 0700, BOX_UID);
}
END_TEST

START_TEST(another_mount_is_not_entered)
{
    NEEDS_UIDS();
    ck_assert_int_eq(mkdir(at(top, "mounted"), 0700), 0);
    if (mount("none", at(top, "mounted"), "tmpfs", 0, "mode=0700") != 0) {
        (void)proc_leaves_out(__func__, false, "needs mount(2)");
        return;
    }
    ck_assert_ptr_nonnull(
        strstr(apply(directory("mounted/a", 0700, BOX_UID, false)), "another mount"));
}
END_TEST

static void
filter_openat2(int errnum)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        _exit(2);
    }
}

static void
without_openat2(void)
{
    filter_openat2(ENOSYS);
}

static void
with_refused_openat2(void)
{
    filter_openat2(EPERM);
}

START_TEST(without_openat2_it_is_the_same)
{
    NEEDS_UIDS();
    static void (*const filters[])(void) = {without_openat2, with_refused_openat2};
    ck_assert_int_eq(symlink(outside, at(top, "link")), 0);
    ck_assert_str_eq(apply_restricted(directory("a/b", 0700, BOX_UID, true), filters[_i]), "");
    is(at(top, "a/b"), 0700, BOX_UID);
    ck_assert_ptr_nonnull(strstr(
        apply_restricted(directory("link/b", 0700, BOX_UID, false), filters[_i]), "in the way"));
    ck_assert_int_eq(mkdir(at(top, "mounted"), 0700), 0);
    if (mount("none", at(top, "mounted"), "tmpfs", 0, "mode=0700") == 0) {
        ck_assert_ptr_nonnull(
            strstr(apply_restricted(directory("mounted/a", 0700, BOX_UID, false), filters[_i]),
                   "another mount"));
    }
}
END_TEST

static void
drop(uint32_t capabilities)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0) {
        _exit(2);
    }
    data[0].effective &= ~capabilities;
    if (syscall(SYS_capset, &header, data) != 0) {
        _exit(2);
    }
}

static void
without_chown(void)
{
    drop(1U << CAP_CHOWN);
}

static void
without_fowner(void)
{
    drop(1U << CAP_FOWNER);
}

static void
without_override(void)
{
    drop(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER);
}

START_TEST(a_missing_capability_is_named)
{
    NEEDS_UIDS();
    ck_assert_str_eq(apply_restricted(directory("a", 0700, BOX_UID, true), without_chown),
                     "cannot set its owner: not permitted, needs CAP_CHOWN");
    ck_assert_int_eq(mkdir(at(top, "b"), 0700), 0);
    ck_assert_int_eq(chown(at(top, "b"), OTHER_UID, OTHER_UID), 0);
    ck_assert_str_eq(apply_restricted(directory("b", 0755, BOX_UID, false), without_fowner),
                     "cannot set its mode: not permitted, needs CAP_FOWNER");
    ck_assert_str_eq(apply_restricted(directory("b/c", 0755, BOX_UID, false), without_override),
                     "cannot make it: permission denied, needs CAP_DAC_OVERRIDE");
}
END_TEST

START_TEST(without_override_private_directories_are_made_in_the_plans_order)
{
    NEEDS_UIDS();
    ck_assert_str_eq(apply_restricted(directory("h/.cache", 0700, BOX_UID, true), without_override),
                     "");
    ck_assert_str_eq(apply_restricted(directory("h", 0700, BOX_UID, true), without_override), "");
    is(at(top, "h"), 0700, BOX_UID);
    is(at(top, "h/.cache"), 0700, BOX_UID);
}
END_TEST

START_TEST(the_top_gets_mode_and_owner)
{
    NEEDS_UIDS();
    struct plan_step step = directory("", 0750, BOX_UID, false);
    step.kind = PLAN_TOP;
    ck_assert_str_eq(apply(step), "");
    is(top, 0750, BOX_UID);
}
END_TEST

START_TEST(another_mount_than_the_one_verified_is_refused)
{
    NEEDS_UIDS();
    struct plan_step step = directory("", 0750, BOX_UID, false);
    step.kind = PLAN_TOP;
    step.mount_id = UINT64_MAX;
    ck_assert_ptr_nonnull(strstr(apply(step), "another mount than the one verified"));
    is(top, 0755, 0);
}
END_TEST

START_TEST(a_full_file_system_is_no_fault_of_whoever_runs_it)
{
    NEEDS_UIDS();
    struct plan_step step = directory("mounted", 0700, 0, false);
    struct plan plan = {.arena = &arena, .step = &step, .count = 1};
    apply(step);
    if (mount("none", at(top, "mounted"), "tmpfs", 0, "nr_inodes=1") != 0) {
        (void)proc_leaves_out(__func__, false, "needs mount(2)");
        return;
    }
    char inner[TEXT_BYTES];
    (void)snprintf(inner, sizeof inner, "%s", at(top, "mounted"));
    step = directory("a", 0700, 0, false);
    step.top = inner;
    ck_assert_int_eq(plan_apply(&plan, &findings, &err), -1);
    ck_assert_int_eq(err.code, CODE_SYSTEM);
    ck_assert_int_eq(err.errnum, ENOSPC);
}
END_TEST

/* ---------------------------------------------------------------- seeds */

/* The image's: a file of app's, a setuid one, a private folder with a file, a link, a FIFO. */
static void
plant_seed(void)
{
    run("cd %s%s && echo one >file && chmod 0640 file && chown 10001:10001 file && mkdir sub && "
        "echo two >sub/two && chmod 0500 sub && chown 10001:10001 sub",
        seed, "");
    run("cd %s%s && cp /bin/true suid && chown 10001:10001 suid && chmod 4711 suid && "
        "ln -s file link && chown -h 10001:10001 link",
        seed, "");
    run("cd %s%s && mkfifo fifo && chmod 0622 fifo && chown 10002:10002 fifo && "
        "ln file sub/again && touch -d 2001-02-03 file sub",
        seed, "");
}

static void
is_seeded(void)
{
    struct stat file;
    is(at(top, "file"), 0640, BOX_UID);
    is(at(top, "sub"), 0500, BOX_UID);
    is(at(top, "suid"), 04711, BOX_UID);
    holds(at(top, "file"), "one\n");
    holds(at(top, "sub/two"), "two\n");
    holds(at(top, "link"), "one\n");
    ck_assert_int_eq(lstat(at(top, "link"), &file), 0);
    ck_assert(S_ISLNK(file.st_mode));
    ck_assert_uint_eq(file.st_uid, BOX_UID);
    ck_assert_int_eq(stat(at(top, "sub"), &file), 0);
    ck_assert_int_lt(file.st_mtim.tv_sec, 1000000000); /* of 2001 */
    is(at(top, "fifo"), 0622, OTHER_UID);
    ck_assert_int_eq(stat(at(top, "fifo"), &file), 0);
    ck_assert(S_ISFIFO(file.st_mode));
    /* Two names of one file stay that. */
    ck_assert_int_eq(stat(at(top, "file"), &file), 0);
    ck_assert_uint_eq(file.st_nlink, 2);
    holds(at(top, "sub/again"), "one\n");
    ck_assert(!exists(at(top, ".roinit-seed")));
    ck_assert(!exists(at(top, ".roinit-seed.new")));
}

START_TEST(an_empty_place_is_seeded_with_all_that_the_image_has)
{
    NEEDS_UIDS();
    plant_seed();
    ck_assert_int_eq(mkdir(at(top, "lost+found"), 0700), 0);
    ck_assert_str_eq(apply(seeding(_i == 0 ? SEED_EMPTY : SEED_MISSING)), "");
    is_seeded();
}
END_TEST

START_TEST(a_place_that_is_not_empty_is_not_seeded)
{
    NEEDS_UIDS();
    plant_seed();
    run("echo mine >%s/%s", top, "own");
    ck_assert_str_eq(apply(seeding(SEED_EMPTY)), "");
    ck_assert(!exists(at(top, "file")));
}
END_TEST

START_TEST(missing_files_are_added_and_nothing_is_overwritten)
{
    NEEDS_UIDS();
    plant_seed();
    run("echo mine >%s/file; mkdir -m 0711 %s/sub", top, top);
    ck_assert_str_eq(apply(seeding(SEED_MISSING)), "");
    holds(at(top, "file"), "mine\n");
    holds(at(top, "sub/two"), "two\n");
    is(at(top, "sub"), 0711, 0);
}
END_TEST

START_TEST(a_seed_does_not_go_through_planted_links)
{
    NEEDS_UIDS();
    plant_seed();
    ck_assert_int_eq(symlink(outside, at(top, "sub")), 0);
    ck_assert_int_eq(symlink(at(outside, "x"), at(top, "file")), 0);
    ck_assert_str_eq(apply(seeding(SEED_MISSING)), "");
    ck_assert(!exists(at(outside, "two")));
    ck_assert(!exists(at(outside, "x")));
}
END_TEST

START_TEST(an_interrupted_seed_is_finished_by_the_next_run)
{
    NEEDS_UIDS();
    plant_seed();
    /* As a kill leaves it: the mark, half a file, a folder without its attributes. */
    run("cd %s%s && umask 077 && : >.roinit-seed && echo half >.roinit-seed.new && mkdir sub && "
        "chmod 1700 sub && cp -p ../seed/suid suid",
        top, "");
    ck_assert_str_eq(apply(seeding(SEED_EMPTY)), "");
    is_seeded();
}
END_TEST

START_TEST(devices_and_sockets_of_a_seed_arrive)
{
    NEEDS_UIDS();
    struct stat file;
    if (mknod(at(seed, "null"), S_IFCHR | 0666, makedev(1, 3)) != 0 ||
        mknod(at(seed, "socket"), S_IFSOCK | 0600, 0) != 0) {
        (void)proc_leaves_out(__func__, false, "needs mknod(2)");
        return;
    }
    run("chmod 0666 %s/%s", seed, "null");
    ck_assert_str_eq(apply(seeding(SEED_EMPTY)), "");
    ck_assert_int_eq(stat(at(top, "null"), &file), 0);
    ck_assert(S_ISCHR(file.st_mode) && file.st_rdev == makedev(1, 3));
    is(at(top, "null"), 0666, 0);
    ck_assert_int_eq(stat(at(top, "socket"), &file), 0);
    ck_assert(S_ISSOCK(file.st_mode));
}
END_TEST

static void
without_mknod(void)
{
    drop(1U << CAP_MKNOD);
}

START_TEST(a_device_that_cannot_be_made_is_told)
{
    NEEDS_UIDS();
    if (mknod(at(seed, "null"), S_IFCHR | 0666, makedev(1, 3)) != 0) {
        (void)proc_leaves_out(__func__, false, "needs mknod(2)");
        return;
    }
    ck_assert_str_eq(apply_restricted(seeding(SEED_EMPTY), without_mknod),
                     "cannot make it: not permitted, needs CAP_MKNOD");
}
END_TEST

START_TEST(an_interrupted_seed_keeps_its_owners_when_the_walk_comes_again)
{
    NEEDS_UIDS();
    plant_seed();
    struct plan_step step[2] = {{.kind = PLAN_WALK,
                                 .top = top,
                                 .path = "",
                                 .uid = OTHER_UID,
                                 .gid = OTHER_UID,
                                 .sets_owner = true,
                                 .is_before_seed = true},
                                seeding(_i == 0 ? SEED_EMPTY : SEED_MISSING)};
    struct plan plan = {.arena = &arena, .step = step, .count = 2, .self_uid = 0};
    step[1].is_after_walk = true;
    run("cd %s%s && umask 077 && : >.roinit-seed && cp -p ../seed/suid suid", top, "");
    ck_assert_int_eq(plan_apply(&plan, &findings, &err), 0);
    ck_assert_uint_eq(findings.count, 0);
    is_seeded();
}
END_TEST

START_TEST(a_mark_that_another_user_planted_seeds_nothing)
{
    NEEDS_UIDS();
    plant_seed();
    run("cd %s%s && touch own .roinit-seed && chown 10002:10002 .roinit-seed", top, "");
    ck_assert_str_eq(apply(seeding(SEED_EMPTY)), "");
    ck_assert(!exists(at(top, "file")));
}
END_TEST

START_TEST(a_seed_that_is_not_in_the_image_is_told)
{
    NEEDS_UIDS();
    struct plan_step step = seeding(SEED_EMPTY);
    step.seed = "/nowhere";
    ck_assert_str_eq(apply(step), "cannot read the seed: no such file or directory");
    ck_assert_str_eq(findings.item[0].subject, "/nowhere");
    ck_assert_ptr_nonnull(strstr(findings.item[0].mend[MEND_CONTRACT], "ship that folder"));
    ck_assert(!exists(at(top, ".roinit-seed")));
}
END_TEST

/* Not proc_suite(): these need the folder of setup(), and some run twice. */
Suite *
prepare_suite(void)
{
    Suite *suite = suite_create("prepare");
    TCase *tests = tcase_create("prepare");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_directory_is_made_with_its_mode_and_owner);
    tcase_add_test(tests, what_is_right_is_not_written);
    tcase_add_test(tests, a_directory_that_is_there_gets_mode_and_owner);
    tcase_add_test(tests, a_planted_symbolic_link_is_not_followed);
    tcase_add_test(tests, a_private_directory_of_another_user_is_refused);
    tcase_add_test(tests, a_private_directory_that_an_earlier_run_left_is_finished);
    tcase_add_test(tests, another_mount_is_not_entered);
    tcase_add_loop_test(tests, without_openat2_it_is_the_same, 0, 2);
    tcase_add_test(tests, a_missing_capability_is_named);
    tcase_add_test(tests, without_override_private_directories_are_made_in_the_plans_order);
    tcase_add_test(tests, the_top_gets_mode_and_owner);
    tcase_add_test(tests, another_mount_than_the_one_verified_is_refused);
    tcase_add_test(tests, a_full_file_system_is_no_fault_of_whoever_runs_it);
    tcase_add_loop_test(tests, an_empty_place_is_seeded_with_all_that_the_image_has, 0, 2);
    tcase_add_test(tests, a_place_that_is_not_empty_is_not_seeded);
    tcase_add_test(tests, missing_files_are_added_and_nothing_is_overwritten);
    tcase_add_test(tests, a_seed_does_not_go_through_planted_links);
    tcase_add_test(tests, an_interrupted_seed_is_finished_by_the_next_run);
    tcase_add_test(tests, devices_and_sockets_of_a_seed_arrive);
    tcase_add_test(tests, a_device_that_cannot_be_made_is_told);
    tcase_add_loop_test(tests, an_interrupted_seed_keeps_its_owners_when_the_walk_comes_again, 0,
                        2);
    tcase_add_test(tests, a_mark_that_another_user_planted_seeds_nothing);
    tcase_add_test(tests, a_seed_that_is_not_in_the_image_is_told);
    suite_add_tcase(suite, tests);
    return suite;
}
