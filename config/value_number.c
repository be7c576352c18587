/* SPDX-License-Identifier: MIT */
#include "config/value.h"

#include <stdio.h>
#include <string.h>

#include "config/text.h"
#include "config/value_parse.h"

/*
 * The types that are numbers, with or without a unit.
 */

static int
signed_number(const char *text, int64_t *ret)
{
    bool is_negative = *text == '-';
    unsigned long long number = 0;
    if (!text_number(text + (is_negative ? 1 : 0), INT64_MAX, &number)) {
        return -1;
    }
    *ret = is_negative ? -(int64_t)number : (int64_t)number;
    return 0;
}

/* Whether `number` lies within "MIN..MAX"; each side is read by `read`. */
static bool
is_within(const char *limits, int64_t number, int (*read)(const char *text, int64_t *ret))
{
    const char *dots = strstr(limits, "..");
    char least[32];
    int64_t min = 0;
    int64_t max = 0;
    if (dots == NULL) {
        return true;
    }
    (void)snprintf(least, sizeof(least), "%.*s", (int)(dots - limits), limits);
    (void)read(least, &min);
    (void)read(dots + 2, &max);
    return number >= min && number <= max;
}

int
value_typed_int(const struct value_input *in, void *ret)
{
    int64_t number = 0;
    if (signed_number(in->text, &number) != 0) {
        return value_why(in, "\"%.60s\" is no number", in->text);
    }
    if (!is_within(in->limits, number, signed_number)) {
        return value_why(in, "%.60s is out of range, want %s", in->text, in->limits);
    }
    *(int64_t *)ret = number;
    return 0;
}

static int
octal_number(const char *text, int64_t *ret)
{
    int64_t number = 0;
    size_t length = strlen(text);
    if (length == 0 || length > 5 || strspn(text, "01234567") != length) {
        return -1;
    }
    for (; *text != '\0'; text++) {
        number = number * 8 + (*text - '0');
    }
    *ret = number;
    return 0;
}

int
value_typed_octal(const struct value_input *in, void *ret)
{
    int64_t number = 0;
    if (octal_number(in->text, &number) != 0) {
        return value_why(in, "\"%.60s\" is no octal number, want one such as 0755", in->text);
    }
    if (!is_within(in->limits, number, octal_number)) {
        return value_why(in, "%.60s is out of range, want %s", in->text, in->limits);
    }
    *(int *)ret = (int)number;
    return 0;
}

struct unit_of {
    const char *name;
    int64_t factor;
};

/* The unit whose name is `at` begins with, longest first in the table. */
static const struct unit_of *
unit_at(const struct unit_of *units, const char *at)
{
    for (; units->name != NULL; units++) {
        if (text_starts_with(at, units->name)) {
            return units;
        }
    }
    return NULL;
}

/* Digits at *at, at most `max`. */
static bool
take_digits(const char **at, int64_t max, int64_t *ret)
{
    const char *start = *at;
    int64_t number = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        int digit = **at - '0';
        if (number > (max - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *ret = number;
    return *at != start;
}

int
value_parse_duration(const char *text, int64_t *ret_ms)
{
    /* "ms" before "m": the longer name first. Largest to smallest in a value, each once. */
    static const struct unit_of units[] = {
        {"ms", 1}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {NULL, 0}};
    const int64_t max = INT64_MAX / 3600000 / 4;
    int64_t total = 0;
    int64_t last = INT64_MAX;
    if (strcmp(text, "0") == 0) {
        *ret_ms = 0;
        return 0;
    }
    do {
        int64_t number = 0;
        if (!take_digits(&text, max, &number)) {
            return -1;
        }
        const struct unit_of *unit = unit_at(units, text);
        if (unit == NULL || unit->factor >= last) {
            return -1;
        }
        total += number * unit->factor;
        last = unit->factor;
        text += strlen(unit->name);
    } while (*text != '\0');
    *ret_ms = total;
    return 0;
}

int
value_parse_size(const char *text, int64_t *ret_bytes)
{
    static const struct unit_of units[] = {
        {"K", 1LL << 10}, {"M", 1LL << 20}, {"G", 1LL << 30}, {"T", 1LL << 40}, {NULL, 0}};
    int64_t number = 0;
    int64_t factor = 1;
    if (!take_digits(&text, INT64_MAX >> 40, &number)) {
        return -1;
    }
    const struct unit_of *unit = unit_at(units, text);
    if (unit != NULL) {
        factor = unit->factor;
        text++;
    }
    if (*text != '\0') {
        return -1;
    }
    *ret_bytes = number * factor;
    return 0;
}

int
value_typed_duration(const struct value_input *in, void *ret)
{
    int64_t duration_ms = 0;
    bool allows_none = value_has_word(in->limits, "none");
    if (allows_none && strcmp(in->text, "none") == 0) {
        *(int64_t *)ret = DURATION_NONE;
        return 0;
    }
    if (value_parse_duration(in->text, &duration_ms) != 0) {
        if (*in->text != '\0' && strspn(in->text, "0123456789") == strlen(in->text)) {
            return value_why(in, "\"%.60s\" has no unit, want a duration such as %.20ss", in->text,
                             in->text);
        }
        return value_why(in, "\"%.60s\" is no duration, want one such as 500ms, 30s or 1h30m%s",
                         in->text, allows_none ? ", or none" : "");
    }
    if (!is_within(in->limits, duration_ms, value_parse_duration)) {
        return value_why(in, "%.60s is out of range, want %s", in->text, in->limits);
    }
    *(int64_t *)ret = duration_ms;
    return 0;
}

int
value_typed_size(const struct value_input *in, void *ret)
{
    if (value_parse_size(in->text, ret) != 0) {
        return value_why(in, "\"%.60s\" is no size, want one such as 64K, 10M or 1G", in->text);
    }
    return 0;
}

int
value_typed_percent(const struct value_input *in, void *ret)
{
    const char *at = in->text;
    int64_t number = 0;
    if (!take_digits(&at, 100, &number) || strcmp(at, "%") != 0 || number == 0) {
        return value_why(in, "\"%.60s\" is no percentage, want 1%% to 100%%", in->text);
    }
    *(int *)ret = (int)number;
    return 0;
}

int
value_typed_limit(const struct value_input *in, void *ret)
{
    struct start_limit limit = {0};
    const char *at = in->text;
    if (strcmp(at, "0") != 0 &&
        (!take_digits(&at, INT32_MAX, &limit.starts) || *at != '/' || limit.starts == 0 ||
         value_parse_duration(at + 1, &limit.within_ms) != 0 || limit.within_ms == 0)) {
        return value_why(in, "\"%.60s\" is no limit, want N/TIME such as 5/2m, or 0", in->text);
    }
    *(struct start_limit *)ret = limit;
    return 0;
}
