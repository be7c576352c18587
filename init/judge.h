/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_JUDGE_H
#define ROINIT_INIT_JUDGE_H

#include "config/config.h"
#include "config/vars.h"
#include "init/facts.h"
#include "init/finding.h"
#include "init/identity.h"

/*
 * What every clause looks at, for contract*.c alone: the checks are in contract_mount.c (a declared
 * path), contract_undeclared.c (what is not declared), contract_units.c (what units need) and
 * contract_host.c (everything else). Pure.
 */
struct judge {
    const struct config *config;
    const struct facts *facts;
    const struct identities *identities;
    const struct vars *inherited;
    struct findings *findings;
    enum finding_level level; /* of the clause: how much it matters where it is not kept */
};

/* Where a value was written: file, line, section, key. */
struct diag_place judge_place(const struct setting *from, const struct section *section,
                              const char *key);

typedef void judge_check(const struct judge *judge);
judge_check judge_root, judge_admin, judge_user, judge_capabilities, judge_seccomp, judge_env,
    judge_files, judge_held, judge_memory, judge_undeclared;

/* Of the mount-th declared path. */
typedef void judge_mount_check(const struct judge *judge, size_t m);
judge_mount_check judge_mounted, judge_fs, judge_options, judge_size, judge_free, judge_mode,
    judge_owner;

#endif
