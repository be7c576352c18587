/* SPDX-License-Identifier: MIT */
#include "tests/proc/applied.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What the image has for an empty volume. */

static struct plan_step
seeding(enum seed_mode mode)
{
    return (struct plan_step){
        .kind = PLAN_SEED, .top = applied.top, .path = "", .seed = applied.seed, .seed_mode = mode};
}

/* The image's: a file of app's, a setuid one, a private folder with a file, a link, a FIFO. */
static void
plant_seed(void)
{
    applied_run(
        "cd %s%s && echo one >file && chmod 0640 file && chown 10001:10001 file && mkdir sub && "
        "echo two >sub/two && chmod 0500 sub && chown 10001:10001 sub",
        applied.seed, "");
    applied_run("cd %s%s && cp /bin/true suid && chown 10001:10001 suid && chmod 4711 suid && "
                "ln -s file link && chown -h 10001:10001 link",
                applied.seed, "");
    applied_run("cd %s%s && mkfifo fifo && chmod 0622 fifo && chown 10002:10002 fifo && "
                "ln file sub/again && touch -d 2001-02-03 file sub",
                applied.seed, "");
}

static void
is_seeded(void)
{
    struct stat file;
    applied_is(applied_at(applied.top, "file"), 0640, BOX_UID);
    applied_is(applied_at(applied.top, "sub"), 0500, BOX_UID);
    applied_is(applied_at(applied.top, "suid"), 04711, BOX_UID);
    applied_holds(applied_at(applied.top, "file"), "one\n");
    applied_holds(applied_at(applied.top, "sub/two"), "two\n");
    applied_holds(applied_at(applied.top, "link"), "one\n");
    ck_assert_int_eq(lstat(applied_at(applied.top, "link"), &file), 0);
    ck_assert(S_ISLNK(file.st_mode));
    ck_assert_uint_eq(file.st_uid, BOX_UID);
    ck_assert_int_eq(stat(applied_at(applied.top, "sub"), &file), 0);
    ck_assert_int_lt(file.st_mtim.tv_sec, 1000000000); /* of 2001 */
    applied_is(applied_at(applied.top, "fifo"), 0622, OTHER_UID);
    ck_assert_int_eq(stat(applied_at(applied.top, "fifo"), &file), 0);
    ck_assert(S_ISFIFO(file.st_mode));
    /* Two names of one file stay that. */
    ck_assert_int_eq(stat(applied_at(applied.top, "file"), &file), 0);
    ck_assert_uint_eq(file.st_nlink, 2);
    applied_holds(applied_at(applied.top, "sub/again"), "one\n");
    ck_assert(!applied_exists(applied_at(applied.top, ".roinit-seed")));
    ck_assert(!applied_exists(applied_at(applied.top, ".roinit-seed.new")));
}

START_TEST(an_empty_place_is_seeded_with_all_that_the_image_has)
{
    NEEDS_UIDS();
    plant_seed();
    ck_assert_int_eq(mkdir(applied_at(applied.top, "lost+found"), 0700), 0);
    ck_assert_str_eq(applied_step(seeding(_i == 0 ? SEED_EMPTY : SEED_MISSING)), "");
    is_seeded();
}
END_TEST

START_TEST(a_place_that_is_not_empty_is_not_seeded)
{
    NEEDS_UIDS();
    plant_seed();
    applied_run("echo mine >%s/%s", applied.top, "own");
    ck_assert_str_eq(applied_step(seeding(SEED_EMPTY)), "");
    ck_assert(!applied_exists(applied_at(applied.top, "file")));
}
END_TEST

START_TEST(missing_files_are_added_and_nothing_is_overwritten)
{
    NEEDS_UIDS();
    plant_seed();
    applied_run("echo mine >%s/file; mkdir -m 0711 %s/sub", applied.top, applied.top);
    ck_assert_str_eq(applied_step(seeding(SEED_MISSING)), "");
    applied_holds(applied_at(applied.top, "file"), "mine\n");
    applied_holds(applied_at(applied.top, "sub/two"), "two\n");
    applied_is(applied_at(applied.top, "sub"), 0711, 0);
}
END_TEST

START_TEST(a_seed_does_not_go_through_planted_links)
{
    NEEDS_UIDS();
    plant_seed();
    ck_assert_int_eq(symlink(applied.outside, applied_at(applied.top, "sub")), 0);
    ck_assert_int_eq(symlink(applied_at(applied.outside, "x"), applied_at(applied.top, "file")), 0);
    ck_assert_str_eq(applied_step(seeding(SEED_MISSING)), "");
    ck_assert(!applied_exists(applied_at(applied.outside, "two")));
    ck_assert(!applied_exists(applied_at(applied.outside, "x")));
}
END_TEST

START_TEST(an_interrupted_seed_is_finished_by_the_next_run)
{
    NEEDS_UIDS();
    plant_seed();
    /* As a kill leaves it: the mark, half a file, a folder without its attributes. */
    applied_run(
        "cd %s%s && umask 077 && : >.roinit-seed && echo half >.roinit-seed.new && mkdir sub && "
        "chmod 1700 sub && cp -p ../seed/suid suid",
        applied.top, "");
    ck_assert_str_eq(applied_step(seeding(SEED_EMPTY)), "");
    is_seeded();
}
END_TEST

START_TEST(devices_and_sockets_of_a_seed_arrive)
{
    NEEDS_UIDS();
    struct stat file;
    if (mknod(applied_at(applied.seed, "null"), S_IFCHR | 0666, makedev(1, 3)) != 0 ||
        mknod(applied_at(applied.seed, "socket"), S_IFSOCK | 0600, 0) != 0) {
        (void)proc_leaves_out(__func__, false, "needs mknod(2)");
        return;
    }
    applied_run("chmod 0666 %s/%s", applied.seed, "null");
    ck_assert_str_eq(applied_step(seeding(SEED_EMPTY)), "");
    ck_assert_int_eq(stat(applied_at(applied.top, "null"), &file), 0);
    ck_assert(S_ISCHR(file.st_mode) && file.st_rdev == makedev(1, 3));
    applied_is(applied_at(applied.top, "null"), 0666, 0);
    ck_assert_int_eq(stat(applied_at(applied.top, "socket"), &file), 0);
    ck_assert(S_ISSOCK(file.st_mode));
}
END_TEST

static void
without_mknod(void)
{
    applied_drop(1U << CAP_MKNOD);
}

START_TEST(a_device_that_cannot_be_made_is_told)
{
    NEEDS_UIDS();
    if (mknod(applied_at(applied.seed, "null"), S_IFCHR | 0666, makedev(1, 3)) != 0) {
        (void)proc_leaves_out(__func__, false, "needs mknod(2)");
        return;
    }
    ck_assert_str_eq(applied_restricted(seeding(SEED_EMPTY), without_mknod),
                     "cannot make it: not permitted, needs CAP_MKNOD");
}
END_TEST

START_TEST(an_interrupted_seed_keeps_its_owners_when_the_walk_comes_again)
{
    NEEDS_UIDS();
    plant_seed();
    struct plan_step step[2] = {{.kind = PLAN_WALK,
                                 .top = applied.top,
                                 .path = "",
                                 .uid = OTHER_UID,
                                 .gid = OTHER_UID,
                                 .sets_owner = true,
                                 .is_before_seed = true},
                                seeding(_i == 0 ? SEED_EMPTY : SEED_MISSING)};
    struct plan plan = {.arena = &applied.arena, .step = step, .count = 2, .self_uid = 0};
    step[1].is_after_walk = true;
    applied_run("cd %s%s && umask 077 && : >.roinit-seed && cp -p ../seed/suid suid", applied.top,
                "");
    ck_assert_int_eq(plan_apply(&plan, &applied.findings, &applied.err), 0);
    ck_assert_uint_eq(applied.findings.count, 0);
    is_seeded();
}
END_TEST

START_TEST(a_mark_that_another_user_planted_seeds_nothing)
{
    NEEDS_UIDS();
    plant_seed();
    applied_run("cd %s%s && touch own .roinit-seed && chown 10002:10002 .roinit-seed", applied.top,
                "");
    ck_assert_str_eq(applied_step(seeding(SEED_EMPTY)), "");
    ck_assert(!applied_exists(applied_at(applied.top, "file")));
}
END_TEST

START_TEST(a_seed_that_is_not_in_the_image_is_told)
{
    NEEDS_UIDS();
    struct plan_step step = seeding(SEED_EMPTY);
    step.seed = "/nowhere";
    ck_assert_str_eq(applied_step(step), "cannot read the seed: no such file or directory");
    ck_assert_str_eq(applied.findings.item[0].subject, "/nowhere");
    ck_assert_ptr_nonnull(strstr(applied.findings.item[0].mend[MEND_CONTRACT], "ship that folder"));
    ck_assert(!applied_exists(applied_at(applied.top, ".roinit-seed")));
}
END_TEST

/* Not proc_suite(): these need the folder of applied_setup(), and some run twice. */
Suite *
seed_suite(void)
{
    Suite *suite = suite_create("seed");
    TCase *tests = tcase_create("seed");
    tcase_add_checked_fixture(tests, applied_setup, applied_teardown);
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
