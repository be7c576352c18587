/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "supervisor/log_ring.h"
#include "tests/unit/suites.h"

static char memory[LOG_RING_BYTES];

static void
add(struct log_ring *ring, uint64_t number, size_t length)
{
    static char line[LOG_RING_LINE_MAX + 1];
    struct log_record record = {.number = number, .length = (uint32_t)length};
    memset(line, 'a' + (int)(number % 26), length);
    log_ring_add(ring, &record, line);
}

/* Reads from there to the end, looking at every byte. Returns how many records there were. */
static size_t
read_all(const struct log_ring *ring, struct log_place *at, uint64_t *ret_first)
{
    static char line[LOG_RING_BYTES];
    struct log_record record;
    uint32_t missed;
    size_t count = 0;
    while (log_ring_at(ring, at, &record, &missed)) {
        *ret_first = count++ == 0 ? record.number : *ret_first;
        ck_assert_uint_eq(record.number, *ret_first + count - 1);
        log_ring_take(ring, at, line);
        for (size_t i = 0; i < record.length; i++) {
            ck_assert_int_eq(line[i], 'a' + (int)(record.number % 26));
        }
    }
    return count;
}

START_TEST(without_memory_nothing_is_kept)
{
    struct log_ring ring = {.bytes = NULL};
    struct log_record record;
    struct log_place at = {0};
    uint32_t missed;
    add(&ring, 1, 10);
    ck_assert(!log_ring_at(&ring, &at, &record, &missed));
}
END_TEST

START_TEST(lines_come_back_whole_and_in_order_however_often_it_goes_round)
{
    struct log_ring ring = {.bytes = memory};
    size_t kept = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        add(&ring, i, (size_t)(i * 7 % 301));
        ck_assert_uint_le(ring.next - ring.first, LOG_RING_BYTES);
        if (i % 1999 == 0 || i == 19999) {
            struct log_place at = {0};
            uint64_t first = 0;
            kept = read_all(&ring, &at, &first);
            ck_assert_uint_eq(kept, ring.count);
            ck_assert_uint_eq(first + kept - 1, i);
        }
    }
    ck_assert_uint_gt(kept, 300);
}
END_TEST

START_TEST(a_reader_that_is_too_slow_is_told_how_much_he_has_missed)
{
    struct log_ring ring = {.bytes = memory};
    struct log_record record;
    uint32_t missed;
    uint64_t first;
    struct log_place at = {0};
    add(&ring, 0, 100);
    ck_assert_uint_eq(read_all(&ring, &at, &first), 1);
    ck_assert(!log_ring_at(&ring, &at, &record, &missed));
    ck_assert_uint_eq(missed, 0);
    for (uint64_t i = 1; i < 100; i++) {
        add(&ring, i, 5000);
    }
    ck_assert(log_ring_at(&ring, &at, &record, &missed));
    ck_assert_uint_eq(missed, 99 - ring.count);
    ck_assert_uint_eq(record.number, 100 - ring.count);
}
END_TEST

START_TEST(a_line_as_long_as_can_be_is_kept_whole_and_a_longer_one_is_not)
{
    struct log_ring ring = {.bytes = memory};
    struct log_place at = {0};
    uint64_t first = 0;
    for (uint64_t i = 0; i < 9; i++) {
        add(&ring, i, LOG_RING_LINE_MAX);
    }
    add(&ring, 9, LOG_RING_LINE_MAX + 1);
    ck_assert_uint_eq(ring.count, 2);
    ck_assert_uint_eq(read_all(&ring, &at, &first), 2);
    ck_assert_uint_eq(first, 7);
}
END_TEST

START_TEST(the_last_64_kib_of_lines_are_kept_and_fewer_where_lines_are_short)
{
    static const struct {
        size_t length, count;
    } cases[] = {{0, LOG_RING_BYTES / 16},
                 {15, LOG_RING_BYTES / 31},
                 {31, LOG_RING_KEEPS / 32},
                 {99, LOG_RING_KEEPS / 100},
                 {16383, 4},
                 {16384, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log_ring ring = {.bytes = memory};
        struct log_place at = {0};
        uint64_t first = 0;
        for (uint64_t number = 0; number < 20000; number++) {
            add(&ring, number, cases[i].length);
        }
        ck_assert_uint_eq(read_all(&ring, &at, &first), cases[i].count);
    }
}
END_TEST

START_TEST(the_last_ones_can_be_found)
{
    static const size_t wanted[] = {0, 1, 7, 10, 99};
    struct log_ring ring = {.bytes = memory};
    for (uint64_t i = 0; i < 10; i++) {
        add(&ring, i, 50);
    }
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct log_place at = log_ring_last(&ring, wanted[i]);
        uint64_t first;
        ck_assert_uint_eq(read_all(&ring, &at, &first), wanted[i] < 10 ? wanted[i] : 10);
    }
}
END_TEST

Suite *
log_ring_suite(void)
{
    Suite *suite = suite_create("log_ring");
    TCase *tests = tcase_create("log_ring");
    tcase_add_test(tests, without_memory_nothing_is_kept);
    tcase_add_test(tests, lines_come_back_whole_and_in_order_however_often_it_goes_round);
    tcase_add_test(tests, a_reader_that_is_too_slow_is_told_how_much_he_has_missed);
    tcase_add_test(tests, a_line_as_long_as_can_be_is_kept_whole_and_a_longer_one_is_not);
    tcase_add_test(tests, the_last_64_kib_of_lines_are_kept_and_fewer_where_lines_are_short);
    tcase_add_test(tests, the_last_ones_can_be_found);
    suite_add_tcase(suite, tests);
    return suite;
}
