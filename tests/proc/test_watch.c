/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What changes under a container that runs: how full its mounts are, and the mounts themselves. */

#define SERVICE "[service web]\nlog = raw\ncommand = /puppet print:up sleep\n"

static char text[65536];

static struct box
start_one(const char *contract)
{
    struct box box = box_start(&(struct start){.contract = contract});
    box_expect(&box, OUT, "up\n");
    box_await_file(&box, "/run/roinit/control");
    return box;
}

/* Runs the words in the mounts of the box, as whoever holds the host would. */
static void
in_mounts(const struct box *box, const char *words)
{
    char command[512];
    (void)snprintf(command, sizeof command, "nsenter -t %d -m %s", (int)box->pid, words);
    int status = system(command); // NOLINT(cert-env33-c): the test's own words
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: %d", command, status);
}

static void
await(struct box *box, const char *const *words, const char *wanted)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    do {
        ck_assert_msg(proc_now_ms() < limit, "%s lacks %s: %s", words[0], wanted, text);
        ck_assert_int_eq(box_exec(box, words, text, sizeof text), 0);
    } while (strstr(text, wanted) == NULL);
}

static void
must_end(struct box *box, int code)
{
    box_signal(box, SIGTERM);
    ck_assert_int_eq(box_end(box), code);
    box_free(box);
}

START_TEST(a_mount_that_fills_is_a_line_an_event_and_a_metric)
{
    NEEDS_UIDS();
    static char block[1 << 20];
    struct box box = start_one("[tmpfs /tmp]\nwarn-at = 10%\n[tmpfs /run]\noptional = yes\n"
                               "owner = 0\nwarn-at = 99%\n" SERVICE);
    int fd = open(box_path(&box, "/tmp/full"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(write(fd, block, sizeof block), sizeof block);
    }
    close(fd);
    await(&box, WORDS("status", "--json"), "\"above_warn_at\":true");
    box_expect(&box, ERR, "% full: "); /* it may have looked while this was being written */
    box_must_say(&box, ERR, "M of 16M (warn-at 10%)");
    await(&box, WORDS("metrics"), "roinit_mount_above_warn_at{path=\"/tmp\"} 1\n");
    ck_assert_ptr_nonnull(strstr(text, "roinit_mount_above_warn_at{path=\"/run\"} 0\n"));
    await(&box, WORDS("metrics"),
          "roinit_mount_used_bytes{path=\"/tmp\",kind=\"tmpfs\"} 8388608\n");
    await(&box, WORDS("events", "--json"), "\"event\":\"mount\"");
    must_end(&box, 0);
}
END_TEST

START_TEST(a_root_that_becomes_writable_is_told_and_the_verdict_changes)
{
    NEEDS_UIDS();
    struct box box = start_one(BASE SERVICE);
    await(&box, WORDS("status", "--json"), "\"kept\":true");
    in_mounts(&box, "mount -o bind,remount,rw /");
    box_expect(&box, ERR, "a mount has changed: / is mounted read-write, want read-only");
    await(&box, WORDS("status", "--json"), "\"kept\":false");
    await(&box, WORDS("metrics"), "roinit_contract_kept 0\n");
    ck_assert_ptr_nonnull(strstr(text, "roinit_mount_drifts_total 1\n"));
    await(&box, WORDS("events"), "drift");
    in_mounts(&box, "mount -o bind,remount,ro /");
    await(&box, WORDS("status", "--json"), "\"kept\":true");
    must_end(&box, 0);
}
END_TEST

START_TEST(a_new_writable_mount_is_told)
{
    NEEDS_UIDS();
    struct box box = start_one(BASE SERVICE);
    in_mounts(&box, "mount -t tmpfs -o size=64k tmpfs /tmp");
    box_expect(&box, ERR, "a mount has changed: ");
    must_end(&box, 0);
}
END_TEST

START_TEST(each_change_is_told_and_not_the_first_alone)
{
    NEEDS_UIDS();
    struct box box = start_one(BASE SERVICE);
    for (size_t i = 1; i <= 3; i++) {
        in_mounts(&box, "mount -o bind,remount,rw /");
        box_expect_times(&box, ERR, "a mount has changed: / is mounted read-write", i);
        in_mounts(&box, "mount -o bind,remount,ro /");
        await(&box, WORDS("status", "--json"), "\"kept\":true");
    }
    must_end(&box, 0);
}
END_TEST

START_TEST(a_mount_that_changes_ends_the_container_where_the_contract_says_so)
{
    NEEDS_UIDS();
    struct box box = start_one(BASE "[require]\non-drift = shutdown\n" SERVICE);
    in_mounts(&box, "mount -o bind,remount,rw /");
    ck_assert_int_eq(box_end(&box), 77);
    box_must_say(&box, ERR,
                 "container ends with 77: the contract is broken since it was verified: "
                 "/ is mounted read-write");
    box_free(&box);
}
END_TEST

START_TEST(mounts_that_come_and_go_without_end_do_not_keep_pid_1_busy)
{
    NEEDS_UIDS();
    struct box box = start_one(BASE SERVICE);
    in_mounts(
        &box,
        "sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do mount -t tmpfs -o ro t /tmp; "
        "umount /tmp || umount /tmp || umount /tmp; done'"); /* it is busy while it is looked at */
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof text), 0);
    must_end(&box, 0);
}
END_TEST

/* ---------------------------------------------------------------- memory */

/* A memory cgroup of 48 MiB, by either version of the kernel's interface. */
static char parent[160], cgroup[192];
static bool is_v1;

static bool
write_to(const char *folder, const char *name, const char *words)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words);
    (void)close(fd);
    return is_written;
}

/* Below the test's own cgroup, or where there is none to be seen, below the first. */
static void
find_parent(void)
{
    static char lines[4096];
    int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, lines, sizeof lines - 1);
    (void)close(fd);
    lines[length > 0 ? length : 0] = '\0';
    is_v1 = access("/sys/fs/cgroup/memory/memory.limit_in_bytes", F_OK) == 0;
    const char *top = is_v1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
    const char *mark = is_v1 ? ":memory:" : "0::";
    const char *below = strstr(lines, mark);
    below = below != NULL ? below + strlen(mark) : "";
    (void)snprintf(parent, sizeof parent, "%s%.*s", top, (int)strcspn(below, "\n"), below);
    if (access(parent, W_OK) != 0) {
        (void)snprintf(parent, sizeof parent, "%s", top);
    }
}

static bool
enter_cgroup(void)
{
    find_parent();
    (void)snprintf(cgroup, sizeof cgroup, "%s/roinit-test-%d", parent, (int)getpid());
    (void)(is_v1 || write_to(parent, "cgroup.subtree_control", "+memory"));
    if (mkdir(cgroup, 0755) != 0) {
        return false;
    }
    bool is_limited = is_v1 ? write_to(cgroup, "memory.limit_in_bytes", "50331648")
                            : write_to(cgroup, "memory.max", "50331648");
    (void)(is_v1 ? write_to(cgroup, "memory.swappiness", "0")
                 : write_to(cgroup, "memory.swap.max", "0"));
    return is_limited && write_to(cgroup, "cgroup.procs", "0");
}

static void
leave_cgroup(void)
{
    (void)write_to(parent, "cgroup.procs", "0");
    (void)rmdir(cgroup);
}

static void
plant_cgroup(void)
{
    (void)(mkdir("/sys", 0755) + mkdir("/sys/fs", 0755) + mkdir("/sys/fs/cgroup", 0755));
    (void)mkdir("/sys/fs/cgroup/memory", 0755);
    (void)(is_v1 ? mount("cgroup", "/sys/fs/cgroup/memory", "cgroup", MS_RDONLY, "memory")
                 : mount("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_RDONLY, NULL));
}

/* A hog that ends so, as the unit's own process or below a shell that passes its code on. */
static void
must_name_want_of_memory(const char *test, const char *command, const char *end)
{
    char contract[1024];
    if (proc_leaves_out(test, enter_cgroup(), "needs a memory cgroup of its own")) {
        leave_cgroup();
        return;
    }
    (void)snprintf(contract, sizeof contract,
                   BASE "[task fill]\ncommand = /bin/dd if=/dev/zero of=/tmp/f bs=1M count=8\n"
                        "[service hog]\nrequires = fill\nlog = text\ncommand = %s\n",
                   command);
    struct box box = box_start(&(struct start){.contract = contract, .plant = plant_cgroup});
    int code = box_end(&box);
    leave_cgroup();
    ck_assert_int_eq(code, 137);
    box_must_say(&box, ERR, end);
    box_must_say(&box, ERR, "roinit: tmpfs holds ");
    box_must_say(&box, ERR, "of the container's memory of 48M\n");
    box_free(&box);
}

#define HOG "/bin/dd if=/dev/zero of=/dev/null bs=200M count=1"

START_TEST(death_for_want_of_memory_is_named_with_what_tmpfs_holds)
{
    must_name_want_of_memory(__func__, HOG, "died of KILL, out of memory, after ");
}
END_TEST

START_TEST(death_for_want_of_memory_below_a_shell_is_named_too)
{
    must_name_want_of_memory(__func__, "/bin/sh -c '" HOG "; exit $?'",
                             "exited with 137, out of memory, after ");
}
END_TEST

Suite *
watch_suite(void)
{
    return proc_suite(
        "watch",
        (const TTest *const[]){
            a_mount_that_fills_is_a_line_an_event_and_a_metric,
            a_root_that_becomes_writable_is_told_and_the_verdict_changes,
            a_new_writable_mount_is_told, each_change_is_told_and_not_the_first_alone,
            a_mount_that_changes_ends_the_container_where_the_contract_says_so,
            mounts_that_come_and_go_without_end_do_not_keep_pid_1_busy,
            /* Not in 48M with a sanitizer's shadow: */
            BOX_IS_SANITIZED ? NULL : death_for_want_of_memory_is_named_with_what_tmpfs_holds,
            BOX_IS_SANITIZED ? NULL : death_for_want_of_memory_below_a_shell_is_named_too, NULL});
}
