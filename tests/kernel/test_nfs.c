/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kernel/suites.h"

/* Volumes on a file server that is real: the kernel's own, which guest.sh has set up. Of its two
 * exports one squashes root, one trusts him. The files lie in /export, too. */

#define OPTIONS "vers=4.2,addr=127.0.0.1,clientaddr=127.0.0.1,sec=sys"
#define VOLUME BASE "[volume /data]\nowner = 10001\n"
#define UNIT "[service main]\nlog = raw\nuser = 10001\ncommand = /puppet print:up exit:0\n"

static char folder[64]; /* of this test, on the server */

static const char *
at(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "/export%s/%s", folder, name);
    return path;
}

/* Whether the server can be reached. Neither side notices anything: no answer comes. */
static void
connect_server(bool is_up)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = (short)(is_up ? IFF_UP : 0)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    (void)ioctl(fd, SIOCSIFFLAGS, &lo);
    (void)close(fd);
}

static void
plant_volume(void)
{
    char source[128];
    (void)snprintf(source, sizeof source, "127.0.0.1:%s", folder);
    (void)mkdir("/data", 0755);
    if (mount(source, "/data", "nfs4", 0, OPTIONS) != 0) {
        (void)rmdir("/data"); /* then the contract is broken, and that is told */
    }
}

/* A folder of that export ("" squashes root, "/trusting" does not), with a file, of that owner; and
 * the server can be reached. */
static void
export_folder(const char *export, const char *name, uid_t uid)
{
    connect_server(true);
    (void)snprintf(folder, sizeof folder, "%s/%s", export, name);
    ck_assert_int_eq(mkdir(at(""), 0755), 0);
    int fd = open(at("file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    ck_assert_int_eq(chown(at("file"), uid, uid), 0);
    ck_assert_int_eq(chown(at(""), uid, uid), 0);
}

static uid_t
owner_of(const char *name)
{
    struct stat file;
    ck_assert_int_eq(stat(at(name), &file), 0);
    return file.st_uid;
}

static void
plant_volume_without_server(void)
{
    plant_volume();
    connect_server(false);
}

START_TEST(a_volume_whose_server_squashes_root_is_refused_with_the_reason_and_the_mend)
{
    export_folder("", "refused", 0);
    struct box box = box_run(&(struct start){.contract = VOLUME UNIT, .plant = plant_volume}, 77);
    box_must_say(&box, ERR, "error  /data/file ");
    box_must_say(&box, ERR, "a file server that does not trust root (root_squash)");
    box_must_say(&box, ERR, "give it to 10001:10001 there, or export it with no_root_squash\n");
    box_must_not_say(&box, OUT, "up");
    ck_assert_uint_eq(owner_of("file"), 0);
    ck_assert_uint_eq(owner_of(""), 0);
    box_free(&box);
}
END_TEST

START_TEST(a_volume_that_is_his_already_is_taken_as_it_is)
{
    export_folder("", "his", BOX_UID);
    struct box box = box_run(&(struct start){.contract = VOLUME UNIT, .plant = plant_volume}, 0);
    box_must_say(&box, OUT, "up");
    box_free(&box);
}
END_TEST

START_TEST(a_folder_in_it_is_made_by_him_and_not_by_root)
{
    static const char contract[] = VOLUME "mkdir = cache 0750\n" UNIT;
    export_folder("", "folder", BOX_UID);
    struct box box = box_run(&(struct start){.contract = contract, .plant = plant_volume}, 77);
    box_must_say(&box, ERR, "error  /data/cache ");
    box_must_say(&box, ERR, "start as the user whom it belongs to");
    box_free(&box);
    box = box_run(
        &(struct start){
            .contract = contract, .plant = plant_volume, .uid = BOX_UID, .drop_all = true},
        0);
    box_must_say(&box, OUT, "up");
    ck_assert_uint_eq(owner_of("cache"), BOX_UID);
    box_free(&box);
}
END_TEST

START_TEST(a_volume_whose_server_trusts_root_is_given_to_its_owner)
{
    export_folder("/trusting", "given", 0);
    struct box box = box_run(&(struct start){.contract = VOLUME UNIT, .plant = plant_volume}, 0);
    box_must_say(&box, OUT, "up");
    ck_assert_uint_eq(owner_of(""), BOX_UID);
    ck_assert_uint_eq(owner_of("file"), BOX_UID);
    box_free(&box);
}
END_TEST

/* roinit says its last word without the server; the kernel then wants it for the unmounting. */
static void
must_end_after(struct box *box, const char *last_word)
{
    box_expect(box, ERR, last_word);
    connect_server(true);
    ck_assert_int_eq(box_end(box), 0);
    box_free(box);
}

START_TEST(a_server_that_is_gone_holds_up_neither_status_nor_the_end)
{
    export_folder("", "gone", BOX_UID);
    struct box box =
        box_running(&(struct start){.contract = VOLUME "[service main]\nuser = 10001\n"
                                                       "command = /puppet print:up sleep\n",
                                    .plant = plant_volume});
    connect_server(false);
    for (int i = 0; i < 5; i++) {
        box_ask(&box, WORDS("status", "--json"), 0);
        (void)usleep(500000); /* figures are taken anew each second */
    }
    box_signal(&box, SIGTERM);
    must_end_after(&box, "roinit: container ends with 0: TERM ");
}
END_TEST

/* All that a unit may name there, at once. */
START_TEST(a_unit_with_paths_on_a_server_that_is_gone_holds_up_nothing)
{
    export_folder("", "named", BOX_UID);
    struct box box = box_running(
        &(struct start){.contract = VOLUME "[service main]\ncommand = /puppet print:up sleep\n"
                                           "[check disk]\nprobe = file:/data/file\n"
                                           "interval = 1s\ntimeout = 1s\nretries = 1\n"
                                           "[service late]\nautostart = no\nlog = raw\n"
                                           "command = /puppet print:late sleep\n"
                                           "remove = /data/stale\nenv-file = -/data/env\n"
                                           "only-if = file:/data/file\n",
                        .plant = plant_volume});
    box_await_status(&box, "\"disk\":\"up\"");
    connect_server(false);
    box_ask(&box, WORDS("start", "--no-wait", "late"), 0);
    box_expect(&box, ERR, "check disk is down: file:/data/file: its file system does not answer: ");
    box_expect(&box, ERR,
               "late: its start still waits for a file system that does not answer: bring its "
               "server back, or name paths elsewhere; it looks at file:/data/file, -/data/env, "
               "/data/stale, ");
    box_await_status(&box, "\"state\":\"starting\"");
    connect_server(true);
    box_expect(&box, OUT, "late");
    box_expect(&box, ERR, "check disk is up again\n");
    connect_server(false);
    box_expect_times(&box, ERR, "check disk is down: ", 2);
    box_signal(&box, SIGTERM);
    must_end_after(&box, "roinit: container ends with 0: TERM ");
}
END_TEST

START_TEST(a_server_that_does_not_answer_is_waited_for_and_named)
{
    export_folder("", "late", BOX_UID);
    struct box box =
        box_start(&(struct start){.contract = VOLUME UNIT, .plant = plant_volume_without_server});
    box_expect(&box, ERR, "still waiting for /data: its file system does not answer (10s)\n");
    connect_server(true);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, OUT, "up");
    box_free(&box);
}
END_TEST

START_TEST(a_term_ends_the_boot_where_the_server_does_not_answer)
{
    export_folder("", "term", BOX_UID);
    struct box box =
        box_start(&(struct start){.contract = VOLUME UNIT, .plant = plant_volume_without_server});
    box_await_processes(&box, "(roinit)", 2);
    box_signal(&box, SIGTERM);
    must_end_after(&box, "TERM while a file system did not answer: nothing was started (0)\n");
}
END_TEST

Suite *
nfs_suite(void)
{
    return proc_suite(
        "nfs", (const TTest *const[]){
                   a_volume_whose_server_squashes_root_is_refused_with_the_reason_and_the_mend,
                   a_volume_that_is_his_already_is_taken_as_it_is,
                   a_folder_in_it_is_made_by_him_and_not_by_root,
                   a_volume_whose_server_trusts_root_is_given_to_its_owner,
                   a_server_that_is_gone_holds_up_neither_status_nor_the_end,
                   a_unit_with_paths_on_a_server_that_is_gone_holds_up_nothing,
                   a_server_that_does_not_answer_is_waited_for_and_named,
                   a_term_ends_the_boot_where_the_server_does_not_answer,
                   NULL,
               });
}
