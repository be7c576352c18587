/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/text.h"
#include "tests/unit/sample.h"
#include "tests/unit/suites.h"

static struct arena arena;
static struct mount_table table;

static void
setup(void)
{
    arena = (struct arena)ARENA_INIT;
}

static void
teardown(void)
{
    arena_free(&arena);
}

/* The ids of what is hidden, in the table's order: "10 12". */
static void
hidden_are(const char *want)
{
    char bytes[256];
    struct text text = TEXT_OVER(bytes);
    for (size_t i = 0; i < table.count; i++) {
        if (table.entry[i].is_hidden) {
            text_addf(&text, "%s%lu", text.length == 0 ? "" : " ",
                      (unsigned long)table.entry[i].id);
        }
    }
    ck_assert_str_eq(bytes, want);
}

START_TEST(every_line_of_a_real_table_is_understood)
{
    const struct sample *sample = &samples[_i];
    sample_read(sample->name, &arena, &table);
    ck_assert_msg(table.is_complete, "%s: %s", sample->name, table.incomplete);
    ck_assert_uint_eq(table.count, sample->lines);
}
END_TEST

START_TEST(the_root_is_read_only_by_its_mount_or_by_its_super_block)
{
    const struct sample *sample = &samples[_i];
    sample_read(sample->name, &arena, &table);
    const struct mount_entry *root = mountinfo_by_path(&table, "/");
    ck_assert_int_eq(root == NULL, sample->root == SAMPLE_NO_ROOT);
    if (root != NULL) {
        ck_assert_msg((root->is_read_only || root->is_super_read_only) ==
                          (sample->root == SAMPLE_ROOT_RO),
                      "%s", sample->name);
    }
}
END_TEST

START_TEST(of_real_tables_only_stacked_mounts_are_hidden)
{
    sample_read(samples[_i].name, &arena, &table);
    hidden_are(samples[_i].hidden != NULL ? samples[_i].hidden : "");
}
END_TEST

START_TEST(every_id_is_found_again)
{
    sample_read(samples[_i].name, &arena, &table);
    for (size_t i = 0; i < table.count; i++) {
        ck_assert_ptr_eq(mountinfo_by_id(&table, table.entry[i].id), &table.entry[i]);
    }
    ck_assert_ptr_null(mountinfo_by_id(&table, 999999));
}
END_TEST

START_TEST(of_stacked_mounts_the_last_one_counts)
{
    sample_read("docker-ro-varrun-symlink-stacked", &arena, &table);
    const struct mount_entry *run = mountinfo_by_path(&table, "/run");
    ck_assert_ptr_nonnull(run);
    ck_assert_uint_eq(run->id, 116);
    ck_assert_int_eq(strncmp(mountinfo_super_option(run, "size"), "16384k", 6), 0);
}
END_TEST

START_TEST(escapes_become_the_bytes_that_they_stand_for)
{
    sample_read("escapes", &arena, &table);
    ck_assert_str_eq(table.entry[0].path, "/srv/e/a b\tc#d\\e,f=g\"h:\xc3\xa9");
    ck_assert_str_eq(table.entry[0].source, "s r#c");
    ck_assert_str_eq(table.entry[1].path, "/srv/e/nl\nx");
    ck_assert_str_eq(table.entry[2].root, "/srv/e/src//deleted");
    ck_assert(table.entry[3].is_read_only && !table.entry[3].is_super_read_only);
    ck_assert(!table.entry[4].is_read_only || table.entry[4].is_super_read_only);
}
END_TEST

START_TEST(what_only_looks_like_an_escape_stays)
{
    sample_parse("1 0 0:1 / /\\/a\\4b\\0/c\\08d\\00/e\\008f\\101 rw - tmpfs t rw\n", &arena,
                 &table);
    ck_assert_uint_eq(table.count, 1);
    ck_assert_str_eq(table.entry[0].path, "/\\/a\\4b\\0/c\\08d\\00/e\\008fA");
}
END_TEST

START_TEST(flags_are_words_of_their_own)
{
    sample_parse("1 0 0:1 / /a rw,nosuid,nodev,noexec,relatime - tmpfs t rw,size=4k\n"
                 "2 0 0:2 / /b rw,relatime shared:1 master:2 unbindable - ext4 ro-disk rw,ro\n"
                 "3 0 0:3 / /c ro - overlay  ro,lowerdir=/size=1/rw\n"
                 "4 0 0:4 / /d rw - tmpfs t \n5 0 0:5 / /e rw - tmpfs t root=1\n",
                 &arena, &table);
    ck_assert_uint_eq(table.count, 5);
    const struct mount_entry *e = table.entry;
    ck_assert(e[0].is_noexec && e[0].is_nosuid && e[0].is_nodev && !e[0].is_read_only);
    ck_assert(!e[1].is_noexec && !e[1].is_nosuid && !e[1].is_nodev && !e[1].is_read_only);
    ck_assert_msg(!e[1].is_super_read_only, "only the first word is the super block's");
    ck_assert(e[2].is_read_only && e[2].is_super_read_only);
    ck_assert(!e[3].is_super_read_only && !e[4].is_super_read_only);
    ck_assert_str_eq(e[2].source, "");
    ck_assert_ptr_null(mountinfo_super_option(&e[2], "size"));
    ck_assert_ptr_null(mountinfo_super_option(&e[0], "si"));
    ck_assert_str_eq(mountinfo_super_option(&e[0], "size"), "4k");
}
END_TEST

#define ROOT "1 0 0:1 / / ro - overlay o rw\n"

/* clang-format off */
static const struct {
    const char *text, *hidden;
} reached[] = {
    /* three on one path */
    {ROOT "10 1 0:2 / /r rw - tmpfs t rw\n11 10 0:3 / /r rw - tmpfs t rw\n12 11 0:4 / /r rw - tmpfs t rw\n", "10 11"},
    /* what lay below a covered one is gone with it, and what is on top of that; what lies below the top is not */
    {ROOT "10 1 0:2 / /r rw - tmpfs t rw\n11 10 0:3 / /r/s rw - tmpfs t rw\n12 11 0:4 / /r/s rw - tmpfs t rw\n"
          "13 12 0:5 / /r/s/t rw - tmpfs t rw\n14 10 0:6 / /r rw - tmpfs t rw\n15 14 0:7 / /r/s rw - tmpfs t rw\n", "10 11 12 13"},
    /* below a covered one, wherever its path says that it is */
    {ROOT "10 1 0:2 / /r rw - tmpfs t rw\n11 10 0:3 / /r rw - tmpfs t rw\n12 10 0:4 / /x rw - tmpfs t rw\n", "10 12"},
    /* shadowed: the parent's directory lies below another mount, whichever came first */
    {ROOT "10 1 0:2 / /a/b rw - tmpfs t rw\n11 1 0:3 / /a rw - tmpfs t rw\n12 10 0:4 / /a/b/c rw - tmpfs t rw\n", "10 12"},
    {ROOT "11 1 0:3 / /a rw - tmpfs t rw\n10 1 0:2 / /a/b rw - tmpfs t rw\n", "10"},
    /* neighbours in spelling are none */
    {ROOT "10 1 0:2 / /a rw - tmpfs t rw\n11 1 0:3 / /a-b rw - tmpfs t rw\n12 1 0:4 / /ab rw - tmpfs t rw\n13 10 0:5 / /a/b rw - tmpfs t rw\n", ""},
    {ROOT "10 1 0:2 / /a rw - tmpfs t rw\n11 1 0:3 / /a!b rw - tmpfs t rw\n12 1 0:4 / /a/b rw - tmpfs t rw\n", "12"},
    /* a mount on top of "/" leaves those who are there where they are */
    {ROOT "10 1 0:2 / / rw - tmpfs t rw\n11 1 0:3 / /a rw - tmpfs t rw\n", ""},
    /* a mount that is its own parent, and parents that are not in the table */
    {"1 1 0:1 / / rw - rootfs r rw\n10 7 0:2 / /a rw - tmpfs t rw\n", ""},
};
/* clang-format on */

START_TEST(what_cannot_be_reached_is_hidden)
{
    sample_parse(reached[_i].text, &arena, &table);
    ck_assert(table.is_complete);
    hidden_are(reached[_i].hidden);
}
END_TEST

/* clang-format off */
static const struct {
    const char *text;
    size_t count;
    bool is_complete;
} odd[] = {
    {"", 0, true},
    {"\n", 0, false},
    {"1 0 0:1 / / ro - overlay o rw", 0, false}, /* no end of line */
    {ROOT "2 1 0:2 / /a rw - tmp", 1, false},
    {"1 0 0:1 / / ro overlay o rw\n" ROOT, 1, false}, /* no dash */
    {"x 0 0:1 / / ro - overlay o rw\n", 0, false},
    {"-1 0 0:1 / / ro - overlay o rw\n", 0, false},
    {"1 0 01 / / ro - overlay o rw\n", 0, false},
    {"99999999999999999999 0 0:1 / / ro - overlay o rw\n", 0, false},
    {"1 0 0:1 / / ro -\n", 0, false},
    {"1 0 0:1 / / ro - overlay\n", 0, false},
    {"1 x 0:1 / / ro - overlay o rw\n", 0, false},
    {"1 0 x:1 / / ro - overlay o rw\n", 0, false},
    {"1 0 0:x / / ro - overlay o rw\n", 0, false},
    {ROOT "2 1 0:1 / relative rw - tmpfs t rw\n", 2, true},
    {"1 0 0:1 / /\\0 ro - a b rw\n2 1 0:1 / /\\04 ro - a b rw\n3 1 0:1 / /\\999 ro - a b rw\n", 3, true},
};
/* clang-format on */

START_TEST(lines_that_make_no_sense_make_the_table_incomplete)
{
    sample_parse(odd[_i].text, &arena, &table);
    ck_assert_uint_eq(table.count, odd[_i].count);
    ck_assert_int_eq(table.is_complete, odd[_i].is_complete);
    ck_assert_int_eq(table.incomplete == NULL, odd[_i].is_complete);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused)
{
    static const char bytes[] = "1 0 0:1 / /a\0b ro - tmpfs t rw\n\0\0\0\n\xff\xfe\n";
    mountinfo_parse(bytes, sizeof bytes - 1, &arena, &table);
    ck_assert_uint_eq(table.count, 0);
    ck_assert(!table.is_complete);
}
END_TEST

START_TEST(thousands_of_stacked_and_of_distinct_mounts_are_cheap)
{
    /* No clock: a quadratic way would take longer than the test may. */
    enum { MOUNTS = 100000, LINE = 96 };
    static char bytes[MOUNTS * LINE];
    bool is_stacked = _i == 1;
    struct text text = TEXT_OVER(bytes);
    text_add(&text, ROOT);
    for (int i = 2; i <= MOUNTS; i++) {
        if (is_stacked) {
            text_addf(&text, "%d %d 0:1 / /data rw - tmpfs t rw\n", i, i - 1);
        } else {
            text_addf(&text, "%d 1 0:1 / /data/volume-with-a-long-name/%d rw - tmpfs t rw\n", i, i);
        }
    }
    ck_assert(!text.is_cut);
    mountinfo_parse(bytes, text.length, &arena, &table);
    ck_assert(table.is_complete);
    ck_assert_uint_eq(table.count, MOUNTS);
    size_t hidden = 0;
    for (size_t i = 0; i < table.count; i++) {
        hidden += table.entry[i].is_hidden;
    }
    ck_assert_uint_eq(hidden, is_stacked ? MOUNTS - 2 : 0);
}
END_TEST

Suite *
mountinfo_suite(void)
{
    Suite *suite = suite_create("mountinfo");
    TCase *real = tcase_create("real tables");
    TCase *made = tcase_create("made up");
    tcase_add_checked_fixture(real, setup, teardown);
    tcase_add_checked_fixture(made, setup, teardown);
    tcase_add_loop_test(real, every_line_of_a_real_table_is_understood, 0, sample_count);
    tcase_add_loop_test(real, the_root_is_read_only_by_its_mount_or_by_its_super_block, 0,
                        sample_count);
    tcase_add_loop_test(real, of_real_tables_only_stacked_mounts_are_hidden, 0, sample_count);
    tcase_add_loop_test(real, every_id_is_found_again, 0, sample_count);
    tcase_add_test(real, of_stacked_mounts_the_last_one_counts);
    tcase_add_test(real, escapes_become_the_bytes_that_they_stand_for);
    tcase_add_test(made, what_only_looks_like_an_escape_stays);
    tcase_add_test(made, flags_are_words_of_their_own);
    tcase_add_loop_test(made, what_cannot_be_reached_is_hidden, 0,
                        sizeof reached / sizeof reached[0]);
    tcase_add_loop_test(made, lines_that_make_no_sense_make_the_table_incomplete, 0,
                        sizeof odd / sizeof odd[0]);
    tcase_add_test(made, bytes_that_are_no_text_are_refused);
    tcase_add_loop_test(made, thousands_of_stacked_and_of_distinct_mounts_are_cheap, 0, 2);
    suite_add_tcase(suite, real);
    suite_add_tcase(suite, made);
    return suite;
}
