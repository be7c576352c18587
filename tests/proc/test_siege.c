/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"
#include "tests/proc/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a container runs out of: descriptors, processes, memory; and what comes back. */

enum { BOMB_PIDS = 60, MEMORY_BYTES = 4 * 1024 * 1024 };

/* Leaves PID 1 no descriptor more than it has. Returns its limit of before. */
static struct rlimit
take_descriptors(const struct box *box)
{
    struct rlimit old;
    ck_assert_int_eq(prlimit(box->pid, RLIMIT_NOFILE, NULL, &old), 0);
    struct rlimit none = {.rlim_cur = box_descriptors(box), .rlim_max = old.rlim_max};
    ck_assert_int_eq(prlimit(box->pid, RLIMIT_NOFILE, &none, NULL), 0);
    return old;
}

/* One in ten of the time at most: a loop that spins would take all of it. */
static void
must_rest(const struct box *box)
{
    long long before = raw_cpu_ns(box->pid);
    int64_t start = proc_now_ms();
    while (proc_now_ms() - start < 1000) {
        (void)usleep(20000);
    }
    ck_assert_int_le((raw_cpu_ns(box->pid) - before) / 1000000, (proc_now_ms() - start) / 10);
}

/* Two times: while a unit is to start, before which PID 1 raises its limit again where it may, and
 * while a client waits whom it cannot take in. */
START_TEST(without_a_descriptor_left_pid_1_rests_and_recovers)
{
    char text[8192];
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\nrestart = on-failure\nrestart-delay = 50ms\n"
                         "start-limit = 0\n"
                         "command = /puppet fail:/tmp/n:3:1 print:up await:/tmp/go exit:0\n"});
    box_await_file(&box, "/run/roinit/control");
    box_await_file(&box, "/tmp/n"); /* before anything has run, a start that fails is the end */
    struct rlimit old = take_descriptors(&box);
    must_rest(&box);
    ck_assert_int_eq(prlimit(box.pid, RLIMIT_NOFILE, &old, NULL), 0);
    box_expect(&box, OUT, "up\n");

    (void)take_descriptors(&box);
    int waiting = raw_dial(box_path(&box, "/run/roinit/control"));
    ck_assert_int_ge(waiting, 0);
    must_rest(&box);
    (void)close(waiting);
    ck_assert_int_eq(prlimit(box.pid, RLIMIT_NOFILE, &old, NULL), 0);
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof text), 0);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- control groups */

static char group[256];

static bool
write_group(const char *name, long long value)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", group, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && dprintf(fd, "%lld", value) > 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_written;
}

/* A group of our own of that controller, of whichever version this machine has. */
static bool
make_group(const char *controller, const char *limit_v1, const char *limit_v2, long long limit)
{
    (void)snprintf(group, sizeof group, "/sys/fs/cgroup/%s/roinit-test-%d", controller, getpid());
    if (mkdir(group, 0755) == 0 || errno == EEXIST) {
        return write_group(limit_v1, limit);
    }
    (void)snprintf(group, sizeof group, "/sys/fs/cgroup/roinit-test-%d", getpid());
    /* The controllers may have to be switched on for the groups below the top. */
    int fd = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)dprintf(fd, "+%s", controller);
        (void)close(fd);
    }
    return (mkdir(group, 0755) == 0 || errno == EEXIST) && write_group(limit_v2, limit);
}

static void
remove_group(void)
{
    for (int i = 0; i < 100 && rmdir(group) != 0 && errno == EBUSY; i++) {
        (void)usleep(20000);
    }
}

START_TEST(a_bomb_of_processes_ends_and_the_next_start_works)
{
    char text[8192];
    if (proc_leaves_out(__func__, make_group("pids", "pids.max", "pids.max", BOMB_PIDS),
                        "needs a control group of its own for pids")) {
        return;
    }
    struct box box = box_start(&(struct start){
        .contract = BASE
        "[defaults]\nlog = raw\nrestart = always\nrestart-delay = 20ms\n"
        "restart-max-delay = 50ms\nstart-limit = 0\n"
        "[service bomb]\ncommand = /puppet await:/tmp/go fail:/tmp/n:1:1 fork:200 sleep end sleep\n"
        "[service other]\ncommand = /puppet print:tick sleep:20 exit:0\n"});
    box_await_file(&box, "/run/roinit/control");
    ck_assert(write_group("cgroup.procs", box.pid)); /* and what is started from now on */
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_expect_times(&box, ERR, "bomb (pid ", 5);
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof text), 0);
    ck_assert_int_eq(box_exec(&box, WORDS("stop", "bomb"), text, sizeof text), 0);
    box_expect_times(&box, OUT, "tick\n", box_count(&box, OUT, "tick\n") + 3);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
    remove_group();
}
END_TEST

START_TEST(pid_1_lives_in_4_mb)
{
    char text[8192];
    if (proc_leaves_out(__func__,
                        make_group("memory", "memory.limit_in_bytes", "memory.max", MEMORY_BYTES),
                        "needs a control group of its own for memory")) {
        return;
    }
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\nrestart = on-failure\nrestart-delay = 0\n"
                         "command = /puppet await:/tmp/go fail:/tmp/n:2:1 print:up await:/tmp/end "
                         "exit:0\n"});
    box_await_file(&box, "/run/roinit/control");
    ck_assert(write_group("cgroup.procs", box.pid));
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof text), 0);
    ck_assert_int_eq(box_touch(&box, "/tmp/end"), 0);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
    remove_group();
}
END_TEST

Suite *
siege_suite(void)
{
    return proc_suite("siege", (const TTest *const[]){
                                   without_a_descriptor_left_pid_1_rests_and_recovers,
                                   a_bomb_of_processes_ends_and_the_next_start_works,
                                   /* Not with a sanitizer's own memory: */
                                   BOX_IS_SANITIZED ? NULL : pid_1_lives_in_4_mb,
                                   NULL,
                               });
}
