/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_IDENTITY_H
#define ROINIT_INIT_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/config.h"
#include "config/diag.h"

/*
 * Who everyone is: the users that the contract names, as numbers, and the rules for being started
 * as another uid (contract.md, "Started as another uid"). Pure: the passwd and group files come in
 * as text (accounts.h), roinit's own ids as values.
 */
struct accounts;

enum { IDENTITY_GROUPS_MAX = 64 };

struct identity {
    uid_t uid;
    gid_t gid;
    const char *name; /* from passwd, or `[init] passwd`; NULL: none */
    const char *home; /* from passwd; NULL: none */
    size_t group_count;
    const gid_t *group; /* supplementary, without gid; units with the same ones share them */
};

/* Who roinit itself is. */
struct self {
    pid_t pid;
    uid_t uid;
    gid_t gid;
    size_t group_count;
    gid_t group[IDENTITY_GROUPS_MAX];
    bool can_switch; /* SETUID, SETGID and KILL are effective */
};

struct identities {
    const struct self *self;
    const struct accounts *accounts;
    bool is_mapped;          /* started as another uid: the one user named means roinit's own */
    const char *mapped_name; /* as the contract names him; for the line at info */
    uid_t mapped_uid;        /* whose uid would be meant as root */
    bool has_single;         /* all units run as one user */
    struct identity single;  /* then he is this */
    struct identity *unit;   /* parallel to config->unit */
    const struct identity *viewed; /* whom `[init] passwd` names; NULL: nobody */
    struct mount_owner {
        bool is_known;   /* named in the contract, or there is a single user */
        bool is_default; /* not named: what it asks for is a warning only */
        uid_t uid;
        gid_t gid;
    } * mount; /* parallel to config->mount */
};

/* Resolves all. The unit's `user` keys must have been resolved (resolve_unit_user()), the rest of
 * the unit not. What is wrong (unknown name; several users without the privilege) goes to `diags`.
 * The arena is one of the boot: it ends the program where there is no more memory. */
void identities_resolve(const struct config *config, const struct self *self,
                        const struct accounts *accounts, struct arena *arena,
                        struct identities *ret, struct diags *diags);

/* The second half, once all keys of the units are resolved: their `groups`. */
void identities_resolve_groups(const struct config *config, struct arena *arena,
                               struct identities *identities, struct diags *diags);

/* Any other user that the contract names, such as the OWNER of a mkdir line: NAME|UID[:NAME|GID] as
 * numbers. A user who is meant to be roinit's own (is_mapped) is. Returns 0, or -1 with a sentence
 * in `why`. Without supplementary groups. */
int identities_find(const struct identities *identities, const struct user_spec *spec,
                    struct identity *ret_identity, char *why, size_t why_size);

/* For `lint`: the OWNERs of mkdir lines, which the plan resolves otherwise. */
void identities_check_mkdir(const struct config *config, const struct identities *identities,
                            struct arena *arena, struct diags *diags);

#endif
