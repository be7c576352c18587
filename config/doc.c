/* SPDX-License-Identifier: MIT */
#include "config/doc.h"

#include <string.h>

#include "config/grow.h"
#include "config/text.h"

struct section *
doc_section(const struct doc *doc, enum schema_section kind, const char *label)
{
    struct section *section = doc->sections;
    while (section != NULL && (section->kind != kind || strcmp(section->label, label) != 0)) {
        section = section->next;
    }
    return section;
}

size_t
doc_count(const struct doc *doc, enum schema_section kind)
{
    size_t count = 0;
    for (const struct section *at = doc->sections; at != NULL; at = at->next) {
        count += at->kind == kind;
    }
    return count;
}

const struct setting *
doc_setting(const struct section *section, const char *key)
{
    const struct setting *setting = section == NULL ? NULL : section->settings;
    while (setting != NULL && strcmp(setting->name, key) != 0) {
        setting = setting->next;
    }
    bool is_emptied = setting != NULL && setting->key != NULL && *setting->text == '\0';
    return is_emptied ? NULL : setting;
}

const struct setting *
doc_unit_setting(const struct section *section, const struct section *defaults, const char *key)
{
    const struct setting *setting = doc_setting(section, key);
    return setting != NULL ? setting : doc_setting(defaults, key);
}

struct diag_place
doc_place(const struct setting *setting, const struct section *section)
{
    struct diag_place place = {0};
    if (section != NULL) {
        place = (struct diag_place){section->file, section->line, section->title, NULL};
    }
    if (setting != NULL) {
        place.file = setting->file;
        place.line = setting->line;
        place.key = setting->name;
    }
    return place;
}

/* The length of NAME where the line is NAME=value, with the =; else of the whole line. */
static size_t
name_length(const char *line, size_t length)
{
    const char *equals = memchr(line, '=', length);
    return equals == NULL ? length : (size_t)(equals - line) + 1;
}

/* Whether `more` has a line with the name that `line` has. */
static bool
is_replaced(const char *line, size_t length, const char *more)
{
    size_t name = name_length(line, length);
    while (*more != '\0') {
        size_t here = strcspn(more, "\n");
        if (name_length(more, here) == name && strncmp(more, line, name) == 0) {
            return true;
        }
        more += here + (more[here] == '\n' ? 1 : 0);
    }
    return false;
}

const char *
doc_add_to_list(enum value_type type, const char *text, const char *more, struct arena *arena)
{
    if (*more == '\0') {
        return text;
    }
    if (!value_has_lines(type)) {
        return arena_printf(arena, "%s%s%s", text, *text == '\0' ? "" : " ", more);
    }
    struct grow list = {.arena = arena};
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (type != VALUE_ASSIGNS || !is_replaced(text, length, more)) {
            grow_add(&list, text, length);
            grow_add(&list, "\n", 1);
        }
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    grow_add(&list, more, strlen(more));
    return grow_text(&list);
}

static void
finish_setting(const struct doc *doc, const struct section *section, struct setting *setting,
               struct arena *arena)
{
    const struct setting *inherited =
        schema_is_unit(section->kind)
            ? doc_setting(doc_section(doc, SECTION_DEFAULTS, ""), setting->name)
            : NULL;
    const char *base = inherited != NULL ? inherited->text : setting->key->default_text;
    /* A default in parentheses is told, not a value. */
    if (*base != '(') {
        setting->text = doc_add_to_list(setting->key->type, base, setting->text, arena);
    }
    setting->adds = false;
}

void
doc_finish(struct doc *doc, struct arena *arena)
{
    /* [defaults] first: the units' += looks at it. */
    for (int pass = 0; pass < 2; pass++) {
        for (struct section *section = doc->sections; section != NULL; section = section->next) {
            struct setting *setting =
                schema_is_unit(section->kind) == (pass == 1) ? section->settings : NULL;
            for (; setting != NULL; setting = setting->next) {
                if (setting->adds) {
                    finish_setting(doc, section, setting, arena);
                }
            }
        }
    }
}
