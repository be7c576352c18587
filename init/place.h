/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_PLACE_H
#define ROINIT_INIT_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/config.h"
#include "init/facts.h"
#include "init/identity.h"

/*
 * The top directory of a declared mount as the preparation will leave it, and who may do what
 * there. The plan, the redirection and `verify` ask the same questions here. Pure.
 */
struct place {
    bool is_there; /* a mount of its own, a directory, and writable: else nothing is prepared */
    uid_t uid;
    gid_t gid;
    mode_t mode;
    bool changes_owner; /* against what the facts say */
    bool changes_mode;
    bool is_walked; /* all that lies in it gets that owner, too */
};

enum { PLACE_READ = 4, PLACE_WRITE = 2, PLACE_SEARCH = 1 };

/* What the top of the mount-th declared mount will be. Its owner changes only where `chown` says
 * so, its owner could not write (or `chown` is always), and roinit has the privilege (contract.md,
 * `chown`). */
struct place place_after(const struct config *config, const struct facts *facts,
                         const struct identities *identities, size_t mount);

/* What it is now. */
struct place place_now(const struct facts *facts, size_t mount);

/* Whether the permission bits let him do all of `want` (PLACE_… bits) in a directory of that owner
 * and mode. Root with DAC_OVERRIDE may all; else he counts as everybody. */
bool place_may_identity(const struct facts *facts, const struct place *place,
                        const struct identity *who, unsigned want);

/* Whether the mount's owner can write there as it is now: by the kernel's answer where it was
 * asked, else by the permission bits. */
bool place_may_owner(const struct config *config, const struct facts *facts,
                     const struct identities *identities, size_t mount);

/* Whether this user namespace knows the mount's owner: nobody can be given what it does not. */
bool place_is_owner_mapped(const struct facts *facts, const struct identities *identities,
                           size_t mount);

/* The owner of a declared mount. His supplementary groups count where a unit runs as him. */
struct identity place_owner(const struct config *config, const struct identities *identities,
                            size_t mount);

/* The same for roinit itself. */
bool place_may_self(const struct facts *facts, const struct place *place, unsigned want);

/* Whether roinit has a capability in effect (CAP_… of linux/capability.h). */
bool place_has_capability(const struct facts *facts, unsigned capability);

/* Whether owner, group and mode (and an ACL) alone decide on that kind of file system: no server
 * and no program stands behind it. */
bool place_is_local(const char *fs);

/* Whether in the mount nobody can rename what he may not write: it is local, and no other mount is
 * known to lie in it, which somebody might move from another mount namespace. */
bool place_holds_names(const struct facts *facts, size_t mount);

/* Whether the mount is to hold the state directory: it stays as it is, and by default needs no
 * owner (contract.md, `owner` and `chown`). */
bool place_holds_state(const struct config *config, const struct facts *facts, size_t mount);

/* The declared mount that is there and in which `path` lies, the deepest; or config->mount_count.
 */
size_t place_of_path(const struct config *config, const struct facts *facts, const char *path);

#endif
