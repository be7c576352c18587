/* SPDX-License-Identifier: MIT */
#include "init/identity.h"

#include "config/resolve.h"
#include "config/text.h"
#include "config/vars.h"
#include "init/accounts.h"
#include "init/identity_parts.h"

enum { WHY_BYTES = 256 };
static const unsigned long long ID_MAX = 4294967294; /* (uid_t)-1 is "leave it" */

struct diag_place
identity_place_init(const struct setting *from)
{
    struct diag_place place = doc_place(from, NULL);
    place.section = schema_sections[SECTION_INIT].name;
    return place;
}

enum exit_code
identity_blame(const struct setting *from)
{
    return from != NULL && expand_has_variable(from->text) ? CODE_BROKEN : CODE_CONFIG;
}

/* ---------------------------------------------------------------- one user */

int
identity_find_group(const struct accounts *accounts, const char *text, gid_t *ret_gid, char *why,
                    size_t why_size)
{
    unsigned long long number;
    if (text_number(text, ID_MAX, &number)) {
        *ret_gid = (gid_t)number;
        return 0;
    }
    const struct account_group *group = accounts_group(accounts, text);
    if (group == NULL) {
        identity_why_unknown(accounts, text, true, why, why_size);
        return -1;
    }
    *ret_gid = group->gid;
    return 0;
}

static void
own(const struct identities *identities, struct identity *ret)
{
    const struct self *self = identities->self;
    const struct account *account = accounts_user_by_uid(identities->accounts, self->uid);
    *ret = (struct identity){.uid = self->uid, .gid = self->gid};
    if (account != NULL) {
        ret->name = account->name;
        ret->home = account->home;
    }
}

int
identity_find_named(const struct accounts *accounts, const struct self *self,
                    const struct user_spec *spec, struct identity *ret, char *why, size_t why_size)
{
    const struct account *account;
    unsigned long long number = 0;
    if (text_number(spec->user, ID_MAX, &number)) {
        account = accounts_user_by_uid(accounts, (uid_t)number);
    } else {
        account = accounts_user(accounts, spec->user);
        if (account == NULL) {
            identity_why_unknown(accounts, spec->user, false, why, why_size);
            return -1;
        }
    }
    *ret = (struct identity){.uid = (uid_t)number, .gid = (gid_t)number};
    if (account != NULL) {
        ret->uid = account->uid;
        ret->gid = account->gid;
        ret->name = account->name;
        ret->home = account->home;
    } else if (self != NULL && ret->uid == self->uid) {
        ret->gid = self->gid;
    }
    if (spec->group == NULL) {
        return 0;
    }
    return identity_find_group(accounts, spec->group, &ret->gid, why, why_size);
}

int
identities_find(const struct identities *identities, const struct user_spec *spec,
                struct identity *ret_identity, char *why, size_t why_size)
{
    struct identity found;
    if (identity_find_named(identities->accounts, identities->self, spec, &found, why, why_size) !=
        0) {
        return -1;
    }
    if (identities->is_mapped && found.uid == identities->mapped_uid) {
        own(identities, &found);
    }
    *ret_identity = found;
    return 0;
}

/* ---------------------------------------------------------------- who roinit is, and may */

/* The users that the units name, before "started as another uid" is applied. */
struct named {
    size_t count; /* of different uids */
    uid_t uid;    /* the first */
    const char *text;
};

static struct named
find_units(const struct config *config, struct identities *identities, struct diags *diags)
{
    struct named named = {0};
    char why[WHY_BYTES];
    for (size_t u = 0; u < config->unit_count; u++) {
        const struct unit_config *unit = &config->unit[u];
        struct identity *who = &identities->unit[u];
        if (unit->user.user == NULL) {
            own(identities, who);
            continue;
        }
        if (identity_find_named(identities->accounts, identities->self, &unit->user, who, why,
                                sizeof why) != 0) {
            identity_add_unknown(identities->accounts, unit_from(unit, UNIT_user), unit->section,
                                 &unit->user, diags);
            own(identities, who); /* never started: the error ends the boot */
            continue;
        }
        if (named.count == 0) {
            named = (struct named){1, who->uid, unit->user.user};
        } else if (who->uid != named.uid) {
            named.count = 2; /* several */
        }
    }
    return named;
}

/* Where a unit's user differs from roinit's own and roinit may not become him: 77, never "then as
 * root". */
static void
judge_switches(const struct config *config, const struct identities *identities,
               struct diags *diags)
{
    const struct self *self = identities->self;
    const char *cure = self->uid == 0
                           ? "docker: --cap-add SETUID --cap-add SETGID --cap-add KILL; "
                             "kubernetes: capabilities.add: [SETUID, SETGID, KILL]; or start "
                             "as that user"
                           : "start as root with SETUID, SETGID, KILL, or name one user";
    for (size_t u = 0; u < config->unit_count && !self->can_switch; u++) {
        const struct identity *who = &identities->unit[u];
        const struct unit_config *unit = &config->unit[u];
        if (who->uid != self->uid || who->gid != self->gid) {
            diag_add(diags, DIAG_ERROR, CODE_BROKEN,
                     doc_place(unit_from(unit, UNIT_user), unit->section), cure,
                     "cannot run as user \"%.60s\" (%u:%u): roinit is uid %u, without SETUID, "
                     "SETGID and KILL",
                     unit->user.user, who->uid, who->gid, self->uid);
        }
    }
}

/* Where all units name one user and roinit is not root, he is roinit's own (contract.md, "Started
 * as another uid"). */
static void
map_units(const struct config *config, struct identities *identities, const struct named *named)
{
    if (identities->self->uid == 0 || named->count != 1) {
        return;
    }
    identities->is_mapped = named->uid != identities->self->uid;
    identities->mapped_name = identities->is_mapped ? named->text : NULL;
    identities->mapped_uid = named->uid;
    for (size_t u = 0; u < config->unit_count; u++) {
        own(identities, &identities->unit[u]);
    }
}

static void
find_single(const struct config *config, struct identities *identities)
{
    identities->has_single = config->unit_count > 0;
    for (size_t u = 1; u < config->unit_count; u++) {
        if (identities->unit[u].uid != identities->unit[0].uid) {
            identities->has_single = false;
        }
    }
    if (identities->has_single) {
        identities->single = identities->unit[0];
    }
}

/* ---------------------------------------------------------------- all of it */

static void
find_owners(const struct config *config, struct identities *identities, struct diags *diags)
{
    char why[WHY_BYTES];
    for (size_t m = 0; m < config->mount_count; m++) {
        const struct mount_config *mount = &config->mount[m];
        struct mount_owner *owner = &identities->mount[m];
        struct identity who;
        if (mount->owner.user == NULL) {
            *owner = (struct mount_owner){identities->has_single, true, identities->single.uid,
                                          identities->single.gid};
        } else if (identities_find(identities, &mount->owner, &who, why, sizeof why) == 0) {
            *owner = (struct mount_owner){true, false, who.uid, who.gid};
        } else {
            identity_add_unknown(identities->accounts, mount->from[MOUNT_owner], mount->section,
                                 &mount->owner, diags);
        }
    }
}

void
identities_resolve(const struct config *config, const struct self *self,
                   const struct accounts *accounts, struct arena *arena, struct identities *ret,
                   struct diags *diags)
{
    *ret = (struct identities){
        .self = self,
        .accounts = accounts,
        .unit = ARENA_NEW(arena, struct identity, config->unit_count + 1),
        .mount = ARENA_NEW(arena, struct mount_owner, config->mount_count + 1),
    };
    struct named named = find_units(config, ret, diags);
    map_units(config, ret, &named);
    identity_default_groups(config, ret, arena);
    find_single(config, ret);
    judge_switches(config, ret, diags);
    identity_name_viewed(config, ret, diags);
    find_owners(config, ret, diags);
}
