/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/signame.h"
#include "supervisor/loop_parts.h"
#include "supervisor/sigmap.h"
#include "supervisor/sys_proc.h"
#include "supervisor/sys_tty.h"

/* What the kernel tells PID 1: ends of processes, and signals. */

enum {
    SIGNALS_A_READ = 16,
    READS_A_TURN = 8,
    PEEKS = 2,
    REAPS_A_TURN = 256, /* I33: timers and clients run on in a storm of deaths; */
    REAPS_MS = 4,       /* nor for longer: the end of a unit takes more than an orphan's */
};

static struct loop_unit *
find_unit(struct loop *loop, pid_t pid)
{
    for (size_t u = 0; u < loop->fleet.count; u++) {
        if (loop->fleet.unit[u].pid == pid) {
            return &loop->unit[u];
        }
    }
    return NULL;
}

/* The end of a unit's main process, not reaped yet: the zombie still pins its pid and group. */
static void
end_unit(struct loop *loop, struct loop_unit *unit, pid_t pid, const siginfo_t *info)
{
    size_t u = (size_t)(unit - loop->unit);
    loop_finish_report(loop, unit);
    for (int i = 0; i < UNIT_STREAMS; i++) {
        if (unit->io.pipe[i].read_fd >= 0) {
            log_pipe_finish(&unit->io.pipe[i]);
        }
    }
    if (unit->io.config->kill_mode != KILL_PROCESS && !loop->config->is_lone) {
        (void)kill(-pid, SIGKILL);
        loop_kill_strays(loop, unit, pid);
    }
    loop_drop_beside(loop, unit);
    if (unit->io.config->is_main) {
        tty_ended(loop->tty_fd, pid);
    }
    siginfo_t reaped;
    (void)waitid(P_PID, (id_t)pid, &reaped, WEXITED | WNOHANG);
    struct outcome outcome = proc_outcome(info);
    /* Died of it, or a shell that says so of what it ran. */
    if (outcome.code == CODE_SIGNAL + SIGKILL && loop->fleet.unit[u].state != LIFE_KILLING) {
        outcome.is_out_of_memory = loop->host->was_out_of_memory(loop->host->context);
    }
    if (unit->io.is_skipped && loop->fleet.unit[u].state == LIFE_STARTING) {
        fleet_skip(&loop->fleet, u, loop_now_ms());
        return;
    }
    fleet_exit(&loop->fleet, u, &outcome, loop_now_ms());
    if (outcome.is_out_of_memory) {
        loop->host->tell_memory(loop->host->context);
    }
}

/* What has ended and is not reaped. Asked again where the answer is none: the signal that told of
 * it does not come twice. */
static int
peek(siginfo_t *ret_info)
{
    int result = -1;
    for (int i = 0; i < PEEKS && result != 0; i++) {
        *ret_info = (siginfo_t){0};
        result = waitid(P_ALL, 0, ret_info, WEXITED | WNOHANG | WNOWAIT);
    }
    return result;
}

/* Where the terminal has stopped a lone command, a shell above has to see us stopped. */
static void
look_for_stop(struct loop *loop)
{
    bool is_watched = loop->config->is_lone && loop->tty_fd >= 0;
    int signal = is_watched ? tty_find_stop(loop->fleet.unit[0].pid) : 0;
    if (signal != 0) {
        tty_stopped(loop->tty_fd, loop->fleet.unit[0].pid, signal);
    }
}

void
loop_reap(struct loop *loop)
{
    loop->has_more_children = false;
    loop_notify_drain(loop);
    look_for_stop(loop);
    int64_t until_ms = loop_now_ms() + REAPS_MS;
    for (int i = 0; i < REAPS_A_TURN && loop_now_ms() < until_ms; i++) {
        siginfo_t info;
        if (peek(&info) != 0) {
            if (errno == ECHILD) {
                fleet_no_children(&loop->fleet);
            }
            return;
        }
        if (info.si_pid == 0) {
            return;
        }
        struct loop_unit *unit = find_unit(loop, info.si_pid);
        if (unit != NULL) {
            end_unit(loop, unit, info.si_pid, &info);
        } else if (!loop_probe_reap(loop, &info)) {
            siginfo_t reaped;
            bool is_beside = loop_end_beside(loop, info.si_pid, &info);
            (void)waitid(P_PID, (id_t)info.si_pid, &reaped, WEXITED | WNOHANG);
            loop->orphans += !is_beside;
        }
    }
    loop->has_more_children = true;
}

/* ---------------------------------------------------------------- signals */

static void
forward(struct loop *loop, int signal)
{
    bool is_taken = false;
    for (size_t u = 0; u < loop->fleet.count; u++) {
        int as = sigmap_forwarded(&loop->config->unit[u], signal);
        if (as != 0 && loop->fleet.unit[u].pid > 0) {
            /* Of a contract's units the group gets the stop signal alone. */
            loop_signal_unit(loop, u, as,
                             loop->config->is_lone &&
                                 loop->config->unit[u].kill_mode == KILL_GROUP);
            is_taken = true;
        }
    }
    /* URG is what Go's runtimes interrupt their own threads with: a stray one means nothing. */
    if (!is_taken && !loop->config->is_lone && signal != SIGURG) {
        char name[16];
        log_own(LOG_WARN,
                "nothing takes %s; if it is the image's STOPSIGNAL, name it in [init] stop-signals",
                signame_text(signal, name, sizeof name));
    }
}

static void
take_signal(struct loop *loop, const struct signalfd_siginfo *info)
{
    int signal = (int)info->ssi_signo;
    if (signal == SIGPIPE && (pid_t)info->ssi_pid == getpid()) {
        return; /* of our own write to a reader that is gone: nobody sent it */
    }
    switch (sigmap_action(loop->config, signal)) {
    case SIGMAP_CHILD:
        loop->has_more_children = true;
        return;
    case SIGMAP_STOP:
        fleet_stop_signal(&loop->fleet, signal, (pid_t)info->ssi_pid, loop_now_ms());
        return;
    case SIGMAP_FORWARD:
        if (signal == SIGCONT && loop->config->is_lone) {
            tty_continued(loop->tty_fd, loop->fleet.unit[0].pid);
        }
        forward(loop, signal);
        return;
    }
}

void
loop_on_signals(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    struct signalfd_siginfo info[SIGNALS_A_READ];
    (void)ev;
    (void)events;
    for (int reads = 0; reads < READS_A_TURN; reads++) {
        ssize_t length = read(loop->signal_fd, info, sizeof info);
        if (length <= 0) {
            return;
        }
        for (size_t i = 0; i < (size_t)length / sizeof info[0]; i++) {
            take_signal(loop, &info[i]);
        }
        if ((size_t)length < sizeof info) {
            return; /* that was all: of what comes now the watcher tells (epoll(7), level) */
        }
    }
}
