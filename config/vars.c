/* SPDX-License-Identifier: MIT */
#include "config/vars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/grow.h"

void
vars_init(struct vars *vars, struct arena *arena)
{
    *vars = (struct vars){.arena = arena};
    vars_set(vars, "_", NULL); /* so that item is never NULL */
}

/* Returns whether there is room for so many. */
static bool
reserve(struct vars *vars, size_t room)
{
    if (room < vars->room) {
        return true;
    }
    room = room < 16 ? 16 : room * 2;
    char **larger = ARENA_NEW(vars->arena, char *, room);
    if (larger == NULL) {
        return false;
    }
    for (size_t i = 0; i < vars->count; i++) {
        larger[i] = vars->item[i];
    }
    vars->item = larger;
    vars->room = room;
    return true;
}

void
vars_copy(struct vars *vars, const struct vars *from, struct arena *arena)
{
    *vars = (struct vars){.arena = arena};
    if (!reserve(vars, from->count + 1)) {
        return;
    }
    /* The strings themselves are never changed in place, so both may point to them. */
    for (size_t i = 0; i < from->count; i++) {
        vars->item[i] = from->item[i];
    }
    vars->count = from->count;
}

/* Both are of the form NAME=value. Names as strcmp(3) has them. */
static int
compare_names(const char *one, const char *other)
{
    while (*one == *other && *one != '=') {
        one++;
        other++;
    }
    return (*one == '=' ? 0 : (unsigned char)*one) - (*other == '=' ? 0 : (unsigned char)*other);
}

static int
by_place(const void *a, const void *b)
{
    char *const *one = *(char *const *const *)a;
    char *const *other = *(char *const *const *)b;
    return one < other ? -1 : 1;
}

static int
by_name(const void *a, const void *b)
{
    int order = compare_names(**(char *const *const *)a, **(char *const *const *)b);
    return order != 0 ? order : by_place(a, b);
}

void
vars_take(struct vars *vars, char *const *environment, struct arena *arena, struct arena *scratch)
{
    size_t count = 0;
    size_t kept = 0;
    vars_init(vars, arena);
    while (environment[count] != NULL) {
        count++;
    }
    char *const **place = ARENA_NEW(scratch, char *const *, count + 1);
    if (place == NULL || !reserve(vars, count + 1)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (environment[i][0] != '=' && strchr(environment[i], '=') != NULL) {
            place[kept++] = &environment[i];
        }
    }
    count = kept;
    kept = 0;
    qsort(place, count, sizeof place[0], by_name);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 == count || compare_names(*place[i], *place[i + 1]) != 0) {
            place[kept++] = place[i];
        }
    }
    qsort(place, kept, sizeof place[0], by_place);
    for (size_t i = 0; i < kept; i++) {
        vars->item[vars->count++] = *place[i];
    }
    vars->item[vars->count] = NULL;
}

static size_t
find(const struct vars *vars, const char *name, size_t length)
{
    for (size_t i = 0; i < vars->count; i++) {
        if (strncmp(vars->item[i], name, length) == 0 && vars->item[i][length] == '=') {
            return i;
        }
    }
    return vars->count;
}

void
vars_set(struct vars *vars, const char *name, const char *value)
{
    if (!reserve(vars, vars->count + 1)) {
        return;
    }
    size_t at = find(vars, name, strlen(name));
    if (value == NULL) {
        if (at < vars->count) {
            for (size_t i = at; i + 1 < vars->count; i++) {
                vars->item[i] = vars->item[i + 1];
            }
            vars->item[--vars->count] = NULL;
        }
        return;
    }
    char *item = arena_printf(vars->arena, "%s=%s", name, value);
    if (item == NULL) {
        return;
    }
    vars->item[at] = item;
    if (at == vars->count) {
        vars->item[++vars->count] = NULL;
    }
}

static const char *
get(const struct vars *vars, const char *name, size_t length)
{
    size_t at = find(vars, name, length);
    return at < vars->count ? vars->item[at] + length + 1 : NULL;
}

const char *
vars_get(const struct vars *vars, const char *name)
{
    return get(vars, name, strlen(name));
}

static bool
is_name_byte(char byte, bool is_first)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (!is_first && byte >= '0' && byte <= '9');
}

static size_t
name_length(const char *text)
{
    size_t length = 0;
    while (is_name_byte(text[length], length == 0)) {
        length++;
    }
    return length;
}

bool
vars_is_name(const char *name, size_t length)
{
    if (length == 0) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_name_byte(name[i], i == 0)) {
            return false;
        }
    }
    return true;
}

bool
expand_has_variable(const char *text)
{
    for (; *text != '\0'; text++) {
        if (text[0] == '$' && text[1] == '$') {
            text++;
        } else if (text[0] == '$' && (text[1] == '{' || is_name_byte(text[1], true))) {
            return true;
        }
    }
    return false;
}

size_t
expand_extent(const char *text)
{
    size_t depth = 0;
    if (text[1] != '{') {
        return 1 + name_length(text + 1);
    }
    for (size_t i = 1; text[i] != '\0'; i++) {
        if (text[i] == '$' && text[i + 1] == '$') {
            i++;
        } else if (text[i] == '{' && text[i - 1] == '$') {
            depth++;
        } else if (text[i] == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* How far expand_value() has come. */
struct expansion {
    const struct vars *vars;
    struct grow *out;
    const char *at;
    size_t open; /* default words that were entered: each ends with its } */
    char *why;
    size_t why_size;
    bool *ret_is_runtime;
};

enum { DEPTH_MAX = 8 };

static int
notation(const struct expansion *x, const char *sentence, const char *at)
{
    (void)snprintf(x->why, x->why_size, "%s at \"%.40s\"", sentence, at);
    *x->ret_is_runtime = false;
    return -1;
}

static int
unset(const struct expansion *x, const char *name, size_t length, const char *message,
      size_t message_length)
{
    *x->ret_is_runtime = true;
    if (message_length > 0) {
        (void)snprintf(x->why, x->why_size, "%.*s: %.*s", (int)length, name, (int)message_length,
                       message);
    } else {
        (void)snprintf(x->why, x->why_size, "%.*s is not set and has no default", (int)length,
                       name);
    }
    return -1;
}

static void
add_value(struct expansion *x, const char *value)
{
    if (value != NULL) {
        grow_add(x->out, value, strlen(value));
    }
}

/* At "${": adds its value, or enters its default word. */
static int
step_braced(struct expansion *x)
{
    const char *start = x->at;
    size_t extent = expand_extent(start);
    const char *name = start + 2;
    size_t length = name_length(name);
    const char *form = name + length;
    if (extent == 0) {
        return notation(x, "an unfinished ${", start);
    }
    if (length == 0) {
        return notation(x, "no variable's name", start);
    }
    bool is_default = form[0] == ':' && form[1] == '-';
    bool is_message = form[0] == ':' && form[1] == '?';
    if (*form != '}' && !is_default && !is_message) {
        return notation(x, "neither ${NAME}, ${NAME:-word} nor ${NAME:?message}", start);
    }
    const char *value = x->vars == VARS_UNKNOWN ? NULL : get(x->vars, name, length);
    bool is_empty = value == NULL || *value == '\0';
    if (is_default && is_empty) {
        if (x->open == DEPTH_MAX) {
            return notation(x, "defaults within defaults too deep", start);
        }
        x->open++;
        x->at = form + 2;
        return 0;
    }
    if (x->vars != VARS_UNKNOWN && ((is_message && is_empty) || value == NULL)) {
        const char *message = is_message ? form + 2 : form;
        size_t message_length = is_message ? (size_t)(start + extent - 1 - message) : 0;
        return unset(x, name, length, message, message_length);
    }
    add_value(x, value);
    x->at = start + extent;
    return 0;
}

/* At "$". */
static int
step_dollar(struct expansion *x)
{
    size_t length = name_length(x->at + 1);
    if (x->at[1] == '$') {
        grow_add(x->out, "$", 1);
        x->at += 2;
        return 0;
    }
    if (x->at[1] == '{') {
        return step_braced(x);
    }
    if (length == 0) {
        return notation(x, "a $ that begins no variable (write $$ for a dollar sign)", x->at);
    }
    const char *value = x->vars == VARS_UNKNOWN ? NULL : get(x->vars, x->at + 1, length);
    if (x->vars != VARS_UNKNOWN && value == NULL) {
        return unset(x, x->at + 1, length, "", 0);
    }
    add_value(x, value);
    x->at += 1 + length;
    return 0;
}

const char *
expand_value(const char *text, const struct vars *vars, struct arena *arena, char *why,
             size_t why_size, bool *ret_is_runtime)
{
    struct grow out = {.arena = arena};
    struct expansion x = {vars, &out, text, 0, why, why_size, ret_is_runtime};
    while (*x.at != '\0') {
        if (*x.at == '$') {
            if (step_dollar(&x) != 0) {
                return NULL;
            }
        } else if (*x.at == '}' && x.open > 0) {
            x.open--;
            x.at++;
        } else {
            size_t length = strcspn(x.at + 1, "$}") + 1;
            grow_add(&out, x.at, length);
            x.at += length;
        }
    }
    if (out.is_too_long) {
        (void)snprintf(why, why_size, "comes to more than %d bytes", GROW_MAX);
        *ret_is_runtime = true;
        return NULL;
    }
    return vars == VARS_UNKNOWN ? text : grow_text(&out);
}
