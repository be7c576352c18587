/* SPDX-License-Identifier: MIT */
#include "init/identity_parts.h"

#include <string.h>

#include "config/resolve.h"
#include "init/accounts.h"

enum { WHY_BYTES = 256 };

/* ---------------------------------------------------------------- groups */

static bool
has_group(const gid_t *groups, size_t count, gid_t gid)
{
    for (size_t i = 0; i < count; i++) {
        if (groups[i] == gid) {
            return true;
        }
    }
    return false;
}

/* The supplementary groups of `who`, while they are gathered. */
struct gathered {
    size_t count;
    gid_t group[IDENTITY_GROUPS_MAX];
};

static void
add_group(struct gathered *gathered, const struct identity *who, gid_t gid)
{
    if (gid != who->gid && !has_group(gathered->group, gathered->count, gid) &&
        gathered->count < IDENTITY_GROUPS_MAX) {
        gathered->group[gathered->count++] = gid;
    }
}

/* Gives them to `who`; where the unit before has the same ones, it shares them. */
static void
keep_groups(const struct gathered *gathered, const struct identity *before, struct identity *who,
            struct arena *arena)
{
    size_t bytes = gathered->count * sizeof gathered->group[0];
    bool is_same = before != NULL && before->group_count == gathered->count &&
                   memcmp(before->group, gathered->group, bytes) == 0;
    if (is_same) {
        who->group = before->group;
        who->group_count = before->group_count;
        return;
    }
    gid_t *group = ARENA_NEW(arena, gid_t, gathered->count);
    memcpy(group, gathered->group, bytes);
    who->group_count = gathered->count;
    who->group = group;
}

/* The default of `groups`: as they are where roinit cannot change them; else his own by the group
 * file, and what the runtime added to roinit's: those that the group file does not explain. */
static void
default_groups(const struct identities *identities, const struct identity *who,
               struct gathered *ret)
{
    const struct self *self = identities->self;
    gid_t explained[IDENTITY_GROUPS_MAX];
    size_t count = 0;
    ret->count = 0;
    if (self->can_switch) {
        const struct account *account = accounts_user_by_uid(identities->accounts, self->uid);
        ret->count = accounts_groups_of(identities->accounts, who->name, who->gid, ret->group,
                                        IDENTITY_GROUPS_MAX);
        count = accounts_groups_of(identities->accounts, account == NULL ? NULL : account->name,
                                   self->gid, explained, IDENTITY_GROUPS_MAX);
    }
    for (size_t i = 0; i < self->group_count; i++) {
        if (self->group[i] != self->gid && !has_group(explained, count, self->group[i])) {
            add_group(ret, who, self->group[i]);
        }
    }
}

void
identity_default_groups(const struct config *config, struct identities *identities,
                        struct arena *arena)
{
    struct gathered gathered;
    for (size_t u = 0; u < config->unit_count; u++) {
        struct identity *who = &identities->unit[u];
        default_groups(identities, who, &gathered);
        keep_groups(&gathered, u > 0 ? who - 1 : NULL, who, arena);
    }
}

/* The `groups` key of one unit, which is set. */
static void
named_groups(const struct unit_config *unit, struct identities *identities, struct identity *who,
             struct arena *arena, struct diags *diags)
{
    struct gathered wanted = {.count = 0};
    struct diag_place place = doc_place(unit_from(unit, UNIT_groups), unit->section);
    char why[WHY_BYTES];
    for (size_t i = 0; i < unit->groups.count; i++) {
        const char *word = unit->groups.item[i];
        gid_t gid;
        if (unit->groups.count == 1 && strcmp(word, "none") == 0) {
            continue;
        }
        if (identity_find_group(identities->accounts, word, &gid, why, sizeof why) != 0) {
            diag_add(diags, DIAG_ERROR, identity_blame(unit_from(unit, UNIT_groups)), place,
                     "name a group of the image, or a number", "%s", why);
            continue;
        }
        add_group(&wanted, who, gid);
    }
    if (identities->self->can_switch) {
        keep_groups(&wanted, NULL, who, arena);
        return;
    }
    bool is_same = wanted.count == who->group_count;
    for (size_t i = 0; i < wanted.count; i++) {
        is_same = is_same && has_group(who->group, who->group_count, wanted.group[i]);
    }
    if (!is_same) {
        diag_add(diags, DIAG_WARN, CODE_BROKEN, place, "start as root, with SETUID, SETGID, KILL",
                 "supplementary groups stay as they are: roinit may not change them");
    }
}

void
identities_resolve_groups(const struct config *config, struct arena *arena,
                          struct identities *identities, struct diags *diags)
{
    for (size_t u = 0; u < config->unit_count; u++) {
        if (unit_from(&config->unit[u], UNIT_groups) != NULL) {
            named_groups(&config->unit[u], identities, &identities->unit[u], arena, diags);
        }
    }
}

/* ---------------------------------------------------------------- [init] passwd */

/* Whether the unit has its user from [defaults]: his setting is none of its own section. */
static bool
has_default_user(const struct unit_config *unit)
{
    return unit_from(unit, UNIT_user) != NULL && doc_setting(unit->section, "user") == NULL;
}

/* Whom the view names: the units' user; where they differ, that of [defaults], else main's. */
static size_t
find_viewed(const struct config *config, const struct identities *identities)
{
    size_t found = config->unit_count;
    for (size_t u = config->unit_count; u-- > 0 && !identities->has_single;) {
        if (has_default_user(&config->unit[u])) {
            found = u;
        }
    }
    for (size_t u = 0; u < config->unit_count && found == config->unit_count; u++) {
        if (config->unit[u].is_main) {
            found = u;
        }
    }
    return found == config->unit_count ? 0 : found;
}

/* Whether passwd(5) can hold it, which is not empty: no colon, no line end, not to be taken for a
 * number. */
static bool
is_account_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return strchr(letters, *name) != NULL && name[strspn(name, all)] == '\0';
}

void
identity_name_viewed(const struct config *config, struct identities *identities,
                     struct diags *diags)
{
    const char *name = config->init.passwd;
    if (name == NULL || *name == '\0' || config->unit_count == 0) {
        return;
    }
    if (!is_account_name(name)) {
        diag_add(diags, DIAG_ERROR, identity_blame(config->init.from[INIT_passwd]),
                 identity_place_init(config->init.from[INIT_passwd]),
                 "take letters, digits, . _ and -, beginning with a letter",
                 "\"%.60s\" cannot be a user's name", name);
        return;
    }
    size_t viewed = find_viewed(config, identities);
    identities->viewed = &identities->unit[viewed];
    for (size_t u = 0; u < config->unit_count; u++) {
        if (identities->unit[u].uid == identities->viewed->uid) {
            identities->unit[u].name = name;
        }
    }
    if (identities->has_single) {
        identities->single.name = name;
    }
}
