/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_tty.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/signame.h"
#include "supervisor/sys_child.h"

int
tty_find(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (tcgetpgrp(fd) >= 0) {
            return fd;
        }
    }
    return -1;
}

bool
tty_is_ours(int tty_fd)
{
    return tty_fd >= 0 && tcgetpgrp(tty_fd) == getpgrp();
}

int
tty_take_group(int tty_fd)
{
    /* EPERM: a session leader has a group of its own already. */
    if (setpgid(0, 0) != 0 && errno != EPERM) {
        return -1;
    }
    if (tty_fd >= 0) {
        /* Without a terminal after all the command runs all the same. TTOU is blocked here. */
        (void)tcsetpgrp(tty_fd, getpid());
    }
    return 0;
}

void
tty_watch_stops(void)
{
    struct sigaction child = {.sa_handler = SIG_DFL};
    (void)sigaction(SIGCHLD, &child, NULL);
}

int
tty_find_stop(pid_t command)
{
    siginfo_t info = {0};
    bool is_stopped = command > 0 && waitid(P_PID, (id_t)command, &info, WSTOPPED | WNOHANG) == 0 &&
                      info.si_pid == command;
    return is_stopped ? info.si_status : 0;
}

static void
let_go_on(int tty_fd, pid_t command)
{
    tty_continued(tty_fd, command);
    (void)kill(-command, SIGCONT);
}

/* Stops our group as the terminal would have: by TSTP with its default action, which the kernel
 * knows to leave out where nobody could continue us (an orphaned group, PID 1). Returns whether we
 * were stopped, and are continued now. */
static bool
stop_group(void)
{
    static const struct timespec now;
    siginfo_t info;
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCONT);
    /* What came before the stop is no news of its end; it is pending once at most. */
    (void)sigtimedwait(&set, &info, &now);
    (void)kill(0, SIGTSTP);
    uint64_t mask = proc_swap_mask(~SIGNAME_BIT(SIGTSTP));
    proc_set_mask(mask);
    return sigtimedwait(&set, &info, &now) > 0;
}

void
tty_stopped(int tty_fd, pid_t command, int signal)
{
    pid_t foreground = tty_fd >= 0 ? tcgetpgrp(tty_fd) : -1;
    bool was_foreground = foreground == command;
    bool wants_terminal = signal == SIGTTIN || signal == SIGTTOU;
    if (foreground < 0 || (!was_foreground && !wants_terminal)) {
        return; /* somebody's kill(1): he will continue it */
    }
    if (foreground == getpgrp()) {
        let_go_on(tty_fd, command); /* `fg` brought us here while it ran */
        return;
    }
    if (was_foreground) {
        (void)tcsetpgrp(tty_fd, getpgrp());
    }
    if (stop_group() || (was_foreground && signal != SIGSTOP)) {
        let_go_on(tty_fd, command);
    } else if (was_foreground) {
        tty_continued(tty_fd, command);
    }
}

void
tty_continued(int tty_fd, pid_t command)
{
    if (tty_is_ours(tty_fd) && command > 0) {
        (void)tcsetpgrp(tty_fd, command);
    }
}

void
tty_ended(int tty_fd, pid_t command)
{
    /* Only what the command held: a shell may have given it to somebody else meanwhile. */
    if (tty_fd >= 0 && tcgetpgrp(tty_fd) == command) {
        (void)tcsetpgrp(tty_fd, getpgrp());
    }
}
