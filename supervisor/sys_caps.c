/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAP_NUMBER_MAX = 63 };

struct capability_sets {
    uint64_t effective, permitted, inheritable;
};

static int
read_sets(struct capability_sets *ret)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    memset(data, 0, sizeof data);
    if (syscall(SYS_capget, &header, data) != 0) {
        return -1;
    }
    *ret = (struct capability_sets){
        .effective = data[0].effective | (uint64_t)data[1].effective << 32,
        .permitted = data[0].permitted | (uint64_t)data[1].permitted << 32,
        .inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32,
    };
    return 0;
}

static int
write_sets(const struct capability_sets *sets)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)sets->effective, (uint32_t)sets->permitted, (uint32_t)sets->inheritable},
        {(uint32_t)(sets->effective >> 32), (uint32_t)(sets->permitted >> 32),
         (uint32_t)(sets->inheritable >> 32)},
    };
    return (int)syscall(SYS_capset, &header, data);
}

/* A set that the kernel tells number by number: EINVAL is past its last one, or an old kernel that
 * has no such set. */
static int
read_by_number(int operation, unsigned long argument, uint64_t *ret_set)
{
    uint64_t set = 0;
    for (unsigned long number = 0; number <= CAP_NUMBER_MAX; number++) {
        int is_there = operation == PR_CAP_AMBIENT ? prctl(operation, argument, number, 0, 0)
                                                   : prctl(operation, number, 0, 0, 0);
        if (is_there < 0 && errno != EINVAL) {
            return -1;
        }
        if (is_there < 0) {
            break;
        }
        set |= (uint64_t)is_there << number;
    }
    *ret_set = set;
    return 0;
}

static int
read_bounding(uint64_t *ret_set)
{
    return read_by_number(PR_CAPBSET_READ, 0, ret_set);
}

static int
read_ambient(uint64_t *ret_set)
{
    return read_by_number(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, ret_set);
}

static int
drop_bounding(uint64_t keep)
{
    uint64_t bounding;
    if (read_bounding(&bounding) != 0) {
        return -1;
    }
    for (unsigned long number = 0; number <= CAP_NUMBER_MAX; number++) {
        if (((bounding & ~keep) >> number & 1) != 0 &&
            prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- a child's steps */

int
caps_set_bounding(const struct launch *launch)
{
    if (launch->sets_capabilities && drop_bounding(launch->capabilities) != 0 && errno != EPERM) {
        return -1;
    }
    return 0;
}

int
caps_set_securebits(const struct launch *launch)
{
    if (launch->starts_clean) {
        int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
        if (bits < 0) {
            return -1;
        }
        /* A locked one is what the runtime wants of everybody. Those that take privileges away
         * (NOROOT, NO_CAP_AMBIENT_RAISE) stay as well. */
        if ((bits & SECBIT_NO_SETUID_FIXUP) != 0 && (bits & SECBIT_NO_SETUID_FIXUP_LOCKED) == 0) {
            (void)prctl(PR_SET_SECUREBITS, bits & ~SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
        }
    }
    bool is_kept = launch->sets_uid && launch->sets_capabilities && launch->capabilities != 0;
    return is_kept ? prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) : 0;
}

int
caps_set(const struct launch *launch)
{
    struct capability_sets sets;
    uint64_t ambient;
    if (launch->sets_capabilities) {
        sets = (struct capability_sets){launch->capabilities, launch->capabilities,
                                        launch->capabilities};
        return write_sets(&sets);
    }
    if (read_sets(&sets) != 0) {
        return -1;
    }
    if (sets.inheritable == 0) {
        return 0; /* nothing to take away: most starts end here, without a question a number */
    }
    if (read_ambient(&ambient) != 0) {
        return -1;
    }
    sets.inheritable &= ambient;
    return write_sets(&sets);
}

int
caps_set_ambient(const struct launch *launch)
{
    if (!launch->sets_capabilities) {
        return 0;
    }
    /* EINVAL: a kernel that has none. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) {
        return -1;
    }
    for (unsigned long number = 0; number <= CAP_NUMBER_MAX; number++) {
        if ((launch->capabilities >> number & 1) != 0 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0) {
            return -1;
        }
    }
    return 0;
}

int
caps_set_no_new_privs(const struct launch *launch)
{
    return launch->sets_no_new_privs ? prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) : 0;
}

int
caps_verify(const struct launch *launch)
{
    struct capability_sets sets;
    uint64_t ambient;
    uint64_t bounding;
    int no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    if (no_new_privs < 0 || read_sets(&sets) != 0) {
        return -1;
    }
    if (launch->sets_no_new_privs && no_new_privs != 1) {
        errno = EPERM;
        return -1;
    }
    if (!launch->sets_capabilities && sets.inheritable == 0) {
        return 0;
    }
    if (read_ambient(&ambient) != 0 || read_bounding(&bounding) != 0) {
        return -1;
    }
    errno = EPERM;
    if (!launch->sets_capabilities) {
        return (sets.inheritable & ~ambient) == 0 ? 0 : -1;
    }
    uint64_t want = launch->capabilities;
    if (sets.permitted != want || sets.effective != want || sets.inheritable != want ||
        ambient != want) {
        return -1;
    }
    /* A larger bounding set gives nothing to a process that an exec can give nothing (I13). */
    bool is_bounded = (bounding & ~want) == 0 || no_new_privs == 1;
    return is_bounded || !launch->is_strict ? 0 : -1;
}

/* ---------------------------------------------------------------- PID 1 */

bool
proc_keep_capabilities(uint64_t keep)
{
    struct capability_sets sets;
    uint64_t ambient = 0;
    if (keep == UINT64_MAX) {
        return true;
    }
    if (read_sets(&sets) != 0) {
        return false;
    }
    (void)drop_bounding(keep); /* without SETPCAP there is nothing that could make use of it */
    sets.effective &= keep;
    sets.permitted &= keep;
    sets.inheritable = 0; /* and with it the ambient set: units get theirs from the permitted one */
    (void)write_sets(&sets);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    bool is_read = read_sets(&sets) == 0 && read_ambient(&ambient) == 0;
    uint64_t held = sets.effective | sets.permitted | sets.inheritable | ambient;
    return is_read && (held & ~keep) == 0;
}

void
proc_take_fs_ids(uid_t uid, gid_t gid)
{
    (void)syscall(SYS_setfsgid, gid);
    (void)syscall(SYS_setfsuid, uid);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
