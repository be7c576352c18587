/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_lone.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "config/pages.h"
#include "supervisor/sys_child.h"
#include "supervisor/sys_exec.h"
#include "supervisor/sys_tty.h"

enum { STACK_BYTES = 16384, LISTEN_BYTES = 32, SIGNAL_LAST = 31 };

void
lone_guard(uint64_t unblocked, struct caller *ret_caller)
{
    struct sigaction child = {.sa_handler = SIG_DFL};
    struct sigaction old = {.sa_handler = SIG_DFL};
    ret_caller->mask = proc_swap_mask(~unblocked);
    (void)sigaction(SIGCHLD, &child, &old);
    ret_caller->ignores_child = old.sa_handler == SIG_IGN;
}

int
lone_leave_terminal(bool *ret_is_leader)
{
    static const int told[] = {SIGHUP, SIGCONT};
    *ret_is_leader = false;
    if (ioctl(STDIN_FILENO, TIOCNOTTY) != 0) {
        return errno;
    }
    *ret_is_leader = getsid(0) == getpid();
    for (size_t i = 0; *ret_is_leader && i < sizeof told / sizeof told[0]; i++) {
        static const struct timespec now;
        siginfo_t info;
        sigset_t set;
        (void)sigemptyset(&set);
        (void)sigaddset(&set, told[i]);
        if (sigtimedwait(&set, &info, &now) > 0 && info.si_pid != getpid()) {
            (void)kill(getpid(), told[i]); /* it was here before: somebody's own */
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- in the child */

/* What the child reads, and where it writes what failed: in the memory of its parent. */
struct start {
    const struct lone_command *command;
    struct exec_call call;
    int folder_fd;
    char *listen_pid; /* "LISTEN_PID=" and room for a number; NULL: not ours */
    struct lone_report report;
};

static int
take_place(struct start *start)
{
    const struct lone_command *command = start->command;
    switch (command->manners->place) {
    case PLACE_OURS:
        return 0;
    case PLACE_OWN_SESSION:
        if (setsid() < 0) {
            return -1;
        }
        start->report.terminal_errnum = ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0 ? errno : 0;
        return 0;
    case PLACE_OWN_GROUP:
        break;
    }
    return tty_take_group(command->tty_fd);
}

static void
take_signals(const struct lone_command *command)
{
    const struct manners *manners = command->manners;
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; !manners->keeps_ignored && number <= SIGNAL_LAST; number++) {
        (void)sigaction(number, &action, NULL);
    }
    if (manners->keeps_ignored && command->caller.ignores_child) {
        action.sa_handler = SIG_IGN;
        (void)sigaction(SIGCHLD, &action, NULL);
    }
    proc_set_mask(manners->keeps_mask ? command->caller.mask : 0);
}

static int
start_child(void *context)
{
    struct start *start = context;
    const struct manners *manners = start->command->manners;
    if (take_place(start) == 0 && (start->folder_fd < 0 || fchdir(start->folder_fd) == 0)) {
        if (start->listen_pid != NULL) {
            (void)snprintf(start->listen_pid, LISTEN_BYTES, "LISTEN_PID=%d", (int)getpid());
        }
        take_signals(start->command);
        start->report.is_exec = true;
        exec_search(&start->call);
    }
    start->report.errnum = errno;
    if (!start->report.is_exec) {
        _exit(manners->code_no_fork);
    }
    switch (errno) {
    case ENOENT:
        _exit(manners->code_not_found);
    case EACCES:
        _exit(manners->code_not_allowed);
    }
    _exit(manners->code_no_exec);
}

/* ---------------------------------------------------------------- before and after it */

static size_t
count_of(char *const *item)
{
    size_t count = 0;
    while (item[count] != NULL) {
        count++;
    }
    return count;
}

/* "/bin/sh", room for the file, and the arguments. */
static const char **
shell_argv(char *const *argv, struct arena *arena)
{
    size_t count = count_of(argv);
    const char **words = ARENA_NEW(arena, const char *, count + 2);
    words[0] = "/bin/sh";
    for (size_t i = 1; i < count; i++) {
        words[i + 1] = argv[i];
    }
    return words;
}

/* The environment with a place for the command's pid, where LISTEN_PID means us. */
static char **
listening_envp(char *const *envp, struct arena *arena, char **ret_place)
{
    static const char name[] = "LISTEN_PID=";
    size_t count = count_of(envp);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(envp[i], name, sizeof name - 1) != 0 ||
            strtol(envp[i] + sizeof name - 1, NULL, 10) != (long)getpid()) {
            continue;
        }
        char **copy = ARENA_NEW(arena, char *, count + 1);
        memcpy(copy, envp, count * sizeof copy[0]);
        *ret_place = copy[i] = arena_alloc(arena, LISTEN_BYTES);
        return copy;
    }
    return NULL;
}

pid_t
lone_spawn(const struct lone_command *command, struct arena *arena, struct lone_report *ret_report)
{
    static OWN_PAGES char stack[STACK_BYTES];
    struct start start = {
        .command = command,
        .call = {.argv = command->argv,
                 .envp = command->envp,
                 .search_path = command->search_path,
                 .takes_empty = command->manners->is_searched_by_libc},
    };
    if (command->manners->is_searched_by_libc) {
        start.call.shell_argv = shell_argv(command->argv, arena);
    }
    if (command->manners->moves_listen_pid) {
        char **envp = listening_envp(command->envp, arena, &start.listen_pid);
        start.call.envp = envp != NULL ? envp : command->envp;
    }
    /* Nobody, not even the command's first look, finds us in the folder that we were called in. */
    start.folder_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (start.folder_fd >= 0) {
        (void)!chdir("/");
    }
    pid_t pid = clone(start_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
    int errnum = errno;
    if (start.folder_fd < 0) {
        (void)!chdir("/");
    } else {
        (void)close(start.folder_fd);
    }
    *ret_report = start.report;
    errno = errnum;
    return pid;
}
