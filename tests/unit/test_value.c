/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "config/value.h"
#include "tests/unit/suites.h"

static struct arena arena;

#define ALL_PROBES "start notify fd tcp unix http file exec"
#define LONG_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
teardown(void)
{
    arena_free(&arena);
}

/* NULL in `part`: it parses; else the sentence holds it. */
static const struct {
    enum value_type type;
    const char *limits, *text, *part;
} cases[] = {
    {VALUE_BOOL, "", "yes", NULL},
    {VALUE_BOOL, "", "no", NULL},
    {VALUE_BOOL, "", "true", "neither yes nor no"},
    {VALUE_ENUM, "no on-failure always", "always", NULL},
    {VALUE_ENUM, "no on-failure always", "alway", "did you mean \"always\"?"},
    {VALUE_ENUM, "no on-failure always", "no always", "is none of"},
    {VALUE_ENUM, "a", "bbb", "\"bbb\" is none of a"},
    {VALUE_INT, "-1000..1000", "-1000", NULL},
    {VALUE_INT, "-1000..1000", "1001", "out of range"},
    {VALUE_INT, "1..1", "2", "out of range, want 1..1"},
    {VALUE_INT, "", "1x", "no number"},
    {VALUE_OCTAL, "0..777", "022", NULL},
    {VALUE_OCTAL, "0..777", "1777", "out of range"},
    {VALUE_OCTAL, "0..7777", "1777", NULL},
    {VALUE_OCTAL, "", "8", "no octal number"},
    {VALUE_OCTAL, "", "-1", "no octal number"},
    {VALUE_OCTAL, "", "", "no octal number"},
    {VALUE_OCTAL, "", "77777", NULL},
    {VALUE_OCTAL, "", "000777", "no octal number"},
    {VALUE_OCTAL, "700..777", "677", "out of range, want 700..777"},
    {VALUE_DURATION, "", "12", "\"12\" has no unit, want a duration such as 12s"},
    {VALUE_DURATION, "", "none", "no duration"},
    {VALUE_DURATION, "none", "none", NULL},
    {VALUE_DURATION, "none", "never", "1h30m, or none"},
    {VALUE_DURATION, "", "", "no duration"},
    {VALUE_DURATION, "0..1h", "61m", "out of range"},
    {VALUE_DURATION, "0..1h", "60m", NULL},
    {VALUE_SIZE, "", "10X", "no size"},
    {VALUE_PERCENT, "", "85%", NULL},
    {VALUE_PERCENT, "", "101%", "no percentage"},
    {VALUE_PERCENT, "", "85", "no percentage"},
    {VALUE_PERCENT, "", "0%", "no percentage"},
    {VALUE_PATH, "", "/a/../b", "no .."},
    {VALUE_PATH, "", "a", "no path from the root"},
    {VALUE_PATHS, "none", "none", NULL},
    {VALUE_PATHS, "", "none", "no path from the root"},
    {VALUE_PATHS, "-", "-/a /b", NULL},
    {VALUE_PATHS, "", "-/a", "no path from the root"},
    {VALUE_WORDS, "rw ro nodev ?", "rw nodev?", NULL},
    {VALUE_WORDS, "rw ro nodev ?", "nodve?", "did you mean \"nodev\"?"},
    {VALUE_WORDS, "rw ro ?", "?", "\"\" is none of rw ro"},
    {VALUE_WORDS, "tmp home", "tmp?", "is none of tmp home"},
    {VALUE_WORDS, "", "anything goes", NULL},
    {VALUE_NAMES, "", "A_1 b", NULL},
    {VALUE_NAMES, "", "1A", "no name of a variable"},
    {VALUE_UNITS, "", "a b.c-d_e 0", NULL},
    {VALUE_UNITS, "", "Web", "no name of a unit"},
    {VALUE_UNITS, "", "-a", "no name of a unit"},
    {VALUE_UNITS, "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "no name of a unit"},
    {VALUE_GLOBS, "", "* LC_*", NULL},
    {VALUE_GLOBS, "", "A=B", "no pattern"},
    {VALUE_ASSIGNS, "", "A=1\nB= x = y", NULL},
    {VALUE_ASSIGNS, "", "A=1\n\nB=2", NULL},
    {VALUE_ASSIGNS, "", "A = 1", "no NAME=value"},
    {VALUE_ASSIGNS, "", "A", "no NAME=value"},
    {VALUE_MKDIRS, "", "php 0750\nnginx 0755 www:www", NULL},
    {VALUE_MKDIRS, "", "/php", "not PATH"},
    {VALUE_MKDIRS, "", "../php", "not PATH"},
    {VALUE_MKDIRS, "", "php 0999", "not PATH"},
    {VALUE_MKDIRS, "", "php nginx", "not PATH"},
    {VALUE_MKDIRS, "", "a\n \nb", "\" \" is not PATH"},
    {VALUE_MKDIRS, "", "./.", "not PATH"},
    {VALUE_MKDIRS, "", "a 0700 b!", "not PATH"},
    {VALUE_MKDIRS, "", "a 0700 b c", "not PATH"},
    {VALUE_CONDITIONS, "", "env:A !env:B=c !file:/x", NULL},
    {VALUE_CONDITIONS, "", "env:", "no condition"},
    {VALUE_CONDITIONS, "", "file:x", "no condition"},
    {VALUE_CONDITIONS, "", "!!env:A", "no condition"},
    {VALUE_UIDS, "", "non-root", NULL},
    {VALUE_UIDS, "", "1000-2000", NULL},
    {VALUE_UIDS, "", "x-1000", "none of any, non-root, UID and UID-UID"},
    {VALUE_UIDS, "", "1000-x", "none of any, non-root, UID and UID-UID"},
    {VALUE_UIDS, "", "2000-1000", "none of any, non-root, UID and UID-UID"},
    {VALUE_UIDS, "", "www-data", "none of any, non-root, UID and UID-UID"},
    {VALUE_CAPS, "any none", "none", NULL},
    {VALUE_CAPS, "any none", "NET_RAW CAP_CHOWN", NULL},
    {VALUE_CAPS, "any none", "NET_RAW none", "stands alone"},
    {VALUE_CAPS, "any none", "NET_ROW", "did you mean \"NET_RAW\"?"},
    {VALUE_CAPS, "any none", "keep", "no capability"},
    {VALUE_USER, "", "www-data", NULL},
    {VALUE_USER, "", "0:0", NULL},
    {VALUE_USER, "", "4294967294", NULL},
    {VALUE_USER, "", "4294967295", "no user"},
    {VALUE_USER, "", "0x0", "no user"},
    {VALUE_USER, "", "00", "no user"},
    {VALUE_USER, "", "-1", "no user"},
    {VALUE_USER, "", "1000:", "no user"},
    {VALUE_USER, "", ":1000", "no user"},
    {VALUE_USER, "", "a b", "no user"},
    {VALUE_USER, "", "a:b:c", "no user"},
    {VALUE_USER, "", "a23456789012345678901234567890ab", NULL},
    {VALUE_USER, "", "a23456789012345678901234567890abc", "no user"},
    {VALUE_USER, "", "", "no user"},
    {VALUE_USERS, "", "1000 www-data", NULL},
    {VALUE_USERS, "", "1000 0x0", "\"0x0\" is no user, want a name or a number"},
    {VALUE_SIGNAL, "", "term", "no signal"},
    {VALUE_SIGNALS, "", "TERM INT QUIT RTMIN+3", NULL},
    {VALUE_SIGNALS, "", "TERM FOO", "no signal"},
    {VALUE_LIMIT, "", "5/2m", NULL},
    {VALUE_LIMIT, "", "0", NULL},
    {VALUE_LIMIT, "", "5", "no limit"},
    {VALUE_LIMIT, "", "x/2m", "no limit"},
    {VALUE_LIMIT, "", "5/x", "no limit"},
    {VALUE_LIMIT, "", "0/2m", "no limit"},
    {VALUE_LIMIT, "", "5/0", "no limit"},
    {VALUE_STATUS, "", "0 143 TERM", NULL},
    {VALUE_STATUS, "", "256", "neither an exit code"},
    {VALUE_RLIMITS, "", "nofile=65536 core=0:unlimited", NULL},
    {VALUE_RLIMITS, "", "nofiles=1", "names no resource limit"},
    {VALUE_RLIMITS, "", "nofile=2:1", "is no limit"},
    {VALUE_RLIMITS, "", "nofile=", "is no limit"},
    {VALUE_RLIMITS, "", "nofile", "\"nofile\" is no limit, want nofile=SOFT[:HARD]"},
    {VALUE_RLIMITS, "", "nofile=1:x", "is no limit"},
    {VALUE_RLIMITS, "", "a a a a a a a a a a a a a a a a a", "17 limits are more than there are"},
    {VALUE_RLIMITS, "", "nofile=1 nofile=2", "set twice"},
    {VALUE_FORWARD, "", "all TERM:QUIT", NULL},
    {VALUE_FORWARD, "", "none USR1", "stands alone"},
    {VALUE_FORWARD, "", "TERM:", "no signal"},
    {VALUE_FORWARD, "", "FOO:TERM", "no signal"},
    {VALUE_FORWARD, "", "none", NULL},
    {VALUE_SCHEDULE, "", "15m", NULL},
    {VALUE_SCHEDULE, "", "500ms", "at least 1s"},
    {VALUE_SCHEDULE, "", "0", "at least 1s"},
    {VALUE_SCHEDULE, "", "15", "is no schedule"},
    {VALUE_SCHEDULE, "", "@daily", "such as 0 3 * * *"},
    {VALUE_SCHEDULE, "", "0 3 * *", "is no schedule"},
    {VALUE_SCHEDULE, "", "0 3 * * * root", "is no schedule"},
    {VALUE_SCHEDULE, "", "*/5,1 08-18/2 1,15 Jan-jun MON,wed-FRI", NULL},
    {VALUE_SCHEDULE, "", "0 0 * * sat-sun", NULL},
    {VALUE_SCHEDULE, "", "0 0 29 2 *", NULL},
    {VALUE_SCHEDULE, "", "0 0 31 2 *", "never comes"},
    {VALUE_SCHEDULE, "", "0 0 31 2,4,jun *", "never comes"},
    {VALUE_SCHEDULE, "", "0 0 31 2 mon", NULL},
    {VALUE_SCHEDULE, "", "0 0 30 2 */7", "never comes"},
    {VALUE_SCHEDULE, "", "60 0 * * *", "minute: \"60\" is none of 0 to 59"},
    {VALUE_SCHEDULE, "", "0 24 * * *", "hour: \"24\""},
    {VALUE_SCHEDULE, "", "0 0 0 * *", "day of month: \"0\""},
    {VALUE_SCHEDULE, "", "0 0 00 * *", "day of month: \"00\""},
    {VALUE_SCHEDULE, "", "0 0 * * 0-3", NULL},
    {VALUE_SCHEDULE, "", "0 0 * * 0", NULL},
    {VALUE_SCHEDULE, "", "1-x * * * *", "minute: \"1-x\" is none of 0 to 59"},
    {VALUE_SCHEDULE, "", "*/x * * * *", "is no step"},
    {VALUE_SCHEDULE, "", "0," LONG_NAME LONG_NAME LONG_NAME LONG_NAME " * * * *",
     "minute: longer than 199 bytes"},
    {VALUE_SCHEDULE, "", "0 0 * 13 *", "month: \"13\""},
    {VALUE_SCHEDULE, "", "0 0 * * 8", "day of week: \"8\""},
    {VALUE_SCHEDULE, "", "0 0 * * monday", "sun mon tue"},
    {VALUE_SCHEDULE, "", "0 22-2 * * *", "want 22-23,0-2"},
    {VALUE_SCHEDULE, "", "5/10 * * * *", "a step needs a range: 5-59/10"},
    {VALUE_SCHEDULE, "", "*/0 * * * *", "is no step"},
    {VALUE_SCHEDULE, "", "1,,2 * * * *", "minute: \"\""},
    {VALUE_SCHEDULE, "", "-1 * * * *", "minute"},
    {VALUE_PROBE, ALL_PROBES, "start", NULL},
    {VALUE_PROBE, ALL_PROBES, "start:", "is no probe"},
    {VALUE_PROBE, ALL_PROBES, "notify", NULL},
    {VALUE_PROBE, ALL_PROBES, "fd:3", NULL},
    {VALUE_PROBE, ALL_PROBES, "fd:2", "want fd:3 to fd:1023"},
    {VALUE_PROBE, ALL_PROBES, "fd:x", "want fd:3 to fd:1023"},
    {VALUE_PROBE, ALL_PROBES, "fd", "is no probe"},
    {VALUE_PROBE, ALL_PROBES, "tcp:80", NULL},
    {VALUE_PROBE, ALL_PROBES, "tcp:127.0.0.1:80", NULL},
    {VALUE_PROBE, ALL_PROBES, "tcp:localhost:65535", NULL},
    {VALUE_PROBE, ALL_PROBES, "tcp:[::1]:80", NULL},
    {VALUE_PROBE, ALL_PROBES, "tcp:::1:80", "is no address"},
    {VALUE_PROBE, ALL_PROBES, "tcp:[127.0.0.1]:80", "is no address"},
    {VALUE_PROBE, ALL_PROBES, "tcp:[::1]", "has no port"},
    {VALUE_PROBE, ALL_PROBES, "tcp:[::1:80", "\"[::1\" is no address"},
    {VALUE_PROBE, ALL_PROBES, "tcp:db:80", "is no address, want a number such as 127.0.0.1"},
    {VALUE_PROBE, ALL_PROBES, "tcp:0", "has no port"},
    {VALUE_PROBE, ALL_PROBES, "tcp:65536", "has no port"},
    {VALUE_PROBE, ALL_PROBES, "tcp:", "has no port"},
    {VALUE_PROBE, ALL_PROBES, "tcp:127.0.0.1:", "has no port"},
    {VALUE_PROBE, ALL_PROBES, "unix:/run/a.sock", NULL},
    {VALUE_PROBE, ALL_PROBES, "unix:a.sock", "no path from the root"},
    {VALUE_PROBE, ALL_PROBES, "unix:/" LONG_NAME LONG_NAME, "too long for a socket"},
    {VALUE_PROBE, ALL_PROBES, "http://localhost", NULL},
    {VALUE_PROBE, ALL_PROBES, "http://127.0.0.1:8080/ping?a=b", NULL},
    {VALUE_PROBE, ALL_PROBES, "http://[::1]:8080?a", NULL},
    {VALUE_PROBE, ALL_PROBES, "http://[::1]/", NULL},
    {VALUE_PROBE, ALL_PROBES, "http://u@localhost/", "want http://HOST"},
    {VALUE_PROBE, ALL_PROBES, "http:localhost", "want http://HOST"},
    {VALUE_PROBE, ALL_PROBES, "http://web:80/", "is no address"},
    {VALUE_PROBE, ALL_PROBES, "https://localhost/", "there is no TLS in roinit"},
    {VALUE_PROBE, ALL_PROBES, "file:/run/ready", NULL},
    {VALUE_PROBE, ALL_PROBES, "file:ready", "no path from the root"},
    {VALUE_PROBE, ALL_PROBES, "exec:pg_isready -q", NULL},
    {VALUE_PROBE, ALL_PROBES, "exec:", "has no command"},
    {VALUE_PROBE, ALL_PROBES, "exec:a 'b", "not closed"},
    {VALUE_PROBE, ALL_PROBES, "udp:80", "want one of start, notify, fd:N, tcp:[HOST:]PORT"},
    {VALUE_PROBE, "tcp exec", "notify", "want one of tcp:[HOST:]PORT, exec:COMMAND"},
};

START_TEST(each_type_takes_what_is_right_and_says_what_is_wrong)
{
    char value[1024], before[1024], why[512] = "";
    memset(value, 0x5a, sizeof value);
    memset(before, 0x5a, sizeof before);
    int status = value_parse(cases[_i].type, cases[_i].limits, cases[_i].text, &arena, value, why,
                             sizeof why);
    if (cases[_i].part == NULL) {
        ck_assert_msg(status == 0, "%s: %s", cases[_i].text, why);
    } else {
        ck_assert_msg(status == -1, "%s was taken", cases[_i].text);
        ck_assert_msg(strstr(why, cases[_i].part) != NULL, "%s: %s", cases[_i].text, why);
        ck_assert_mem_eq(value, before, sizeof value);
    }
}
END_TEST

static const struct {
    const char *text;
    int64_t ms; /* -1: is none */
} durations[] = {{"0", 0},           {"500ms", 500},     {"30s", 30000},
                 {"5m", 300000},     {"1h30m", 5400000}, {"1m1m", -1},
                 {"1s1m", -1},       {"", -1},           {"s", -1},
                 {"-1s", -1},        {"1.5s", -1},       {"1 s", -1},
                 {"00", -1},         {"1h30", -1},       {"99999999999999999999s", -1},
                 {"1m30s5ms", 90005}};

START_TEST(durations_need_a_unit_and_no_more_than_one_of_each)
{
    int64_t ms = -1;
    int status = value_parse_duration(durations[_i].text, &ms);
    ck_assert_int_eq(ms, durations[_i].ms);
    ck_assert_int_eq(status, durations[_i].ms == -1 ? -1 : 0);
}
END_TEST

static const struct {
    const char *text;
    int64_t bytes;
} sizes[] = {{"0", 0},   {"512", 512}, {"64K", 65536}, {"10M", 10485760},   {"1G", 1LL << 30},
             {"1k", -1}, {"1KB", -1},  {"K", -1},      {"99999999999T", -1}};

START_TEST(sizes_are_powers_of_1024)
{
    int64_t bytes = -1;
    (void)value_parse_size(sizes[_i].text, &bytes);
    ck_assert_int_eq(bytes, sizes[_i].bytes);
}
END_TEST

static const struct {
    const char *text, *path;
} paths[] = {{"/", "/"},  {"//a///b/", "/a/b"}, {"/a/./b/.", "/a/b"}, {"/a/..", NULL},
             {"a", NULL}, {"", NULL},           {"/..a", "/..a"}};

START_TEST(paths_are_made_plain)
{
    const char *path = value_path(paths[_i].text, &arena);
    ck_assert_msg((path == NULL && paths[_i].path == NULL) ||
                      (path != NULL && paths[_i].path != NULL && strcmp(path, paths[_i].path) == 0),
                  "%s", paths[_i].text);
}
END_TEST

START_TEST(what_counts_as_success_always_has_0_in_it)
{
    struct success_status status;
    char why[64];
    ck_assert_int_eq(value_parse(VALUE_STATUS, "", "143 HUP", &arena, &status, why, sizeof why), 0);
    ck_assert_uint_eq(status.codes[0], 1);
    ck_assert_uint_eq(status.codes[2], 1ULL << (143 - 128));
    ck_assert_uint_eq(status.signals, 1);
}
END_TEST

START_TEST(not_given_is_minus_one_where_zero_means_something)
{
    int mode = 0;
    int64_t size = 0, duration = 0;
    value_none(VALUE_OCTAL, &mode);
    value_none(VALUE_SIZE, &size);
    value_none(VALUE_DURATION, &duration);
    ck_assert_int_eq(mode, -1);
    ck_assert_int_eq(size, -1);
    ck_assert_int_eq(duration, DURATION_NONE);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
value_suite(void)
{
    Suite *suite = suite_create("value");
    TCase *tests = tcase_create("value");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_loop_test(tests, each_type_takes_what_is_right_and_says_what_is_wrong, 0,
                        COUNT(cases));
    tcase_add_loop_test(tests, durations_need_a_unit_and_no_more_than_one_of_each, 0,
                        COUNT(durations));
    tcase_add_loop_test(tests, sizes_are_powers_of_1024, 0, COUNT(sizes));
    tcase_add_loop_test(tests, paths_are_made_plain, 0, COUNT(paths));
    tcase_add_test(tests, what_counts_as_success_always_has_0_in_it);
    tcase_add_test(tests, not_given_is_minus_one_where_zero_means_something);
    suite_add_tcase(suite, tests);
    return suite;
}
