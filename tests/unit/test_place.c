/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <errno.h>
#include <linux/capability.h>

#include "tests/unit/judged.h"
#include "tests/unit/suites.h"

/* ---------------------------------------------------------------- which place holds what */

static size_t
holder(const char *path)
{
    return place_of_path(&stage.config, &stage.facts, path);
}

START_TEST(of_mounts_in_each_other_the_deepest_holds_a_path)
{
    for (size_t inner = 0; inner < 2; inner++) { /* whatever their order */
        stage.mount[inner].path = "/data/db";
        stage.mount[1 - inner].path = "/data";
        stage.mount[STAGE_DATA].path = NULL; /* what has no path holds nothing */
        ck_assert_uint_eq(holder("/data/db/1"), inner);
        ck_assert_uint_eq(holder("/data/dbx"), 1 - inner);
        ck_assert_uint_eq(holder("/srv"), STAGE_MOUNTS);
    }
}
END_TEST

START_TEST(a_place_is_a_writable_directory_that_is_mounted)
{
    struct path_facts *path = &stage.path[STAGE_DATA];
    const struct path_facts was = *path;
    ck_assert_uint_eq(holder("/data/x"), STAGE_DATA);
    path->errnum = ENOENT;
    ck_assert_uint_eq(holder("/data/x"), STAGE_MOUNTS);
    *path = was;
    path->is_mount_root = false;
    ck_assert_uint_eq(holder("/data/x"), STAGE_MOUNTS);
    *path = was;
    path->is_directory = false;
    ck_assert_uint_eq(holder("/data/x"), STAGE_MOUNTS);
    *path = was;
    path->is_read_only = true;
    ck_assert_uint_eq(holder("/data/x"), STAGE_MOUNTS);
}
END_TEST

START_TEST(the_state_lies_where_the_contract_says_and_roinit_may_write)
{
    stage.config.init.from[INIT_state_dir] = &stage.setting;
    stage.config.init.state_dir = WORDS("/srv/none", "/run/x", "/data/x", "/tmp/x");
    stage.path[STAGE_RUN].uid = 0; /* and roinit is another */
    stage_resolve(CODE_OK);
    ck_assert(place_holds_state(&stage.config, &stage.facts, STAGE_DATA));
    ck_assert(!place_holds_state(&stage.config, &stage.facts, STAGE_RUN));
    ck_assert(!place_holds_state(&stage.config, &stage.facts, STAGE_TMP));
    stage.config.init.state_dir = WORDS("none");
    ck_assert(!place_holds_state(&stage.config, &stage.facts, STAGE_DATA));
}
END_TEST

START_TEST(names_stay_on_a_local_file_system_in_which_no_other_mount_lies)
{
    struct mount_entry other = {.id = 99, .parent = 42};
    struct path_facts *top = &stage.facts.mount[STAGE_DATA];
    top->fs = "ext4";
    top->mount_id = 41;
    stage.facts.table = (struct mount_table){.entry = &other, .count = 1, .is_complete = true};
    ck_assert(place_holds_names(&stage.facts, STAGE_DATA));
    other.parent = 41;
    ck_assert(!place_holds_names(&stage.facts, STAGE_DATA));
    other.parent = 42;
    stage.facts.table.is_complete = false;
    ck_assert(!place_holds_names(&stage.facts, STAGE_DATA));
    stage.facts.table.is_complete = true;
    top->mount_id = 0;
    ck_assert(!place_holds_names(&stage.facts, STAGE_DATA));
    top->mount_id = 41;
    top->fs = "nfs4";
    ck_assert(!place_holds_names(&stage.facts, STAGE_DATA));
}
END_TEST

/* ---------------------------------------------------------------- what the boot makes of it */

/* Root that may all, and /data, which is to be web's. */
static void
give_data(uid_t uid, gid_t gid, mode_t mode, int chown)
{
    stage.self = (struct self){.pid = 1, .can_switch = true};
    stage.facts.cap_effective = UINT64_MAX;
    stage.mount[STAGE_DATA].owner.user = "web";
    stage.mount[STAGE_DATA].chown = chown;
    stage.path[STAGE_DATA].uid = uid;
    stage.path[STAGE_DATA].gid = gid;
    stage.path[STAGE_DATA].mode = mode;
    stage_resolve(CODE_OK);
}

static struct place
after(void)
{
    return place_after(&stage.config, &stage.facts, &stage.identities, STAGE_DATA);
}

START_TEST(who_owns_it_with_another_group_is_given_his_own)
{
    give_data(10002, 5, 0070, CHOWN_TOP);
    ck_assert(after().changes_owner);
    ck_assert_uint_eq(after().gid, 10002);
    ck_assert_uint_eq(after().mode, 0770);
    ck_assert(after().changes_mode);
    give_data(10002, 10002, 0070, CHOWN_TOP); /* his already: the mode alone is wrong */
    ck_assert(!after().changes_owner);
    ck_assert_uint_eq(after().mode, 0770);
}
END_TEST

START_TEST(a_mode_that_the_contract_names_stays_as_named)
{
    give_data(0, 0, 0755, CHOWN_TOP);
    stage.mount[STAGE_DATA].mode = 0550;
    ck_assert(after().changes_owner);
    ck_assert_uint_eq(after().mode, 0550);
}
END_TEST

START_TEST(what_the_user_namespace_does_not_map_is_not_given)
{
    give_data(0, 0, 0755, CHOWN_TOP);
    ck_assert(after().changes_owner);
    idmap_parse("0 100000 1000\n", &stage.facts.gid_map); /* not web's group */
    ck_assert(!place_is_owner_mapped(&stage.facts, &stage.identities, STAGE_DATA));
    ck_assert(!after().changes_owner);
    idmap_parse("10002 100000 1\n", &stage.facts.gid_map); /* not the place's own */
    ck_assert(place_is_owner_mapped(&stage.facts, &stage.identities, STAGE_DATA));
    ck_assert(!after().changes_owner);
    idmap_parse("0 100000 20000\n", &stage.facts.gid_map);
    ck_assert(after().changes_owner);
}
END_TEST

/* A line of /proc/self/uid_map: inside, outside, length. */
static const struct {
    const char *text;
    bool holds_999, holds_1000, holds_2000;
} maps[] = {
    {"", true, true, true}, /* no such file: all */
    {"         0          0 4294967295\n", true, true, true},
    {"1000 1 1000\n", false, true, false},
    {"1000 1 1\n2000 5 1\n", false, true, true},
    {"1000 1\n", true, true, true}, /* what makes no sense says nothing */
    {"1000 1 4294967296\n", true, true, true},
    {"what 1 1\n", true, true, true},
};

START_TEST(a_map_holds_the_ids_of_its_ranges)
{
    struct idmap map;
    idmap_parse(maps[_i].text, &map);
    ck_assert_int_eq(idmap_holds(&map, 999), maps[_i].holds_999);
    ck_assert_int_eq(idmap_holds(&map, 1000), maps[_i].holds_1000);
    ck_assert_int_eq(idmap_holds(&map, 2000), maps[_i].holds_2000);
}
END_TEST

START_TEST(a_map_of_more_ranges_than_there_is_room_for_is_not_known)
{
    char bytes[4096];
    struct text text = TEXT_OVER(bytes);
    struct idmap map;
    for (int i = 0; i < IDMAP_RANGES; i++) {
        text_addf(&text, "%d %d 1\n", 10 * i, i);
    }
    idmap_parse(bytes, &map);
    ck_assert(map.is_known && idmap_holds(&map, 0) && !idmap_holds(&map, 1));
    text_add(&text, "1 1 1\n");
    idmap_parse(bytes, &map);
    ck_assert(!map.is_known);
}
END_TEST

/* ---------------------------------------------------------------- clauses about a place */

START_TEST(what_is_only_wished_for_is_not_wanted_of_a_mount)
{
    stage.mount[STAGE_DATA].options = WORDS("rw?");
    stage.path[STAGE_DATA] = (struct path_facts){.path = "/data", .errnum = ENOTDIR};
    judged_findings_are("error /data: not there (not a directory), want a mount\n");
}
END_TEST

START_TEST(file_systems_of_names_as_long_are_told_apart)
{
    stage.mount[STAGE_DATA].fs = WORDS("ext3");
    judged_findings_are("error /data: ext4, want ext3\n");
}
END_TEST

START_TEST(a_ramfs_has_no_limit_and_a_size_that_is_not_limited_is_none)
{
    stage.path[STAGE_TMP].fs = "ramfs";
    stage.path[STAGE_TMP].has_limit = false;
    stage.mount[STAGE_TMP].fs = WORDS("any");
    stage.mount[STAGE_TMP].size_max_bytes = -1;
    stage.mount[STAGE_TMP].from[MOUNT_size_max_bytes] = &stage.setting;
    judged_findings_are("wish /tmp: no size limit, want a size limit (size=...): without one it is "
                        "memory without a limit\n");
}
END_TEST

START_TEST(a_file_has_no_owner_to_ask_for_nor_has_a_place_of_several_users)
{
    stage.path[STAGE_DATA].uid = 0;
    stage.path[STAGE_DATA].is_directory = false;
    judged_findings_are("");
    stage.path[STAGE_DATA].is_directory = true;
    stage.self.uid = 0;
    stage.self.can_switch = true;
    stage.config.unit_count = 2;
    stage_set_user(1, "web", NULL);
    judged_findings_are("");
}
END_TEST

START_TEST(what_the_boot_gives_in_vain_is_not_mended)
{
    give_data(0, 0, 0755, CHOWN_TOP);
    stage.mount[STAGE_DATA].from[MOUNT_owner] = &stage.setting;
    stage.config.mount_count = 1;
    stage.config.mount = &stage.mount[STAGE_DATA];
    stage.facts.mount = &stage.path[STAGE_DATA];
    judged_findings_are(
        "mended /data: owned by 0:0 with mode 0755, want writable for 10002:10002\n");
    stage.mount[STAGE_DATA].mode = 0555; /* which he could not write to either */
    judged_findings_are(
        "mended /data: mode 0755, want mode 0555\n"
        "error /data: owned by 0:0 with mode 0755, want writable for 10002:10002\n");
    stage.mount[STAGE_DATA].mode = 0757; /* which does without an owner */
    judged_findings_are(
        "mended /data: mode 0755, want mode 0757\n"
        "mended /data: owned by 0:0 with mode 0755, want writable for 10002:10002\n");
}
END_TEST

Suite *
place_suite(void)
{
    Suite *suite = suite_create("place");
    TCase *tests = judged_case(suite, "place");
    tcase_add_test(tests, of_mounts_in_each_other_the_deepest_holds_a_path);
    tcase_add_test(tests, a_place_is_a_writable_directory_that_is_mounted);
    tcase_add_test(tests, the_state_lies_where_the_contract_says_and_roinit_may_write);
    tcase_add_test(tests, names_stay_on_a_local_file_system_in_which_no_other_mount_lies);
    tcase_add_test(tests, who_owns_it_with_another_group_is_given_his_own);
    tcase_add_test(tests, a_mode_that_the_contract_names_stays_as_named);
    tcase_add_test(tests, what_the_user_namespace_does_not_map_is_not_given);
    tcase_add_loop_test(tests, a_map_holds_the_ids_of_its_ranges, 0, sizeof maps / sizeof maps[0]);
    tcase_add_test(tests, a_map_of_more_ranges_than_there_is_room_for_is_not_known);
    tcase_add_test(tests, what_is_only_wished_for_is_not_wanted_of_a_mount);
    tcase_add_test(tests, file_systems_of_names_as_long_are_told_apart);
    tcase_add_test(tests, a_ramfs_has_no_limit_and_a_size_that_is_not_limited_is_none);
    tcase_add_test(tests, a_file_has_no_owner_to_ask_for_nor_has_a_place_of_several_users);
    tcase_add_test(tests, what_the_boot_gives_in_vain_is_not_mended);
    return suite;
}
