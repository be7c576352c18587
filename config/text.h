/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_TEXT_H
#define ROINIT_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text in a buffer of fixed size that never overflows: what does not fit is left out and `is_cut`
 * says so. All of it is pure. The buffer is always NUL-terminated.
 */
struct text {
    char *bytes;
    size_t size; /* of the buffer, at least 1 */
    size_t length;
    bool is_cut;
};

/* A text over the array `buffer_` (not a pointer). */
#define TEXT_OVER(buffer_) text_over((buffer_), sizeof(buffer_))
struct text text_over(char *buffer, size_t size);

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds bytes of others: every byte outside 0x20 to 0x7e becomes \xNN, a backslash becomes \\, so
 * that they can neither forge a line nor drive a terminal (I28). */
void text_add_escaped(struct text *text, const char *bytes, size_t length);

/* Adds `string` as a JSON string with its quotes; NULL becomes null. Bytes that are no valid UTF-8
 * become U+FFFD; control characters (text_is_control()) are escaped, also those that JSON allows.
 */
void text_add_json(struct text *text, const char *string);

/* The length of the valid UTF-8 sequence at `string`, of which `room` bytes (at least one) may be
 * looked at, and its code point; 0 where there is none. A NUL ends it, too. */
size_t text_utf8(const char *string, size_t room, uint32_t *ret_point);

/* The last place up to `at` where no UTF-8 character is cut, for bytes that are none `at` itself.
 * bytes[at] is looked at. */
size_t text_utf8_cut(const char *bytes, size_t at);

/* Whether some terminal or reader of lines takes that character for a command or the end of a line:
 * C0, DEL, C1, U+2028 and U+2029. */
bool text_is_control(uint32_t point);

/* Adds a duration as users write it: "250ms", "4.2s" below 10 s, "42s", "4m12s", "1h30m". */
void text_add_duration(struct text *text, long long milliseconds);

/* Adds a time of the wall clock, seconds since 1970, in UTC: "2026-11-22T11:03:07", without a zone.
 * From March of the year 0 on. */
void text_add_utc(struct text *text, long long seconds);

/* The same of milliseconds, with them and with its zone: "2026-11-22T11:03:07.042Z". */
void text_add_utc_ms(struct text *text, int64_t milliseconds);

/* Adds a size as users write it: "64K", "10M", "1G", "512" where it is no whole multiple. */
void text_add_size(struct text *text, long long bytes);

/* Returns the index of the candidate nearest in spelling to `word` (edit distance at most a third
 * of its length, at least 1), or -1 where none is near. `candidate(context, i)` gives the i-th of
 * `count`. */
long text_nearest(const char *word, const char *(*candidate)(const void *context, size_t i),
                  const void *context, size_t count);

/* How many lines end in these bytes. */
size_t text_count_lines(const char *bytes, size_t length);

/* The number that `string` is: digits only, base 10, no sign, no blanks, no leading zero but "0"
 * itself, at most `max`. Returns false, and leaves *ret_number alone, for everything else (I14). */
bool text_number(const char *string, unsigned long long max, unsigned long long *ret_number);

bool text_equal(const char *a, const char *b);
bool text_starts_with(const char *string, const char *prefix);
/* Whether `path` is `top`, or lies below it. Both are absolute and clean (value_path()). */
bool text_is_within(const char *path, const char *top);

#endif
