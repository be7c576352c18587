/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_VOLUMES_H
#define ROINIT_INIT_VOLUMES_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "config/diag.h"
#include "config/text.h"
#include "init/environ.h"
#include "init/facts.h"
#include "init/identity.h"

/*
 * What has to be done to the declared mounts before anything starts, as a list of steps that can be
 * printed and compared: contract × facts × identities in, steps out. Pure; sys_volumes.h applies
 * them. Only mounts that are there are touched, and only below their tops (I2).
 */
enum plan_kind {
    PLAN_WALK,      /* give all that lies below the top to its owner */
    PLAN_SEED,      /* copy what the image ships */
    PLAN_DIRECTORY, /* make a directory, or put an existing one right */
    PLAN_TOP,       /* mode and owner of the top directory: the last step of a mount (I6) */
};

struct plan_step {
    enum plan_kind kind;
    size_t mount;      /* index in config->mount */
    const char *top;   /* the mount's resolved path */
    uint64_t mount_id; /* what the facts said of it; 0: unknown */
    const char *path;  /* below the top; "" is the top itself */
    mode_t mode;
    uid_t uid;
    gid_t gid;
    bool sets_mode, sets_owner; /* TOP: only what changes; DIRECTORY: both */
    bool names_can_be_held;     /* WALK: see walk_rule */
    bool is_nosuid;             /* WALK: set-user-ID bits are not in force there */
    bool is_private;            /* nobody else's may be adopted (I25) */
    const char *seed;           /* SEED: the path in the image */
    enum seed_mode seed_mode;
    bool is_after_walk;  /* SEED: a walk comes before it, which an interrupted seed must not meet */
    bool is_before_seed; /* WALK: of that kind */
    struct diag_place place; /* where the contract asks for it */
};

struct plan {
    struct arena *arena;
    struct plan_step *step;
    size_t count, room;
    uid_t self_uid; /* who applies it */
    uint64_t cap_effective;
    /* `[init] passwd`: the texts for the state directory; NULL: none asked for. */
    const char *passwd_view, *group_view;
};

/* Makes the plan. `environment` gives the units' final HOME. Lines of mkdir that make no sense go
 * to `diags`. */
void volumes_plan(const struct config *config, const struct facts *facts,
                  const struct identities *identities, const struct environ_input *environment,
                  struct arena *arena, struct plan *ret_plan, struct diags *diags);

/* Whether applying it may take long: it then belongs into a process of its own. */
bool plan_is_long(const struct plan *plan);

/* Adds one line a step: "/tmp: make home-10001, mode 0700, owner 10001:10001". */
void plan_text(const struct plan *plan, struct text *out);

#endif
