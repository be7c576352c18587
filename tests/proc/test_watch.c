/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    box_expect(&box, ERR, "/tmp is 50% full: 8.0M of 16M (warn-at 10%)");
    await(&box, WORDS("metrics"), "roinit_mount_above_warn_at{path=\"/tmp\"} 1\n");
    ck_assert_ptr_nonnull(strstr(text, "roinit_mount_above_warn_at{path=\"/run\"} 0\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "roinit_mount_used_bytes{path=\"/tmp\",kind=\"tmpfs\"} 8388608\n"));
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
    in_mounts(&box, "sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do mount -t tmpfs -o ro t /tmp; "
                    "umount /tmp; done'");
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof text), 0);
    must_end(&box, 0);
}
END_TEST

Suite *
watch_suite(void)
{
    return proc_suite(
        "watch",
        (const TTest *const[]){a_mount_that_fills_is_a_line_an_event_and_a_metric,
                               a_root_that_becomes_writable_is_told_and_the_verdict_changes,
                               a_new_writable_mount_is_told,
                               a_mount_that_changes_ends_the_container_where_the_contract_says_so,
                               mounts_that_come_and_go_without_end_do_not_keep_pid_1_busy, NULL});
}
