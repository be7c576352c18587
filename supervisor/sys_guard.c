/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_guard.h"

#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---------------------------------------------------------------- Landlock */

/* Numbers of the generic table, which all architectures share for what is as new as this. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

enum { LANDLOCK_VERSION = 1, LANDLOCK_ABI_SCOPES = 6, LANDLOCK_SIGNAL = 1 << 1 };

/* The kernel's struct landlock_ruleset_attr as of ABI 6, which older headers have not. */
struct landlock_attr {
    uint64_t handled_fs, handled_net, scoped;
};

/* Of the two scopes the one for signals alone: the other would cut a unit off from abstract
 * sockets, and with it from sd_notify where no path is writable. Nothing of files is handled, so
 * nothing of them changes. Returns whether it is in force. */
static bool
set_scope(void)
{
    const struct landlock_attr attr = {.scoped = LANDLOCK_SIGNAL};
    long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_VERSION);
    if (abi < LANDLOCK_ABI_SCOPES) {
        return false;
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0U);
    if (fd < 0) {
        return false;
    }
    bool is_set = syscall(SYS_landlock_restrict_self, fd, 0U) == 0;
    (void)close(fd);
    return is_set;
}

/* ---------------------------------------------------------------- seccomp */

/* What the filter is for: a call of another architecture has other numbers, and is no call of
 * ours. */
#if defined(__x86_64__)
#define GUARD_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define GUARD_ARCH AUDIT_ARCH_AARCH64
#elif defined(__i386__)
#define GUARD_ARCH AUDIT_ARCH_I386
#elif defined(__arm__)
#define GUARD_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define GUARD_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define GUARD_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define GUARD_ARCH AUDIT_ARCH_S390X
#endif

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { LOW_WORD = 4 };
#else
enum { LOW_WORD = 0 };
#endif

/* Whom an argument is compared with. */
enum target {
    NOBODY,      /* no argument: the call as such */
    PID,         /* roinit */
    GROUP,       /* its process group */
    MINUS_GROUP, /* the same, as kill(2) and F_SETOWN have it */
    EVERYBODY,   /* -1 in kill(2), which leaves out PID 1 but not a roinit that is none */
    VALUE,       /* the row's */
};

/* clang-format off */
static const struct row {
    long call;
    bool is_for_signals; /* not needed where the scope is in force */
    struct condition { unsigned argument; enum target target; uint32_t value; } when[2];
} rows[] = {
    /* signals */
    {SYS_kill,                 false, {{0, PID, 0}}},
    {SYS_kill,                 false, {{0, MINUS_GROUP, 0}}},
    {SYS_kill,                 false, {{0, EVERYBODY, 0}}},
    {SYS_tkill,                false, {{0, PID, 0}}},
    {SYS_tgkill,               false, {{0, PID, 0}}},
    {SYS_tgkill,               false, {{1, PID, 0}}},
    {SYS_rt_sigqueueinfo,      false, {{0, PID, 0}}},
    {SYS_rt_tgsigqueueinfo,    false, {{0, PID, 0}}},
    {SYS_rt_tgsigqueueinfo,    false, {{1, PID, 0}}},
    {SYS_setpgid,              false, {{1, GROUP, 0}}},
    {SYS_pidfd_open,           false, {{0, PID, 0}}},
    /* a descriptor of a process may come from a socket, or be a folder of /proc: refused as on a
     * kernel that has not got it, so that a program takes kill(2) instead */
    {SYS_pidfd_send_signal,    true,  {{0, NOBODY, 0}}},
    {SYS_fcntl,                false, {{1, VALUE, F_SETOWN}, {2, PID, 0}}},
    {SYS_fcntl,                false, {{1, VALUE, F_SETOWN}, {2, MINUS_GROUP, 0}}},
    {SYS_fcntl,                true,  {{1, VALUE, F_SETOWN_EX}}},
    {SYS_ioctl,                true,  {{1, VALUE, FIOSETOWN}}},
    {SYS_ioctl,                true,  {{1, VALUE, SIOCSPGRP}}},
    /* limits and scheduling */
    {SYS_prlimit64,            false, {{0, PID, 0}}},
    {SYS_sched_setscheduler,   false, {{0, PID, 0}}},
    {SYS_sched_setparam,       false, {{0, PID, 0}}},
    {SYS_sched_setattr,        false, {{0, PID, 0}}},
    {SYS_sched_setaffinity,    false, {{0, PID, 0}}},
    {SYS_setpriority,          false, {{1, PID, 0}}},
    {SYS_setpriority,          false, {{1, GROUP, 0}}},
    {SYS_setpriority,          false, {{0, VALUE, PRIO_USER}}},
    {SYS_ioprio_set,           false, {{1, PID, 0}}},
    {SYS_ioprio_set,           false, {{1, GROUP, 0}}},
    {SYS_ioprio_set,           false, {{0, VALUE, 3 /* IOPRIO_WHO_USER */}}},
    {SYS_keyctl,               false, {{0, VALUE, KEYCTL_SESSION_TO_PARENT}}},
    /* memory and state: PID 1 is not dumpable; this is for the day when it is */
    {SYS_ptrace,               false, {{1, PID, 0}}},
    {SYS_process_vm_readv,     false, {{0, PID, 0}}},
    {SYS_process_vm_writev,    false, {{0, PID, 0}}},
    {SYS_kcmp,                 false, {{0, PID, 0}}},
    {SYS_kcmp,                 false, {{1, PID, 0}}},
    {SYS_move_pages,           false, {{0, PID, 0}}},
    {SYS_migrate_pages,        false, {{0, PID, 0}}},
};
/* clang-format on */

enum {
    HEAD_STATEMENTS = 6,
    ROW_STATEMENTS = 7,
    STATEMENTS_MAX = HEAD_STATEMENTS + (int)(sizeof rows / sizeof rows[0]) * ROW_STATEMENTS + 1,
    X32_BIT = 0x40000000,
};

struct program {
    struct sock_filter *statement;
    unsigned short count;
};

static void
add(struct program *program, unsigned code, uint32_t value, unsigned if_true, unsigned if_false)
{
    program->statement[program->count++] = (struct sock_filter){
        (unsigned short)code, (unsigned char)if_true, (unsigned char)if_false, value};
}

static void
add_load(struct program *program, size_t offset)
{
    add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
add_refuse(struct program *program, uint32_t errnum)
{
    add(program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errnum, 0, 0);
}

/* The number that an argument is compared with; false: the row says nothing here. */
static bool
find_value(const struct condition *condition, pid_t pid, pid_t group, uint32_t *ret_value)
{
    switch (condition->target) {
    case NOBODY:
        break;
    case PID:
        *ret_value = (uint32_t)pid;
        return true;
    case GROUP: /* 0: outside of the namespace, and nobody's number in it */
        *ret_value = (uint32_t)group;
        return group > 0;
    case MINUS_GROUP: /* -1 is no group */
        *ret_value = (uint32_t)-group;
        return group > 1;
    case EVERYBODY:
        *ret_value = (uint32_t)-1;
        return pid != 1;
    case VALUE:
        *ret_value = condition->value;
        return true;
    }
    return false;
}

/* Call and arguments are all as in the row: EPERM. Else on to the next row. */
static void
add_row(struct program *program, const struct row *row, pid_t pid, pid_t group)
{
    uint32_t value[2];
    unsigned count = 0;
    for (; count < 2 && row->when[count].target != NOBODY; count++) {
        if (!find_value(&row->when[count], pid, group, &value[count])) {
            return;
        }
    }
    add_load(program, offsetof(struct seccomp_data, nr));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)row->call, 0, 2 * count + 1);
    for (unsigned i = 0; i < count; i++) {
        /* Pids are int: the upper half is not looked at by the kernel either. */
        add_load(program, offsetof(struct seccomp_data, args) +
                              row->when[i].argument * sizeof(uint64_t) + LOW_WORD);
        add(program, BPF_JMP | BPF_JEQ | BPF_K, value[i], 0, 2 * (count - 1 - i) + 1);
    }
    add_refuse(program, row->call == SYS_pidfd_send_signal ? ENOSYS : EPERM);
}

#ifdef GUARD_ARCH
static int
set_filter(pid_t pid, pid_t group, bool has_scope)
{
    static struct sock_filter statements[STATEMENTS_MAX];
    struct program program = {statements, 0};
    add_load(&program, offsetof(struct seccomp_data, arch));
    add(&program, BPF_JMP | BPF_JEQ | BPF_K, GUARD_ARCH, 1, 0);
    add_refuse(&program, ENOSYS);
#ifdef __x86_64__
    add_load(&program, offsetof(struct seccomp_data, nr));
    add(&program, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    add_refuse(&program, ENOSYS);
#endif
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].is_for_signals || !has_scope) {
            add_row(&program, &rows[i], pid, group);
        }
    }
    add(&program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    const struct sock_fprog filter = {.len = program.count, .filter = program.statement};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &filter);
}
#else
static int
set_filter(pid_t pid, pid_t group, bool has_scope)
{
    (void)pid, (void)group, (void)has_scope;
    errno = ENOSYS;
    return -1;
}
#endif

int
guard_set(const struct launch *launch)
{
    if (!launch->is_guarded) {
        return 0;
    }
    pid_t pid = getppid();
    return set_filter(pid, getpgid(pid), !launch->is_beside && set_scope());
}
