/* SPDX-License-Identifier: MIT */
#include "config/docwrite.h"

#include <stdio.h>
#include <string.h>

#include "config/lines.h"
#include "config/synonyms.h"
#include "config/text.h"
#include "config/vars.h"

static struct diag_place
place(const struct docwrite *write, unsigned line, const char *key)
{
    bool has_title = write->refused_title != NULL && *write->refused_title != '\0';
    return (struct diag_place){
        .file = write->file,
        .line = line,
        .section = write->section != NULL ? write->section->title
                   : has_title            ? write->refused_title
                                          : NULL,
        .key = key,
    };
}

void
docwrite_problem(struct docwrite *write, unsigned line, const char *key, const char *problem,
                 const char *cure)
{
    diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, place(write, line, key), cure, "%s", problem);
    if (write->section != NULL) {
        write->section->is_refused = true;
    }
}

static const char *
section_name(const void *context, size_t i)
{
    (void)context;
    return schema_sections[i].name;
}

/* The kind of that name; SECTION_COUNT and a diagnostic where it is none. */
static enum schema_section
find_kind(struct docwrite *write, unsigned line, const char *kind, const char *label)
{
    char cure[128] = "";
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (strcmp(schema_sections[i].name, kind) == 0) {
            return (enum schema_section)i;
        }
    }
    const char *ours = synonym_section(kind);
    long nearest = text_nearest(kind, section_name, NULL, SECTION_COUNT);
    if (ours == NULL && nearest >= 0) {
        ours = schema_sections[nearest].name;
    }
    if (ours != NULL) {
        const char *gap = *label == '\0' ? "" : " ";
        (void)snprintf(cure, sizeof(cure), "did you mean [%s%s%s]?", ours, gap, label);
    }
    diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, place(write, line, NULL),
             *cure == '\0' ? "`roinit explain` lists the sections" : cure, "unknown section [%s]",
             write->refused_title);
    return SECTION_COUNT;
}

/* Whether the label suits the kind. */
static bool
is_label(struct docwrite *write, unsigned line, enum schema_section kind, const char *label)
{
    const struct schema_section_info *info = &schema_sections[kind];
    bool wants_name = strcmp(info->label, "NAME") == 0;
    char cure[128];
    if (*info->label == '\0' && *label != '\0') {
        (void)snprintf(cure, sizeof(cure), "write [%s]", info->name);
        docwrite_problem(write, line, NULL, "this section takes no name", cure);
        return false;
    }
    if (*info->label != '\0' && *label == '\0') {
        (void)snprintf(cure, sizeof(cure), "write [%s %s]", info->name, info->label);
        docwrite_problem(write, line, NULL,
                         wants_name ? "the section has no name" : "the section has no path", cure);
        return false;
    }
    if (wants_name && !value_is_unit_name(label)) {
        docwrite_problem(write, line, NULL, "the name cannot be a unit's",
                         "use lower-case letters, digits and . _ -, a letter or digit first, at "
                         "most 40");
        return false;
    }
    if (label[strcspn(label, ";#")] != '\0') {
        docwrite_problem(write, line, NULL, "a ; or # in the section's name",
                         "give it a short label, and say `path = ...`");
        return false;
    }
    return true;
}

/* Services and tasks share one space of names; a section stands once in a file. */
static bool
is_free(struct docwrite *write, unsigned line, enum schema_section kind, const char *label,
        struct section *section)
{
    enum schema_section other = kind == SECTION_SERVICE ? SECTION_TASK : SECTION_SERVICE;
    const struct section *rival =
        schema_is_unit(kind) ? doc_section(write->doc, other, label) : NULL;
    if (rival != NULL) {
        diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, place(write, line, NULL),
                 "services and tasks share one space of names: rename one",
                 "there is a [%s] already (%s:%u)", rival->title, rival->file, rival->line);
        return false;
    }
    if (section != NULL && section->last_file == write->file) {
        diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, place(write, line, NULL),
                 "put its keys into one section",
                 "the section stands twice in this file, first in "
                 "line %u",
                 section->last_line);
        return false;
    }
    if (section == NULL && write->doc->count == DOC_SECTIONS_MAX) {
        diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, place(write, line, NULL), NULL,
                 "more than %d sections", DOC_SECTIONS_MAX);
        return false;
    }
    return true;
}

static struct section *
add_section(struct docwrite *write, unsigned line, enum schema_section kind, const char *label)
{
    struct section **end = &write->doc->sections;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    struct section *section = ARENA_NEW(write->arena, struct section, 1);
    section->kind = kind;
    section->label = label;
    section->title = write->refused_title;
    section->file = write->file;
    section->line = line;
    write->doc->count++;
    *end = section;
    return section;
}

bool
docwrite_section(struct docwrite *write, unsigned line, const char *title, size_t length)
{
    const char *whole = arena_strndup(write->arena, title, length);
    size_t kind_length = strcspn(whole, " \t:");
    write->section = NULL;
    const char *kind_name = arena_strndup(write->arena, whole, kind_length);
    /* "program:web" is what others write; the colon parts only names that are none of ours. */
    const char *label = whole + kind_length + strspn(whole + kind_length, " \t:");
    write->refused_title = whole;
    enum schema_section kind = find_kind(write, line, kind_name, label);
    if (kind == SECTION_COUNT) {
        return false;
    }
    if (whole[kind_length] == ':') {
        docwrite_problem(write, line, NULL, "a colon in the section's name", "write a blank");
        return false;
    }
    write->refused_title =
        *label == '\0' ? kind_name : arena_printf(write->arena, "%s %s", kind_name, label);
    struct section *section = doc_section(write->doc, kind, label);
    if (!is_label(write, line, kind, label) || !is_free(write, line, kind, label, section)) {
        return false;
    }
    write->section = section != NULL ? section : add_section(write, line, kind, label);
    write->section->last_file = write->file;
    write->section->last_line = line;
    return true;
}

static const char *
key_name(const void *context, size_t i)
{
    const struct schema_key *keys = context;
    return keys[i].name;
}

/* Another section that has a key of that name, or NULL. What [defaults] has is said for units. */
static const struct schema_section_info *
section_with(const char *name)
{
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (i != SECTION_DEFAULTS && schema_find((enum schema_section)i, name) != NULL) {
            return &schema_sections[i];
        }
    }
    return NULL;
}

static void
tell_unknown(struct docwrite *write, const struct docwrite_entry *entry)
{
    enum schema_section kind = write->section->kind;
    size_t count = 0;
    const struct schema_key *keys = schema_keys(kind, &count);
    const char *ours = synonym_key(entry->name);
    const struct schema_section_info *elsewhere = section_with(entry->name);
    long nearest = text_nearest(entry->name, key_name, keys, count);
    char cure[128];
    if (ours != NULL && schema_find(kind, ours) != NULL) {
        (void)snprintf(cure, sizeof(cure), "write `%s`", ours);
    } else if (elsewhere != NULL) {
        (void)snprintf(cure, sizeof(cure), "it is a key of [%s%s%s]", elsewhere->name,
                       *elsewhere->label == '\0' ? "" : " ", elsewhere->label);
    } else if (nearest >= 0) {
        (void)snprintf(cure, sizeof(cure), "did you mean `%s`?", keys[nearest].name);
    } else {
        (void)snprintf(cure, sizeof(cure), "`roinit explain %s` lists its keys",
                       schema_sections[kind].name);
    }
    diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, place(write, entry->line, entry->name), cure,
             "unknown key `%s`", entry->name);
    write->section->is_refused = true;
}

bool
docwrite_more(struct docwrite *write, const struct docwrite_entry *entry, unsigned line,
              const char *text, size_t length)
{
    char name[LINES_NAME_MAX + 1];
    const char *equals = memchr(text, '=', length);
    size_t end = equals == NULL ? 0 : (size_t)(equals - text);
    bool has_blank = false;
    if (write->section == NULL || equals == NULL) {
        return true;
    }
    end -= end > 0 && text[end - 1] == '+' ? 1 : 0;
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t')) {
        end--;
        has_blank = true;
    }
    if (end == 0 || end >= sizeof(name)) {
        return true;
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)end, text);
    const struct schema_key *key = schema_find(write->section->kind, entry->name);
    /* In a list of NAME=value a variable may be called as a key is. */
    bool may_be_item = key != NULL && key->type == VALUE_ASSIGNS && !has_blank;
    if (may_be_item || schema_find(write->section->kind, name) == NULL) {
        return true;
    }
    diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, place(write, line, entry->name),
             "begin it in the first column if it is a key",
             "the indented line looks like the key `%s`, and would go on from `%s`", name,
             entry->name);
    return false;
}

/* Whether name and form of the entry suit the section; *ret_key is NULL in [env]. */
static bool
is_entry(struct docwrite *write, const struct docwrite_entry *entry,
         const struct schema_key **ret_key)
{
    const struct schema_key *key = schema_find(write->section->kind, entry->name);
    bool is_env = write->section->kind == SECTION_ENV;
    bool is_list = key != NULL && value_is_list(key->type);
    const char *problem = NULL;
    const char *cure = NULL;
    if (is_env && !vars_is_name(entry->name, strlen(entry->name))) {
        problem = "this cannot be a variable's name";
        cure = "use letters, digits and _, no digit first";
    } else if (!is_env && key == NULL) {
        tell_unknown(write, entry);
        return false;
    } else if (entry->is_append && !is_list) {
        problem = "+= adds to a list, and this is none";
        cure = "write =";
    } else if (entry->has_more && !is_list) {
        problem = "only a list may go on over indented lines";
        cure = "write the value in one line";
    } else if (key != NULL && key->type == VALUE_USER && strcmp(entry->name, "user") == 0 &&
               *entry->text == '\0') {
        problem = "an empty user";
        cure = "name a user, or take the key out";
    }
    if (problem != NULL) {
        docwrite_problem(write, entry->line, entry->name, problem, cure);
        return false;
    }
    *ret_key = key;
    return true;
}

static void
change_setting(struct docwrite *write, const struct docwrite_entry *entry, struct setting *setting)
{
    bool has_list = entry->is_append && (*setting->text != '\0' || setting->adds);
    if (has_list) {
        setting->text =
            doc_add_to_list(setting->key->type, setting->text, entry->text, write->arena);
    } else {
        setting->text = arena_strdup(write->arena, entry->text);
        setting->adds = entry->is_append;
    }
    setting->file = write->file;
    setting->line = entry->line;
}

void
docwrite_setting(struct docwrite *write, const struct docwrite_entry *entry)
{
    const struct schema_key *key = NULL;
    if (write->section == NULL) {
        docwrite_problem(write, entry->line, entry->name, "a key before the first section",
                         "put it under its [section]");
        return;
    }
    if (!is_entry(write, entry, &key)) {
        return;
    }
    struct setting **at = &write->section->settings;
    while (*at != NULL && strcmp((*at)->name, entry->name) != 0) {
        at = &(*at)->next;
    }
    struct diag_place here = place(write, entry->line, entry->name);
    if (*at != NULL && (*at)->file == write->file) {
        diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, here, "take one of them out",
                 "the key stands twice in this file, first in line %u", (*at)->line);
        return;
    }
    if (*at == NULL) {
        if (write->section->count == DOC_SETTINGS_MAX) {
            diag_add(write->diags, DIAG_ERROR, CODE_CONFIG, here, NULL,
                     "more than %d keys in the section", DOC_SETTINGS_MAX);
            return;
        }
        *at = ARENA_NEW(write->arena, struct setting, 1);
        (*at)->key = key;
        (*at)->name = entry->name;
        (*at)->text = "";
        write->section->count++;
    }
    change_setting(write, entry, *at);
}
