/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/text.h"
#include "config/vars.h"
#include "init/accounts.h"
#include "init/identity_parts.h"

/* What is said of names that nobody has. */

enum { WHY_BYTES = 256, SENTENCE_BYTES = 512 };

static const char *
user_name(const void *context, size_t i)
{
    const struct accounts *accounts = context;
    return accounts->user[i].name;
}

static const char *
group_name(const void *context, size_t i)
{
    const struct accounts *accounts = context;
    return accounts->group[i].name;
}

void
identity_why_unknown(const struct accounts *accounts, const char *name, bool is_group, char *why,
                     size_t why_size)
{
    struct text out = text_over(why, why_size);
    long near = is_group ? text_nearest(name, group_name, accounts, accounts->group_count)
                         : text_nearest(name, user_name, accounts, accounts->user_count);
    text_addf(&out, "%s \"%.60s\" is not in /etc/%s", is_group ? "group" : "user", name,
              is_group ? "group" : "passwd");
    if (near >= 0) {
        text_addf(&out, "; did you mean \"%.60s\"?",
                  is_group ? accounts->group[near].name : accounts->user[near].name);
    }
}

/* The part of `text` before (after) the colon that parts user and group: none within braces. */
static const char *
find_part(const char *text, bool is_group, size_t *ret_length)
{
    const char *start = text;
    int depth = 0;
    const char *at = text;
    for (; *at != '\0' && (*at != ':' || depth > 0); at++) {
        depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
    }
    if (is_group) {
        start = *at == '\0' ? at : at + 1;
        at = start + strlen(start);
    }
    *ret_length = (size_t)(at - start);
    return start;
}

/* Where the variable at `part` ends; `name_length` is that of its name, `name` its place. */
static const char *
end_of_variable(const char *part, const char *name, size_t name_length)
{
    const char *at = name + name_length;
    if (part[1] != '{') {
        return at;
    }
    for (int depth = 1; *at != '\0' && depth > 0; at++) {
        depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
    }
    return at;
}

/* `PUID is "abc"`, where that part of the value is one variable and nothing else. */
static void
add_value(const char *text, bool is_group, const char *value, struct text *out)
{
    size_t length;
    const char *part = find_part(text, is_group, &length);
    const char *name = part + (length > 1 && part[1] == '{' ? 2 : 1);
    size_t name_length = 0;
    while (*part == '$' && vars_is_name(name, name_length + 1)) {
        name_length++;
    }
    if (name_length > 0 && end_of_variable(part, name, name_length) == part + length) {
        text_addf(out, "%.*s is \"%.60s\"", (int)name_length, name, value);
    } else {
        text_addf(out, "%s is \"%.60s\"", is_group ? "the group" : "the user", value);
    }
}

/* One part of a user: whoever he is, the other one may be unknown as well. */
static void
add_unknown_part(const struct setting *from, const struct section *section,
                 const struct user_spec *spec, bool is_group, const char *why, struct diags *diags)
{
    char sentence[SENTENCE_BYTES];
    struct text out = TEXT_OVER(sentence);
    if (!expand_has_variable(from->text)) {
        diag_add(diags, DIAG_ERROR, identity_blame(from), doc_place(from, section),
                 "add it to the image, or give a number", "%s", why);
        return;
    }
    text_addf(&out, "%s = %.200s: ", from->name, from->text);
    add_value(from->text, is_group, is_group ? spec->group : spec->user, &out);
    text_add(&out, ", want a number");
    diag_add(diags, DIAG_ERROR, identity_blame(from), doc_place(from, section),
             is_group ? "set it to a gid, or to a name that the image's /etc/group has"
                      : "set it to a uid, or to a name that the image's /etc/passwd has",
             "%s", sentence);
}

void
identity_add_unknown(const struct accounts *accounts, const struct setting *from,
                     const struct section *section, const struct user_spec *spec,
                     struct diags *diags)
{
    const struct user_spec parts[] = {{.user = spec->user}, {.user = "0", .group = spec->group}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char why[WHY_BYTES];
        struct identity found;
        if (identity_find_named(accounts, NULL, &parts[i], &found, why, sizeof why) != 0) {
            add_unknown_part(from, section, spec, parts[i].group != NULL, why, diags);
        }
    }
}

void
identities_check_mkdir(const struct config *config, const struct identities *identities,
                       struct arena *arena, struct diags *diags)
{
    char why[WHY_BYTES];
    for (size_t m = 0; m < config->mount_count; m++) {
        const struct mount_config *mount = &config->mount[m];
        for (size_t i = 0; i < mount->mkdir.count; i++) {
            struct words words = {0};
            struct user_spec spec;
            struct identity found;
            value_split(mount->mkdir.item[i], arena, &words);
            if (words.count == 3 && value_parse_user(words.item[2], arena, &spec) == 0 &&
                identities_find(identities, &spec, &found, why, sizeof why) != 0) {
                identity_add_unknown(identities->accounts, mount->from[MOUNT_mkdir], mount->section,
                                     &spec, diags);
            }
        }
    }
}
