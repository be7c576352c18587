/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_CONTRACT_H
#define ROINIT_INIT_CONTRACT_H

#include "config/config.h"
#include "config/vars.h"
#include "init/facts.h"
#include "init/finding.h"
#include "init/identity.h"

/*
 * The clauses of the contract as rows: what was promised × facts → findings. Pure. `verify`, the
 * boot and `prepare` read the same rows.
 */
/* Holds the facts against the contract; all that differs is added to `findings`. `inherited` is the
 * environment that roinit was started with. */
void contract_check(const struct config *config, const struct facts *facts,
                    const struct identities *identities, const struct vars *inherited,
                    struct findings *findings);

/* The same for the clauses that a mount may break while the container runs. */
void contract_check_drift(const struct config *config, const struct facts *facts,
                          const struct identities *identities, struct findings *findings);

/* Adds, as comments of the contract, the surfaces that runtimes always add and that are therefore
 * no undeclared mounts. */
void contract_surfaces(struct text *out);

#endif
