/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUITE(name_) Suite *name_##_suite(void);
#include "tests/kernel/suites.h"
#undef SUITE

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

/* A folder of that export ("" squashes root, "/trusting" does not), with a file, of that owner. */
static void
export_folder(const char *export, const char *name, uid_t uid)
{
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

START_TEST(a_volume_whose_server_squashes_root_is_refused_with_the_reason)
{
    export_folder("", "refused", 0);
    struct box box = box_run(&(struct start){.contract = VOLUME UNIT, .plant = plant_volume}, 77);
    box_must_say(&box, ERR, "root_squash");
    box_must_not_say(&box, OUT, "up");
    ck_assert_uint_eq(owner_of("file"), 0);
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

Suite *
nfs_suite(void)
{
    return proc_suite("nfs", (const TTest *const[]){
                                 a_volume_whose_server_squashes_root_is_refused_with_the_reason,
                                 a_volume_that_is_his_already_is_taken_as_it_is,
                                 a_volume_whose_server_trusts_root_is_given_to_its_owner,
                                 NULL,
                             });
}
