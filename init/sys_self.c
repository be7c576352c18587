/* SPDX-License-Identifier: MIT */
#include "init/sys_self.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
has_capability(const struct __user_cap_data_struct data[2], unsigned number)
{
    return (data[number / 32].effective >> (number % 32) & 1) != 0;
}

void
self_observe(struct self *ret_self)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    gid_t group[IDENTITY_GROUPS_MAX];
    memset(data, 0, sizeof data);
    (void)syscall(SYS_capget, &header, data);
    *ret_self = (struct self){
        .pid = getpid(),
        .uid = geteuid(),
        .gid = getegid(),
        .can_switch = has_capability(data, CAP_SETUID) && has_capability(data, CAP_SETGID) &&
                      has_capability(data, CAP_KILL),
    };
    int count = getgroups(IDENTITY_GROUPS_MAX, group);
    for (int i = 0; i < count; i++) {
        if (group[i] != ret_self->gid) {
            ret_self->group[ret_self->group_count++] = group[i];
        }
    }
}
