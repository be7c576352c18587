/* SPDX-License-Identifier: MIT */
#include "config/value.h"

#include <limits.h>
#include <string.h>

#include "config/capname.h"
#include "config/text.h"
#include "config/value_parse.h"
#include "config/vars.h"

/*
 * The types that are lists of words or lines of a form of their own. They stay text: only the form
 * is judged here, so that a mistake is told with its line and not where the word is used.
 */

/* [!]env:NAME, [!]env:NAME=VALUE, [!]file:PATH */
static bool
is_condition(const struct value_input *in, const char *word)
{
    word += *word == '!' ? 1 : 0;
    if (text_starts_with(word, "env:")) {
        word += strlen("env:");
        return vars_is_name(word, strcspn(word, "="));
    }
    return text_starts_with(word, "file:") && value_path(word + strlen("file:"), in->arena) != NULL;
}

int
value_form_conditions(const struct value_input *in, void *ret)
{
    struct words words = {0};
    value_split(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        if (!is_condition(in, words.item[i])) {
            return value_why(in,
                             "\"%.60s\" is no condition, want env:NAME, env:NAME=VALUE or "
                             "file:/PATH, with a ! in front for its contrary",
                             words.item[i]);
        }
    }
    *(struct words *)ret = words;
    return 0;
}

/* any, non-root, UID or UID-UID */
static bool
is_uid_range(const struct value_input *in, const char *word)
{
    unsigned long long low = 0;
    unsigned long long high = UINT_MAX - 1U;
    const char *dash = strchr(word, '-');
    if (value_has_word("any non-root", word)) {
        return true;
    }
    if (dash == NULL) {
        return text_number(word, UINT_MAX - 1U, &low);
    }
    const char *first = arena_strndup(in->arena, word, (size_t)(dash - word));
    return text_number(first, UINT_MAX - 1U, &low) && text_number(dash + 1, UINT_MAX - 1U, &high) &&
           low <= high;
}

int
value_form_uids(const struct value_input *in, void *ret)
{
    struct words words = {0};
    value_split(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        if (!is_uid_range(in, words.item[i])) {
            return value_why(in, "\"%.60s\" is none of any, non-root, UID and UID-UID",
                             words.item[i]);
        }
    }
    *(struct words *)ret = words;
    return 0;
}

static const char *
capability_at(const void *context, size_t i)
{
    (void)context;
    return capname_text((int)i);
}

int
value_form_caps(const struct value_input *in, void *ret)
{
    enum { CAPABILITIES_MAX = 64 };
    struct words words = {0};
    value_split(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        const char *word = words.item[i];
        bool is_alone = words.count == 1 && value_has_word(in->limits, word);
        if (is_alone || capname_number(word) >= 0) {
            continue;
        }
        if (value_has_word(in->limits, word)) {
            return value_why(in, "\"%s\" stands alone", word);
        }
        long nearest = text_nearest(word, capability_at, NULL, CAPABILITIES_MAX);
        return value_why(in, "\"%.60s\" is no capability%s%s%s", word,
                         nearest < 0 ? ", want one such as NET_BIND_SERVICE" : "; did you mean \"",
                         nearest < 0 ? "" : capname_text((int)nearest), nearest < 0 ? "" : "\"?");
    }
    *(struct words *)ret = words;
    return 0;
}

/* PATH [MODE [OWNER]], the path below the mount */
static bool
is_directory(const struct value_input *in, const char *line)
{
    struct words words = {0};
    struct user_spec owner;
    struct value_input mode = *in;
    int bits = 0;
    value_split(line, in->arena, &words);
    if (words.count < 1 || words.count > 3 || *words.item[0] == '/') {
        return false;
    }
    const char *path = value_path(arena_printf(in->arena, "/%s", words.item[0]), in->arena);
    if (path == NULL || strcmp(path, "/") == 0) {
        return false;
    }
    mode.text = words.count > 1 ? words.item[1] : "0";
    mode.limits = "0..7777";
    return value_typed_octal(&mode, &bits) == 0 &&
           (words.count < 3 || value_parse_user(words.item[2], in->arena, &owner) == 0);
}

int
value_form_mkdirs(const struct value_input *in, void *ret)
{
    struct words lines = {0};
    value_split_lines(in->text, in->arena, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        if (!is_directory(in, lines.item[i])) {
            return value_why(in,
                             "\"%.100s\" is not PATH [MODE [OWNER]], with a PATH below the mount "
                             "and one a line",
                             lines.item[i]);
        }
    }
    *(struct words *)ret = lines;
    return 0;
}
