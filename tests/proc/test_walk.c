/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/sys_volumes.h"

/* Walks through a real volume, as root: a folder of a tmpfs, seen through a mount of its own,
 * beside a place on the same file system that nothing may touch. `real` is the volume as others see
 * it. */
enum { OTHER_UID = 10002, ATTACKER_UID = 3000, TEXT_BYTES = 256, DEPTH = 5000 };

static char folder[] = "/tmp/roinit-walk.XXXXXX";
static char top[64], real[64], outside[64];
static struct arena arena;
static struct findings findings;
static struct err err;
static struct walk_counts counts;

static void
run(const char *format, const char *where)
{
    char line[TEXT_BYTES * 4];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(line, sizeof line, format, where);
#pragma GCC diagnostic pop
    ck_assert_msg(system(line) == 0, "%s", line);
}

static void
setup(void)
{
    (void)strcpy(folder + sizeof folder - 7, "XXXXXX");
    (void)umask(022);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(top, sizeof top, "%s/top", folder);
    (void)snprintf(real, sizeof real, "%s/real", folder);
    (void)snprintf(outside, sizeof outside, "%s/outside", folder);
    if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0) {
        ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
        ck_assert_int_eq(mount("tmpfs", folder, "tmpfs", 0, "mode=755,size=512m"), 0);
    }
    ck_assert_int_eq(mkdir(top, 0755), 0);
    ck_assert_int_eq(mkdir(real, 0755), 0);
    ck_assert_int_eq(mkdir(outside, 0755), 0);
    (void)mount(real, top, NULL, MS_BIND, NULL);
    run("cd %s && echo secret >sentinel && chmod 0600 sentinel && mkdir folder && "
        "echo secret >folder/sentinel",
        outside);
    findings = (struct findings){.arena = &arena};
    err = (struct err){0};
}

static void
teardown(void)
{
    run("umount -l %s 2>/dev/null; true", top);
    run("umount -l %s 2>/dev/null; true", folder);
    run("rm -rf %s", folder);
    arena_free(&arena);
}

static const char *
at(const char *base, const char *name)
{
    static char paths[4][TEXT_BYTES * 2];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", base, name);
    return path;
}

static uid_t
owner_of(const char *path)
{
    struct stat file;
    ck_assert_msg(lstat(path, &file) == 0, "%s", path);
    return file.st_uid;
}

static bool
links_are_protected(void)
{
    char value = '0';
    int fd = open("/proc/sys/fs/protected_hardlinks", O_RDONLY | O_CLOEXEC);
    bool result = fd >= 0 && read(fd, &value, 1) == 1 && value == '1';
    close(fd);
    return result;
}

static struct plan_step
walking(uid_t uid)
{
    return (struct plan_step){
        .kind = PLAN_WALK, .top = top, .path = "", .uid = uid, .gid = uid, .sets_owner = true};
}

/* Walks for that owner; returns what the first finding found, or "". What was counted is in
 * `counts`. */
static const char *
walk(uid_t uid)
{
    struct plan_step step = walking(uid);
    struct plan plan = {.arena = &arena, .step = &step, .count = 1};
    struct prepared *prepared = prepared_new(&plan);
    findings.count = 0;
    ck_assert_ptr_nonnull(prepared);
    plan_run(&plan, prepared);
    ck_assert_msg(plan_tell(&plan, prepared, &findings, &err) == 0, "%s", err.text);
    counts = (struct walk_counts){0};
    for (size_t i = 0; i < WALKERS_MAX; i++) {
        walk_counts_add(&counts, &prepared->walk[i].counts);
    }
    prepared_free(&plan, prepared);
    return findings.count == 0 ? "" : findings.item[0].found;
}

static int
walk_alone(int top_fd, const struct walk_rule *rule, struct walk_report *report)
{
    struct walk_links *links = walk_links_new();
    ck_assert_ptr_nonnull(links);
    int result = walk_below(top_fd, rule, 0, 1, links, report);
    report->counts.linked += walk_links_left(links);
    walk_links_free(links);
    return result;
}

static void
is_untouched(void)
{
    ck_assert_uint_eq(owner_of(outside), 0);
    ck_assert_uint_eq(owner_of(at(outside, "sentinel")), 0);
    ck_assert_uint_eq(owner_of(at(outside, "folder")), 0);
    ck_assert_uint_eq(owner_of(at(outside, "folder/sentinel")), 0);
}

/* How many inodes below the top do not belong to him. */
static void
none_but_his(uid_t uid, const char *except)
{
    char line[TEXT_BYTES];
    (void)snprintf(line, sizeof line,
                   "test -z \"$(find %s -mindepth 1 %s ! -uid %u -print -quit)\"", top, except,
                   uid);
    ck_assert_msg(system(line) == 0, "%s", line);
}

/* ---------------------------------------------------------------- what is changed, what is not */

static void
plant_tree(void)
{
    run("cd %s && mkdir -p a/b/c 'odd\nname' && touch a/f a/b/f a/b/c/f 'odd\nname/\x1b[31m' && "
        "ln -s ../../outside/sentinel a/link && ln -s nowhere a/b/broken && mkfifo a/fifo && "
        "mkdir -m 0700 a/private && touch a/private/f",
        top);
    char name[256];
    memset(name, 'x', 255);
    name[255] = '\0';
    close(creat(at(top, name), 0600));
    close(creat(at(top, "\xff\xfe"), 0600));
}

START_TEST(all_but_the_top_gets_its_owner)
{
    NEEDS_UIDS();
    plant_tree();
    ck_assert_str_eq(walk(BOX_UID), "");
    none_but_his(BOX_UID, "! -type p");
    ck_assert_uint_eq(owner_of(top), 0);
    ck_assert_uint_eq(owner_of(at(top, "a/fifo")), 0);
    ck_assert_uint_eq(owner_of(at(top, "a/link")), BOX_UID);
    ck_assert_uint_eq(counts.looked, 15);
    ck_assert_uint_eq(counts.changed, 14);
    ck_assert_uint_eq(counts.special, 1);
    is_untouched();
}
END_TEST

START_TEST(what_is_his_already_is_not_written)
{
    NEEDS_UIDS();
    struct stat before, after;
    plant_tree();
    walk(BOX_UID);
    ck_assert_int_eq(stat(at(top, "a/b/c/f"), &before), 0);
    ck_assert_str_eq(walk(BOX_UID), "");
    ck_assert_int_eq(stat(at(top, "a/b/c/f"), &after), 0);
    ck_assert_int_eq(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
    ck_assert_uint_eq(counts.changed, 0);
    ck_assert_uint_eq(counts.looked, 15);
}
END_TEST

START_TEST(other_mounts_are_neither_changed_nor_entered)
{
    NEEDS_UIDS();
    run("cd %s && mkdir other same && touch file", top);
    if (mount("none", at(top, "other"), "tmpfs", 0, "mode=0755") != 0) {
        (void)proc_leaves_out(__func__, false, "needs mount(2)");
        return;
    }
    ck_assert_int_eq(mount(outside, at(top, "same"), NULL, MS_BIND, NULL), 0);
    ck_assert_int_eq(mount(at(outside, "sentinel"), at(top, "file"), NULL, MS_BIND, NULL), 0);
    run("touch %s/other/inside", top);
    ck_assert_str_eq(walk(BOX_UID), "");
    ck_assert_uint_eq(counts.mounts, 3);
    ck_assert_uint_eq(owner_of(at(top, "other")), 0);
    ck_assert_uint_eq(owner_of(at(top, "other/inside")), 0);
    is_untouched();
}
END_TEST

START_TEST(a_hard_link_to_a_file_outside_stays)
{
    NEEDS_UIDS();
    run("cd %s && ln ../outside/sentinel planted && echo >own && mkdir d && ln own d/own", real);
    ck_assert_str_eq(walk(BOX_UID), "");
    is_untouched();
    /* One that lies in the volume with all of its names is the volume's, if nobody can have linked
     * to what is not his. */
    bool is_safe = links_are_protected();
    ck_assert_uint_eq(owner_of(at(top, "own")), is_safe ? BOX_UID : 0);
    ck_assert_uint_eq(counts.linked, is_safe ? 1 : 3);
}
END_TEST

START_TEST(devices_stay)
{
    NEEDS_UIDS();
    if (mknod(at(top, "disk"), S_IFBLK | 0600, makedev(1, 0)) != 0) {
        (void)proc_leaves_out(__func__, false, "needs mknod(2)");
        return;
    }
    ck_assert_int_eq(mknod(at(top, "null"), S_IFCHR | 0600, makedev(1, 3)), 0);
    ck_assert_str_eq(walk(BOX_UID), "");
    ck_assert_uint_eq(owner_of(at(top, "disk")), 0);
    ck_assert_uint_eq(owner_of(at(top, "null")), 0);
    ck_assert_uint_eq(counts.special, 2);
}
END_TEST

START_TEST(a_set_user_id_bit_goes_with_the_change_and_is_counted_where_it_stays)
{
    NEEDS_UIDS();
    struct stat file;
    run("cd %s && cp /bin/true root && chmod 4755 root && cp /bin/true his && chown 10001:10001 "
        "his "
        "&& chmod 4755 his",
        top);
    ck_assert_str_eq(walk(BOX_UID), "");
    ck_assert_int_eq(stat(at(top, "root"), &file), 0);
    ck_assert_uint_eq(file.st_mode & 07777, 0755);
    ck_assert_uint_eq(counts.setuid, 1);
}
END_TEST

/* ---------------------------------------------------------------- any tree */

static void
plant_depth(void)
{
    int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
    struct rlimit few = {.rlim_cur = 32, .rlim_max = 32};
    plant_depth();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    ck_assert_str_eq(walk(BOX_UID), "");
    ck_assert_uint_eq(counts.changed, DEPTH + 2 * DEPTH / 100);
    ck_assert_str_eq(walk(BOX_UID), "");
    ck_assert_uint_eq(counts.changed, 0);
    ck_assert_uint_eq(counts.looked, DEPTH + 2 * DEPTH / 100);
}
END_TEST

START_TEST(too_few_descriptors_are_told)
{
    NEEDS_UIDS();
    struct rlimit few = {.rlim_cur = 12, .rlim_max = 12};
    struct plan_step step = walking(BOX_UID);
    struct plan plan = {.arena = &arena, .step = &step, .count = 1};
    plant_depth();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    ck_assert_int_eq(plan_apply(&plan, &findings, &err), -1);
    ck_assert_int_eq(err.errnum, EMFILE);
    ck_assert_int_eq(err.code, CODE_SYSTEM);
}
END_TEST

START_TEST(a_folder_with_many_entries_takes_no_more_memory)
{
    NEEDS_UIDS();
    enum { MANY = 50000, MEMORY_KB = (BOX_IS_SANITIZED ? 64 : 16) * 1024 };
    struct rusage usage;
    int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < MANY; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "entry-%d", i);
        ck_assert_int_eq(mknodat(fd, name, S_IFREG | 0600, 0), 0);
    }
    close(fd);
    pid_t child = fork();
    if (child == 0) {
        struct walk_report report = {0};
        int top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct walk_rule rule = {
            .uid = BOX_UID, .gid = BOX_UID, .mount_id = below_mount_id(top_fd)};
        _exit(walk_alone(top_fd, &rule, &report) == 0 && report.counts.changed == MANY ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(wait4(child, &status, 0, &usage), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_le(usage.ru_maxrss, MEMORY_KB);
}
END_TEST

/* ---------------------------------------------------------------- without a system call */

static void
refuse(const int *numbers, size_t count, int errnum)
{
    for (size_t i = 0; i < count; i++) {
        struct sock_filter filter[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)numbers[i], 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
            _exit(2);
        }
    }
}

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
    plant_tree();
    run("cd %s && mkdir same && ln ../outside/sentinel planted", real);
    ck_assert_int_eq(mount(outside, at(top, "same"), NULL, MS_BIND, NULL), 0);
    pid_t child = fork();
    if (child == 0) {
        struct plan_step step = walking(BOX_UID);
        struct plan plan = {.arena = &arena, .step = &step, .count = 1};
        refuse(refusals[_i].number, refusals[_i].count, refusals[_i].errnum);
        _exit(plan_apply(&plan, &findings, &err) == 0 && findings.count == 0 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(umount(at(top, "same")), 0);
    none_but_his(BOX_UID, "! -type p ! -name same ! -name planted");
    is_untouched();
}
END_TEST

/* ---------------------------------------------------------------- against whoever owns it */

/* Swaps and progress, shared with the attackers. */
struct arena_of_war {
    volatile uint64_t swaps;
    volatile bool is_over, is_touched;
};

/* Makes a file of root's in a folder that lies outside now, and looks whether it stays root's. */
static bool
has_been_touched(const char *away)
{
    char name[TEXT_BYTES * 2];
    struct stat file = {0};
    (void)snprintf(name, sizeof name, "%s/planted", away);
    int fd = creat(name, 0600);
    (void)usleep(200);
    bool result = fd < 0 || fstat(fd, &file) != 0 || file.st_uid != 0;
    (void)close(fd);
    (void)unlink(name);
    return result;
}

static void
exchange(int fd, const char *a, const char *b)
{
    enum { EXCHANGE = 2 }; /* RENAME_EXCHANGE */
    (void)syscall(SYS_renameat2, fd, a, fd, b, EXCHANGE);
}

/* As the owner of the volume: swaps directories and files for links to what lies outside, and moves
 * directories from one parent to another, with pauses, without which the path lookup starves. */
_Noreturn static void
attack(struct arena_of_war *war, unsigned seed)
{
    int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (syscall(SYS_setgroups, 0, NULL) != 0 ||
        syscall(SYS_setresgid, ATTACKER_UID, ATTACKER_UID, ATTACKER_UID) != 0 ||
        syscall(SYS_setresuid, ATTACKER_UID, ATTACKER_UID, ATTACKER_UID) != 0) {
        _exit(1);
    }
    while (!war->is_over) {
        char a[32], b[32];
        unsigned which = (unsigned)rand_r(&seed);
        unsigned dir = which % 8;
        (void)snprintf(a, sizeof a, "d%u", dir);
        (void)snprintf(b, sizeof b, "evil%u", dir);
        exchange(fd, a, b);
        exchange(fd, a, b);
        (void)snprintf(a, sizeof a, "d%u/f%u", dir, which / 8 % 5);
        (void)snprintf(b, sizeof b, "d%u/evil", dir);
        exchange(fd, a, b);
        (void)snprintf(a, sizeof a, "d%u/sub", dir);
        (void)snprintf(b, sizeof b, "d%u/sub", (dir + 1) % 8);
        exchange(fd, a, b);
        war->swaps += 4;
        if (which / 64 % 4 == 0) {
            (void)usleep(which / 256 % 200);
        }
    }
    _exit(0);
}

static void
plant_battlefield(void)
{
    run("cd %s && chmod 0777 . && for i in 0 1 2 3 4 5 6 7; do mkdir -p d$i/sub && "
        "ln -s ../outside/folder evil$i && ln -s ../../outside/sentinel d$i/evil && "
        "touch d$i/sub/sentinel && for f in 0 1 2 3 4; do touch d$i/f$f; done; done; "
        "chown -hR 3000:3000 .; chown 0:0 .",
        top);
    if (!links_are_protected()) {
        run("cd %s && ln ../outside/sentinel d0/f9 && ln ../outside/folder/sentinel d1/f9", real);
    }
}

START_TEST(a_swap_under_way_reaches_nothing_outside)
{
    NEEDS_UIDS();
    const char *more = getenv("WALK_ATTACKS");
    uint64_t walks_wanted = more == NULL ? 1000 : strtoull(more, NULL, 10);
    uint64_t swaps_wanted = 100000;
    struct arena_of_war *war =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    plant_battlefield();
    pid_t attacker[2];
    for (unsigned i = 0; i < 2; i++) {
        attacker[i] = fork();
        if (attacker[i] == 0) {
            attack(war, i + 1);
        }
    }
    pid_t child = fork();
    if (child == 0) {
        if (_i == 1) {
            refuse((const int[]){SYS_openat2}, 1, ENOSYS);
        }
        int top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct walk_rule rule = {.mount_id = below_mount_id(top_fd),
                                 .links_are_protected = links_are_protected()};
        for (uint64_t n = 0; n < walks_wanted || war->swaps < swaps_wanted; n++) {
            struct walk_report report = {0};
            rule.uid = rule.gid = (uid_t)(20000 + n % 1000);
            (void)walk_alone(top_fd, &rule, &report);
        }
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    war->is_over = true;
    for (unsigned i = 0; i < 2; i++) {
        (void)waitpid(attacker[i], NULL, 0);
    }
    ck_assert_int_eq(status, 0);
    ck_assert_uint_ge(war->swaps, swaps_wanted);
    is_untouched();
}
END_TEST

START_TEST(a_folder_that_was_moved_out_is_left)
{
    NEEDS_UIDS();
    /* Deep enough that the way up is looked for again, and moved while the walk is below it. */
    struct arena_of_war *war =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char deep[TEXT_BYTES] = "mkdir -p '%s/m";
    for (int i = 0; i < 40; i++) {
        (void)strcat(deep, "/d");
    }
    (void)strcat(deep, "'");
    run(deep, top);
    /* As another container does, which sees the same file system: not through this mount. */
    char inside[TEXT_BYTES], away[TEXT_BYTES];
    (void)snprintf(inside, sizeof inside, "%s/m", real);
    (void)snprintf(away, sizeof away, "%s/folder/m", outside);
    pid_t attacker = fork();
    if (attacker == 0) {
        while (!war->is_over) {
            if (rename(inside, away) == 0) {
                war->is_touched = war->is_touched || has_been_touched(away);
                war->swaps++;
            }
            (void)rename(away, inside);
            (void)usleep(50);
        }
        _exit(0);
    }
    for (int n = 0; n < 2000; n++) {
        struct walk_report report = {0};
        int top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct walk_rule rule = {.uid = (uid_t)(20000 + n % 100),
                                 .gid = (gid_t)(20000 + n % 100),
                                 .mount_id = below_mount_id(top_fd)};
        (void)walk_alone(top_fd, &rule, &report);
        close(top_fd);
    }
    war->is_over = true;
    (void)waitpid(attacker, NULL, 0);
    ck_assert_uint_gt(war->swaps, 0);
    ck_assert(!war->is_touched);
    is_untouched();
}
END_TEST

START_TEST(a_tree_that_grows_meanwhile_comes_to_an_end)
{
    NEEDS_UIDS();
    struct arena_of_war *war =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t grower = fork();
    if (grower == 0) {
        for (uint64_t i = 0; !war->is_over && i < 200000; i++) {
            char name[128];
            (void)snprintf(name, sizeof name, "%s/g%llu", top, (unsigned long long)i);
            (void)mknod(name, S_IFREG | 0600, 0);
            war->swaps = i;
        }
        _exit(0);
    }
    for (int i = 0; i < 20; i++) {
        ck_assert_str_eq(walk((uid_t)(BOX_UID + i)), "");
    }
    war->is_over = true;
    (void)waitpid(grower, NULL, 0);
    ck_assert_str_eq(walk(BOX_UID), "");
    none_but_his(BOX_UID, "");
}
END_TEST

START_TEST(what_grows_faster_than_it_is_walked_ends_with_an_error)
{
    NEEDS_UIDS();
    struct walk_report report = {0};
    plant_tree();
    int top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct walk_rule rule = {
        .uid = BOX_UID, .gid = BOX_UID, .mount_id = below_mount_id(top_fd), .changes_max = 5};
    ck_assert_int_eq(walk_alone(top_fd, &rule, &report), -1);
    close(top_fd);
    ck_assert_uint_eq(report.counts.changed, 6);
    ck_assert_ptr_nonnull(strstr(report.problem.cause, "faster than they are changed"));
}
END_TEST

/* ---------------------------------------------------------------- the mark of completion */

static void
plant_many(void)
{
    run("cd %s && seq 40 | sed s/^/d/ | xargs mkdir && seq 40 | awk '{ for (i = 0; i < 200; i++) "
        "print \"d\" $1 \"/f\" i }' | xargs touch",
        top);
}

/* The walk and then the top, in a process that is killed after so many microseconds. Returns
 * whether it came to its end before. */
static bool
prepared_within(uid_t uid, useconds_t us)
{
    struct plan_step step[2] = {walking(uid), walking(uid)};
    struct plan plan = {.arena = &arena, .step = step, .count = 2};
    int status = 0;
    step[1].kind = PLAN_TOP;
    pid_t child = fork();
    if (child == 0) {
        struct prepared *prepared = prepared_new(&plan);
        plan_run(&plan, prepared);
        _exit(0);
    }
    (void)usleep(us);
    (void)kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status == 0;
}

START_TEST(a_walk_that_is_killed_is_finished_by_the_next_start)
{
    NEEDS_UIDS();
    unsigned interrupted = 0;
    plant_many();
    for (unsigned i = 0; i < 30; i++) {
        uid_t uid = 20000 + i;
        bool is_done = prepared_within(uid, 500 + i * i * 40);
        interrupted += is_done ? 0 : 1;
        /* The top is right only where all the rest is. */
        if (owner_of(top) == uid) {
            none_but_his(uid, "");
        } else {
            ck_assert(!is_done);
            while (!prepared_within(uid, 2000000)) {
            }
            ck_assert_uint_eq(owner_of(top), uid);
            none_but_his(uid, "");
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
        struct plan_step step[2] = {walking(BOX_UID), walking(BOX_UID)};
        struct plan plan = {.arena = &arena, .step = step, .count = 2, .cap_effective = 1};
        step[1].kind = PLAN_TOP;
        refuse((const int[]){SYS_fchownat}, 1, EPERM);
        _exit(plan_apply(&plan, &findings, &err) == 0 && findings.count == 1 &&
                      strstr(findings.item[0].found, "in spite of CAP_CHOWN") != NULL &&
                      strstr(findings.item[0].found, "root_squash") != NULL
                  ? 0
                  : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(owner_of(top), 0);
}
END_TEST

/* Not proc_suite(): these need the folder of setup(), and some run twice. */
Suite *
walk_suite(void)
{
    Suite *suite = suite_create("walk");
    TCase *tests = tcase_create("walk");
    if (getenv("WALK_ATTACKS") != NULL) {
        tcase_set_timeout(tests, 3600);
    }
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, all_but_the_top_gets_its_owner);
    tcase_add_test(tests, what_is_his_already_is_not_written);
    tcase_add_test(tests, other_mounts_are_neither_changed_nor_entered);
    tcase_add_test(tests, a_hard_link_to_a_file_outside_stays);
    tcase_add_test(tests, devices_stay);
    tcase_add_test(tests, a_set_user_id_bit_goes_with_the_change_and_is_counted_where_it_stays);
    tcase_add_test(tests, a_tree_5000_deep_is_walked_with_few_descriptors);
    tcase_add_test(tests, too_few_descriptors_are_told);
    tcase_add_test(tests, a_folder_with_many_entries_takes_no_more_memory);
    tcase_add_loop_test(tests, without_the_newer_calls_it_is_the_same, 0,
                        (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_test(tests, what_grows_faster_than_it_is_walked_ends_with_an_error);
    tcase_add_test(tests, a_walk_that_is_killed_is_finished_by_the_next_start);
    tcase_add_test(tests, what_cannot_be_changed_is_named_and_the_top_stays);
    tcase_add_loop_test(tests, a_swap_under_way_reaches_nothing_outside, 0, 2);
    if (!BOX_IS_SANITIZED) {
        /* Between the look and the change lie microseconds, which a sanitizer makes many. */
        tcase_add_test(tests, a_folder_that_was_moved_out_is_left);
    }
    tcase_add_test(tests, a_tree_that_grows_meanwhile_comes_to_an_end);
    suite_add_tcase(suite, tests);
    return suite;
}
