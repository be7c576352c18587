/* SPDX-License-Identifier: MIT */
#include "config/capname.h"

#include <linux/capability.h>
#include <stddef.h>
#include <string.h>

#include "config/text.h"

/* clang-format off */
static const char *const names[] = {
    [CAP_CHOWN]              = "CHOWN",
    [CAP_DAC_OVERRIDE]       = "DAC_OVERRIDE",
    [CAP_DAC_READ_SEARCH]    = "DAC_READ_SEARCH",
    [CAP_FOWNER]             = "FOWNER",
    [CAP_FSETID]             = "FSETID",
    [CAP_KILL]               = "KILL",
    [CAP_SETGID]             = "SETGID",
    [CAP_SETUID]             = "SETUID",
    [CAP_SETPCAP]            = "SETPCAP",
    [CAP_LINUX_IMMUTABLE]    = "LINUX_IMMUTABLE",
    [CAP_NET_BIND_SERVICE]   = "NET_BIND_SERVICE",
    [CAP_NET_BROADCAST]      = "NET_BROADCAST",
    [CAP_NET_ADMIN]          = "NET_ADMIN",
    [CAP_NET_RAW]            = "NET_RAW",
    [CAP_IPC_LOCK]           = "IPC_LOCK",
    [CAP_IPC_OWNER]          = "IPC_OWNER",
    [CAP_SYS_MODULE]         = "SYS_MODULE",
    [CAP_SYS_RAWIO]          = "SYS_RAWIO",
    [CAP_SYS_CHROOT]         = "SYS_CHROOT",
    [CAP_SYS_PTRACE]         = "SYS_PTRACE",
    [CAP_SYS_PACCT]          = "SYS_PACCT",
    [CAP_SYS_ADMIN]          = "SYS_ADMIN",
    [CAP_SYS_BOOT]           = "SYS_BOOT",
    [CAP_SYS_NICE]           = "SYS_NICE",
    [CAP_SYS_RESOURCE]       = "SYS_RESOURCE",
    [CAP_SYS_TIME]           = "SYS_TIME",
    [CAP_SYS_TTY_CONFIG]     = "SYS_TTY_CONFIG",
    [CAP_MKNOD]              = "MKNOD",
    [CAP_LEASE]              = "LEASE",
    [CAP_AUDIT_WRITE]        = "AUDIT_WRITE",
    [CAP_AUDIT_CONTROL]      = "AUDIT_CONTROL",
    [CAP_SETFCAP]            = "SETFCAP",
    [CAP_MAC_OVERRIDE]       = "MAC_OVERRIDE",
    [CAP_MAC_ADMIN]          = "MAC_ADMIN",
    [CAP_SYSLOG]             = "SYSLOG",
    [CAP_WAKE_ALARM]         = "WAKE_ALARM",
    [CAP_BLOCK_SUSPEND]      = "BLOCK_SUSPEND",
    [CAP_AUDIT_READ]         = "AUDIT_READ",
    [CAP_PERFMON]            = "PERFMON",
    [CAP_BPF]                = "BPF",
    [CAP_CHECKPOINT_RESTORE] = "CHECKPOINT_RESTORE",
};
/* clang-format on */
enum { NAMES = sizeof(names) / sizeof(names[0]) };

int
capname_number(const char *name)
{
    name += text_starts_with(name, "CAP_") ? strlen("CAP_") : 0;
    for (int i = 0; i < NAMES; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

const char *
capname_text(int number)
{
    return number >= 0 && number < NAMES ? names[number] : NULL;
}

uint64_t
capname_set(const struct words *words)
{
    uint64_t set = 0;
    for (size_t i = 0; i < words->count; i++) {
        int number = capname_number(words->item[i]);
        set |= number >= 0 ? UINT64_C(1) << number : 0;
    }
    return set;
}

void
capname_add_set(uint64_t set, const char *quote, const char *between, struct text *out)
{
    const char *before = "";
    for (int number = 0; number < CAPNAME_BITS; number++) {
        const char *name = capname_text(number);
        if ((set >> number & 1) == 0) {
            continue;
        }
        text_addf(out, "%s%s", before, quote);
        if (name != NULL) {
            text_add(out, name);
        } else {
            text_addf(out, "%d", number);
        }
        text_add(out, quote);
        before = between;
    }
}
