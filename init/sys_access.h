/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_ACCESS_H
#define ROINIT_INIT_SYS_ACCESS_H

#include "config/config.h"
#include "init/facts.h"
#include "init/identity.h"

/*
 * Whether the owner of a declared mount can write there, as the kernel answers it: ACLs, a server
 * that squashes root and security modules are no matter of permission bits.
 */

/* Asks for the volumes (a tmpfs holds no surprises), as each owner: as roinit itself where it is
 * he, else in a process that becomes him, where roinit may and more than permission bits decides.
 * What cannot be asked stays ACCESS_UNASKED. */
void access_ask(const struct config *config, const struct identities *identities,
                struct facts *facts);

#endif
