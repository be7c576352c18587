/* SPDX-License-Identifier: MIT */
#include "init/usage.h"

#include <string.h>

#include "config/text.h"
#include "config/value.h"

#define USAGE_OPTION_WORD(name_, word_) [USAGE_##name_] = (word_),
static const char *const option_words[USAGE_OPTION_COUNT] = {USAGE_OPTIONS(USAGE_OPTION_WORD)};
#undef USAGE_OPTION_WORD

/* ---------------------------------------------------------------- the row */

/* One word of the row. Returns whether a bracket stays open behind it. */
static bool
take_word(const char **at, struct usage_piece *ret)
{
    bool is_optional = **at == '[';
    *ret = (struct usage_piece){.text = *at + is_optional, .is_optional = is_optional};
    *at += strcspn(*at, " ");
    bool ends_bracket = (*at)[-1] == ']';
    ret->length = (size_t)(*at - ret->text) - ends_bracket;
    *at += strspn(*at, " ");
    return is_optional && !ends_bracket;
}

bool
usage_next_piece(const char **at, struct usage_piece *ret, struct usage_piece *ret_form)
{
    *ret_form = (struct usage_piece){.text = ""};
    if (**at == '\0') {
        return false;
    }
    if (take_word(at, ret)) {
        (void)take_word(at, ret_form);
    }
    return true;
}

/* Whether `word` fits a form: one of the words of "ready|final"; any where the form has capitals.
 */
static bool
is_of_form(const char *word, const struct usage_piece *form)
{
    if (form->text[0] < 'a') {
        return true;
    }
    size_t length = strlen(word);
    for (size_t at = 0; at < form->length;) {
        size_t end = at;
        while (end < form->length && form->text[end] != '|') {
            end++;
        }
        if (end - at == length && strncmp(form->text + at, word, length) == 0) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

/* Finds the option in the row, and the form of its value. Returns false where the row has it not.
 */
static bool
find_option(const struct verb *verb, const char *word, size_t length, struct usage_piece *ret_form)
{
    const char *at = verb->arguments;
    struct usage_piece piece;
    while (usage_next_piece(&at, &piece, ret_form)) {
        if (piece.length == length && strncmp(piece.text, word, length) == 0) {
            return true;
        }
    }
    return false;
}

/* The fewest and the most words that the row takes, and the form of the first. */
static void
count_words(const struct verb *verb, size_t *ret_least, size_t *ret_most,
            struct usage_piece *ret_first)
{
    const char *at = verb->arguments;
    struct usage_piece piece;
    struct usage_piece form;
    *ret_least = 0;
    *ret_most = 0;
    *ret_first = (struct usage_piece){.text = "", .length = 0};
    while (usage_next_piece(&at, &piece, &form)) {
        if (piece.text[0] == '-') {
            continue;
        }
        bool is_list = piece.length > 3 && strncmp(piece.text + piece.length - 3, "...", 3) == 0;
        *ret_first = *ret_most == 0 ? piece : *ret_first;
        *ret_least += !piece.is_optional;
        *ret_most = is_list || *ret_most == SIZE_MAX ? SIZE_MAX : *ret_most + 1;
    }
}

/* ---------------------------------------------------------------- the words */

static int
refuse(const struct verb *verb, const char *what, const char *word, struct err *err)
{
    char escaped[64];
    struct text text = TEXT_OVER(escaped);
    text_add_escaped(&text, word, strlen(word));
    return err_set(err, CODE_USAGE, 0, "`roinit %s` %s \"%s\": see `roinit help %s`", verb->name,
                   what, escaped, verb->name);
}

/* One option. Returns how many words it took; -1 with *err. */
static int
take_option(const struct verb *verb, const char *const *word, size_t left, struct usage *usage,
            struct err *err)
{
    size_t length = strcspn(word[0], "=");
    bool has_equals = word[0][length] == '=';
    struct usage_piece form;
    if (!find_option(verb, word[0], length, &form)) {
        return refuse(verb, "has no option", word[0], err);
    }
    const char *value = "";
    bool takes_value = form.length > 0;
    if (takes_value == has_equals) {
        value = takes_value ? word[0] + length + 1 : "";
    } else if (has_equals) {
        return refuse(verb, "takes no value with", word[0], err);
    } else if (left < 2) {
        return refuse(verb, "wants a value after", word[0], err);
    } else {
        value = word[1];
    }
    if (takes_value && !is_of_form(value, &form)) {
        return refuse(verb, "does not know the value", value, err);
    }
    for (int option = 0; option < USAGE_OPTION_COUNT; option++) {
        if (strlen(option_words[option]) == length &&
            strncmp(option_words[option], word[0], length) == 0) {
            usage->option[option] = value;
        }
    }
    return takes_value && !has_equals ? 2 : 1;
}

int
usage_parse(const struct verb *verb, const char *const *word, size_t count, struct usage *ret_usage,
            struct err *err)
{
    size_t least;
    size_t most;
    struct usage_piece first;
    memset(ret_usage, 0, sizeof *ret_usage);
    count_words(verb, &least, &most, &first);
    for (size_t i = 0; i < count;) {
        if (word[i][0] == '-' && word[i][1] != '\0') {
            int taken = take_option(verb, word + i, count - i, ret_usage, err);
            if (taken < 0) {
                return -1;
            }
            i += (size_t)taken;
            continue;
        }
        if (ret_usage->word_count == most || ret_usage->word_count == USAGE_WORDS_MAX) {
            return refuse(verb, "has no use for", word[i], err);
        }
        if (ret_usage->word_count == 0 && !is_of_form(word[i], &first)) {
            return refuse(verb, "does not know", word[i], err);
        }
        ret_usage->word[ret_usage->word_count++] = word[i++];
    }
    if (ret_usage->word_count < least) {
        return err_set(err, CODE_USAGE, 0, "`roinit %s` wants more: roinit %s %s", verb->name,
                       verb->name, verb->arguments);
    }
    return 0;
}

int
usage_duration(const struct usage *usage, enum usage_option option, int64_t fallback_ms,
               int64_t *ret_ms, struct err *err)
{
    const char *value = usage->option[option];
    *ret_ms = fallback_ms;
    if (value != NULL && value_parse_duration(value, ret_ms) != 0) {
        return err_set(err, CODE_USAGE, 0, "%s wants a duration such as 10s, not \"%.32s\"",
                       option_words[option], value);
    }
    return 0;
}

int
usage_number(const struct usage *usage, enum usage_option option, unsigned long long max,
             unsigned long long *ret_number, struct err *err)
{
    const char *value = usage->option[option];
    if (value != NULL && !text_number(value, max, ret_number)) {
        return err_set(err, CODE_USAGE, 0, "%s wants a number up to %llu, not \"%.32s\"",
                       option_words[option], max, value);
    }
    return 0;
}
