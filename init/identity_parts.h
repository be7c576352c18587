/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_IDENTITY_PARTS_H
#define ROINIT_INIT_IDENTITY_PARTS_H

#include "config/doc.h"
#include "init/identity.h"

/* What the files of identity.h share; for them alone. */

/* Where a value of [init] was written; it may be NULL. */
struct diag_place identity_place_init(const struct setting *from);

/* Whose mistake a wrong value is: of whoever set the variable in it, else of the author. */
enum exit_code identity_blame(const struct setting *from);

/* A group's name or number. Digits alone are a number (I14); anything else is looked up. Returns 0,
 * or -1 with a sentence in `why`. */
int identity_find_group(const struct accounts *accounts, const char *text, gid_t *ret_gid,
                        char *why, size_t why_size);

/* The user as the contract names him, whoever roinit is; `self` may be NULL. Returns 0, or -1 with
 * a sentence in `why`. */
int identity_find_named(const struct accounts *accounts, const struct self *self,
                        const struct user_spec *spec, struct identity *ret, char *why,
                        size_t why_size);

/* That nobody has the name, and who is meant perhaps. */
void identity_why_unknown(const struct accounts *accounts, const char *name, bool is_group,
                          char *why, size_t why_size);

/* Adds that to `diags`, of user and group. Where a variable gave the name, its name and value are
 * told instead. */
void identity_add_unknown(const struct accounts *accounts, const struct setting *from,
                          const struct section *section, const struct user_spec *spec,
                          struct diags *diags);

/* Sets the supplementary groups that `groups` defaults to, for each unit. */
void identity_default_groups(const struct config *config, struct identities *identities,
                             struct arena *arena);

/* Gives the name of `[init] passwd` to whom it names. */
void identity_name_viewed(const struct config *config, struct identities *identities,
                          struct diags *diags);

#endif
