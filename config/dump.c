/* SPDX-License-Identifier: MIT */
#include "config/dump.h"

#include <string.h>

/* One key as it counts: what was written, else the default; NULL where neither says anything. A
 * default in parentheses depends on the container, so nothing can be shown for it. */
static const char *
effective(const struct section *section, const struct section *defaults,
          const struct schema_key *key)
{
    const struct setting *setting = doc_unit_setting(section, defaults, key->name);
    if (setting != NULL) {
        return setting->text;
    }
    bool has_default = key->default_text[0] != '\0' && key->default_text[0] != '(';
    return has_default ? key->default_text : NULL;
}

/* The first line of a list stands beside its key: indented it could be taken for a comment or a
 * key, which no indented line may look like. */
static void
dump_value(const char *name, const char *value, struct text *out)
{
    size_t length = strcspn(value, "\n");
    text_addf(out, "%s =%s", name, length > 0 ? " " : "");
    text_add_bytes(out, value, length);
    text_add(out, "\n");
    for (const char *at = value + length; *at != '\0'; at += length) {
        at++;
        length = strcspn(at, "\n");
        text_add(out, "    ");
        text_add_bytes(out, at, length);
        text_add(out, "\n");
    }
}

/* What is done with each key of a section. */
typedef void dump_key(const char *name, const char *value, struct text *out);

static void
dump_keys(const struct doc *doc, const struct section *section, enum schema_section kind,
          dump_key *dump, struct text *out)
{
    const struct section *defaults =
        schema_is_unit(kind) ? doc_section(doc, SECTION_DEFAULTS, "") : NULL;
    size_t count;
    const struct schema_key *keys = schema_keys(kind, &count);
    for (size_t i = 0; i < count; i++) {
        const char *value = effective(section, defaults, &keys[i]);
        if (value != NULL) {
            dump(keys[i].name, value, out);
        }
    }
    if (kind == SECTION_ENV) {
        for (const struct setting *at = section->settings; at != NULL; at = at->next) {
            dump(at->name, at->text, out);
        }
    }
}

/* The sections that count: [init] and [require] even where they are not written. [defaults] is in
 * the units already, but arguments that become a unit take it as well. */
static void
each_section(const struct doc *doc,
             void (*visit)(const struct doc *doc, const struct section *section,
                           enum schema_section kind, struct text *out),
             struct text *out)
{
    visit(doc, doc_section(doc, SECTION_INIT, ""), SECTION_INIT, out);
    visit(doc, doc_section(doc, SECTION_REQUIRE, ""), SECTION_REQUIRE, out);
    for (const struct section *at = doc->sections; at != NULL; at = at->next) {
        if (at->kind != SECTION_INIT && at->kind != SECTION_REQUIRE &&
            at->kind != SECTION_DEFAULTS) {
            visit(doc, at, at->kind, out);
        }
    }
}

/* A word for each variable that comes out of a file; never its value. */
static void
dump_file_values(const struct section *init, struct text *out)
{
    const struct setting *names = doc_setting(init, "file-env");
    const char *at = names == NULL ? "" : names->text + strspn(names->text, " \t\n");
    while (*at != '\0') {
        size_t length = strcspn(at, " \t\n");
        text_addf(out, "# %.*s = *** (from the file that %.*s_FILE names)\n", (int)length, at,
                  (int)length, at);
        at += length;
        at += strspn(at, " \t\n");
    }
}

static void
visit_text(const struct doc *doc, const struct section *section, enum schema_section kind,
           struct text *out)
{
    text_addf(out, "%s[%s]\n", out->length == 0 ? "" : "\n",
              section != NULL ? section->title : schema_sections[kind].name);
    dump_keys(doc, section, kind, dump_value, out);
    if (kind == SECTION_INIT) {
        dump_file_values(section, out);
    }
}

void
dump_contract(const struct doc *doc, struct text *out)
{
    each_section(doc, visit_text, out);
}

static void
dump_member(const char *name, const char *value, struct text *out)
{
    text_add(out, out->bytes[out->length - 1] == '{' ? "" : ",");
    text_add_json(out, name);
    text_add(out, ":");
    text_add_json(out, value);
}

static void
visit_json(const struct doc *doc, const struct section *section, enum schema_section kind,
           struct text *out)
{
    text_add(out, kind == SECTION_INIT ? "{\"section\":" : ",{\"section\":");
    text_add_json(out, schema_sections[kind].name);
    text_add(out, ",\"label\":");
    text_add_json(out, section != NULL ? section->label : "");
    text_add(out, ",\"keys\":{");
    dump_keys(doc, section, kind, dump_member, out);
    text_add(out, "}}");
}

void
dump_json(const struct doc *doc, struct text *out)
{
    text_add(out, "{\"v\":1,\"file\":");
    text_add_json(out, doc->file);
    text_add(out, ",\"sections\":[");
    each_section(doc, visit_json, out);
    text_add(out, "]}\n");
}
