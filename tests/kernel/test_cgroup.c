/* SPDX-License-Identifier: MIT */
#include "tests/faults/siege_group.h"
#include "tests/proc/asking.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kernel/suites.h"

/* Containers with a cgroup of version 2 that has limits, and is theirs to divide. */

#define MAIN BASE "[service main]\nlog = raw\ncommand = /puppet sleep\n"
/* What leaves its unit as thoroughly as can be: session, parent and environment are others. */
#define AWAY "/bin/sh -c 'setsid env -i /bin/sleep 1000 & exec /puppet print:up sleep'\n"
#define HOG "/bin/dd if=/dev/zero of=/dev/null bs=100M count=1"

static uid_t owner; /* of the group */

static void
plant_cgroup(void)
{
    (void)(mkdir("/sys", 0755) + mkdir("/sys/fs", 0755) + mkdir("/sys/fs/cgroup", 0755));
    (void)unshare(CLONE_NEWCGROUP);
    (void)mount("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    if (owner != 0) {
        (void)(chown("/sys/fs/cgroup", owner, owner) +
               chown("/sys/fs/cgroup/cgroup.procs", owner, owner));
    }
}

/* Starts it in a group with that limit. */
static struct box
delegated(struct start *start, const char *controller, const char *file, const char *limit)
{
    ck_assert(siege_make_group(controller, file));
    ck_assert(siege_write_group(file, limit));
    ck_assert(siege_write_group("cgroup.procs", "0"));
    owner = start->uid;
    start->plant = plant_cgroup;
    struct box box = box_start(start);
    int fd = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(write(fd, "0", 1), 1);
    (void)close(fd);
    return box;
}

/* Whether there are groups below the container's own: one for each unit that was started. */
static bool
has_groups(void)
{
    char text[512];
    (void)snprintf(text, sizeof text, "/sys/fs/cgroup/roinit-siege-%d/cgroup.stat", getpid());
    int fd = open(text, O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, text, sizeof text - 1);
    (void)close(fd);
    ck_assert_int_gt(length, 0);
    text[length] = '\0';
    return strstr(text, "nr_descendants 0\n") == NULL;
}

static void
end_well(struct box *box)
{
    box_stop(box);
    ck_assert(!has_groups());
    siege_remove_group();
}

START_TEST(each_kill_mode_holds_for_what_has_gone_as_far_away_as_it_can)
{
    static const struct {
        const char *mode;
        size_t left;
    } modes[] = {{"mixed", 0}, {"group", 0}, {"process", 1}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        char contract[512];
        (void)snprintf(contract, sizeof contract,
                       MAIN "[service side]\nlog = raw\nkill-mode = %s\ncommand = " AWAY,
                       modes[i].mode);
        struct box box =
            delegated(&(struct start){.contract = contract}, "pids", "pids.max", "100");
        box_expect(&box, OUT, "up\n");
        box_await_processes(&box, "(sleep)", 1);
        ck_assert(has_groups());
        box_ask(&box, WORDS("stop", "side"), 0);
        box_await_processes(&box, "(sleep)", modes[i].left);
        box_ask(&box, WORDS("start", "side"), 0);
        box_expect_times(&box, OUT, "up\n", 2);
        end_well(&box);
    }
}
END_TEST

START_TEST(the_same_where_the_cgroup_belongs_to_a_user_who_is_not_root)
{
    struct box box =
        delegated(&(struct start){.uid = BOX_UID,
                                  .drop_all = true,
                                  .contract = MAIN "[service side]\nlog = raw\ncommand = " AWAY},
                  "pids", "pids.max", "100");
    box_expect(&box, OUT, "up\n");
    box_await_processes(&box, "(sleep)", 1);
    ck_assert(has_groups());
    box_ask_as(&box, BOX_UID, WORDS("stop", "side"), 0);
    box_await_processes(&box, "(sleep)", 0);
    end_well(&box);
}
END_TEST

/* A shell that cannot fork ends, and is started again. */
#define BOMB                                                                                       \
    MAIN "[service bomb]\nlog = raw\nessential = no\nrestart = always\nrestart-delay = 10ms\n"     \
         "start-limit = 0\ncommand = /bin/sh -c 'while :; do setsid env -i /bin/sleep 1000 & "     \
         "done'\n"

START_TEST(a_bomb_under_a_limit_of_processes_is_gone_after_its_stop)
{
    struct box box = delegated(
        &(struct start){.contract =
                            BOMB "[service calm]\nlog = raw\ncommand = /puppet print:calm sleep\n"},
        "pids", "pids.max", "60");
    box_expect(&box, OUT, "calm\n");
    box_expect(&box, ERR, "bomb (pid ");
    box_ask(&box, WORDS("status", "--json"), 0);
    box_ask(&box, WORDS("stop", "bomb"), 0);
    box_await_processes(&box, "(sleep)", 0);
    box_ask(&box, WORDS("restart", "calm"), 0);
    box_expect_times(&box, OUT, "calm\n", 2);
    end_well(&box);
}
END_TEST

START_TEST(the_end_comes_while_a_bomb_goes_off)
{
    struct box box = delegated(&(struct start){.contract = BOMB}, "pids", "pids.max", "60");
    box_expect_times(&box, ERR, "bomb (pid ", 3);
    end_well(&box);
}
END_TEST

START_TEST(death_for_want_of_memory_is_named_and_the_unit_starts_again)
{
    struct box box = delegated(
        &(struct start){.contract = BASE
                        "[task fill]\ncommand = /bin/dd if=/dev/zero of=/tmp/f bs=1M count=8\n"
                        "[service hog]\nrequires = fill\nlog = text\nrestart = on-failure\n"
                        "restart-delay = 0\nstart-limit = 3/1h\ncommand = " HOG "\n"},
        "memory", "memory.max", "33554432");
    ck_assert_int_eq(box_end(&box), 137);
    ck_assert_uint_eq(box_count(&box, ERR, "died of KILL, out of memory, after "), 3);
    ck_assert_uint_eq(box_count(&box, ERR, "roinit: tmpfs holds "), 3);
    ck_assert_uint_eq(box_count(&box, ERR, "of the container's memory of 32M\n"), 3);
    box_free(&box);
    siege_remove_group();
}
END_TEST

START_TEST(want_of_memory_below_a_unit_that_goes_on_is_told_as_that)
{
    struct box box = delegated(
        &(struct start){.contract = MAIN "[service shell]\nlog = raw\ncommand = /bin/sh -c '" HOG
                                         "; exec /puppet print:on sleep'\n"},
        "memory", "memory.max", "33554432");
    box_expect(&box, OUT, "on\n");
    box_ask(&box, WORDS("status", "--json"), 0);
    box_expect(&box, ERR,
               "the kernel has killed a process for want of memory, below a unit that "
               "goes on\n");
    box_ask(&box, WORDS("metrics"), 0);
    box_answered("oom_kills_total 1\n");
    end_well(&box);
}
END_TEST

START_TEST(pid_1_lives_in_4_mb_of_its_own)
{
    struct box box = delegated(
        &(struct start){.contract = BASE
                        "[service web]\nlog = raw\nrestart = on-failure\nrestart-delay = 0\n"
                        "command = /puppet fail:/tmp/n:2:1 print:up sleep\n"},
        "memory", "memory.max", "4194304");
    box_expect(&box, OUT, "up\n");
    box_ask(&box, WORDS("status", "--json"), 0);
    box_ask(&box, WORDS("metrics"), 0);
    box_answered("oom_kills_total 0\n");
    end_well(&box);
}
END_TEST

Suite *
cgroup_suite(void)
{
    return proc_suite("cgroup", (const TTest *const[]){
                                    each_kill_mode_holds_for_what_has_gone_as_far_away_as_it_can,
                                    the_same_where_the_cgroup_belongs_to_a_user_who_is_not_root,
                                    a_bomb_under_a_limit_of_processes_is_gone_after_its_stop,
                                    the_end_comes_while_a_bomb_goes_off,
                                    death_for_want_of_memory_is_named_and_the_unit_starts_again,
                                    want_of_memory_below_a_unit_that_goes_on_is_told_as_that,
                                    pid_1_lives_in_4_mb_of_its_own,
                                    NULL,
                                });
}
