/* SPDX-License-Identifier: MIT */
#include "tests/proc/field.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Walks under attack: by two who own the volume in turn, since each walk gives it to the other.
 * What counts is what lies outside, and what belongs to root inside: FIFOs, devices, other mounts,
 * files with a name outside.
 */
enum {
    ATTACKERS = 2,
    FOLDERS = 8,
    FILES = 5,
    WALKS = 200, /* at least, and until so many swaps: $WALK_ATTACKS asks for more */
    SWAPS = 15000,
    FIRST_UID = 3000,
};

/* Swaps and progress, shared with the attackers. */
struct arena_of_war {
    volatile uint64_t swaps;
    volatile bool is_over;
};

static long
exchange(int fd, const char *a, const char *b)
{
    enum { EXCHANGE = 2 }; /* RENAME_EXCHANGE */
    return syscall(SYS_renameat2, fd, a, fd, b, EXCHANGE);
}

static struct arena_of_war *
war_new(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert(memory != MAP_FAILED);
    return memory;
}

static void
become(uid_t uid)
{
    if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, uid, uid, uid) != 0 ||
        syscall(SYS_setresuid, uid, uid, uid) != 0) {
        _exit(1);
    }
}

/* What is exchanged with what, with two numbers each: a folder and its neighbour, or a folder and
 * a file in it. */
static const struct {
    const char *from, *to;
    bool by_folders;
} swaps[] = {
    {"d%u", "evil%u", false}, /* a directory and a link to what lies outside */
    {"d%u/f%u", "d%u/evil", false},
    {"d%u/f%u", "d%u/fifo", false},
    {"d%u/f%u", "d%u/disk", false},
    {"d%u/f%u", "d%u/planted", false},
    {"d%u/f%u", "d%u/sub", false},
    {"d%u/sub", "d%u/sub", true}, /* from one parent to the other */
    {"d%u/planted", "d%u/f0", true},
    {"d%u", "d%u/sub", true},
};
enum { SWAP_KINDS = sizeof swaps / sizeof swaps[0] };

/* With pauses, without which the path lookup starves. */
_Noreturn static void
attack(struct arena_of_war *war, unsigned seed, uid_t uid)
{
    int fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    become(uid);
    while (!war->is_over) {
        char from[32], to[32];
        unsigned which = (unsigned)rand_r(&seed);
        unsigned folder = which % FOLDERS;
        unsigned kind = which / 8 % SWAP_KINDS;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(from, sizeof from, swaps[kind].from, folder, which / 128 % FILES);
        (void)snprintf(to, sizeof to, swaps[kind].to,
                       (folder + (swaps[kind].by_folders ? 1 : 0)) % FOLDERS);
#pragma GCC diagnostic pop
        exchange(fd, from, to);
        exchange(fd, from, to);
        war->swaps += 2;
        if (which / 1024 % 4 == 0) {
            (void)usleep(which / 4096 % 200);
        }
    }
    _exit(0);
}

/* Eight folders of that mode, each with files, a folder, and what must stay: a FIFO and a device of
 * root's, a link to outside and a file that has a name outside as well. */
static void
plant_battlefield(const char *modes)
{
    field_run("cd %s && chmod 0777 . && for i in 0 1 2 3 4 5 6 7; do mkdir -p d$i/sub && "
              "ln -s ../outside/folder evil$i && ln -s ../../outside/sentinel d$i/evil && "
              "touch d$i/sub/sentinel && for f in 0 1 2 3 4; do touch d$i/f$f; done; done; "
              "chown -hR 3000:3000 .; chown 0:0 .; for i in 0 1 2 3 4 5 6 7; do mkfifo d$i/fifo; "
              "mknod d$i/disk b 1 0; ln ../outside/sentinel d$i/planted; done",
              field.real);
    field_run(modes, field.real);
}

static const struct {
    const char *what;
    const char *modes; /* a line for the shell */
    bool holds_names;
    int refused[2];
    size_t refused_count;
} manners[] = {
    {"by descriptor", "chmod 0777 %s/d*", false, {0}, 0},
    {"by name", "chmod 0755 %s/d*", true, {0}, 0},
    {"by both", "cd %s && chmod 0755 d[0-3] && chmod 0777 d[4-7]", true, {0}, 0},
    {"by descriptor, without openat2", "chmod 0777 %s/d*", false, {SYS_openat2}, 1},
    {"by name, without openat2", "chmod 0755 %s/d*", true, {SYS_openat2}, 1},
    {"without statx", "chmod 0777 %s/d*", true, {SYS_statx, SYS_openat2}, 2},
};

/* Each walk gives it to the other one. */
_Noreturn static void
walk_again_and_again(struct arena_of_war *war, int manner)
{
    const char *more = getenv("WALK_ATTACKS");
    uint64_t walks_wanted = more == NULL ? WALKS : strtoull(more, NULL, 10);
    int top_fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    field_refuse(manners[manner].refused, manners[manner].refused_count, ENOSYS);
    struct walk_rule rule = {.mount_id = below_mount_id(top_fd),
                             .names_can_be_held = manners[manner].holds_names};
    uint64_t walks = 0, changed = 0;
    for (; walks < walks_wanted || war->swaps < SWAPS; walks++) {
        struct walk_report report = {0};
        rule.uid = rule.gid = (uid_t)(FIRST_UID + walks % ATTACKERS);
        (void)field_walk_alone(top_fd, &rule, &report);
        changed += report.counts.changed;
    }
    if (more != NULL) {
        (void)printf("# %s: %llu walks, %llu swaps, %llu changes of owner\n", manners[manner].what,
                     (unsigned long long)walks, (unsigned long long)war->swaps,
                     (unsigned long long)changed);
        (void)fflush(stdout);
    }
    _exit(changed > 0 ? 0 : 1);
}

/* Root's FIFOs and devices in the volume are root's. */
static void
special_ones_are_untouched(void)
{
    field_run("test $(find %s ! -type d ! -type f ! -type l -uid 0 -gid 0 | wc -l) = 16",
              field.real);
}

START_TEST(a_swap_under_way_reaches_nothing_outside)
{
    NEEDS_UIDS();
    struct arena_of_war *war = war_new();
    plant_battlefield(manners[_i].modes);
    pid_t attacker[ATTACKERS];
    for (unsigned i = 0; i < ATTACKERS; i++) {
        attacker[i] = fork();
        if (attacker[i] == 0) {
            attack(war, i + 1, FIRST_UID + i);
        }
    }
    pid_t child = fork();
    if (child == 0) {
        walk_again_and_again(war, _i);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    war->is_over = true;
    for (unsigned i = 0; i < ATTACKERS; i++) {
        (void)waitpid(attacker[i], NULL, 0);
    }
    ck_assert_int_eq(status, 0);
    ck_assert_uint_ge(war->swaps, SWAPS);
    field_is_untouched();
    special_ones_are_untouched();
}
END_TEST

START_TEST(a_mount_that_is_moved_under_a_name_stays)
{
    NEEDS_UIDS();
    struct arena_of_war *war = war_new();
    /* Whoever shares the volume in another mount namespace sees no mount there, and may rename it:
     * ours moves along. */
    field_run("cd %s && chmod 0777 . && mkdir -m 0777 d && touch d/mount d/f0 d/f1 d/f2 && "
              "mkdir d/mounts d/g0 d/g1 && chown 3000:3000 d/*",
              field.real);
    ck_assert_int_eq(mount(field_at(field.outside, "sentinel"), field_at(field.top, "d/mount"),
                           NULL, MS_BIND, NULL),
                     0);
    ck_assert_int_eq(mount(field_at(field.outside, "folder"), field_at(field.top, "d/mounts"), NULL,
                           MS_BIND, NULL),
                     0);
    pid_t attacker = fork();
    if (attacker == 0) {
        int is_alone = unshare(CLONE_NEWNS);
        (void)umount2(field_at(field.top, "d/mount"), MNT_DETACH);
        (void)umount2(field_at(field.top, "d/mounts"), MNT_DETACH);
        int fd = open(field.real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        become(FIRST_UID);
        for (unsigned i = 0; is_alone == 0 && !war->is_over; i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "d/f%u", i % 3);
            war->swaps += exchange(fd, name, "d/mount") == 0 ? 1 : 0;
            (void)snprintf(name, sizeof name, "d/g%u", i % 2);
            war->swaps += exchange(fd, name, "d/mounts") == 0 ? 1 : 0;
            if (i % 4 == 0) {
                (void)usleep(i / 4 % 100);
            }
        }
        _exit(0);
    }
    int top_fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct walk_rule rule = {.mount_id = below_mount_id(top_fd)};
    uint64_t mounts = 0;
    for (unsigned n = 0; n < 2 * WALKS || war->swaps < 500; n++) {
        struct walk_report report = {0};
        rule.uid = rule.gid = FIRST_UID + n % 2;
        (void)field_walk_alone(top_fd, &rule, &report);
        mounts += report.counts.mounts;
    }
    close(top_fd);
    war->is_over = true;
    (void)waitpid(attacker, NULL, 0);
    ck_assert_uint_gt(mounts, 0);
    field_is_untouched();
}
END_TEST

/* Walks in another process, and moves the folder away when it is in the midst of it, as another
 * container may that sees the same file system: not through this mount. Returns how many were
 * changed; all of them where it came too late. */
static uint64_t
walk_what_moves(uid_t uid, uint64_t files)
{
    struct walk_report *report = (void *)war_new();
    pid_t walker = fork();
    if (walker == 0) {
        int top_fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct walk_rule rule = {.uid = uid,
                                 .gid = uid,
                                 .mount_id = below_mount_id(top_fd),
                                 .names_can_be_held = field.holds_names};
        (void)field_walk_alone(top_fd, &rule, report);
        _exit(0);
    }
    volatile const uint64_t *looked = &report->counts.looked;
    while (*looked < files / 10) {
        (void)usleep(100);
    }
    ck_assert_int_eq(rename(field_at(field.real, "m"), field_at(field.outside, "folder/m")), 0);
    ck_assert_int_eq(waitpid(walker, NULL, 0), walker);
    return report->counts.changed;
}

START_TEST(a_folder_that_was_moved_out_is_left)
{
    NEEDS_UIDS();
    enum { MANY = 20000, TRIES = 20 };
    bool is_left = false;
    field.holds_names = _i == 1;
    field_run("mkdir %s/m", field.top);
    field_run("cd %s/m && seq 20000 | xargs touch && chown -R 3000:3000 .", field.top);
    for (uid_t uid = 20000; !is_left && uid < 20000 + TRIES; uid++) {
        const char *away = field_at(field.outside, "folder/m");
        uint64_t changed = walk_what_moves(uid, MANY);
        is_left = changed < MANY;
        if (is_left) { /* it is nobody's whose it was not */
            ck_assert_uint_ne(field_owner(away), uid);
            ck_assert_uint_ne(field_owner(away), 0);
        }
        ck_assert_int_eq(rename(away, field_at(field.real, "m")), 0);
    }
    ck_assert(is_left);
    field_is_untouched();
}
END_TEST

START_TEST(a_tree_that_grows_meanwhile_comes_to_an_end)
{
    NEEDS_UIDS();
    struct arena_of_war *war = war_new();
    field.holds_names = _i == 1;
    pid_t grower = fork();
    if (grower == 0) {
        for (uint64_t i = 0; !war->is_over && i < 30000; i++) {
            char name[128];
            (void)snprintf(name, sizeof name, "%s/g%llu", field.top, (unsigned long long)i);
            (void)mknod(name, S_IFREG | 0600, 0);
            war->swaps = i;
        }
        _exit(0);
    }
    for (int i = 0; i < 20; i++) {
        ck_assert_str_eq(field_walk((uid_t)(BOX_UID + i)), "");
    }
    war->is_over = true;
    (void)waitpid(grower, NULL, 0);
    ck_assert_str_eq(field_walk(BOX_UID), "");
    field_is_his(BOX_UID, "");
}
END_TEST

START_TEST(a_tree_that_grows_for_ever_ends_with_an_error)
{
    NEEDS_UIDS();
    struct arena_of_war *war = war_new();
    field_run("chmod 0777 %s", field.top);
    pid_t grower = fork();
    if (grower == 0) {
        int fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        become(FIRST_UID);
        /* Deeper and deeper, and each is his already. */
        for (uint64_t i = 0; !war->is_over; i++) {
            (void)mkdirat(fd, "d", 0777);
            int below = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (below < 0) {
                break; /* there is no more room */
            }
            (void)close(fd);
            fd = below;
            war->swaps = i;
        }
        _exit(0);
    }
    enum { MOST = 3000 };
    while (war->swaps < 2 * MOST && waitpid(grower, NULL, WNOHANG) == 0) {
        (void)usleep(1000);
    }
    struct walk_report report = {0};
    int top_fd = open(field.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct walk_rule rule = {
        .uid = FIRST_UID, .gid = FIRST_UID, .mount_id = below_mount_id(top_fd), .inodes_max = MOST};
    int result = field_walk_alone(top_fd, &rule, &report);
    close(top_fd);
    war->is_over = true;
    (void)waitpid(grower, NULL, 0);
    ck_assert_int_eq(result, -1);
    ck_assert_uint_eq(report.counts.changed, 0);
    ck_assert_ptr_nonnull(strstr(report.problem.cause, "faster than they are looked at"));
}
END_TEST

/* Not proc_suite(): these need the field, and run in several manners. */
Suite *
walk_attack_suite(void)
{
    Suite *suite = suite_create("walk_attack");
    TCase *tests = tcase_create("walk_attack");
    if (getenv("WALK_ATTACKS") != NULL) {
        tcase_set_timeout(tests, 7200);
    }
    tcase_add_checked_fixture(tests, field_setup, field_teardown);
    tcase_add_loop_test(tests, a_swap_under_way_reaches_nothing_outside, 0,
                        (int)(sizeof manners / sizeof manners[0]));
    tcase_add_loop_test(tests, a_folder_that_was_moved_out_is_left, 0, 2);
    tcase_add_test(tests, a_mount_that_is_moved_under_a_name_stays);
    tcase_add_loop_test(tests, a_tree_that_grows_meanwhile_comes_to_an_end, 0, 2);
    tcase_add_test(tests, a_tree_that_grows_for_ever_ends_with_an_error);
    suite_add_tcase(suite, tests);
    return suite;
}
