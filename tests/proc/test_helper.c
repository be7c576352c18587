/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The preparation as PID 1 runs it: a walk that takes long enough to be caught, in a process of its
 * own. */
enum { FILES = 80000, OTHER = 10002, TRIES = 5 };

#define VOLUME BASE "[volume /srv]\nowner = app\n"
#define MAIN "[service main]\nuser = app\ncommand = /puppet catch:all print:up sleep\n"
#define LOOK                                                                                       \
    "[service main]\nuser = app\ncommand = /bin/sh -c 'stat -c \"%u %n\" /srv /srv/f0 "            \
    "/srv/f79999'\n"

static void
plant_files(void)
{
    char name[64];
    if (mount("tmpfs", "/srv", "tmpfs", 0, "mode=755,nr_inodes=100k") != 0) {
        return;
    }
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(name, sizeof name, "/srv/f%d", i);
        (void)mknod(name, S_IFREG | 0644, 0);
    }
}

/* The first child of PID 1, once there is one; 0 where it ends without. */
static pid_t
find_helper(const struct box *box)
{
    char path[64], text[64];
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)box->pid, (int)box->pid);
    while (proc_now_ms() < limit) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
        close(fd);
        if (got > 0) {
            text[got] = '\0';
            return (pid_t)strtol(text, NULL, 10);
        }
        if (access(box_path(box, "/"), F_OK) != 0) {
            return 0;
        }
    }
    ck_abort_msg("there is no helper");
}

/* Whether the first file or the last has not been given to its owner yet. */
static bool
is_at_work(const struct box *box)
{
    struct stat file[2];
    return stat(box_path(box, "/srv/f0"), &file[0]) == 0 &&
           stat(box_path(box, "/srv/f79999"), &file[1]) == 0 &&
           (file[0].st_uid == 0 || file[1].st_uid == 0);
}

/* Starts a box and holds its helper in the middle of its work. On a busy machine the work may be
 * done before it is found: then in another box. */
static struct box
held(const struct start *start, pid_t *ret_helper)
{
    for (int i = 0; i < TRIES; i++) {
        struct box box = box_start(start);
        /* It has a group of its own, other children of the boot have not. */
        do {
            *ret_helper = find_helper(&box);
        } while (*ret_helper != 0 && kill(-*ret_helper, SIGSTOP) != 0);
        if (*ret_helper != 0 && is_at_work(&box)) {
            return box;
        }
        box_free(&box);
    }
    ck_abort_msg("no helper is caught at its work");
}

/* Fails the test where more is said of the volume than how far it is: each few seconds, on a busy
 * machine. */
static void
must_say_nothing_of_srv(const struct box *box)
{
    static const char progress[] = "roinit: preparing /srv: ";
    if (box_count(box, ERR, "/srv") != box_count(box, ERR, progress)) {
        box_must_not_say(box, ERR, "/srv");
    }
}

START_TEST(a_volume_is_its_owners_when_the_units_start)
{
    NEEDS_UIDS();
    struct box box = box_run(&(struct start){.contract = VOLUME LOOK, .plant = plant_files}, 0);
    box_must_say(&box, OUT, "10001 /srv\n10001 /srv/f0\n10001 /srv/f79999\n");
    must_say_nothing_of_srv(&box);
    box_free(&box);
}
END_TEST

START_TEST(a_term_ends_the_preparation_at_once)
{
    NEEDS_UIDS();
    pid_t helper;
    struct box box = held(&(struct start){.contract = VOLUME MAIN, .plant = plant_files}, &helper);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_must_say(&box, ERR,
                 "roinit: TERM while the volumes were prepared: nothing was started (0)");
    box_must_not_say(&box, OUT, "up");
    box_free(&box);
}
END_TEST

START_TEST(an_init_container_that_is_ended_has_not_done_its_work)
{
    NEEDS_UIDS();
    pid_t helper;
    struct box box = held(
        &(struct start){.contract = VOLUME MAIN, .argv = WORDS("prepare"), .plant = plant_files},
        &helper);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 128 + SIGTERM);
    box_free(&box);
}
END_TEST

START_TEST(progress_is_shown_and_other_signals_wait_for_the_units)
{
    NEEDS_UIDS();
    pid_t helper;
    struct box box = held(
        &(struct start){.contract = VOLUME "[service main]\nuser = app\ncommand = /puppet sleep\n",
                        .plant = plant_files},
        &helper);
    box_signal(&box, SIGUSR1);
    box_expect(&box, ERR, "roinit: preparing /srv: ");
    box_must_say(&box, ERR, " a second");
    ck_assert_int_eq(kill(-helper, SIGCONT), 0);
    ck_assert_int_eq(box_end(&box), 128 + SIGUSR1); /* which main does not catch */
    box_free(&box);
}
END_TEST

START_TEST(a_helper_that_is_killed_ends_the_boot)
{
    NEEDS_UIDS();
    pid_t helper;
    struct box box = held(&(struct start){.contract = VOLUME MAIN, .plant = plant_files}, &helper);
    ck_assert_int_eq(kill(helper, SIGKILL), 0);
    ck_assert_int_eq(box_end(&box), 71);
    box_must_say(&box, ERR, "died of KILL; the next start goes on where it ended");
    box_free(&box);
}
END_TEST

static void
plant_read_only(void)
{
    plant_files();
    (void)mount(NULL, "/srv", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
}

START_TEST(a_read_only_volume_is_not_changed)
{
    NEEDS_UIDS();
    struct box box = box_run(&(struct start){.contract = BASE "[volume /srv]\nowner = app\n"
                                                              "options = ro\nchown = always\n" LOOK,
                                             .plant = plant_read_only},
                             0);
    box_must_say(&box, OUT, "0 /srv\n0 /srv/f0\n");
    box_free(&box);
}
END_TEST

static void
plant_links(void)
{
    plant_files();
    (void)mkdir("/srv/d", 0755);
    if (link("/srv/f1", "/srv/d/one") == 0) {
        (void)mount("tmpfs", "/srv/d", "tmpfs", 0, "mode=755"); /* hides the other name */
    }
}

START_TEST(a_link_that_may_lead_outside_is_told)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract = VOLUME MAIN "[require]\nundeclared-mounts = allow\n", .plant = plant_links});
    char text[4096];
    box_expect(&box, OUT, "up\n");
    box_must_say(&box, ERR, "roinit: /srv: 1 files keep their owner: they have hard links");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof text), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"degraded\":[{\"what\":\"/srv\""));
    box_free(&box);
}
END_TEST

/* ACL of a folder of root's: rwx for uid 10001, nothing for others; xattr(7), posix_acl.h. */
static void
plant_acl(void)
{
    static const struct {
        uint32_t version;
        struct {
            uint16_t tag, permissions;
            uint32_t id;
        } entry[5];
    } acl = {2,
             {{1, 7, UINT32_MAX},
              {2, 7, BOX_UID},
              {4, 0, UINT32_MAX},
              {16, 7, UINT32_MAX},
              {32, 0, UINT32_MAX}}};
    plant_files();
    if (setxattr("/srv", "system.posix_acl_access", &acl, sizeof acl, 0) != 0) {
        (void)umount("/srv"); /* then it fails */
    }
}

START_TEST(who_can_write_by_an_acl_can_write)
{
    NEEDS_UIDS();
    struct box box = box_run(&(struct start){.contract = VOLUME
                                             "[service main]\nuser = app\ncommand = /bin/sh -c "
                                             "'touch /srv/his; stat -c \"%u %n\" /srv /srv/f0'\n",
                                             .plant = plant_acl},
                             0);
    box_must_say(&box, OUT, "0 /srv\n0 /srv/f0\n");
    must_say_nothing_of_srv(&box);
    box_free(&box);
}
END_TEST

START_TEST(without_the_privilege_nothing_is_tried_and_the_mend_is_told)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = VOLUME MAIN, .plant = plant_files, .uid = BOX_UID}, 77);
    box_must_say(&box, ERR,
                 "error  /srv           owned by 0:0 with mode 0755, want writable for "
                 "10001:10001\n");
    box_must_say(&box, ERR,
                 "--entrypoint /roinit IMAGE prepare, or docker run --rm -v srv:/srv "
                 "busybox chown -R 10001:10001 /srv");
    box_must_say(&box, ERR,
                 "compose: docker compose run --rm --no-deps --user 0:0 --entrypoint "
                 "\"/roinit prepare\" SERVICE");
    box_must_say(&box, ERR, "kubernetes: securityContext.fsGroup: 10001, or initContainers: ");
    box_must_not_say(&box, ERR, "cannot");
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- who does not answer */

static int fuse_fd; /* whose other end is this process: it answers nothing */

static void
plant_silent_server(void)
{
    char options[128];
    (void)snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse_fd);
    (void)mount("silent", "/srv", "fuse", MS_NOSUID | MS_NODEV, options);
}

START_TEST(a_term_ends_the_boot_where_a_file_system_does_not_answer)
{
    fuse_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (proc_leaves_out(__func__, fuse_fd >= 0, "needs /dev/fuse, and root")) {
        return;
    }
    struct box box =
        box_start(&(struct start){.contract = VOLUME MAIN, .plant = plant_silent_server});
    pid_t helper = find_helper(&box);
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    ck_assert_int_gt(helper, 0);
    box_must_say(&box, ERR,
                 "roinit: TERM while a file system did not answer: nothing was started (0)\n");
    box_must_not_say(&box, OUT, "up");
    box_free(&box);
    close(fuse_fd);
}
END_TEST

Suite *
helper_suite(void)
{
    const TTest *const tests[] = {
        a_volume_is_its_owners_when_the_units_start,
        a_term_ends_the_preparation_at_once,
        an_init_container_that_is_ended_has_not_done_its_work,
        progress_is_shown_and_other_signals_wait_for_the_units,
        a_helper_that_is_killed_ends_the_boot,
        a_read_only_volume_is_not_changed,
        a_link_that_may_lead_outside_is_told,
        a_term_ends_the_boot_where_a_file_system_does_not_answer,
        who_can_write_by_an_acl_can_write,
        without_the_privilege_nothing_is_tried_and_the_mend_is_told,
        NULL,
    };
    return proc_suite("helper", tests);
}
