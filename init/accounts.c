/* SPDX-License-Identifier: MIT */
#include "init/accounts.h"

#include <stdbool.h>
#include <string.h>

#include "config/text.h"

/* UINT32_MAX itself is (uid_t)-1, "leave it": nobody's number. */
enum { PASSWD_FIELDS = 7, GROUP_FIELDS = 4 };
static const unsigned long long ID_MAX = 4294967294;

/* A line of `count` fields, cut out of a copy. */
struct fields {
    char *at[PASSWD_FIELDS];
};

/* The length of the line at `text`, and where the next one begins (its end: none). */
static size_t
line_length(const char *text, const char **ret_next)
{
    size_t length = strcspn(text, "\n");
    *ret_next = text + length + (text[length] == '\n' ? 1 : 0);
    return length;
}

static size_t
count_lines(const char *text)
{
    size_t count = 0;
    while (*text != '\0') {
        (void)line_length(text, &text);
        count++;
    }
    return count;
}

/* Splits a copy of the line at its colons; false where it has other than `count` fields, or no
 * name. */
static bool
split(const char *line, size_t length, size_t count, struct arena *arena, struct fields *ret)
{
    char *at = arena_strndup(arena, line, length);
    if (length == 0 || *at == '#' || *at == ':') {
        return false;
    }
    for (size_t i = 0;; i++) {
        char *end = strchr(at, ':');
        ret->at[i] = at;
        if (i + 1 == count || end == NULL) {
            return i + 1 == count && end == NULL;
        }
        *end = '\0';
        at = end + 1;
    }
}

static bool
parse_id(const char *text, unsigned *ret_id)
{
    unsigned long long number;
    if (!text_number(text, ID_MAX, &number)) {
        return false;
    }
    *ret_id = (unsigned)number;
    return true;
}

static void
parse_users(struct accounts *accounts, struct arena *arena)
{
    const char *next;
    accounts->user = ARENA_NEW(arena, struct account, count_lines(accounts->passwd_text) + 1);
    for (const char *line = accounts->passwd_text; *line != '\0'; line = next) {
        struct fields fields;
        struct account user;
        size_t length = line_length(line, &next);
        if (split(line, length, PASSWD_FIELDS, arena, &fields) &&
            parse_id(fields.at[2], &user.uid) && parse_id(fields.at[3], &user.gid)) {
            user.name = fields.at[0];
            user.home = fields.at[5];
            accounts->user[accounts->user_count++] = user;
        }
    }
}

static void
parse_groups(struct accounts *accounts, struct arena *arena)
{
    const char *next;
    accounts->group = ARENA_NEW(arena, struct account_group, count_lines(accounts->group_text) + 1);
    for (const char *line = accounts->group_text; *line != '\0'; line = next) {
        struct fields fields;
        struct account_group group;
        size_t length = line_length(line, &next);
        if (split(line, length, GROUP_FIELDS, arena, &fields) &&
            parse_id(fields.at[2], &group.gid)) {
            group.name = fields.at[0];
            group.members = fields.at[3];
            accounts->group[accounts->group_count++] = group;
        }
    }
}

void
accounts_parse(const char *passwd_text, const char *group_text, struct arena *arena,
               struct accounts *ret_accounts)
{
    *ret_accounts = (struct accounts){
        .passwd_text = passwd_text == NULL ? "" : passwd_text,
        .group_text = group_text == NULL ? "" : group_text,
    };
    parse_users(ret_accounts, arena);
    parse_groups(ret_accounts, arena);
}

const struct account *
accounts_user(const struct accounts *accounts, const char *name)
{
    for (size_t i = 0; i < accounts->user_count; i++) {
        if (strcmp(accounts->user[i].name, name) == 0) {
            return &accounts->user[i];
        }
    }
    return NULL;
}

const struct account *
accounts_user_by_uid(const struct accounts *accounts, uid_t uid)
{
    for (size_t i = 0; i < accounts->user_count; i++) {
        if (accounts->user[i].uid == uid) {
            return &accounts->user[i];
        }
    }
    return NULL;
}

const struct account_group *
accounts_group(const struct accounts *accounts, const char *name)
{
    for (size_t i = 0; i < accounts->group_count; i++) {
        if (strcmp(accounts->group[i].name, name) == 0) {
            return &accounts->group[i];
        }
    }
    return NULL;
}

static bool
has_member(const struct account_group *group, const char *name)
{
    size_t length = strlen(name);
    const char *at = group->members;
    while (*at != '\0') {
        size_t word = strcspn(at, ",");
        if (word == length && memcmp(at, name, length) == 0) {
            return true;
        }
        at += word + (at[word] == ',' ? 1 : 0);
    }
    return false;
}

size_t
accounts_groups_of(const struct accounts *accounts, const char *name, gid_t gid, gid_t *ret_groups,
                   size_t max)
{
    size_t count = 0;
    for (size_t i = 0; name != NULL && i < accounts->group_count && count < max; i++) {
        const struct account_group *group = &accounts->group[i];
        bool is_known = group->gid == gid || !has_member(group, name);
        for (size_t j = 0; j < count; j++) {
            is_known = is_known || ret_groups[j] == group->gid;
        }
        if (!is_known) {
            ret_groups[count++] = group->gid;
        }
    }
    return count;
}

/* `first`, then all lines of `text` but those of `name`. */
static const char *
view(const char *first, const char *text, const char *name, struct arena *arena)
{
    size_t name_length = strlen(name);
    size_t used = strlen(first);
    char *bytes = arena_alloc(arena, used + strlen(text) + 2); /* a last line may lack its end */
    const char *next;
    memcpy(bytes, first, used + 1);
    for (const char *line = text; *line != '\0'; line = next) {
        size_t length = line_length(line, &next);
        if (strncmp(line, name, name_length) != 0 || line[name_length] != ':') {
            memcpy(bytes + used, line, length);
            used += length;
            bytes[used++] = '\n';
        }
    }
    return bytes;
}

const char *
accounts_passwd_view(const struct accounts *accounts, const char *name, uid_t uid, gid_t gid,
                     const char *home, struct arena *arena)
{
    const char *first = arena_printf(arena, "%s:x:%u:%u::%s:/sbin/nologin\n", name, uid, gid, home);
    return view(first, accounts->passwd_text, name, arena);
}

const char *
accounts_group_view(const struct accounts *accounts, const char *name, gid_t gid,
                    struct arena *arena)
{
    const char *first = arena_printf(arena, "%s:x:%u:\n", name, gid);
    return view(first, accounts->group_text, name, arena);
}
