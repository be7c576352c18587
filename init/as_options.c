/* SPDX-License-Identifier: MIT */
#include "init/as_options.h"

#include <string.h>

#include "config/text.h"

struct as_scan
as_scan_over(char *const *argv, const struct as_option *option)
{
    struct as_scan scan = {.argv = argv, .at = argv[0] != NULL ? 1 : 0, .option = option};
    for (; option->letter != 0; option++) {
        scan.has_names |= option->name != NULL;
    }
    return scan;
}

static int
wrong(struct as_scan *scan, const char *before, const char *word, size_t length, const char *after)
{
    struct text out = TEXT_OVER(scan->why);
    text_add(&out, before);
    text_add_escaped(&out, word, length);
    text_add(&out, after);
    return AS_OPTIONS_WRONG;
}

/* The value of an option of which `rest` follows in the same word. */
static bool
take_value(struct as_scan *scan, const char *rest)
{
    scan->value = rest != NULL ? rest : scan->argv[scan->at];
    if (rest == NULL && scan->value != NULL) {
        scan->at++;
    }
    return scan->value != NULL;
}

static int
next_letter(struct as_scan *scan)
{
    const char *letter = scan->cluster;
    const struct as_option *option = scan->option;
    scan->cluster = letter[1] != '\0' ? letter + 1 : NULL;
    while (option->letter != 0 && option->letter != *letter) {
        option++;
    }
    if (option->letter == 0) {
        return wrong(scan, "invalid option -- '", letter, 1, "'");
    }
    if (option->has_value) {
        const char *rest = scan->cluster;
        scan->cluster = NULL;
        if (!take_value(scan, rest)) {
            return wrong(scan, "option requires an argument -- '", letter, 1, "'");
        }
    }
    return (unsigned char)option->letter;
}

/* The option that `name` is, or begins alone; NULL with a sentence. */
static const struct as_option *
find_name(struct as_scan *scan, const char *name, size_t length)
{
    const struct as_option *found = NULL;
    size_t matches = 0;
    for (const struct as_option *at = scan->option; at->letter != 0; at++) {
        if (at->name == NULL || strncmp(at->name, name, length) != 0) {
            continue;
        }
        if (at->name[length] == '\0') {
            return at;
        }
        found = at;
        matches++;
    }
    if (matches == 1) {
        return found;
    }
    (void)wrong(scan, matches == 0 ? "unrecognized option '--" : "option '--", name,
                matches == 0 ? strlen(name) : length, matches == 0 ? "'" : "' is ambiguous");
    return NULL;
}

static int
next_name(struct as_scan *scan, const char *word)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    const char *rest = name[length] == '=' ? name + length + 1 : NULL;
    const struct as_option *option = find_name(scan, name, length);
    if (option == NULL) {
        return AS_OPTIONS_WRONG;
    }
    if (!option->has_value && rest != NULL) {
        return wrong(scan, "option '--", option->name, strlen(option->name),
                     "' doesn't allow an argument");
    }
    if (option->has_value && !take_value(scan, rest)) {
        return wrong(scan, "option '--", option->name, strlen(option->name),
                     "' requires an argument");
    }
    return (unsigned char)option->letter;
}

int
as_scan_next(struct as_scan *scan)
{
    scan->value = NULL;
    if (scan->cluster != NULL) {
        return next_letter(scan);
    }
    const char *word = scan->argv[scan->at];
    if (word == NULL || word[0] != '-' || word[1] == '\0') {
        return AS_OPTIONS_END;
    }
    scan->at++;
    if (strcmp(word, "--") == 0) {
        return AS_OPTIONS_END;
    }
    if (word[1] == '-' && scan->has_names) {
        return next_name(scan, word);
    }
    scan->cluster = word + 1;
    return next_letter(scan);
}
