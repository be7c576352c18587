/* SPDX-License-Identifier: MIT */
#include "config/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/signame.h"
#include "config/text.h"
#include "config/value_parse.h"

static const char blanks[] = " \t\n";

int
value_why(const struct value_input *in, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(in->why, in->why_size, format, arguments);
    va_end(arguments);
    return -1;
}

void
value_split(const char *text, struct arena *arena, struct words *ret)
{
    size_t count = 0;
    for (const char *at = text + strspn(text, blanks); *at != '\0'; at += strspn(at, blanks)) {
        at += strcspn(at, blanks);
        count++;
    }
    struct words words = {.item = ARENA_NEW(arena, const char *, count + 1)};
    char *at = arena_strdup(arena, text);
    if (words.item == NULL || at == NULL) {
        return;
    }
    while (words.count < count) {
        at += strspn(at, blanks);
        words.item[words.count++] = at;
        at += strcspn(at, blanks);
        *at++ = '\0';
    }
    *ret = words;
}

bool
value_has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; *at != '\0'; at += strspn(at, blanks)) {
        size_t here = strcspn(at, blanks);
        if (here == length && strncmp(at, word, length) == 0) {
            return true;
        }
        at += here;
    }
    return false;
}

static const char *
word_at(const void *context, size_t i)
{
    const struct words *words = context;
    return words->item[i];
}

int
value_why_not_one_of(const struct value_input *in, const char *word, const char *list)
{
    struct words words = {0};
    size_t length = strlen(list);
    value_split(list, in->arena, &words);
    length -= length > 2 && strcmp(list + length - 2, " ?") == 0 ? 2 : 0;
    long nearest = text_nearest(word, word_at, &words, words.count);
    if (nearest >= 0) {
        return value_why(in, "\"%.60s\" is none of %.*s; did you mean \"%s\"?", word, (int)length,
                         list, words.item[nearest]);
    }
    return value_why(in, "\"%.60s\" is none of %.*s", word, (int)length, list);
}

static int
parse_bool(const struct value_input *in, void *ret)
{
    bool *is_yes = ret;
    if (!value_has_word("yes no", in->text)) {
        return value_why(in, "\"%.60s\" is neither yes nor no", in->text);
    }
    *is_yes = strcmp(in->text, "yes") == 0;
    return 0;
}

static int
parse_enum(const struct value_input *in, void *ret)
{
    int *index = ret;
    size_t length = strlen(in->text);
    int number = 0;
    for (const char *at = in->limits; *at != '\0'; at += strspn(at, blanks), number++) {
        size_t here = strcspn(at, blanks);
        if (here == length && strncmp(at, in->text, length) == 0) {
            *index = number;
            return 0;
        }
        at += here;
    }
    return value_why_not_one_of(in, in->text, in->limits);
}

static int
parse_string(const struct value_input *in, void *ret)
{
    *(const char **)ret = arena_strdup(in->arena, in->text);
    return 0;
}

const char *
value_path(const char *text, struct arena *arena)
{
    if (*text != '/') {
        return NULL;
    }
    char *path = arena_alloc(arena, strlen(text) + 2);
    size_t length = 0;
    while (path != NULL && *text != '\0') {
        text += strspn(text, "/");
        size_t part = strcspn(text, "/");
        if (part == 2 && strncmp(text, "..", 2) == 0) {
            return NULL;
        }
        if (part > 0 && !(part == 1 && *text == '.')) {
            path[length++] = '/';
            memcpy(path + length, text, part);
            length += part;
        }
        text += part;
    }
    if (path != NULL && length == 0) {
        path[0] = '/';
    }
    return path;
}

static int
parse_path(const struct value_input *in, void *ret)
{
    const char *path = value_path(in->text, in->arena);
    if (path == NULL) {
        return value_why(in, "\"%.200s\" is no path from the root: want / at its start and no ..",
                         in->text);
    }
    *(const char **)ret = path;
    return 0;
}

static int
parse_user(const struct value_input *in, void *ret)
{
    if (value_parse_user(in->text, in->arena, ret) != 0) {
        return value_why(in,
                         "\"%.60s\" is no user, want a name or a number, and a group after : "
                         "where need be",
                         in->text);
    }
    return 0;
}

static int
parse_signal(const struct value_input *in, void *ret)
{
    int number = signame_number(in->text);
    if (number == 0) {
        return value_why(in, "\"%.60s\" is no signal, want one such as TERM or RTMIN+3", in->text);
    }
    *(int *)ret = number;
    return 0;
}

/* What each type is besides its C type. The last column: "not given" is -1 and not 0. */
/* clang-format off */
static const struct {
    value_parser *parse;
    enum { ONE, WORDS, LINES } list; /* a value, or items between blanks, or one a line */
    bool is_deferred, is_none_negative;
} types[VALUE_TYPE_COUNT] = {
    [VALUE_BOOL]       = {parse_bool,             ONE,   false, false},
    [VALUE_ENUM]       = {parse_enum,             ONE,   false, false},
    [VALUE_INT]        = {value_typed_int,        ONE,   false, false},
    [VALUE_OCTAL]      = {value_typed_octal,      ONE,   false, true},
    [VALUE_DURATION]   = {value_typed_duration,   ONE,   false, true},
    [VALUE_SIZE]       = {value_typed_size,       ONE,   false, true},
    [VALUE_PERCENT]    = {value_typed_percent,    ONE,   false, true},
    [VALUE_STRING]     = {parse_string,           ONE,   false, false},
    [VALUE_PATH]       = {parse_path,             ONE,   false, false},
    [VALUE_PATHS]      = {value_parse_paths,      WORDS, false, false},
    [VALUE_WORDS]      = {value_parse_words,      WORDS, false, false},
    [VALUE_NAMES]      = {value_parse_names,      WORDS, false, false},
    [VALUE_UNITS]      = {value_parse_units,      WORDS, false, false},
    [VALUE_GLOBS]      = {value_parse_globs,      WORDS, false, false},
    [VALUE_ASSIGNS]    = {value_parse_assigns,    LINES, true,  false},
    [VALUE_MKDIRS]     = {value_form_mkdirs,      LINES, false, false},
    [VALUE_CONDITIONS] = {value_form_conditions,  WORDS, false, false},
    [VALUE_UIDS]       = {value_form_uids,        WORDS, false, false},
    [VALUE_CAPS]       = {value_form_caps,        WORDS, false, false},
    [VALUE_COMMAND]    = {parse_string,           WORDS, true,  false},
    [VALUE_USER]       = {parse_user,             ONE,   false, false},
    [VALUE_USERS]      = {value_parse_users,      WORDS, false, false},
    [VALUE_SIGNAL]     = {parse_signal,           ONE,   false, false},
    [VALUE_SIGNALS]    = {value_parse_signals,    WORDS, false, false},
    [VALUE_LIMIT]      = {value_typed_limit,      ONE,   false, false},
    [VALUE_STATUS]     = {value_parse_status,     WORDS, false, false},
    [VALUE_RLIMITS]    = {value_parse_rlimits,    WORDS, false, false},
    [VALUE_FORWARD]    = {value_parse_forward,    WORDS, false, false},
    [VALUE_SCHEDULE]   = {value_parse_schedule,   ONE,   false, false},
    [VALUE_PROBE]      = {value_parse_probe,      ONE,   false, false},
};

static const struct {
    const char *notation;
    size_t bytes;
} c_types[VALUE_TYPE_COUNT] = {
#define VALUE_C_TYPE(type_, c_type_, notation_) [VALUE_##type_] = {(notation_), sizeof(c_type_)},
    VALUE_TYPES(VALUE_C_TYPE)
};
/* clang-format on */

const char *
value_notation(enum value_type type)
{
    return c_types[type].notation;
}

bool
value_is_list(enum value_type type)
{
    return types[type].list != ONE;
}

bool
value_has_lines(enum value_type type)
{
    return types[type].list == LINES;
}

void
value_items(enum value_type type, const char *text, struct arena *arena, struct words *ret)
{
    if (value_has_lines(type)) {
        value_split_lines(text, arena, ret);
    } else {
        value_split(text, arena, ret);
    }
}

size_t
value_bytes(enum value_type type)
{
    return c_types[type].bytes;
}

const char *
value_command_of(enum value_type type, const char *text)
{
    static const char exec[] = "exec:";
    if (type == VALUE_COMMAND) {
        return text;
    }
    bool is_exec = type == VALUE_PROBE && strncmp(text, exec, sizeof exec - 1) == 0;
    return is_exec ? text + sizeof exec - 1 : NULL;
}

bool
value_is_deferred(enum value_type type, const char *text)
{
    return types[type].is_deferred || value_command_of(type, text) != NULL;
}

void
value_none(enum value_type type, void *ret)
{
    /* Two's complement: -1 is all bits set, whatever the integer's width. */
    memset(ret, types[type].is_none_negative ? 0xff : 0, c_types[type].bytes);
}

int
value_parse(enum value_type type, const char *limits, const char *text, struct arena *arena,
            void *ret, char *why, size_t why_size)
{
    struct value_input in = {
        .limits = limits == NULL ? "" : limits,
        .text = text,
        .arena = arena,
        .why = why,
        .why_size = why_size,
    };
    return types[type].parse(&in, ret);
}
