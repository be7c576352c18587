/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <errno.h>
#include <string.h>

#include "supervisor/httpreply.h"
#include "supervisor/probe.h"
#include "tests/unit/suites.h"

static const struct {
    const char *reply;
    enum httpreply_state state;
    int status; /* 0: not known */
} replies[] = {
    {"HTTP/1.1 200 OK\r\n", HTTPREPLY_WHOLE, 200},
    {"HTTP/1.0 200\r\n", HTTPREPLY_WHOLE, 200},
    {"HTTP/1.1 204\n", HTTPREPLY_WHOLE, 204},
    {"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n", HTTPREPLY_WHOLE, 301},
    {"HTTP/1.1 503 Service Unavailable\r\n", HTTPREPLY_WHOLE, 503},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", HTTPREPLY_WHOLE, 200},
    {"HTTP/1.1 103 Hints\r\nLink: a\r\nX: \r\n\r\nHTTP/1.1 404 No\r\n", HTTPREPLY_WHOLE, 404},
    {"HTTP/1.1 100\n\nHTTP/1.1 200 OK\n", HTTPREPLY_WHOLE, 200},
    {"", HTTPREPLY_MORE, 0},
    {"HTTP/1.1 20", HTTPREPLY_MORE, 0},
    {"HTTP/1.1 200", HTTPREPLY_MORE, 0},
    {"HTTP/1.1 100 Continue\r\nX: y\r\n", HTTPREPLY_MORE, 0},
    {"HTTP/1.1 2000 OK\r\n", HTTPREPLY_BAD, 0},
    {"HTTP/1.1 020 OK\r\n", HTTPREPLY_BAD, 0},
    {"HTTP/1.1 2/0 OK\r\n", HTTPREPLY_BAD, 0},
    {"HTTP/1.1 20: OK\r\n", HTTPREPLY_BAD, 0},
    {"HTTP/2.0 200 OK\r\n", HTTPREPLY_BAD, 0},
    {"http/1.1 200 OK\r\n", HTTPREPLY_BAD, 0},
    {"SSH-2.0-OpenSSH\r\n", HTTPREPLY_BAD, 0},
    {"\r\nHTTP/1.1 200 OK\r\n", HTTPREPLY_BAD, 0},
    {"\x15\x03\x01", HTTPREPLY_BAD, 0},
};

START_TEST(a_reply_has_a_status_or_is_none)
{
    struct httpreply whole = {0};
    struct httpreply bytewise = {0};
    const char *reply = replies[_i].reply;
    enum httpreply_state state = HTTPREPLY_MORE;
    ck_assert_int_eq(httpreply_take(&whole, reply, strlen(reply)), replies[_i].state);
    for (size_t i = 0; reply[i] != '\0' && state == HTTPREPLY_MORE; i++) {
        state = httpreply_take(&bytewise, reply + i, 1);
    }
    ck_assert_int_eq(state, replies[_i].state);
    if (replies[_i].status != 0) {
        ck_assert_int_eq(whole.status, replies[_i].status);
        ck_assert_int_eq(bytewise.status, replies[_i].status);
        ck_assert_int_eq(httpreply_is_well(&whole), replies[_i].status / 100 < 4);
    } else {
        ck_assert(!httpreply_is_well(&whole));
    }
}
END_TEST

START_TEST(a_reply_that_never_comes_to_its_status_ends_at_64_kib)
{
    static char headers[4096];
    struct httpreply reply = {0};
    static const char interim[] = "HTTP/1.1 100 Continue\r\n";
    enum httpreply_state state = httpreply_take(&reply, interim, sizeof interim - 1);
    size_t chunks = 0;
    memset(headers, 'x', sizeof headers);
    while (state == HTTPREPLY_MORE) {
        state = httpreply_take(&reply, headers, sizeof headers);
        ck_assert_uint_le(++chunks, HTTPREPLY_MAX / sizeof headers);
    }
    ck_assert_int_eq(state, HTTPREPLY_LONG);
}
END_TEST

START_TEST(a_unit_is_looked_at_every_10_ms_and_after_5_s_ever_more_rarely)
{
    ck_assert_int_eq(probe_pause_ms(0), 10);
    ck_assert_int_eq(probe_pause_ms(5000), 10);
    int64_t last_ms = 10;
    for (int64_t age_ms = 5000; age_ms < 100000; age_ms += 500) {
        int64_t pause_ms = probe_pause_ms(age_ms);
        ck_assert_int_ge(pause_ms, last_ms);
        ck_assert_int_le(pause_ms, 500);
        last_ms = pause_ms;
    }
    ck_assert_int_eq(last_ms, 500);
}
END_TEST

static const struct {
    enum probe_kind kind;
    const char *text;
    struct probe_failure failure;
    const char *want;
} failures[] = {
    {PROBE_UNIX, "unix:/run/a", {PROBE_ERRNO, ENOENT}, "unix:/run/a: no such file"},
    {PROBE_TCP, "tcp:80", {PROBE_ERRNO, ECONNREFUSED}, "tcp:80: connection refused"},
    {PROBE_HTTP, "http://[::1]/", {PROBE_STATUS, 503}, "http://[::1]/: status 503"},
    {PROBE_EXEC, "exec:a\tb", {PROBE_EXIT, 2}, "exec:a\\x09b: exited with 2"},
    {PROBE_EXEC, "exec:a", {PROBE_SIGNAL, 9}, "exec:a: died of KILL"},
    {PROBE_TCP, "tcp:80", {PROBE_NOT_TRIED, 0}, "tcp:80: no answer yet"},
    {PROBE_HTTP, "http://a", {PROBE_NO_HTTP, 0}, "http://a: the answer is no HTTP"},
    {PROBE_HTTP,
     "http://a",
     {PROBE_TOO_LONG, 0},
     "http://a: no status in the first 64K of the answer"},
    {PROBE_HTTP, "http://a", {PROBE_CLOSED, 0}, "http://a: closed without an answer"},
    {PROBE_HTTP, "http://a", {PROBE_LATE, 0}, "http://a: no answer in time"},
    {PROBE_EXEC, "exec:a", {PROBE_LAUNCH, 0}, "exec:a: cannot be started"},
    {PROBE_EXEC, "exec:a", {PROBE_LAUNCH, EACCES}, "exec:a: cannot be started: permission denied"},
    {PROBE_FD, "fd:3", {PROBE_SILENT, 0}, "fd:3: no newline yet"},
    {PROBE_NOTIFY, "notify", {PROBE_SILENT, 0}, "notify: no READY=1 yet"},
    {PROBE_FD, "fd:3", {PROBE_ENDED, 0}, "fd:3: closed without a newline: it will never be ready"},
};

START_TEST(a_failure_names_the_probe_and_the_cause)
{
    char bytes[512];
    struct text out = TEXT_OVER(bytes);
    struct probe probe = {.kind = failures[_i].kind, .text = failures[_i].text};
    probe_add_failure(&probe, &failures[_i].failure, &out);
    ck_assert_str_eq(bytes, failures[_i].want);
}
END_TEST

START_TEST(a_failure_shows_the_beginning_of_a_long_probe)
{
    char probed[256], bytes[512], want[256] = "";
    struct text out = TEXT_OVER(bytes);
    struct probe probe = {.kind = PROBE_EXEC, .text = probed};
    struct probe_failure failure = {PROBE_EXIT, 1};
    memset(probed, 'x', 201);
    probed[201] = '\0';
    memset(want, 'x', 200);
    (void)strcat(want, "...: exited with 1");
    probe_add_failure(&probe, &failure, &out);
    ck_assert_str_eq(bytes, want);
}
END_TEST

START_TEST(a_request_names_the_host_as_it_was_written)
{
    char bytes[PROBE_REQUEST_MAX];
    struct text out = TEXT_OVER(bytes);
    struct probe probe = {.kind = PROBE_HTTP, .number = 8080, .path = "/a?b", .host = "::1"};
    probe_add_request(&probe, &out);
    ck_assert_ptr_nonnull(strstr(bytes, "GET /a?b HTTP/1.1\r\nHost: [::1]:8080\r\n"));
    out = TEXT_OVER(bytes);
    probe = (struct probe){.kind = PROBE_HTTP, .number = 80, .path = "/", .host = "127.0.0.1"};
    probe_add_request(&probe, &out);
    ck_assert_ptr_nonnull(strstr(bytes, "Host: 127.0.0.1\r\n"));
    out = TEXT_OVER(bytes);
    probe = (struct probe){.kind = PROBE_HTTP, .number = 80, .path = "/"};
    probe_add_request(&probe, &out);
    ck_assert_ptr_nonnull(strstr(bytes, "Host: localhost\r\n"));
    ck_assert_str_eq(bytes + strlen(bytes) - 4, "\r\n\r\n");
}
END_TEST

Suite *
probe_suite(void)
{
    Suite *suite = suite_create("probe");
    TCase *tcase = tcase_create("probe");
    tcase_add_loop_test(tcase, a_reply_has_a_status_or_is_none, 0,
                        (int)(sizeof replies / sizeof replies[0]));
    tcase_add_test(tcase, a_reply_that_never_comes_to_its_status_ends_at_64_kib);
    tcase_add_test(tcase, a_unit_is_looked_at_every_10_ms_and_after_5_s_ever_more_rarely);
    tcase_add_loop_test(tcase, a_failure_names_the_probe_and_the_cause, 0,
                        (int)(sizeof failures / sizeof failures[0]));
    tcase_add_test(tcase, a_failure_shows_the_beginning_of_a_long_probe);
    tcase_add_test(tcase, a_request_names_the_host_as_it_was_written);
    suite_add_tcase(suite, tcase);
    return suite;
}
