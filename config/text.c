/* SPDX-License-Identifier: MIT */
#include "config/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config/pages.h"

QUIET_TURN struct text
text_over(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct text){.bytes = buffer, .size = size};
}

void
text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    size_t room = text->size - 1 - text->length;
    if (length > room) {
        length = room;
        text->is_cut = true;
    }
    if (length > 0) {
        memcpy(text->bytes + text->length, bytes, length);
    }
    text->length += length;
    text->bytes[text->length] = '\0';
}

void
text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void
text_addf(struct text *text, const char *format, ...)
{
    size_t room = text->size - text->length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->length, room, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->bytes[text->length] = '\0';
        text->is_cut = true;
    } else if ((size_t)length >= room) {
        text->length = text->size - 1;
        text->is_cut = true;
    } else {
        text->length += (size_t)length;
    }
}

void
text_add_escaped(struct text *text, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '\\') {
            text_add(text, "\\\\");
        } else if (byte >= 0x20 && byte <= 0x7e) {
            text_add_bytes(text, &bytes[i], 1);
        } else {
            text_addf(text, "\\x%02x", (unsigned)byte);
        }
    }
}

size_t
text_utf8(const char *string, size_t room, uint32_t *ret_point)
{
    const unsigned char *bytes = (const unsigned char *)string;
    unsigned char first = bytes[0];
    size_t length = 0;
    uint32_t least = 0;
    if (first < 0x80) {
        *ret_point = first;
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
        least = 0x80;
    } else if ((first & 0xf0U) == 0xe0) {
        length = 3;
        least = 0x800;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        least = 0x10000;
    } else {
        return 0;
    }
    if (length > room) {
        return 0;
    }
    uint32_t point = first & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0U) != 0x80) {
            return 0;
        }
        point = point << 6 | (bytes[i] & 0x3fU);
    }
    bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < least || point > 0x10ffff || is_surrogate) {
        return 0;
    }
    *ret_point = point;
    return length;
}

size_t
text_utf8_cut(const char *bytes, size_t at)
{
    enum { FOLLOWERS_MAX = 3 };
    size_t cut = at;
    /* All bytes of a character but its first are 10xxxxxx. */
    while (cut > 0 && at - cut < FOLLOWERS_MAX && ((unsigned char)bytes[cut] & 0xc0U) == 0x80) {
        cut--;
    }
    return ((unsigned char)bytes[cut] & 0xc0U) == 0x80 ? at : cut;
}

bool
text_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029;
}

void
text_add_json(struct text *text, const char *string)
{
    if (string == NULL) {
        text_add(text, "null");
        return;
    }
    text_add(text, "\"");
    while (*string != '\0') {
        uint32_t point = 0;
        size_t length = text_utf8(string, 4, &point);
        unsigned char byte = (unsigned char)*string;
        if (length == 0) {
            text_add(text, "\xef\xbf\xbd"); /* U+FFFD */
            length = 1;
        } else if (byte == '"' || byte == '\\') {
            text_addf(text, "\\%c", byte);
        } else if (byte == '\n') {
            text_add(text, "\\n");
        } else if (byte == '\t') {
            text_add(text, "\\t");
        } else if (text_is_control(point)) {
            text_addf(text, "\\u%04x", (unsigned)point);
        } else {
            text_add_bytes(text, string, length);
        }
        string += length;
    }
    text_add(text, "\"");
}

void
text_add_duration(struct text *text, long long milliseconds)
{
    enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
    if (milliseconds < SECOND) {
        text_addf(text, "%lldms", milliseconds);
    } else if (milliseconds < 10LL * SECOND) {
        long long tenths = milliseconds % SECOND / 100;
        text_addf(text, "%lld", milliseconds / SECOND);
        if (tenths != 0) {
            text_addf(text, ".%lld", tenths);
        }
        text_add(text, "s");
    } else {
        long long hours = milliseconds / HOUR;
        long long minutes = milliseconds % HOUR / MINUTE;
        long long seconds = milliseconds % MINUTE / SECOND;
        if (hours != 0) {
            text_addf(text, "%lldh", hours);
        }
        if (minutes != 0) {
            text_addf(text, "%lldm", minutes);
        }
        if (seconds != 0 && hours == 0) {
            text_addf(text, "%llds", seconds);
        }
    }
}

void
text_add_utc(struct text *text, long long seconds)
{
    enum { DAY = 86400, ERA_DAYS = 146097, ERA_START = 719468 };
    long long days = seconds / DAY;
    long long rest = seconds % DAY;
    if (rest < 0) {
        rest += DAY;
        days--;
    }
    /* The Gregorian calendar in eras of 400 years that begin with March, so that the leap day is
     * the last of its year. */
    long long shifted = days + ERA_START;
    long long era = shifted / ERA_DAYS;
    long long day_of_era = shifted - era * ERA_DAYS;
    long long year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    long long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    long long month_from_march = (5 * day_of_year + 2) / 153;
    long long day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    long long month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    long long year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    text_addf(text, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld", year, month, day, rest / 3600,
              rest / 60 % 60, rest % 60);
}

void
text_add_utc_ms(struct text *text, int64_t milliseconds)
{
    enum { SECOND = 1000 };
    int64_t rest = (milliseconds % SECOND + SECOND) % SECOND; /* before 1970, too */
    text_add_utc(text, (long long)((milliseconds - rest) / SECOND));
    text_addf(text, ".%03dZ", (int)rest);
}

void
text_add_size(struct text *text, long long bytes)
{
    static const char units[] = "KMGT";
    size_t unit = 0;
    while (bytes != 0 && bytes % 1024 == 0 && units[unit] != '\0') {
        bytes /= 1024;
        unit++;
    }
    text_addf(text, "%lld", bytes);
    if (unit > 0) {
        text_add_bytes(text, &units[unit - 1], 1);
    }
}

size_t
text_count_lines(const char *bytes, size_t length)
{
    size_t lines = 0;
    for (size_t i = 0; i < length; i++) {
        lines += bytes[i] == '\n';
    }
    return lines;
}

enum { WORD_MAX = 63 };

static size_t
least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Whether they are the same letter; capitals are written for small ones too often to count. */
static bool
is_same_letter(char a, char b)
{
    bool is_letter = (a >= 'A' && a <= 'Z') || (a >= 'a' && a <= 'z');
    return a == b || (is_letter && (a ^ b) == ('a' ^ 'A'));
}

/* Edits that make `b` of `a`: insert, delete, replace, or swap two neighbours; each counts one.
 * Neither is longer than WORD_MAX. */
static size_t
edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t row[3][WORD_MAX + 1];
    size_t *before = row[0];
    size_t *last = row[1];
    size_t *now = row[2];
    for (size_t j = 0; j <= b_length; j++) {
        last[j] = j;
        before[j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t replace = last[j - 1] + (is_same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            now[j] = least_of(replace, least_of(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least_of(now[j], before[j - 2] + 1);
            }
        }
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[b_length];
}

long
text_nearest(const char *word, const char *(*candidate)(const void *context, size_t i),
             const void *context, size_t count)
{
    size_t length = strlen(word);
    size_t allowed = length / 3 > 1 ? length / 3 : 1;
    size_t best = allowed + 1;
    long nearest = -1;
    if (length == 0 || length > WORD_MAX) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        const char *other = candidate(context, i);
        size_t other_length = other == NULL ? 0 : strlen(other);
        if (other_length == 0 || other_length > WORD_MAX) {
            continue;
        }
        size_t distance = edit_distance(word, length, other, other_length);
        /* A word of one letter is near to every other: only what shares something counts. */
        if (distance < best && distance < length) {
            best = distance;
            nearest = (long)i;
        }
    }
    return nearest;
}

bool
text_number(const char *string, unsigned long long max, unsigned long long *ret_number)
{
    unsigned long long number = 0;
    if (*string == '\0' || (*string == '0' && string[1] != '\0')) {
        return false;
    }
    for (; *string != '\0'; string++) {
        if (*string < '0' || *string > '9') {
            return false;
        }
        unsigned long long digit = (unsigned long long)(*string - '0');
        if (digit > max || number > (max - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

QUIET_TURN bool
text_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

QUIET_TURN bool
text_starts_with(const char *string, const char *prefix)
{
    return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool
text_is_within(const char *path, const char *top)
{
    size_t length = strlen(top);
    return strncmp(path, top, length) == 0 &&
           (path[length] == '/' || path[length] == '\0' || length == 1);
}
