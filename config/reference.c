/* SPDX-License-Identifier: MIT */
#include "config/reference.h"

#include <string.h>

#include "config/exitcode.h"
#include "config/schema.h"

enum { NAME_BYTES = 64 };

/* clang-format off */
#define EXITCODE_ROW(name_, code_, text_) {(code_), (text_)},
static const struct {
    int code;
    const char *text;
} exit_codes[] = {EXITCODE_LIST(EXITCODE_ROW)};
/* clang-format on */
enum { EXIT_CODES = sizeof exit_codes / sizeof exit_codes[0] };

static void
add_title(enum schema_section kind, struct text *out)
{
    const struct schema_section_info *section = &schema_sections[kind];
    text_addf(out, "[%s%s%s]", section->name, section->label[0] != '\0' ? " " : "", section->label);
}

static void
add_key(const struct schema_key *key, struct text *out)
{
    bool is_words = key->type == VALUE_ENUM;
    text_addf(out, "  %s = %s\n      %s\n", key->name,
              is_words ? key->limits : value_notation(key->type), key->help);
    if (key->default_text[0] != '\0') {
        bool is_told = key->default_text[0] == '(';
        size_t length = strlen(key->default_text);
        text_addf(out, "      default: %.*s\n", (int)(is_told ? length - 2 : length),
                  key->default_text + is_told);
    }
    if (!is_words && key->limits[0] >= '0' && key->limits[0] <= '9') {
        text_addf(out, "      range: %s\n", key->limits);
    }
}

static void
add_section(enum schema_section kind, struct text *out)
{
    size_t count;
    const struct schema_key *keys = schema_keys(kind, &count);
    text_add(out, out->length == 0 ? "" : "\n");
    add_title(kind, out);
    text_addf(out, "  %s\n", schema_sections[kind].help);
    for (size_t i = 0; i < count; i++) {
        add_key(&keys[i], out);
    }
}

/* ---------------------------------------------------------------- topics */

static int
explain_code(unsigned long long code, struct text *out)
{
    int chosen = -1;
    for (size_t i = 0; i < EXIT_CODES; i++) {
        if ((unsigned long long)exit_codes[i].code == code) {
            chosen = (int)i;
        }
    }
    if (chosen < 0) {
        int fallback = code > CODE_SIGNAL ? CODE_SIGNAL : CODE_NO;
        for (size_t i = 0; i < EXIT_CODES; i++) {
            chosen = exit_codes[i].code == fallback ? (int)i : chosen;
        }
    }
    text_addf(out, "%llu  %s\n", code, exit_codes[chosen].text);
    return CODE_OK;
}

static const char *
section_name(const void *context, size_t i)
{
    (void)context;
    return schema_sections[i].name;
}

struct key_list {
    const struct schema_key *keys;
};

static const char *
key_name(const void *context, size_t i)
{
    return ((const struct key_list *)context)->keys[i].name;
}

static int
unknown(const char *kind, const char *word, const char *near, struct text *out)
{
    text_addf(out, "roinit: there is no %s \"", kind);
    text_add_escaped(out, word, strlen(word));
    text_addf(out, near != NULL ? "\"; did you mean \"%s\"?\n" : "\": see `roinit explain`\n",
              near != NULL ? near : "");
    return CODE_USAGE;
}

static int
explain_key(enum schema_section kind, const char *name, struct text *out)
{
    size_t count;
    struct key_list list = {.keys = schema_keys(kind, &count)};
    const struct schema_key *key = schema_find(kind, name);
    if (kind == SECTION_ENV) { /* its keys are the variables' names */
        add_section(kind, out);
        return CODE_OK;
    }
    if (key == NULL) {
        long near = text_nearest(name, key_name, &list, count);
        return unknown("key", name, near >= 0 ? list.keys[near].name : NULL, out);
    }
    add_title(kind, out);
    text_add(out, "\n");
    add_key(key, out);
    return CODE_OK;
}

static int
explain_section(const char *topic, struct text *out)
{
    char name[NAME_BYTES] = "";
    size_t length = strcspn(topic, ".");
    if (length < sizeof name) {
        memcpy(name, topic, length);
    }
    for (int kind = 0; kind < SECTION_COUNT; kind++) {
        if (text_equal(schema_sections[kind].name, name)) {
            if (topic[length] == '.') {
                return explain_key((enum schema_section)kind, topic + length + 1, out);
            }
            add_section((enum schema_section)kind, out);
            return CODE_OK;
        }
    }
    for (int kind = 0; kind < SECTION_COUNT; kind++) {
        if (kind != SECTION_DEFAULTS && schema_find((enum schema_section)kind, topic) != NULL) {
            char whole[2 * NAME_BYTES];
            struct text text = TEXT_OVER(whole);
            text_addf(&text, "%s.%s", schema_sections[kind].name, topic);
            return unknown("section", topic, whole, out);
        }
    }
    long near = text_nearest(name, section_name, NULL, SECTION_COUNT);
    return unknown("section", topic, near >= 0 ? schema_sections[near].name : NULL, out);
}

int
reference_text(const char *topic, struct text *out)
{
    unsigned long long code;
    if (topic == NULL) {
        for (int kind = 0; kind < SECTION_COUNT; kind++) {
            add_section((enum schema_section)kind, out);
        }
        return CODE_OK;
    }
    if (*topic != '\0' && topic[strspn(topic, "0123456789")] == '\0' &&
        !text_number(topic, 255, &code)) {
        return unknown("exit code", topic, NULL, out);
    }
    return text_number(topic, 255, &code) ? explain_code(code, out) : explain_section(topic, out);
}
