/* SPDX-License-Identifier: MIT */
#include "config/command.h"

#include <stdio.h>
#include <string.h>

#include "config/grow.h"

static const char arguments_word[] = "\"$@\"";

/* How far the command is read. */
struct splitting {
    const struct vars *vars;
    const char *at;
    struct grow_words words;
    struct grow word; /* the one that is being read */
    char *why;
    size_t why_size;
    bool *ret_is_runtime;
};

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

static bool
is_end(char byte)
{
    return byte == '\0' || is_blank(byte);
}

static bool
is_arguments(const char *at)
{
    size_t length = strlen(arguments_word);
    return strncmp(at, arguments_word, length) == 0 && is_end(at[length]);
}

static int
notation(const struct splitting *s, const char *sentence, const char *at)
{
    (void)snprintf(s->why, s->why_size, "%s at \"%.40s\"", sentence, at);
    *s->ret_is_runtime = false;
    return -1;
}

/* The value of the variable at s->at, which is passed over; NULL: `why` is set. */
static const char *
take_variable(struct splitting *s)
{
    size_t length = expand_extent(s->at);
    const char *start = s->at;
    if (s->at[1] == '@') {
        (void)notation(s, "\"$@\" stands only as a word of its own, in double quotes; not so",
                       start);
        return NULL;
    }
    if (s->at[1] == '$') {
        length = 2;
    } else if (length == 0) {
        (void)notation(s, "an unfinished ${", start);
        return NULL;
    }
    const char *text = arena_strndup(s->word.arena, start, length);
    s->at += length;
    return text == NULL
               ? NULL
               : expand_value(text, s->vars, s->word.arena, s->why, s->why_size, s->ret_is_runtime);
}

static int
add_variable(struct splitting *s)
{
    const char *value = take_variable(s);
    if (value == NULL) {
        return -1;
    }
    grow_add(&s->word, value, strlen(value));
    return 0;
}

static int
add_single_quoted(struct splitting *s)
{
    const char *end = strchr(s->at + 1, '\'');
    if (end == NULL) {
        return notation(s, "a ' that is not closed", s->at);
    }
    grow_add(&s->word, s->at + 1, (size_t)(end - s->at - 1));
    s->at = end + 1;
    return 0;
}

static int
add_double_quoted(struct splitting *s)
{
    const char *start = s->at++;
    while (*s->at != '"') {
        if (*s->at == '\0') {
            return notation(s, "a \" that is not closed", start);
        }
        if (*s->at == '$') {
            if (add_variable(s) != 0) {
                return -1;
            }
            continue;
        }
        if (*s->at == '\\' && s->at[1] != '\0' && strchr("\"\\$", s->at[1]) != NULL) {
            s->at++;
        }
        grow_add(&s->word, s->at++, 1);
    }
    s->at++;
    return 0;
}

/* Reads one word; s->at stands on its first byte. */
static int
take_word(struct splitting *s)
{
    s->word = (struct grow){.arena = s->words.arena};
    while (!is_end(*s->at)) {
        int status = 0;
        if (*s->at == '\'') {
            status = add_single_quoted(s);
        } else if (*s->at == '"') {
            status = add_double_quoted(s);
        } else if (*s->at == '$') {
            status = add_variable(s);
        } else if (*s->at == '\\' && s->at[1] == '\n') {
            s->at++; /* the habit of ending a line with \: a blank, as the line end itself */
        } else if (*s->at == '\\' && s->at[1] == '\0') {
            status = notation(s, "a \\ that escapes nothing", s->at);
        } else {
            s->at += *s->at == '\\' ? 1 : 0;
            grow_add(&s->word, s->at++, 1);
        }
        if (status != 0) {
            return -1;
        }
    }
    if (s->word.is_too_long) {
        (void)snprintf(s->why, s->why_size, "a word of it comes to more than %d bytes", GROW_MAX);
        *s->ret_is_runtime = true;
        return -1;
    }
    grow_word(&s->words, grow_text(&s->word));
    return 0;
}

/* A bare $NAME as a word of its own: its value's words, which may be none. */
static int
take_bare_variable(struct splitting *s)
{
    struct words split = {0};
    s->word = (struct grow){.arena = s->words.arena};
    const char *value = take_variable(s);
    if (value == NULL) {
        return -1;
    }
    value_split(value, s->words.arena, &split);
    for (size_t i = 0; i < split.count; i++) {
        grow_word(&s->words, split.item[i]);
    }
    return 0;
}

static void
take_arguments(struct splitting *s, const struct words *arguments)
{
    s->at += strlen(arguments_word);
    if (arguments == NULL) {
        grow_word(&s->words, arguments_word);
        return;
    }
    for (size_t i = 0; i < arguments->count; i++) {
        grow_word(&s->words, arguments->item[i]);
    }
}

static bool
is_bare_variable(const char *at)
{
    size_t length = *at == '$' && at[1] != '{' ? expand_extent(at) : 0;
    return length > 1 && is_end(at[length]);
}

int
command_expand(const char *text, const struct vars *vars, const struct words *arguments,
               struct arena *arena, struct words *ret_argv, char *why, size_t why_size,
               bool *ret_is_runtime)
{
    struct splitting s = {
        .vars = vars,
        .at = text,
        .words = {.arena = arena},
        .why = why,
        .why_size = why_size,
        .ret_is_runtime = ret_is_runtime,
    };
    while (*s.at != '\0') {
        int status = 0;
        if (is_blank(*s.at) || (s.at[0] == '\\' && s.at[1] == '\n')) {
            s.at++;
        } else if (is_arguments(s.at)) {
            take_arguments(&s, arguments);
        } else if (is_bare_variable(s.at)) {
            status = take_bare_variable(&s);
        } else {
            status = take_word(&s);
        }
        if (status != 0) {
            return -1;
        }
    }
    if (s.words.words.count == 0 || s.words.words.item[0][0] == '\0') {
        (void)snprintf(why, why_size, "its first word, which is the program, is empty");
        *ret_is_runtime = expand_has_variable(text) || strstr(text, arguments_word) != NULL;
        return -1;
    }
    *ret_argv = s.words.words;
    return 0;
}

bool
command_takes_arguments(const char *text)
{
    char quote = '\0';
    bool is_start = true;
    for (; *text != '\0'; text++) {
        if (quote == '\0' && is_start && is_arguments(text)) {
            return true;
        }
        is_start = quote == '\0' && is_blank(*text);
        if (*text == '\\' && quote != '\'' && text[1] != '\0') {
            is_start = quote == '\0' && text[1] == '\n';
            text++;
        } else if (quote != '\0') {
            quote = (char)(*text == quote ? '\0' : quote);
        } else if (*text == '\'' || *text == '"') {
            quote = *text;
        }
    }
    return false;
}
