/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "config/signame.h"
#include "supervisor/lone_parts.h"
#include "supervisor/sys_child.h"

/*
 * Job control for a command with a process group of its own. A shell above us knows our group, the
 * terminal knows the command's: what happens to one has to happen to the other. TTOU is blocked, so
 * that tcsetpgrp(3) works from the background (tty_ioctl(4)).
 */

static pid_t
command_pid(const struct lone *lone)
{
    return lone->fleet.unit[0].pid;
}

int
lone_tty_find(const struct lone *lone)
{
    if (lone->start->manners->place != PLACE_OWN_GROUP) {
        return -1;
    }
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (tcgetpgrp(fd) >= 0) {
            return fd; /* the controlling terminal */
        }
    }
    return -1;
}

/* Whether the foreground is our own group's. */
static bool
is_ours(const struct lone *lone)
{
    return lone->tty_fd >= 0 && tcgetpgrp(lone->tty_fd) == getpgrp();
}

static void
let_go_on(const struct lone *lone)
{
    if (is_ours(lone)) {
        (void)tcsetpgrp(lone->tty_fd, command_pid(lone));
    }
    (void)kill(-command_pid(lone), SIGCONT);
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
    while (sigtimedwait(&set, &info, &now) > 0) {
        /* what came before the stop is no news of its end */
    }
    (void)kill(0, SIGTSTP);
    uint64_t mask = proc_swap_mask(~SIGNAME_BIT(SIGTSTP));
    proc_set_mask(mask);
    return sigtimedwait(&set, &info, &now) > 0;
}

void
lone_tty_stopped(struct lone *lone, int signal)
{
    pid_t pid = command_pid(lone);
    pid_t foreground = lone->tty_fd >= 0 ? tcgetpgrp(lone->tty_fd) : -1;
    bool wants_terminal = signal == SIGTTIN || signal == SIGTTOU;
    if (foreground < 0 || (foreground != pid && !wants_terminal)) {
        return; /* somebody's kill(1): he will continue it */
    }
    if (foreground == getpgrp()) {
        let_go_on(lone); /* `fg` brought us here while it ran */
        return;
    }
    bool was_foreground = foreground == pid;
    if (was_foreground) {
        (void)tcsetpgrp(lone->tty_fd, getpgrp());
    }
    lone_tell(lone, &(struct lone_news){.kind = LONE_STOPS, .signal = signal});
    if (stop_group() || (was_foreground && signal != SIGSTOP)) {
        let_go_on(lone);
    } else if (was_foreground) {
        lone_tty_continued(lone);
    }
}

void
lone_tty_continued(struct lone *lone)
{
    if (is_ours(lone)) {
        (void)tcsetpgrp(lone->tty_fd, command_pid(lone));
    }
}

void
lone_tty_ended(const struct lone *lone)
{
    /* Only what the command held: a shell may have given it to somebody else meanwhile. */
    if (lone->tty_fd >= 0 && tcgetpgrp(lone->tty_fd) == command_pid(lone)) {
        (void)tcsetpgrp(lone->tty_fd, getpgrp());
    }
}
