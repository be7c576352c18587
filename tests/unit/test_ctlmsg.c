/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "supervisor/ctlmsg.h"
#include "tests/unit/suites.h"

#define BYTES(text_) (text_), sizeof(text_) - 1

static const struct {
    const char *bytes;
    size_t length;
    enum ctlmsg_state state;
    size_t count;
} requests[] = {
    {BYTES(""), CTLMSG_MORE, 0},
    {BYTES("\1"), CTLMSG_MORE, 0},
    {BYTES("\1status"), CTLMSG_MORE, 0},
    {BYTES("\1status\0"), CTLMSG_MORE, 0},
    {BYTES("\1status\0\0"), CTLMSG_WHOLE, 1},
    {BYTES("\1status\0web\0\0"), CTLMSG_WHOLE, 2},
    {BYTES("\2status\0\0"), CTLMSG_BAD, 0},     /* of another version */
    {BYTES("\0"), CTLMSG_BAD, 0},               /* … */
    {BYTES("\1\0"), CTLMSG_BAD, 0},             /* no word at all */
    {BYTES("\1status\0\0more"), CTLMSG_BAD, 0}, /* bytes after its end */
    {BYTES("\1status\0\0\0"), CTLMSG_BAD, 0},
};

START_TEST(a_request_is_whole_unfinished_or_bad)
{
    struct ctl_request request = {0};
    ck_assert_int_eq(ctlmsg_parse(requests[_i].bytes, requests[_i].length, &request),
                     requests[_i].state);
    if (requests[_i].state == CTLMSG_WHOLE) {
        ck_assert_uint_eq(request.count, requests[_i].count);
        ck_assert_str_eq(request.word[0], "status");
        ck_assert_ptr_null(request.word[request.count]);
    }
}
END_TEST

START_TEST(a_request_is_read_as_it_was_written_and_unfinished_at_every_byte_before)
{
    static const char *const words[] = {"status", "web", "--json"};
    char buffer[64];
    struct ctl_request request;
    size_t length = ctlmsg_write_request(buffer, sizeof buffer, words, 3);
    ck_assert_uint_eq(length, 1 + sizeof "status" + sizeof "web" + sizeof "--json" + 1);
    for (size_t part = 0; part < length; part++) {
        ck_assert_int_eq(ctlmsg_parse(buffer, part, &request), CTLMSG_MORE);
    }
    ck_assert_int_eq(ctlmsg_parse(buffer, length, &request), CTLMSG_WHOLE);
    ck_assert_uint_eq(request.count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(request.word[i], words[i]);
    }
}
END_TEST

START_TEST(a_request_that_does_not_fit_is_not_written)
{
    static const char *const words[] = {"status", "", "web"};
    char buffer[16];
    ck_assert_uint_eq(ctlmsg_write_request(buffer, sizeof buffer, words, 0), 0);
    ck_assert_uint_eq(ctlmsg_write_request(buffer, sizeof buffer, words, 2), 0);
    for (size_t size = 0; size < 9; size++) {
        ck_assert_uint_eq(ctlmsg_write_request(buffer, size, words, 1), 0);
    }
    ck_assert_uint_eq(ctlmsg_write_request(buffer, 9, words, 1), 9);
}
END_TEST

START_TEST(a_request_has_at_most_256_words)
{
    const char *words[CTLMSG_WORDS_MAX + 1];
    char buffer[CTLMSG_REQUEST_MAX];
    struct ctl_request request;
    for (size_t i = 0; i <= CTLMSG_WORDS_MAX; i++) {
        words[i] = "x";
    }
    ck_assert_uint_eq(ctlmsg_write_request(buffer, sizeof buffer, words, CTLMSG_WORDS_MAX + 1), 0);
    size_t length = ctlmsg_write_request(buffer, sizeof buffer, words, CTLMSG_WORDS_MAX);
    ck_assert_int_eq(ctlmsg_parse(buffer, length, &request), CTLMSG_WHOLE);
    ck_assert_uint_eq(request.count, CTLMSG_WORDS_MAX);
    memcpy(buffer + length - 1, "x\0", 3); /* one word more */
    ck_assert_int_eq(ctlmsg_parse(buffer, length + 2, &request), CTLMSG_BAD);
}
END_TEST

START_TEST(a_request_has_at_most_4_kib)
{
    static char buffer[CTLMSG_REQUEST_MAX + 1];
    struct ctl_request request;
    memset(buffer, 'x', sizeof buffer);
    buffer[0] = CTLMSG_VERSION;
    ck_assert_int_eq(ctlmsg_parse(buffer, CTLMSG_REQUEST_MAX - 1, &request), CTLMSG_MORE);
    ck_assert_int_eq(ctlmsg_parse(buffer, CTLMSG_REQUEST_MAX, &request), CTLMSG_BAD);
    ck_assert_int_eq(ctlmsg_parse(buffer, CTLMSG_REQUEST_MAX + 1, &request), CTLMSG_BAD);
    memset(buffer + CTLMSG_REQUEST_MAX - 2, '\0', 2);
    ck_assert_int_eq(ctlmsg_parse(buffer, CTLMSG_REQUEST_MAX, &request), CTLMSG_WHOLE);
}
END_TEST

static const struct {
    unsigned char header[CTLMSG_FRAME_HEADER];
    uint32_t length;
    bool is_good;
} frames[] = {
    {{'o', 0, 0, 0, 0}, 0, true},  {{'e', 0, 0, 1, 2}, 258, true},
    {{'x', 0, 0, 0, 1}, 1, true},  {{'o', 0, 1, 0, 0}, CTLMSG_FRAME_MAX, true},
    {{'o', 0, 1, 0, 1}, 0, false}, {{'o', 0xff, 0xff, 0xff, 0xff}, 0, false},
    {{'z', 0, 0, 0, 0}, 0, false}, {{0, 0, 0, 0, 0}, 0, false},
};

START_TEST(a_frames_header_is_a_type_and_a_big_endian_length_of_at_most_64_kib)
{
    enum ctlmsg_frame type = CTLMSG_OUT;
    uint32_t length = 0;
    unsigned char again[CTLMSG_FRAME_HEADER];
    ck_assert_int_eq(ctlmsg_read_header(frames[_i].header, &type, &length), frames[_i].is_good);
    if (frames[_i].is_good) {
        ck_assert_int_eq((int)type, frames[_i].header[0]);
        ck_assert_uint_eq(length, frames[_i].length);
        ctlmsg_write_header(again, type, length);
        ck_assert_mem_eq(again, frames[_i].header, sizeof again);
    }
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
ctlmsg_suite(void)
{
    Suite *suite = suite_create("ctlmsg");
    TCase *tests = tcase_create("ctlmsg");
    tcase_add_loop_test(tests, a_request_is_whole_unfinished_or_bad, 0, COUNT(requests));
    tcase_add_test(tests, a_request_is_read_as_it_was_written_and_unfinished_at_every_byte_before);
    tcase_add_test(tests, a_request_that_does_not_fit_is_not_written);
    tcase_add_test(tests, a_request_has_at_most_256_words);
    tcase_add_test(tests, a_request_has_at_most_4_kib);
    tcase_add_loop_test(tests, a_frames_header_is_a_type_and_a_big_endian_length_of_at_most_64_kib,
                        0, COUNT(frames));
    suite_add_tcase(suite, tests);
    return suite;
}
