/* SPDX-License-Identifier: MIT */
/*
 * attack:HOW: what a compromised service might try on PID 1. Each is one real attempt; where it
 * succeeds it does PID 1 no harm that would end the test. docs/security.md lists who can do what.
 */
#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <linux/keyctl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/puppet_show.h"

enum { INIT = 1, FILES_LIMIT = 128, CPU_LIMIT_S = 3600, USER_NICE = 5 };
enum { IOPRIO_PROCESS = 1, IOPRIO_USER = 3, IOPRIO_LOW = 2 << 13 | 6, IOPRIO_IDLE = 3 << 13 };

/* ---------------------------------------------------------------- memory, descriptors, state */

/* Opens /proc/1/NAME and gives it back: that is the permission. */
static long
open_of_init(const char *name, int flags)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/1/%s", name);
    return open(path, flags | O_CLOEXEC);
}

/* Reads one byte as well: some are opened by anybody and say nothing. */
static long
read_of_init(const char *name)
{
    char byte;
    long fd = open_of_init(name, O_RDONLY);
    return fd < 0 ? -1 : read((int)fd, &byte, 1);
}

static long
link_of_init(const char *name)
{
    char path[64];
    char target[8];
    snprintf(path, sizeof(path), "/proc/1/%s", name);
    return readlink(path, target, sizeof(target));
}

static long
write_of_init(const char *name)
{
    int fd = (int)open_of_init(name, O_WRONLY);
    return fd < 0 ? -1 : write(fd, "1000", 4);
}

static long
move_memory(long call)
{
    char text[64] = "";
    struct iovec local = {.iov_base = text, .iov_len = sizeof(text)};
    struct iovec remote = {.iov_base = (void *)(uintptr_t)0x10000, .iov_len = sizeof(text)};
    long result = syscall(call, INIT, &local, 1UL, &remote, 1UL, 0UL);
    return result < 0 && errno == EFAULT ? 0 : result; /* allowed, at a bad address */
}

static long
get_descriptor(void)
{
    long pidfd = syscall(SYS_pidfd_open, INIT, 0U);
    return pidfd < 0 ? -1 : syscall(SYS_pidfd_getfd, pidfd, 0, 0U);
}

static long
set_capabilities_of_init(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, INIT};
    struct __user_cap_data_struct data[2];
    memset(data, 0, sizeof(data));
    return syscall(SYS_capset, &header, data);
}

static long
enter_namespace(void)
{
    long fd = open_of_init("ns/mnt", O_RDONLY);
    return fd < 0 ? -1 : setns((int)fd, CLONE_NEWNS);
}

/* ---------------------------------------------------------------- signals */

/* A signal that PID 1 takes and passes on to nobody. */
enum { HARMLESS = SIGWINCH };

static long
queue_signal(long call)
{
    siginfo_t info;
    memset(&info, 0, sizeof(info));
    info.si_signo = HARMLESS;
    info.si_code = SI_QUEUE;
    return call == SYS_rt_sigqueueinfo ? syscall(call, INIT, HARMLESS, &info)
                                       : syscall(call, INIT, INIT, HARMLESS, &info);
}

static long
signal_by_descriptor(long pidfd)
{
    return pidfd < 0 ? -1 : syscall(SYS_pidfd_send_signal, pidfd, HARMLESS, NULL, 0U);
}

/* The kernel sends it when the socket has something to read: whether it does shows at PID 1. */
static long
own_socket(int command)
{
    int ends[2];
    int init = INIT;
    struct {
        int type;
        int pid;
    } owner = {F_OWNER_PID, INIT};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    long result = command == FIOSETOWN     ? ioctl(ends[0], FIOSETOWN, &init)
                  : command == F_SETOWN_EX ? fcntl(ends[0], F_SETOWN_EX, &owner)
                                           : fcntl(ends[0], F_SETOWN, INIT);
    if (result < 0 || fcntl(ends[0], F_SETSIG, HARMLESS) < 0 ||
        fcntl(ends[0], F_SETFL, O_ASYNC) < 0) {
        return -1;
    }
    return write(ends[1], "x", 1);
}

/* ---------------------------------------------------------------- limits and scheduling */

static long
set_limit(int resource, rlim_t value)
{
    const struct rlimit limit = {value, value};
    return syscall(SYS_prlimit64, INIT, resource, &limit, NULL);
}

/* What a call for all processes of a user has made of PID 1: it succeeds for others, too. */
static long
is_now(long found, long wanted)
{
    errno = EPERM;
    return found == wanted ? 0 : -1;
}

static long
set_nice_of_user(void)
{
    long result = setpriority(PRIO_USER, getuid(), USER_NICE);
    return result < 0 ? -1 : is_now(getpriority(PRIO_PROCESS, INIT), USER_NICE);
}

static long
set_ioprio_of_user(void)
{
    long result = syscall(SYS_ioprio_set, IOPRIO_USER, getuid(), IOPRIO_LOW);
    return result < 0 ? -1 : is_now(syscall(SYS_ioprio_get, IOPRIO_PROCESS, INIT), IOPRIO_LOW);
}

static long
set_policy(void)
{
    const struct sched_param none = {0};
    return syscall(SYS_sched_setscheduler, INIT, SCHED_IDLE, &none);
}

static long
set_attributes(void)
{
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = 48, .policy = SCHED_IDLE};
    return syscall(SYS_sched_setattr, INIT, &attributes, 0U);
}

static long
set_affinity(void)
{
    unsigned long mask[16] = {0};
    long got = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);
    return got < 0 ? -1 : syscall(SYS_sched_setaffinity, INIT, (size_t)got, mask);
}

/* ---------------------------------------------------------------- the container around it */

static long
remount_root(void)
{
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL);
}

static long
cover_state(void)
{
    return mount("tmpfs", "/run/roinit", "tmpfs", 0, NULL);
}

static long
write_program(void)
{
    return open("/roinit", O_WRONLY | O_CLOEXEC);
}

static long
write_state(const char *path, int flags)
{
    return open(path, O_WRONLY | O_CLOEXEC | flags, 0644);
}

/* "shutdown" over the socket; code 77 is a refusal. */
static long
ask_for_the_end(void)
{
    static const char request[] = "\001shutdown\0";
    static const char refused[] = {'x', 0, 0, 0, 1, 77};
    const struct sockaddr_un address = {AF_UNIX, "/run/roinit/control"};
    char reply[512];
    size_t got = 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        write(fd, request, sizeof(request)) != (ssize_t)sizeof(request)) {
        return -1;
    }
    for (ssize_t more = 1; more > 0 && got < sizeof(reply); got += (size_t)(more > 0 ? more : 0)) {
        more = read(fd, reply + got, sizeof(reply) - got);
    }
    errno = EPERM;
    return memmem(reply, got, refused, sizeof(refused)) != NULL ? -1 : 0;
}

static long
keyctl(int command, unsigned long first, unsigned long second)
{
    return syscall(SYS_keyctl, command, first, second, 0UL, 0UL);
}

/* What a test has put into PID 1's session keyring. */
static long
find_key(void)
{
    return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "secret", 0L);
}

static long
join_group_of_init(void)
{
    pid_t group = getpgid(INIT);
    return group > 0 ? setpgid(0, group) : group - 1;
}

/* ---------------------------------------------------------------- the table */

/* clang-format off */
#define ATTACKS(X) \
    X("mem",             open_of_init("mem", O_RDWR)) \
    X("environ",         open_of_init("environ", O_RDONLY)) \
    X("maps",            read_of_init("maps")) \
    X("syscall",         read_of_init("syscall")) \
    X("fd",              open_of_init("fd/1", O_WRONLY)) \
    X("exe",             link_of_init("exe")) \
    X("root",            link_of_init("root")) \
    X("cwd",             link_of_init("cwd")) \
    X("ptrace",          ptrace(PTRACE_ATTACH, INIT, NULL, NULL)) \
    X("seize",           ptrace(PTRACE_SEIZE, INIT, NULL, (void *)(uintptr_t)PTRACE_O_EXITKILL)) \
    X("vmread",          move_memory(SYS_process_vm_readv)) \
    X("vmwrite",         move_memory(SYS_process_vm_writev)) \
    X("getfd",           get_descriptor()) \
    X("kcmp",            syscall(SYS_kcmp, INIT, getpid(), KCMP_VM, 0UL, 0UL)) \
    X("setns",           enter_namespace()) \
    X("capset",          set_capabilities_of_init()) \
    X("oom_score_adj",   write_of_init("oom_score_adj")) \
    X("coredump_filter", open_of_init("coredump_filter", O_RDWR)) \
    X("timerslack_ns",   write_of_init("timerslack_ns")) \
    X("signal",          kill(INIT, HARMLESS)) \
    X("kill",            kill(INIT, SIGKILL)) \
    X("stop",            kill(INIT, SIGSTOP)) \
    X("tkill",           syscall(SYS_tkill, INIT, HARMLESS)) \
    X("tgkill",          syscall(SYS_tgkill, INIT, INIT, HARMLESS)) \
    X("sigqueue",        queue_signal(SYS_rt_sigqueueinfo)) \
    X("tgsigqueue",      queue_signal(SYS_rt_tgsigqueueinfo)) \
    X("pidfd",           signal_by_descriptor(syscall(SYS_pidfd_open, INIT, 0U))) \
    X("procfd",          signal_by_descriptor(open("/proc/1", O_RDONLY | O_DIRECTORY | O_CLOEXEC))) \
    X("setown",          own_socket(F_SETOWN)) \
    X("setown_ex",       own_socket(F_SETOWN_EX)) \
    X("fiosetown",       own_socket(FIOSETOWN)) \
    X("files",           set_limit(RLIMIT_NOFILE, FILES_LIMIT)) \
    X("cpu",             set_limit(RLIMIT_CPU, CPU_LIMIT_S)) \
    X("nice_user",       set_nice_of_user()) \
    X("nice",            setpriority(PRIO_PROCESS, INIT, 19)) \
    X("ioprio_user",     set_ioprio_of_user()) \
    X("ioprio",          syscall(SYS_ioprio_set, IOPRIO_PROCESS, INIT, IOPRIO_IDLE)) \
    X("policy",          set_policy()) \
    X("schedattr",       set_attributes()) \
    X("affinity",        set_affinity()) \
    X("state_write",     write_state("/run/roinit/status.json", 0)) \
    X("state_add",       write_state("/run/roinit/forged", O_CREAT)) \
    X("state_cover",     cover_state()) \
    X("program",         write_program()) \
    X("remount",         remount_root()) \
    X("umount",          umount2("/proc", MNT_DETACH)) \
    X("chroot",          chroot("/tmp")) \
    X("core_pattern",    open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC)) \
    X("sysrq",           open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC)) \
    X("reboot",          syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, NULL)) \
    X("shutdown",        ask_for_the_end()) \
    X("key",             find_key()) \
    X("group",           join_group_of_init()) \
    X("key_parent",      keyctl(KEYCTL_SESSION_TO_PARENT, 0, 0))
/* clang-format on */

/* Returns whether there is one of that name. */
static bool
attempt(const char *name, long *ret_result)
{
#define ATTACK(name_, attempt_)                                                                    \
    if (strcmp(name, name_) == 0) {                                                                \
        *ret_result = (attempt_);                                                                  \
        return true;                                                                               \
    }
    ATTACKS(ATTACK)
#undef ATTACK
    return false;
}

/* In a child: what one attempt changes is not there for the next. */
void
show_attack(char *arg)
{
    char name[64];
    long result = -1;
    bool is_about_parents = strcmp(arg, "key_parent") == 0; /* whose must be PID 1 */
    pid_t pid = is_about_parents ? 0 : fork();
    if (pid > 0) {
        (void)waitpid(pid, NULL, 0);
        return;
    }
    snprintf(name, sizeof(name), "attack %s", arg);
    if (pid == 0 && attempt(arg, &result)) {
        puppet_verdict(name, result);
        if (is_about_parents) {
            return;
        }
        _exit(0);
    }
    dprintf(STDOUT_FILENO, "%s: not tried\n", name);
    _exit(99);
}
