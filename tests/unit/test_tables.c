/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/capname.h"
#include "config/config.h"
#include "config/schema.h"
#include "config/sha256.h"
#include "config/signame.h"
#include "config/synonyms.h"
#include "config/text.h"
#include "tests/unit/suites.h"

/* The tables that floor 1 keeps. */

START_TEST(every_default_parses)
{
    struct arena arena = ARENA_INIT;
    char why[256] = "", value[1024];
    size_t count = 0;
    const struct schema_key *keys = schema_keys((enum schema_section)_i, &count);
    for (size_t k = 0; k < count; k++) {
        const char *text = keys[k].default_text;
        if (*text == '\0' || *text == '(') {
            continue;
        }
        ck_assert_msg(
            value_parse(keys[k].type, keys[k].limits, text, &arena, value, why, sizeof why) == 0,
            "%s = %s: %s", keys[k].name, text, why);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(every_key_is_found_by_its_name_and_stands_once)
{
    size_t count = 0;
    const struct schema_key *keys = schema_keys((enum schema_section)_i, &count);
    for (size_t k = 0; k < count; k++) {
        ck_assert_ptr_eq(schema_find((enum schema_section)_i, keys[k].name), &keys[k]);
        ck_assert_uint_eq(keys[k].index, k);
        ck_assert(*keys[k].help != '\0');
    }
}
END_TEST

START_TEST(a_service_has_none_of_the_keys_of_tasks)
{
    ck_assert_ptr_null(schema_find(SECTION_SERVICE, "when"));
    ck_assert_ptr_null(schema_find(SECTION_SERVICE, "command-dir"));
    ck_assert_ptr_nonnull(schema_find(SECTION_TASK, "when"));
    ck_assert_ptr_nonnull(schema_find(SECTION_DEFAULTS, "timeout"));
    ck_assert_ptr_nonnull(schema_find(SECTION_SERVICE, "log-rate"));
}
END_TEST

START_TEST(defaults_depend_on_the_kind_of_mount)
{
    ck_assert_str_eq(schema_find(SECTION_TMPFS, "fs")->default_text, "tmpfs?");
    ck_assert_str_eq(schema_find(SECTION_VOLUME, "fs")->default_text, "any");
    ck_assert_uint_eq(schema_find(SECTION_TMPFS, "mkdir")->offset,
                      offsetof(struct mount_config, mkdir));
}
END_TEST

static const struct {
    const char *name;
    int number;
} signals[] = {
    {"TERM", 15},       {"SIGTERM", 15}, {"15", 15},       {"RTMIN", 34},   {"RTMIN+3", 37},
    {"RTMAX", 64},      {"RTMAX-1", 63}, {"RTMIN+30", 64}, {"RTMIN+31", 0}, {"RTMIN-1", 0},
    {"term", 0},        {"SIG", 0},      {"0", 0},         {"65", 0},       {"", 0},
    {"SIGRTMIN+3", 37}, {"RTMIN+", 0},   {"IOT", 6},
};

START_TEST(a_signal_has_the_kernels_number)
{
    ck_assert_int_eq(signame_number(signals[_i].name), signals[_i].number);
}
END_TEST

START_TEST(every_signal_is_written_as_it_is_read)
{
    char buffer[16];
    ck_assert_str_eq(signame_text(65, buffer, sizeof buffer), "65");
    ck_assert_int_eq(signame_number(signame_text(_i, buffer, sizeof buffer)), _i);
}
END_TEST

static const struct {
    const char *word, *ours;
} synonyms[] = {
    {"exec", "command"},
    {"run", "command"},
    {"ExecStart", "command"},
    {"depends_on", "requires"},
    {"dependencies", "requires"},
    {"autorestart", "restart"},
    {"Restart", NULL}, /* one letter off: spelling finds it */
    {"environment", "env"},
    {"directory", "working-dir"},
    {"WorkingDirectory", "working-dir"},
    {"cwd", "working-dir"},
    {"stopsignal", "stop-signal"},
    {"down-signal", "stop-signal"},
    {"stopwaitsecs", "stop-timeout"},
    {"TimeoutStopSec", "stop-timeout"},
    {"startsecs", "start-timeout"},
    {"timeout-up", "start-timeout"},
    {"ConditionPathExists", "only-if"},
};

START_TEST(the_words_of_other_systems_are_known)
{
    const char *ours = synonym_key(synonyms[_i].word);
    ck_assert(text_equal(ours, synonyms[_i].ours));
    ck_assert(ours == NULL || schema_find(SECTION_TASK, ours) != NULL);
}
END_TEST

START_TEST(capabilities_are_known_with_and_without_their_prefix)
{
    ck_assert_int_eq(capname_number("NET_BIND_SERVICE"), 10);
    ck_assert_int_eq(capname_number("CAP_SYS_ADMIN"), 21);
    ck_assert_int_eq(capname_number("net_raw"), -1);
    ck_assert_str_eq(capname_text(0), "CHOWN");
    ck_assert_ptr_null(capname_text(63));
    ck_assert_ptr_null(capname_text(-1));
}
END_TEST

static const struct {
    const char *piece;
    size_t times;
    const char *hex;
} digests[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"aaaaaaaaaa", 100000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

START_TEST(sha256_is_that_of_the_standard)
{
    struct sha256 sha;
    char hex[65];
    sha256_init(&sha);
    for (size_t i = 0; i < digests[_i].times; i++) {
        sha256_add(&sha, digests[_i].piece, strlen(digests[_i].piece));
    }
    sha256_hex(&sha, hex);
    ck_assert_str_eq(hex, digests[_i].hex);
}
END_TEST

START_TEST(an_arena_gives_aligned_zeroed_memory_of_any_size)
{
    struct arena arena = ARENA_INIT;
    for (size_t size = 0; size < 20000; size = size * 2 + 1) {
        unsigned char *memory = arena_alloc(&arena, size);
        ck_assert_uint_eq((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++) {
            ck_assert_uint_eq(memory[i], 0);
        }
        memset(memory, 0xff, size);
    }
    ck_assert_ptr_null(arena_alloc_array(&arena, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
    ck_assert_str_eq(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    arena_free(&arena);
    ck_assert_str_eq(arena_strndup(&arena, "abc", 2), "ab");
    arena_free(&arena);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
tables_suite(void)
{
    Suite *suite = suite_create("tables");
    TCase *tests = tcase_create("tables");
    tcase_add_loop_test(tests, every_default_parses, 0, SECTION_COUNT);
    tcase_add_loop_test(tests, every_key_is_found_by_its_name_and_stands_once, 0, SECTION_COUNT);
    tcase_add_test(tests, a_service_has_none_of_the_keys_of_tasks);
    tcase_add_test(tests, defaults_depend_on_the_kind_of_mount);
    tcase_add_loop_test(tests, a_signal_has_the_kernels_number, 0, COUNT(signals));
    tcase_add_loop_test(tests, every_signal_is_written_as_it_is_read, 1, 65);
    tcase_add_loop_test(tests, the_words_of_other_systems_are_known, 0, COUNT(synonyms));
    tcase_add_test(tests, capabilities_are_known_with_and_without_their_prefix);
    tcase_add_loop_test(tests, sha256_is_that_of_the_standard, 0, COUNT(digests));
    tcase_add_test(tests, an_arena_gives_aligned_zeroed_memory_of_any_size);
    suite_add_tcase(suite, tests);
    return suite;
}
