/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_FACTS_H
#define ROINIT_INIT_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "init/idmap.h"
#include "init/identity.h"
#include "init/mountinfo.h"

/*
 * What the container is, as the kernel tells it: plain values, filled by sys_observe, judged by
 * contract, used by volumes. Nothing here makes a system call.
 */

/* Whether somebody can write, as the kernel answers it. */
enum access_answer { ACCESS_UNASKED, ACCESS_YES, ACCESS_NO };

/* One path as statvfs(2), statx(2) and statfs(2) tell it, symbolic links followed. */
struct path_facts {
    const char *path;     /* as declared */
    const char *resolved; /* after symbolic links; NULL where it does not exist */
    int errnum;           /* why it could not be looked at; 0: all below is valid */
    bool is_mount_root;   /* a mount of its own (STATX_ATTR_MOUNT_ROOT) */
    bool is_directory;
    uint64_t mount_id; /* STATX_MNT_ID: field 1 of mountinfo; 0: unknown */
    bool is_read_only, is_noexec, is_nosuid, is_nodev; /* statvfs f_flag */
    const char *fs;       /* "tmpfs"; from statfs f_type where the mount table lacks it */
    uint64_t size_bytes;  /* 0: no limit at all */
    uint64_t free_bytes;  /* for the unprivileged */
    bool has_limit;       /* a tmpfs mounted with size=; true for everything that is no tmpfs */
    uint64_t free_inodes; /* UINT64_MAX where the file system does not count them */
    uid_t uid;
    gid_t gid;
    mode_t mode;                     /* permission bits, 07777 */
    enum access_answer owner_access; /* of the mount's owner, in the contract's sense */
};

enum platform { PLATFORM_UNKNOWN, PLATFORM_DOCKER, PLATFORM_PODMAN, PLATFORM_KUBERNETES };

struct facts {
    struct self self;
    enum platform platform; /* by the traces that each leaves */
    uint64_t cap_bounding, cap_effective, cap_permitted, cap_ambient;
    bool has_seccomp;
    bool has_proc; /* /proc could be read */
    struct idmap uid_map, gid_map;
    const char *program;         /* roinit's own path; NULL: unknown */
    struct path_facts root;      /* "/" */
    struct path_facts *mount;    /* parallel to config->mount */
    int *required_file_errnum;   /* parallel to config->require.files; 0: readable */
    uint64_t memory_limit_bytes; /* of the cgroup; 0: none known */
    uint64_t memory_total_bytes;
    struct mount_table table; /* what is mounted where, within a bound */
};

#endif
