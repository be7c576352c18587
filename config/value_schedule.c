/* SPDX-License-Identifier: MIT */
#include "config/schedule.h"

#include <string.h>
#include <strings.h>

#include "config/text.h"
#include "config/value_parse.h"

/*
 * `schedule`: a duration, or the five fields of crontab(5) with lists, ranges, steps and names.
 */
enum { FIELDS = 5, FIELD_BYTES = 200, EVERY_MIN_MS = 1000, MONTHS = 12 };

/* Names count from the field's least number. */
/* clang-format off */
static const struct field {
    const char *what;
    unsigned min, max;
    const char *names; /* of three letters each; NULL: it has none */
} fields[FIELDS] = {
    {"minute",       0, 59, NULL},
    {"hour",         0, 23, NULL},
    {"day of month", 1, 31, NULL},
    {"month",        1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"},
    {"day of week",  0, 7,  "sun mon tue wed thu fri sat"}, /* 7 is Sunday, too */
};
/* clang-format on */
enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY };

/* A number or a name. */
static bool
read_number(const struct field *field, const char *text, unsigned *ret)
{
    unsigned long long number;
    if (text_number(text, field->max, &number) && number >= field->min) {
        *ret = (unsigned)number;
        return true;
    }
    /* "05" is how people write times, so here a leading zero is none of octal. */
    if (text[0] == '0' && text_number(text + 1, 9, &number) && number >= field->min) {
        *ret = (unsigned)number;
        return true;
    }
    size_t count = field->names == NULL ? 0 : (strlen(field->names) + 1) / 4;
    for (size_t i = 0; i < count && strlen(text) == 3; i++) {
        if (strncasecmp(field->names + 4 * i, text, 3) == 0) {
            *ret = field->min + (unsigned)i;
            return true;
        }
    }
    return false;
}

/* One item of a list: `*`, N, N-M, and with a step `*` / S, N-M / S. `item` is cut to pieces. */
static int
read_item(const struct value_input *in, const struct field *field, char *item, uint64_t *ret_bits)
{
    unsigned first = field->min;
    unsigned last = field == &fields[WEEKDAY] ? field->max - 1 : field->max;
    unsigned long long step = 1;
    char *slash = strchr(item, '/');
    if (slash != NULL) {
        *slash = '\0';
        if (!text_number(slash + 1, field->max, &step) || step == 0) {
            return value_why(in, "%s: \"/%.20s\" is no step, want one from /1 to /%u", field->what,
                             slash + 1, field->max);
        }
    }
    if (!text_equal(item, "*")) {
        char *dash = strchr(item, '-');
        if (dash != NULL) {
            *dash = '\0';
        }
        const char *end = dash != NULL ? dash + 1 : item;
        if (!read_number(field, item, &first) || !read_number(field, end, &last)) {
            return value_why(in, "%s: \"%.40s%s%.40s\" is none of %u to %u%s%s", field->what, item,
                             dash != NULL ? "-" : "", dash != NULL ? end : "", field->min,
                             field->max, field->names != NULL ? ", " : "",
                             field->names != NULL ? field->names : "");
        }
        if (slash != NULL && dash == NULL) {
            return value_why(in, "%s: a step needs a range: %u-%u/%llu", field->what, first,
                             field->max, step);
        }
        if (field == &fields[WEEKDAY] && first > 0 && last == 0) {
            last = field->max; /* sat-sun */
        }
        if (first > last) {
            return value_why(in, "%s: the range ends before it begins, want %u-%u,%u-%u",
                             field->what, first, field->max, field->min, last);
        }
    }
    for (unsigned n = first; n <= last; n += (unsigned)step) {
        *ret_bits |= 1ULL << n;
    }
    return 0;
}

static int
read_field(const struct value_input *in, const struct field *field, const char *text,
           uint64_t *ret_bits)
{
    char items[FIELD_BYTES];
    size_t length = strlen(text);
    if (length >= sizeof items) {
        return value_why(in, "%s: longer than %d bytes", field->what, FIELD_BYTES - 1);
    }
    memcpy(items, text, length + 1);
    for (char *item = items; item != NULL;) {
        char *comma = strchr(item, ',');
        if (comma != NULL) {
            *comma = '\0';
        }
        if (read_item(in, field, item, ret_bits) != 0) {
            return -1;
        }
        item = comma != NULL ? comma + 1 : NULL;
    }
    return 0;
}

/* Whether a day of the month that is wanted comes in a month that is wanted, in a leap year. */
static bool
has_such_a_day(const struct schedule *schedule)
{
    static const unsigned char lengths[MONTHS] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned month = 1; month <= MONTHS; month++) {
        uint64_t days = (2ULL << lengths[month - 1]) - 2;
        if ((schedule->months >> month & 1) != 0 && (schedule->days & days) != 0) {
            return true;
        }
    }
    return false;
}

static int
read_fields(const struct value_input *in, const struct words *words, struct schedule *ret)
{
    uint64_t bits[FIELDS] = {0};
    for (size_t i = 0; i < FIELDS; i++) {
        if (read_field(in, &fields[i], words->item[i], &bits[i]) != 0) {
            return -1;
        }
    }
    *ret = (struct schedule){
        .minutes = bits[MINUTE],
        .hours = (uint32_t)bits[HOUR],
        .days = (uint32_t)bits[DAY],
        .months = (uint16_t)bits[MONTH],
        .weekdays = (uint8_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7f),
        .is_either_day = words->item[DAY][0] != '*' && words->item[WEEKDAY][0] != '*',
        .is_any_hour = bits[HOUR] == (1U << 24) - 1,
    };
    if (!ret->is_either_day && !has_such_a_day(ret)) {
        return value_why(in, "\"%.60s\" never comes: no such month has such a day", in->text);
    }
    return 0;
}

int
value_parse_schedule(const struct value_input *in, void *ret)
{
    struct words words = {0};
    struct schedule schedule = {0};
    value_split(in->text, in->arena, &words);
    if (words.count == 1 && value_parse_duration(in->text, &schedule.every_ms) == 0) {
        if (schedule.every_ms < EVERY_MIN_MS) {
            return value_why(in, "\"%.60s\" is out of range, want at least 1s", in->text);
        }
    } else if (words.count != FIELDS) {
        return value_why(in,
                         "\"%.60s\" is no schedule, want a duration such as 15m, or five fields: "
                         "minute, hour, day of month, month, day of week, such as 0 3 * * *",
                         in->text);
    } else if (read_fields(in, &words, &schedule) != 0) {
        return -1;
    }
    struct schedule *kept = ARENA_NEW(in->arena, struct schedule, 1);
    *kept = schedule;
    *(const struct schedule **)ret = kept;
    return 0;
}
