/* SPDX-License-Identifier: MIT */
#include "config/reference_tables.h"

#include <stdio.h>
#include <string.h>

#include "config/exitcode.h"
#include "config/schema.h"

/* ---------------------------------------------------------------- text, in each form */

/* What the form would take for its own is escaped: in a cell of Markdown a bar; in mdoc a
 * backslash, a hyphen, which must stay one, and what makes a line a request. */
static void
add_plain(enum reference_form form, const char *value, struct text *out)
{
    bool is_man = form == REFERENCE_MAN;
    text_add(out, is_man && (value[0] == '.' || value[0] == '\'') ? "\\&" : "");
    for (; *value != '\0'; value++) {
        bool is_escaped = is_man ? *value == '-' : *value == '|';
        text_add(out, is_escaped ? "\\" : "");
        text_add(out, is_man && *value == '\\' ? "\\e" : "");
        text_add_bytes(out, value, is_man && *value == '\\' ? 0 : 1);
    }
}

/* The same as the words of a macro's one argument, or between backticks. */
static void
add_literal(enum reference_form form, const char *value, struct text *out)
{
    const char *quote = form == REFERENCE_MAN ? "\"" : "`";
    text_add(out, quote);
    add_plain(form, value, out);
    text_add(out, quote);
}

void
reference_list_begin(enum reference_form form, const char *term, const char *meaning,
                     struct text *out)
{
    if (form == REFERENCE_MAN) {
        text_add(out, ".Bl -tag -width Ds\n");
    } else {
        text_addf(out, "| %s | %s |\n| --- | --- |\n", term, meaning);
    }
}

void
reference_list_row(enum reference_form form, const char *term, const char *meaning,
                   struct text *out)
{
    text_add(out, form == REFERENCE_MAN ? ".It Cm " : "| ");
    add_literal(form, term, out);
    text_add(out, form == REFERENCE_MAN ? "\n" : " | ");
    add_plain(form, meaning, out);
    text_add(out, form == REFERENCE_MAN ? "\n" : " |\n");
}

void
reference_list_end(enum reference_form form, struct text *out)
{
    text_add(out, form == REFERENCE_MAN ? ".El\n" : "");
}

/* ---------------------------------------------------------------- keys */

/* The words of an enum, or the type's own, with its range where it has one. */
static void
add_value(enum reference_form form, const struct schema_key *key, struct text *out)
{
    char value[128];
    bool is_words = key->type == VALUE_ENUM;
    bool has_range = !is_words && strstr(key->limits, "..") != NULL;
    bool may_be_none = key->type == VALUE_DURATION && text_equal(key->limits, "none");
    (void)snprintf(value, sizeof value, "%s%s%s%s",
                   is_words ? key->limits : value_notation(key->type), has_range ? ", " : "",
                   has_range ? key->limits : "", may_be_none ? " or none" : "");
    if (form == REFERENCE_MAN) {
        add_literal(form, value, out);
    } else {
        add_plain(form, value, out);
    }
}

/* A default in parentheses is told in words; others are the user's notation. */
static void
add_default(enum reference_form form, const struct schema_key *key, struct text *out)
{
    size_t length = strlen(key->default_text);
    if (key->default_text[0] == '(') {
        char told[256];
        (void)snprintf(told, sizeof told, "%.*s", (int)length - 2, key->default_text + 1);
        add_plain(form, told, out);
    } else if (length > 0) {
        text_add(out, form == REFERENCE_MAN ? "\n.Ql " : "");
        add_literal(form, key->default_text, out);
    }
}

static void
add_key_markdown(const struct schema_key *key, struct text *out)
{
    text_addf(out, "| `%s` | ", key->name);
    add_value(REFERENCE_MARKDOWN, key, out);
    text_add(out, " | ");
    add_default(REFERENCE_MARKDOWN, key, out);
    text_add(out, " | ");
    add_plain(REFERENCE_MARKDOWN, key->help, out);
    text_add(out, " |\n");
}

static void
add_key_man(const struct schema_key *key, struct text *out)
{
    text_add(out, ".It Cm ");
    add_plain(REFERENCE_MAN, key->name, out);
    text_add(out, " No = Ar ");
    add_value(REFERENCE_MAN, key, out);
    text_add(out, "\n");
    add_plain(REFERENCE_MAN, key->help, out);
    text_add(out, ".\n");
    if (key->default_text[0] != '\0') {
        text_add(out, "Default: ");
        if (key->default_text[0] != '(') {
            out->length--; /* no blank at the end of a line: a macro follows */
        }
        add_default(REFERENCE_MAN, key, out);
        text_add(out, key->default_text[0] == '(' ? ".\n" : " .\n");
    }
}

/* ---------------------------------------------------------------- sections */

static void
add_title(enum reference_form form, enum schema_section kind, struct text *out)
{
    const struct schema_section_info *section = &schema_sections[kind];
    char title[64];
    (void)snprintf(title, sizeof title, "[%s%s%s]", section->name,
                   section->label[0] != '\0' ? " " : "", section->label);
    text_add(out, form == REFERENCE_MAN ? ".Ss " : "### ");
    add_literal(form, title, out);
    text_addf(out, form == REFERENCE_MAN ? "\n%s.\n" : "\n\n%s.", section->help);
}

/* The first section whose rows these are. */
static enum schema_section
owner_of(const struct schema_key *keys)
{
    size_t count;
    int kind = 0;
    while (schema_keys((enum schema_section)kind, &count) != keys) {
        kind++;
    }
    return (enum schema_section)kind;
}

/* "Its keys are those of [defaults], without a, b." */
static void
add_shared(enum reference_form form, enum schema_section owner, size_t count, struct text *out)
{
    size_t all;
    const struct schema_key *keys = schema_keys(owner, &all);
    text_addf(out, "%sIts keys are those of [%s]", form == REFERENCE_MAN ? "" : " ",
              schema_sections[owner].name);
    for (size_t i = count; i < all; i++) {
        text_add(out, i == count ? ", without " : ", ");
        add_plain(form, keys[i].name, out);
    }
    text_add(out, form == REFERENCE_MAN ? ".\n" : ".\n\n");
}

static void
add_section(enum reference_form form, enum schema_section kind, struct text *out)
{
    size_t count;
    const struct schema_key *keys = schema_keys(kind, &count);
    add_title(form, kind, out);
    if (count > 0 && owner_of(keys) != kind) {
        add_shared(form, owner_of(keys), count, out);
        return;
    }
    text_add(out, form == REFERENCE_MAN ? "" : "\n\n");
    if (count == 0) {
        return;
    }
    text_add(out, form == REFERENCE_MAN
                      ? ".Bl -tag -width Ds\n"
                      : "| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        if (form == REFERENCE_MAN) {
            add_key_man(&keys[i], out);
        } else {
            add_key_markdown(&keys[i], out);
        }
    }
    text_add(out, form == REFERENCE_MAN ? ".El\n" : "\n");
}

void
reference_keys(enum reference_form form, struct text *out)
{
    for (int kind = 0; kind < SECTION_COUNT; kind++) {
        add_section(form, (enum schema_section)kind, out);
    }
}

void
reference_codes(enum reference_form form, struct text *out)
{
    /* clang-format off */
#define EXITCODE_ROW(name_, code_, text_) {#code_, (text_)},
    static const struct {
        const char *code, *text;
    } rows[] = {EXITCODE_LIST(EXITCODE_ROW)};
#undef EXITCODE_ROW
    /* clang-format on */
    reference_list_begin(form, "code", "meaning", out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        reference_list_row(form, rows[i].code, rows[i].text, out);
    }
    reference_list_end(form, out);
}
