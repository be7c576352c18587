/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>
#include <sys/stat.h>

#include "init/walk.h"
#include "tests/unit/suites.h"

enum { MOUNT = 7, UID = 10001, GID = 20001 };

static const struct {
    const char *what;
    struct walk_inode inode;
    enum walk_verdict open, closed; /* links unprotected, protected */
} rows[] = {
    {"a file of another", {S_IFREG, 0, 0, 1, MOUNT, 1, 1}, WALK_CHANGE, WALK_CHANGE},
    {"a folder of another", {S_IFDIR, 0, 0, 9, MOUNT, 1, 1}, WALK_CHANGE, WALK_CHANGE},
    {"a symbolic link itself", {S_IFLNK, 0, 0, 1, MOUNT, 1, 1}, WALK_CHANGE, WALK_CHANGE},
    {"his own", {S_IFREG | 04755, UID, GID, 1, MOUNT, 1, 1}, WALK_RIGHT, WALK_RIGHT},
    {"his own, with more names", {S_IFREG, UID, GID, 4, MOUNT, 1, 1}, WALK_RIGHT, WALK_RIGHT},
    {"of another group", {S_IFREG, UID, 0, 1, MOUNT, 1, 1}, WALK_CHANGE, WALK_CHANGE},
    {"a hard link", {S_IFREG, 0, 0, 2, MOUNT, 1, 1}, WALK_LINKED, WALK_COUNT},
    {"a hard link to a symbolic link", {S_IFLNK, 0, 0, 2, MOUNT, 1, 1}, WALK_LINKED, WALK_COUNT},
    {"a FIFO", {S_IFIFO, 0, 0, 1, MOUNT, 1, 1}, WALK_SPECIAL, WALK_SPECIAL},
    {"a device", {S_IFBLK, 0, 0, 1, MOUNT, 1, 1}, WALK_SPECIAL, WALK_SPECIAL},
    {"a socket with two names", {S_IFSOCK, 0, 0, 2, MOUNT, 1, 1}, WALK_SPECIAL, WALK_SPECIAL},
    {"another mount", {S_IFDIR, 0, 0, 1, MOUNT + 1, 1, 1}, WALK_MOUNT, WALK_MOUNT},
    {"another mount that is his", {S_IFREG, UID, GID, 1, 0, 1, 1}, WALK_MOUNT, WALK_MOUNT},
};

START_TEST(each_kind_of_inode_has_its_verdict)
{
    struct walk_rule rule = {.uid = UID, .gid = GID, .mount_id = MOUNT};
    ck_assert_msg(walk_judge(&rule, &rows[_i].inode) == rows[_i].open, "%s", rows[_i].what);
    rule.links_are_protected = true;
    ck_assert_msg(walk_judge(&rule, &rows[_i].inode) == rows[_i].closed, "%s", rows[_i].what);
}
END_TEST

START_TEST(a_file_is_whole_when_all_of_its_names_were_seen)
{
    struct linkset_entry memory[8] = {{0}};
    struct linkset set = {.entry = memory, .size = 8};
    struct walk_inode two = {.link_count = 2, .device = 1, .number = 5};
    struct walk_inode same_number = {.link_count = 3, .device = 2, .number = 5};
    ck_assert(!linkset_see(&set, &two));
    ck_assert(!linkset_see(&set, &same_number));
    ck_assert_uint_eq(linkset_incomplete(&set), 2);
    ck_assert(linkset_see(&set, &two));
    ck_assert(linkset_see(&set, &two)); /* one that came up meanwhile */
    ck_assert(!linkset_see(&set, &same_number));
    ck_assert_uint_eq(linkset_incomplete(&set), 1);
}
END_TEST

START_TEST(a_full_set_counts_what_it_refuses)
{
    struct linkset_entry memory[8] = {{0}};
    struct linkset set = {.entry = memory, .size = 8};
    for (uint64_t i = 0; i < 20; i++) {
        struct walk_inode inode = {.link_count = 2, .number = i};
        ck_assert(!linkset_see(&set, &inode));
    }
    ck_assert_uint_eq(linkset_incomplete(&set), 6);
    ck_assert_uint_eq(set.refused, 14);
    for (uint64_t i = 0; i < 6; i++) {
        struct walk_inode inode = {.link_count = 2, .number = i};
        ck_assert(linkset_see(&set, &inode));
    }
}
END_TEST

START_TEST(progress_has_counts_and_a_rate)
{
    char line[128];
    struct text out = TEXT_OVER(line);
    struct walk_counts counts = {.looked = 412000, .changed = 409113};
    walk_progress_text("/data", &counts, 4000, &out);
    ck_assert_str_eq(line, "/data: 412000 looked at, 409113 changed, 103000 a second");
}
END_TEST

START_TEST(names_stay_only_where_neither_group_nor_others_may_write)
{
    static const struct {
        mode_t mode;
        bool stay;
    } modes[] = {{0755, true},  {0700, true},   {02755, true},  {01755, true}, {0, true},
                 {0775, false}, {02775, false}, {01777, false}, {0757, false}};
    struct walk_rule rule = {.names_can_be_held = true};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct walk_inode inode = {.mode = S_IFDIR | modes[i].mode};
        ck_assert_msg(walk_may_hold(&rule, &inode) == modes[i].stay, "%o", modes[i].mode);
    }
    struct walk_inode inode = {.mode = S_IFDIR | 0700};
    rule.names_can_be_held = false;
    ck_assert(!walk_may_hold(&rule, &inode));
}
END_TEST

START_TEST(each_directory_has_one_walker_and_each_walker_has_some)
{
    enum { WALKERS = 4, DIRECTORIES = 4000 };
    /* Inodes count up by whatever lies between two directories. */
    for (uint64_t step = 1; step <= 128; step *= 2) {
        unsigned count[WALKERS] = {0};
        for (uint64_t i = 0; i < DIRECTORIES; i++) {
            struct walk_inode inode = {.number = 11 + i * step};
            count[walk_share(&inode, WALKERS)]++;
        }
        for (unsigned share = 0; share < WALKERS; share++) {
            ck_assert_uint_ge(count[share], DIRECTORIES / WALKERS / 2);
        }
    }
    struct walk_inode inode = {.number = 12345};
    ck_assert_uint_eq(walk_share(&inode, 1), 0);
}
END_TEST

START_TEST(in_no_time_nothing_has_a_rate_and_an_empty_set_lacks_no_name)
{
    char bytes[128];
    struct text text = TEXT_OVER(bytes);
    struct walk_counts counts = {.looked = 5, .changed = 1};
    struct linkset none = {0}; /* nobody had memory for it */
    walk_progress_text("/data", &counts, 0, &text);
    ck_assert_str_eq(bytes, "/data: 5 looked at, 1 changed, 5 a second");
    ck_assert_uint_eq(linkset_incomplete(&none), 0);
}
END_TEST

START_TEST(a_set_that_was_closed_counts_nothing_any_more)
{
    struct linkset_entry memory[8] = {{0}};
    struct linkset set = {.entry = memory, .size = 8};
    struct walk_inode two = {.link_count = 2, .number = 5};
    ck_assert(!linkset_see(&set, &two));
    set.is_closed = true;
    ck_assert(!linkset_see(&set, &two));
    ck_assert_uint_eq(set.refused, 1);
}
END_TEST

Suite *
walk_suite(void)
{
    Suite *suite = suite_create("walk");
    TCase *tests = tcase_create("walk");
    tcase_add_loop_test(tests, each_kind_of_inode_has_its_verdict, 0,
                        (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tests, a_file_is_whole_when_all_of_its_names_were_seen);
    tcase_add_test(tests, a_full_set_counts_what_it_refuses);
    tcase_add_test(tests, progress_has_counts_and_a_rate);
    tcase_add_test(tests, names_stay_only_where_neither_group_nor_others_may_write);
    tcase_add_test(tests, each_directory_has_one_walker_and_each_walker_has_some);
    tcase_add_test(tests, in_no_time_nothing_has_a_rate_and_an_empty_set_lacks_no_name);
    tcase_add_test(tests, a_set_that_was_closed_counts_nothing_any_more);
    suite_add_tcase(suite, tests);
    return suite;
}
