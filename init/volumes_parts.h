/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_VOLUMES_PARTS_H
#define ROINIT_INIT_VOLUMES_PARTS_H

#include "init/volumes.h"

/* What the files of volumes.h share; for them alone. Pure. */

/* What the plan is made of. */
struct planner {
    const struct config *config;
    const struct facts *facts;
    const struct identities *identities;
    struct arena *arena;
    struct plan *plan;
    struct diags *diags;
    struct vars *vars; /* [unit]: the final environments */
};

/* Where the mount's section asks for it. */
struct diag_place planner_place(const struct mount_config *mount, enum mount_key key,
                                const char *name);

/* Adds a copy, completed by what the facts say of its mount. */
void planner_add(struct planner *planner, const struct plan_step *step);

/* Adds the directories of one mount: those of `mkdir`, whose lines are judged even where the mount
 * is not there, and those of `redirect`; each below the one that follows it in the plan. */
void planner_add_directories(struct planner *planner, size_t mount, bool is_there);

#endif
