/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "config/arena.h"
#include "config/pages.h"
#include "config/signame.h"
#include "supervisor/sys_child.h"
#include "supervisor/sys_sched.h"

enum {
    STACK_BYTES = 32768,
    KERNEL_SIGSET_BYTES = 8,
    STACK_DEPTH_BYTES = 1024 * 1024, /* more than the boot has ever used */
    STACK_IN_USE_BYTES = 8192,       /* of the functions that are being called */
};

/* The kernel's struct sigaction, of which the C library's is a translation. All zero: the default
 * disposition on every architecture, whatever the order of members. */
struct kernel_sigaction {
    unsigned long words[8];
};

/* The linker's: the program's ELF header, where it is mapped (elf(5)). */
extern const char __executable_start[]; /* NOLINT: the name is the linker's */
extern const char quiet_code[], quiet_code_end[], quiet_constants[],
    quiet_constants_end[]; /* quiet.ld */

static struct proc_limit boot_limits[LAUNCH_RLIMITS];

static void
default_dispositions(void)
{
    struct kernel_sigaction fallback;
    memset(&fallback, 0, sizeof fallback);
    for (long number = 1; number <= SIGNAME_MAX; number++) {
        (void)syscall(SYS_rt_sigaction, number, &fallback, NULL, (size_t)KERNEL_SIGSET_BYTES);
    }
    /* Children that stop are no news (I33). */
    struct sigaction child = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
    (void)sigaction(SIGCHLD, &child, NULL);
}

/* Descriptors 0, 1 and 2 that the caller closed would be the next ones that are opened, and units
 * would write their output into them. */
static void
keep_stdio(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            continue;
        }
        /* Lowest free number first: this is `fd`. Without /dev/null anything that is no file. */
        if (open("/dev/null", O_RDWR) < 0) { /* NOLINT: inherited on purpose */
            (void)open("/", O_RDONLY | O_DIRECTORY);
        }
    }
}

/* Interval timers of the caller go on over an exec, setitimer(2), and their signals would be taken
 * for somebody's. (Those of PID 1 go to no child: fork(2).) */
static void
stop_timers(void)
{
    static const int timers[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
    const struct itimerval never = {0};
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        (void)syscall(SYS_setitimer, timers[i], &never, NULL);
    }
}

int
proc_set_mask(uint64_t mask)
{
    return (int)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, (size_t)KERNEL_SIGSET_BYTES);
}

uint64_t
proc_swap_mask(uint64_t mask)
{
    uint64_t old = 0;
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, (size_t)KERNEL_SIGSET_BYTES);
    return old;
}

void
proc_guard_self(bool *ret_is_subreaper)
{
    *ret_is_subreaper = getpid() == 1;
    (void)proc_set_mask(UINT64_MAX); /* again, and checked, before they are read */
    stop_timers();
    default_dispositions();
    keep_stdio();
    if (!*ret_is_subreaper) {
        *ret_is_subreaper = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
    }
    proc_close_from(3);
}

bool
proc_hide_self(void)
{
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

int
proc_signal_fd(struct err *err)
{
    uint64_t all = UINT64_MAX;
    if (proc_set_mask(all) != 0) { /* what is not blocked would never be read */
        return err_set(err, CODE_SYSTEM, errno, "cannot block signals");
    }
    long fd =
        syscall(SYS_signalfd4, -1, &all, (size_t)KERNEL_SIGSET_BYTES, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        return err_set(err, CODE_SYSTEM, errno, "cannot open a descriptor for signals");
    }
    return (int)fd;
}

void
proc_note_limits(void)
{
    sched_note();
    for (int resource = 0; resource < LAUNCH_RLIMITS; resource++) {
        if (proc_get_limit(resource, &boot_limits[resource]) != 0) {
            boot_limits[resource] = (struct proc_limit){UINT64_MAX, UINT64_MAX};
        }
    }
    /* PID 1 itself may need four descriptors a unit. */
    struct proc_limit files = boot_limits[RLIMIT_NOFILE];
    files.soft = files.hard;
    (void)proc_set_limit(RLIMIT_NOFILE, &files);
}

const char *
proc_tampered_limit(void)
{
    /* Those by which PID 1 can be starved. */
    static const struct {
        int resource;
        const char *name;
    } looked_at[] = {
        {RLIMIT_CPU, "cpu"},     {RLIMIT_NPROC, "nproc"}, {RLIMIT_NOFILE, "nofile"},
        {RLIMIT_AS, "as"},       {RLIMIT_DATA, "data"},   {RLIMIT_STACK, "stack"},
        {RLIMIT_FSIZE, "fsize"},
    };
    const char *first = NULL;
    for (size_t i = 0; i < sizeof looked_at / sizeof looked_at[0]; i++) {
        int resource = looked_at[i].resource;
        struct proc_limit want = boot_limits[resource];
        struct proc_limit now;
        if (resource == RLIMIT_NOFILE) {
            want.soft = want.hard;
        }
        if (proc_get_limit(resource, &now) != 0 ||
            (now.soft >= want.soft && now.hard >= want.hard)) {
            continue;
        }
        first = first != NULL ? first : looked_at[i].name;
        if (proc_set_limit(resource, &want) != 0) {
            now.soft = now.hard; /* without SYS_RESOURCE: as far as it goes */
            (void)proc_set_limit(resource, &now);
        }
    }
    const char *lowered = sched_tampered();
    return first != NULL ? first : lowered;
}

struct start {
    const struct launch *launch;
    int report_fd;
};

/* On a stack that AddressSanitizer does not know: it would say so on standard error. */
__attribute__((no_sanitize("address"))) static int
start_child(void *context)
{
    const struct start *start = context;
    child_execute(start->launch, boot_limits, start->report_fd);
}

/* fork(2); or without a copy of a single page (clone(2), CLONE_VFORK). */
static pid_t
make_child(const struct launch *launch, int report_fd)
{
    struct start start = {.launch = launch, .report_fd = report_fd};
    if (launch->borrows_memory) {
        static OWN_PAGES char stack[STACK_BYTES];
        return clone(start_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
    }
    pid_t pid = fork();
    if (pid == 0) {
        child_execute(launch, boot_limits, report_fd);
    }
    return pid;
}

pid_t
proc_spawn(const struct launch *launch, int *ret_report_fd, int *ret_errnum)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) {
        *ret_errnum = errno;
        return 0;
    }
    /* Before the fork: PID 1 must not wait for a child's report, whatever happens. */
    pid_t pid = fcntl(report[0], F_SETFL, O_NONBLOCK) == 0 ? make_child(launch, report[1]) : -1;
    int fork_errnum = errno;
    (void)close(report[1]);
    if (pid < 0) {
        (void)close(report[0]);
        *ret_errnum = fork_errnum;
        return 0;
    }
    if (launch->session == LAUNCH_OWN_GROUP) {
        /* As the child does: whoever comes first, a signal to the group finds it. */
        (void)setpgid(pid, pid);
    }
    *ret_report_fd = report[0];
    return pid;
}

int
proc_signal(pid_t pid, int signal, bool is_for_group)
{
    /* The group may not be there yet (the child makes it) or no more: then the process alone. */
    if (is_for_group && kill(-pid, signal) == 0) {
        return 0;
    }
    return kill(pid, signal) == 0 ? 0 : errno;
}

/* Whole pages from `start` on; what lies behind `end` on the last one is padding. */
static QUIET_TURN void
advise(uintptr_t start, uintptr_t end, int advice)
{
    static uintptr_t page;
    page = page != 0 ? page : (uintptr_t)sysconf(_SC_PAGESIZE);
    start -= start % page;
    (void)madvise((void *)start, end - start, advice); /* NOLINT: an address */
}

/* A fault maps not one page but up to 64 KB around it, as far as its mapping goes: what a quiet
 * turn needs gets mappings of its own, by being of another kind. No more of them than these two:
 * each mapping costs at each fork. */
static void
set_quiet_apart(void)
{
    advise((uintptr_t)quiet_code, (uintptr_t)quiet_code_end, MADV_RANDOM);
    advise((uintptr_t)quiet_constants, (uintptr_t)quiet_constants_end, MADV_RANDOM);
}

QUIET_TURN void
proc_release_memory(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0); /* what the boot has freed; musl gives it back by itself */
#endif
    const ElfW(Ehdr) *header = (const void *)__executable_start;
    const ElfW(Phdr) *segment = (const void *)(__executable_start + header->e_phoff);
    uintptr_t base = (uintptr_t)header;
    static bool is_apart;
    if (!is_apart) {
        set_quiet_apart();
        is_apart = true;
    }
    for (int i = header->e_phnum; i-- > 0;) { /* the headers themselves lie in the first one */
        uintptr_t start = base + segment[i].p_vaddr;
        uintptr_t end = start + segment[i].p_memsz;
        if (segment[i].p_type != PT_LOAD || (segment[i].p_flags & PF_W) != 0) {
            continue;
        }
        advise(start, end, MADV_DONTNEED); /* of the file, and never written to: nothing is lost */
    }
    /* Below what this function uses the stack is free; a signal handler there is not. */
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    advise(here - STACK_DEPTH_BYTES, here - STACK_IN_USE_BYTES, MADV_DONTNEED);
}

bool
proc_each_child(bool (*each)(void *context, pid_t pid), void *context)
{
    char list[4096];
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    pid_t pid = 0;
    bool goes_on = true;
    if (fd < 0) {
        return false;
    }
    for (ssize_t length; goes_on && (length = read(fd, list, sizeof list)) > 0;) {
        for (ssize_t i = 0; i < length && goes_on; i++) {
            if (list[i] != ' ') { /* there is one behind each number */
                pid = pid * 10 + (list[i] - '0');
                continue;
            }
            goes_on = each(context, pid);
            pid = 0;
        }
    }
    (void)close(fd);
    return true;
}

static bool
signal_child(void *signal, pid_t pid)
{
    if (pid > 1) { /* 0: it cannot be seen from here */
        (void)kill(pid, *(int *)signal);
        (void)kill(pid, SIGCONT);
    }
    return true;
}

struct outcome
proc_outcome(const siginfo_t *info)
{
    struct outcome outcome = {.code = info->si_status};
    if (info->si_code != CLD_EXITED) {
        outcome.signal = info->si_status;
        outcome.code = CODE_SIGNAL + info->si_status;
    }
    return outcome;
}

void
proc_sweep(int signal)
{
    if (getpid() == 1) {
        (void)kill(-1, signal);
        (void)kill(-1, SIGCONT);
    } else {
        (void)proc_each_child(signal_child, &signal); /* never processes that are not ours */
    }
}
