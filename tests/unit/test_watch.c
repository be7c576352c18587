/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/doc.h"
#include "init/contract.h"
#include "init/drift.h"
#include "init/watch.h"
#include "tests/unit/suites.h"

static char bytes[512];

static struct path_facts
place(uint64_t size, uint64_t free, uint64_t free_inodes)
{
    return (struct path_facts){
        .path = "/tmp", .size_bytes = size, .free_bytes = free, .free_inodes = free_inodes};
}

/* One look after the other. */
static const struct {
    uint64_t free, free_inodes; /* of 1,000 each */
    unsigned percent;
    bool is_above, has_changed;
} looks[] = {
    {1000, 1000, 0, false, false}, {151, 1000, 84, false, false}, {150, 1000, 85, true, true},
    {160, 1000, 84, true, false},  {199, 1000, 80, true, false},  {201, 1000, 79, false, true},
    {900, 100, 90, true, true},    {900, 1000, 10, false, true},  {0, 1000, 100, true, true},
};

START_TEST(warn_at_is_told_once_on_the_way_up_and_once_on_the_way_down)
{
    struct mount_fill fill = {0};
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        struct path_facts path = place(1000, looks[i].free, looks[i].free_inodes);
        bool has_changed = watch_fill(&fill, &path, 1000, 85);
        ck_assert_msg(has_changed == looks[i].has_changed && fill.is_above == looks[i].is_above &&
                          fill.percent == looks[i].percent,
                      "look %zu: %u%%, above %d, changed %d", i, fill.percent, fill.is_above,
                      has_changed);
    }
}
END_TEST

START_TEST(a_file_system_without_a_size_or_inodes_is_never_full)
{
    struct mount_fill fill = {0};
    struct path_facts path = place(0, UINT64_MAX, UINT64_MAX);
    ck_assert(!watch_fill(&fill, &path, 0, 1));
    path = place(1ULL << 60, 1ULL << 60, UINT64_MAX);
    ck_assert(!watch_fill(&fill, &path, 0, 1));
    ck_assert(!watch_fill(&fill, &path, 1000, 1)); /* more are free than there are */
    path = place(1000, 0, 0);
    ck_assert(!watch_fill(&fill, &path, 0, -1)); /* nobody is to be told */
    ck_assert_uint_eq(fill.percent, 100);
}
END_TEST

START_TEST(the_sentences_round_as_people_do)
{
    struct mount_fill fill = {0};
    struct path_facts path = place(64 << 20, 6 << 20, 1000);
    struct memory_use memory = {.limit_bytes = 3ULL << 29, .tmpfs_bytes = 48 << 20};
    struct text out = TEXT_OVER(bytes);
    (void)watch_fill(&fill, &path, 1000, 85);
    watch_add_fill(&fill, &path, 85, &out);
    ck_assert_str_eq(bytes, "/tmp is 90% full: 58M of 64M (warn-at 85%)");
    out = TEXT_OVER(bytes);
    path.free_inodes = 10;
    (void)watch_fill(&fill, &path, 1000, 85);
    watch_add_fill(&fill, &path, 85, &out);
    ck_assert_str_eq(bytes, "/tmp is 99% full by its number of files (warn-at 85%)");
    out = TEXT_OVER(bytes);
    watch_add_use(&fill, &path, &out);
    ck_assert_str_eq(bytes, "/tmp  99% of its files  58M of 64M");
    out = TEXT_OVER(bytes);
    path = place(1000, 488, 1000);
    (void)watch_fill(&fill, &path, 0, 85);
    watch_add_fill(&fill, &path, 85, &out);
    ck_assert_str_eq(bytes, "/tmp is no more than 51% full: 512B of 1000B (warn-at 85%)");
    out = TEXT_OVER(bytes);
    ck_assert(!watch_add_memory(&(struct memory_use){.tmpfs_bytes = 1}, &out));
    path = place(UINT64_MAX, 0, 1000);
    (void)watch_fill(&fill, &path, 0, 85);
    watch_add_use(&fill, &path, &out);
    ck_assert_str_eq(bytes, "/tmp  100%  15E of 15E");
    out = TEXT_OVER(bytes);
    ck_assert(watch_add_memory(&memory, &out));
    ck_assert_str_eq(bytes, "tmpfs holds 48M (3%) of the container's memory of 1.5G");
}
END_TEST

START_TEST(file_systems_that_others_serve_are_not_asked)
{
    static const char *const theirs[] = {"nfs4", "cifs", "fuse.sshfs", "fuseblk", "9p", NULL};
    static const char *const ours[] = {"tmpfs", "ext4", "overlay", "xfs", "btrfs"};
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        ck_assert(watch_may_hang(theirs[i]));
    }
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        ck_assert(!watch_may_hang(ours[i]));
    }
}
END_TEST

/* Which mounts there are, and whether somebody may be waited for: on the way to /data/cache, and
 * anywhere. */
static const struct {
    const char *path, *fs;
    bool on_way, anywhere;
} mounts[] = {
    {"/", "nfs4", false, false}, /* all comes from there, roinit itself, too */
    {"/data", "tmpfs", false, false},
    {"/data", "nfs4", true, true},
    {"/data/cache", "fuse.s3", true, true},
    {"/data/cache/below", "nfs4", false, true},
    {"/dat", "nfs4", false, true},
    {"/etc/hosts", "9p", false, true},
};

START_TEST(a_server_is_waited_for_where_its_mount_lies_on_the_way)
{
    struct mount_entry entry = {.path = mounts[_i].path, .fs = mounts[_i].fs};
    struct mount_table table = {.entry = &entry, .count = 1, .is_complete = true};
    ck_assert_int_eq(watch_way_may_hang(&table, "/data/cache"), mounts[_i].on_way);
    ck_assert_int_eq(watch_way_may_hang(&table, NULL), mounts[_i].anywhere);
    table.is_complete = false;
    ck_assert_int_eq(watch_way_may_hang(&table, "/data/cache"), mounts[_i].on_way);
    ck_assert(watch_way_may_hang(&table, NULL));
}
END_TEST

START_TEST(a_counter_is_found_by_its_whole_name)
{
    static const char events[] = "low 0\nhigh 5\nmax 7\noom 3\noom_kill 2\noom_group_kill 9\n";
    ck_assert_uint_eq(watch_number(events, "oom_kill"), 2);
    ck_assert_uint_eq(watch_number(events, "oom"), 3);
    ck_assert_uint_eq(watch_number(events, "kill"), 0);
    ck_assert_uint_eq(watch_number(events, "hig"), 0);
    ck_assert_uint_eq(watch_number("", "oom"), 0);
}
END_TEST

/* ---------------------------------------------------------------- drift */

#define ROOT_RO "1 0 0:1 / / ro,relatime - overlay overlay ro\n"
#define ROOT_RW "1 0 0:1 / / rw,relatime - overlay overlay rw\n"
#define TMP "2 1 0:2 / /tmp rw,nosuid,nodev,noexec - tmpfs tmpfs rw,size=64k\n"
#define TMP_X "2 1 0:2 / /tmp rw,nosuid,nodev - tmpfs tmpfs rw,size=64k\n"
#define TMP_RO "2 1 0:2 / /tmp ro,nosuid,nodev,noexec - tmpfs tmpfs rw,size=64k\n"
#define TMP_SUPER_RO "2 1 0:2 / /tmp rw,nosuid,nodev,noexec - tmpfs tmpfs ro,size=64k\n"
#define OVER "3 2 0:3 / /tmp rw - ext4 /dev/sda rw\n"
#define SRV "4 1 0:4 / /srv rw - ext4 /dev/sda rw\n"
#define SRV_RO "4 1 0:4 / /srv ro - ext4 /dev/sda rw\n"

static const struct {
    const char *table, *subject, *found; /* NULL: nothing */
} drifts[] = {
    {ROOT_RO TMP, NULL, NULL},
    {ROOT_RW TMP, "/", "read-write"},
    {ROOT_RO TMP_RO, "/tmp", "ro"},
    {ROOT_RO TMP_SUPER_RO, "/tmp", "ro"},
    {ROOT_RO TMP SRV, "/srv", "writable"},
    {ROOT_RO TMP SRV_RO, NULL, NULL},
    {ROOT_RO, "/tmp", "not a mount"},
    {ROOT_RO TMP OVER, "/tmp", "ext4"},
    {ROOT_RO TMP_X, "/tmp", "exec"},
};

START_TEST(a_mount_that_changes_is_found)
{
    struct arena arena = ARENA_INIT;
    struct config config = {.mount_count = 1};
    struct mount_config mount = {.path = "/tmp", .is_tmpfs = true};
    struct section section = {.title = "tmpfs /tmp"};
    struct mount_owner owner = {0};
    struct identities identities = {.mount = &owner};
    struct path_facts path = {.path = "/tmp",
                              .resolved = "/tmp",
                              .is_mount_root = true,
                              .mount_id = 2,
                              .fs = "tmpfs",
                              .is_noexec = true,
                              .is_nosuid = true,
                              .is_nodev = true};
    struct facts facts = {.mount = &path};
    struct facts now;
    struct mount_table tables[2];
    struct findings findings[3] = {{.arena = &arena}, {.arena = &arena}, {.arena = &arena}};
    mount.section = &section;
    mount.fs = (struct words){.count = 1, .item = (const char *[]){"tmpfs"}};
    mount.options = (struct words){.count = 2, .item = (const char *[]){"rw", "noexec"}};
    mount.min_free_bytes = mount.size_max_bytes = mount.mode = -1;
    config.mount = &mount;
    config.require.undeclared_mounts = UNDECLARED_WARN;
    facts.root = (struct path_facts){
        .path = "/", .resolved = "/", .mount_id = 1, .is_mount_root = true, .is_read_only = true};
    const char *texts[] = {ROOT_RO TMP, drifts[_i].table};
    for (size_t i = 0; i < 2; i++) {
        mountinfo_parse(texts[i], strlen(texts[i]), &arena, &tables[i]);
        drift_facts(&facts, 1, &tables[i], &arena, &now);
        contract_check_drift(&config, &now, &identities, &findings[i]);
    }
    drift_new(&findings[0], &findings[1], &findings[2]);
    if (drifts[_i].subject == NULL) {
        ck_assert_uint_eq(findings[2].count, 0);
    } else {
        ck_assert_uint_ge(findings[2].count, 1);
        ck_assert_str_eq(findings[2].item[0].subject, drifts[_i].subject);
        ck_assert_msg(strstr(findings[2].item[0].found, drifts[_i].found) != NULL, "%s",
                      findings[2].item[0].found);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(what_the_table_does_not_tell_stays_as_it_was)
{
    struct arena arena = ARENA_INIT;
    struct path_facts path[] = {
        {.path = "/gone", .errnum = 2},
        {.path = "/tmp", .resolved = "/tmp", .is_mount_root = true, .is_noexec = true},
        {.path = "/no", .resolved = "/no", .is_noexec = true},
    };
    struct facts facts = {.mount = path, .root = {.resolved = "/", .mount_id = 1}};
    struct facts now;
    struct mount_table table;
    mountinfo_parse(ROOT_RO, strlen(ROOT_RO), &arena, &table);
    drift_facts(&facts, 3, &table, &arena, &now);
    ck_assert_int_eq(now.mount[0].errnum, 2);
    ck_assert(!now.mount[1].is_mount_root && !now.mount[2].is_mount_root);
    ck_assert(now.mount[1].is_noexec && now.root.is_read_only);
    table.is_complete = false; /* it may stand in what is missing */
    drift_facts(&facts, 3, &table, &arena, &now);
    ck_assert(now.mount[1].is_mount_root && !now.mount[2].is_mount_root);
    arena_free(&arena);
}
END_TEST

START_TEST(only_what_was_not_found_before_is_new)
{
    struct arena arena = ARENA_INIT;
    struct finding ro = {.subject = "/tmp", .found = "ro"};
    struct finding exec = {.subject = "/tmp", .found = "exec"};
    struct finding other = {.subject = "/run", .found = "ro"};
    struct findings before = {.arena = &arena}, now = {.arena = &arena}, fresh = {.arena = &arena};
    findings_add(&before, &ro);
    findings_add(&before, &other);
    findings_add(&now, &exec);
    findings_add(&now, &other);
    findings_add(&now, &ro);
    drift_new(&before, &now, &fresh);
    ck_assert_uint_eq(fresh.count, 1);
    ck_assert_str_eq(fresh.item[0].found, "exec");
    arena_free(&arena);
}
END_TEST

Suite *
watch_suite(void)
{
    Suite *suite = suite_create("watch");
    TCase *tcase = tcase_create("watch");
    tcase_add_test(tcase, warn_at_is_told_once_on_the_way_up_and_once_on_the_way_down);
    tcase_add_test(tcase, a_file_system_without_a_size_or_inodes_is_never_full);
    tcase_add_test(tcase, the_sentences_round_as_people_do);
    tcase_add_test(tcase, file_systems_that_others_serve_are_not_asked);
    tcase_add_loop_test(tcase, a_server_is_waited_for_where_its_mount_lies_on_the_way, 0,
                        sizeof mounts / sizeof mounts[0]);
    tcase_add_test(tcase, a_counter_is_found_by_its_whole_name);
    tcase_add_loop_test(tcase, a_mount_that_changes_is_found, 0, sizeof drifts / sizeof drifts[0]);
    tcase_add_test(tcase, what_the_table_does_not_tell_stays_as_it_was);
    tcase_add_test(tcase, only_what_was_not_found_before_is_new);
    suite_add_tcase(suite, tcase);
    return suite;
}
