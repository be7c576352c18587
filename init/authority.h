/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_AUTHORITY_H
#define ROINIT_INIT_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/config.h"
#include "config/diag.h"
#include "init/identity.h"

/*
 * Who may change things over the control socket (behaviour.md, "Control socket"): judged by kernel
 * facts alone, the peer's uid and its origin (I12, I32). Pure.
 */
struct authority {
    uid_t own;          /* roinit's own uid */
    const uid_t *admin; /* whom `[init] admin` names */
    size_t admin_count;
};

/* Resolves `[init] admin`. An unknown name goes to `diags`. Memory is the arena's. */
void authority_resolve(const struct config *config, const struct identities *identities,
                       struct arena *arena, struct authority *ret_authority, struct diags *diags);

/* Whether a peer may: root and roinit's own uid from outside of the units, an admin from anywhere.
 */
bool authority_may(const struct authority *authority, uid_t uid, bool is_outside);

#endif
