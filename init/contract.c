/* SPDX-License-Identifier: MIT */
#include "init/contract.h"

#include "config/doc.h"
#include "init/judge.h"

/* clang-format off */
static const struct {
    const char *id, *sentence;
    enum finding_level level;
    judge_check *check;
    bool can_drift; /* mounts may break it while the container runs */
} host_clauses[] = {
    {"root",         "/ is read-only, by its mount or by its super block",       FINDING_ERROR, judge_root, true},
    {"admin",        "nobody can remount: CAP_SYS_ADMIN is not to be had",       FINDING_WISH,  judge_admin, false},
    {"user",         "roinit runs as a user that the contract allows",           FINDING_ERROR, judge_user, false},
    {"capabilities", "the bounding set holds no more than the contract allows",  FINDING_ERROR, judge_capabilities, false},
    {"seccomp",      "a seccomp filter is active",                               FINDING_ERROR, judge_seccomp, false},
    {"env",          "the variables that the image needs are set",               FINDING_ERROR, judge_env, false},
    {"files",        "the files that the image needs can be read",               FINDING_ERROR, judge_files, false},
    {"held",         "roinit holds the capabilities that units are to be given",  FINDING_ERROR, judge_held, false},
    {"memory",       "all tmpfs together fit into the memory of the container",  FINDING_WISH,  judge_memory, false},
    {"undeclared",   "nothing is writable that the contract does not name",      FINDING_WARN,  judge_undeclared, true},
};

/* Of a declared path; judge_mounted says first whether there is anything for them to look at. The
 * level is the strictest: a word with ? is a wish, and a default owner only warned of. */
static const struct {
    const char *id, *sentence;
    enum finding_level level;
    judge_mount_check *check;
    bool can_drift;
} mount_clauses[] = {
    {"fs",      "its file system is of a type that will do",                 FINDING_ERROR, judge_fs, true},
    {"options", "it has the mount options that the contract wants",          FINDING_ERROR, judge_options, true},
    {"size",    "it is no larger than the contract allows, and has a limit", FINDING_ERROR, judge_size, false},
    {"free",    "it has the free room that the contract wants",              FINDING_ERROR, judge_free, false},
    {"mode",    "its top directory has the mode that the contract wants",    FINDING_ERROR, judge_mode, false},
    {"owner",   "its owner can write there",                                 FINDING_ERROR, judge_owner, false},
};
/* clang-format on */

enum {
    HOST_CLAUSES = sizeof host_clauses / sizeof host_clauses[0],
    MOUNT_CLAUSES = sizeof mount_clauses / sizeof mount_clauses[0],
};

struct diag_place
judge_place(const struct setting *from, const struct section *section, const char *key)
{
    struct diag_place place = doc_place(from, section);
    place.key = key;
    return place;
}

static void
check(const struct judge *from, bool is_drift)
{
    struct judge judge = *from;
    for (size_t i = 0; i < HOST_CLAUSES; i++) {
        judge.level = host_clauses[i].level;
        if (!is_drift || host_clauses[i].can_drift) {
            host_clauses[i].check(&judge);
        }
    }
    for (size_t m = 0; m < judge.config->mount_count; m++) {
        const struct path_facts *path = &judge.facts->mount[m];
        if (path->errnum != 0 || !path->is_mount_root) {
            judge.level = FINDING_ERROR;
            judge_mounted(&judge, m);
            continue; /* nothing for the other clauses to look at */
        }
        for (size_t i = 0; i < MOUNT_CLAUSES; i++) {
            judge.level = mount_clauses[i].level;
            if (!is_drift || mount_clauses[i].can_drift) {
                mount_clauses[i].check(&judge, m);
            }
        }
    }
}

void
contract_check(const struct config *config, const struct facts *facts,
               const struct identities *identities, const struct vars *inherited,
               struct findings *findings)
{
    struct judge judge = {config, facts, identities, inherited, findings, FINDING_ERROR};
    check(&judge, false);
}

void
contract_check_drift(const struct config *config, const struct facts *facts,
                     const struct identities *identities, struct findings *findings)
{
    struct judge judge = {config, facts, identities, NULL, findings, FINDING_ERROR};
    check(&judge, true);
}
