/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/signame.h"
#include "supervisor/lone_parts.h"
#include "supervisor/loop.h"
#include "supervisor/sigmap.h"
#include "supervisor/sys_proc.h"
#include "supervisor/sys_tty.h"

/* What the kernel tells a lone command's loop: signals, and ends of processes. */

enum { REAPS_A_TURN = 256 };

static bool
is_terminal_stop(int signal)
{
    return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

int
lone_forwarded(const struct lone *lone, int signal)
{
    const struct manners *manners = lone->start->manners;
    return (manners->dropped & SIGNAME_BIT(signal)) != 0
               ? 0
               : sigmap_forwarded(&lone->start->config->unit[0], signal);
}

static void
pass_on(struct lone *lone, int signal)
{
    pid_t pid = lone->fleet.unit[0].pid;
    int as = lone_forwarded(lone, signal);
    struct lone_news news = {.kind = LONE_REWRITTEN, .signal = signal, .as = as};
    if (as != signal && (as != 0 || lone->start->config->unit[0].forward_signals.all)) {
        lone_tell(lone, &news);
    }
    news.kind = as == 0 ? LONE_DROPPED : LONE_FORWARDED;
    if (as != 0 && pid > 0) {
        news.errnum = proc_signal(pid, as, lone->start->manners->is_for_group);
        news.kind = news.errnum != 0 ? LONE_UNDELIVERED : LONE_FORWARDED;
    }
    lone_tell(lone, &news);
}

/* ---------------------------------------------------------------- ends */

static void
end_command(struct lone *lone, const struct lone_news *news)
{
    tty_ended(lone->tty_fd, news->pid);
    if (lone->start->manners->ends_group) {
        pass_on(lone, SIGTERM);
    }
    siginfo_t reaped;
    (void)waitid(P_PID, (id_t)news->pid, &reaped, WEXITED | WNOHANG);
    struct outcome outcome = {.code = news->code, .signal = news->died_of};
    fleet_exit(&lone->fleet, 0, &outcome, loop_now_ms());
}

/* Where the terminal may have stopped it. */
static void
look_for_stop(struct lone *lone)
{
    pid_t pid = lone->fleet.unit[0].pid;
    int signal = lone->tty_fd >= 0 ? tty_find_stop(pid) : 0;
    if (signal != 0) {
        tty_stopped(lone->tty_fd, pid, signal);
    }
}

void
lone_reap(struct lone *lone)
{
    lone->is_pressed = false;
    look_for_stop(lone);
    for (int i = 0; i < REAPS_A_TURN; i++) {
        siginfo_t info = {0};
        int errnum = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ? errno : 0;
        if (errnum != 0 || info.si_pid == 0) {
            lone_tell(lone, &(struct lone_news){.kind = LONE_NO_MORE, .errnum = errnum});
            if (errnum == ECHILD) {
                fleet_no_children(&lone->fleet);
            }
            return;
        }
        struct outcome outcome = proc_outcome(&info);
        struct lone_news news = {
            .kind = LONE_ENDED,
            .pid = info.si_pid,
            .is_command = info.si_pid == lone->fleet.unit[0].pid,
            .code = outcome.code,
            .died_of = outcome.signal,
        };
        lone_tell(lone, &news);
        if (news.is_command) {
            end_command(lone, &news);
        } else {
            siginfo_t reaped;
            (void)waitid(P_PID, (id_t)info.si_pid, &reaped, WEXITED | WNOHANG);
        }
    }
    lone->is_pressed = true;
}

/* ---------------------------------------------------------------- signals */

static void
forward(struct lone *lone, int signal)
{
    bool stops = lone->start->manners->stops_itself && is_terminal_stop(signal);
    if (signal == SIGCONT) {
        tty_continued(lone->tty_fd, lone->fleet.unit[0].pid);
    }
    pass_on(lone, signal);
    if (stops) {
        lone_tell(lone, &(struct lone_news){.kind = LONE_STOPS, .signal = signal});
        (void)kill(getpid(), SIGSTOP); /* as PID 1: nothing (signal(7)) */
    }
}

void
lone_take_signal(struct lone *lone, int64_t due_ms)
{
    siginfo_t info = {0};
    sigset_t set;
    struct timespec left = {0};
    int64_t left_ms = due_ms == INT64_MAX ? 0 : due_ms - loop_now_ms();
    if (left_ms > 0) {
        left = (struct timespec){left_ms / 1000, left_ms % 1000 * 1000000};
    }
    memset(&set, 0xff, sizeof set); /* sigfillset(3) leaves out what the C library calls its own */
    int signal = due_ms == INT64_MAX ? sigwaitinfo(&set, &info) : sigtimedwait(&set, &info, &left);
    if (signal <= 0 || (signal == SIGPIPE && info.si_code == SI_USER && info.si_pid == getpid())) {
        return; /* of our own write to a reader that is gone: nobody sent it */
    }
    lone_tell(lone, &(struct lone_news){.kind = LONE_SIGNAL, .signal = signal});
    switch (sigmap_action(lone->start->config, signal)) {
    case SIGMAP_CHILD:
        lone_reap(lone);
        return;
    case SIGMAP_STOP:
        fleet_stop_signal(&lone->fleet, signal, info.si_pid, loop_now_ms());
        return;
    case SIGMAP_FORWARD:
        forward(lone, signal);
        return;
    }
}
