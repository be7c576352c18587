/* SPDX-License-Identifier: MIT */
#include "init/authority.h"

#include "init/identity_parts.h"

enum { WHY_BYTES = 256 };

void
authority_resolve(const struct config *config, const struct identities *identities,
                  struct arena *arena, struct authority *ret_authority, struct diags *diags)
{
    const struct words *names = &config->init.admin;
    const struct setting *from = config->init.from[INIT_admin];
    uid_t *admin = ARENA_NEW(arena, uid_t, names->count);
    *ret_authority = (struct authority){.own = identities->self->uid, .admin = admin};
    for (size_t i = 0; i < names->count; i++) {
        struct user_spec spec = {.user = names->item[i]};
        struct identity found;
        char why[WHY_BYTES];
        if (identities_find(identities, &spec, &found, why, sizeof why) != 0) {
            diag_add(diags, DIAG_ERROR, identity_blame(from), identity_place_init(from),
                     "add it to the image, or give a number", "%s", why);
        } else {
            admin[ret_authority->admin_count++] = found.uid;
        }
    }
}

bool
authority_may(const struct authority *authority, uid_t uid, bool is_outside)
{
    for (size_t i = 0; i < authority->admin_count; i++) {
        if (authority->admin[i] == uid) {
            return true;
        }
    }
    return is_outside && (uid == 0 || uid == authority->own);
}
