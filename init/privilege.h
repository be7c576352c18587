/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_PRIVILEGE_H
#define ROINIT_INIT_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "init/facts.h"
#include "init/identity.h"

/*
 * What each unit is given beyond its ids, and what PID 1 itself keeps when the boot is over:
 * worked out here once, for the start, the verdict and the status. Sets are bits by number. Pure.
 */
struct privilege {
    bool keeps;            /* capabilities = keep: they stay as the kernel leaves them */
    bool is_written;       /* in the contract, not the default */
    uint64_t capabilities; /* else exactly these */
    bool has_no_new_privs;
    bool is_guarded;
};

/* Of the u-th unit. */
struct privilege privilege_of(const struct config *config, const struct identities *identities,
                              size_t u);

/* Whether its bounding set has to be made small, so that SETPCAP is needed: not where
 * no_new_privs keeps a larger one from giving anything, nor for a default that roinit, as another
 * uid, never had the means for. */
bool privilege_is_strict(const struct config *config, const struct identities *identities,
                         size_t u);

/* What the unit's process then holds, as far as the container has it to give. */
uint64_t privilege_held(const struct config *config, const struct identities *identities,
                        const struct facts *facts, size_t u);

/* What PID 1 keeps (I16): what starts and stops units of other users, what units list, and what
 * their other keys need. UINT64_MAX, all, where a unit has `capabilities = keep`: it may start
 * again. */
uint64_t privilege_kept(const struct config *config, const struct identities *identities);

#endif
