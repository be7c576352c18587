/* SPDX-License-Identifier: MIT */
#include "supervisor/lone.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/log.h"
#include "supervisor/loop.h"
#include "supervisor/lone_parts.h"
#include "supervisor/sys_child.h"
#include "supervisor/sys_proc.h"
#include "supervisor/sys_tty.h"

enum { FLUSH_MS = 300, DRAIN_MS = 100, STDERR_AFTER = 3 };

void
lone_tell(const struct lone *lone, const struct lone_news *news)
{
    if (lone->start->tell != NULL) {
        lone->start->tell(lone->start->context, news);
    }
}

/* ---------------------------------------------------------------- what the fleet decides */

static size_t
do_parts(void *context, size_t u)
{
    (void)context;
    (void)u;
    return 1;
}

static bool
do_may_start(void *context, size_t u)
{
    (void)context;
    (void)u;
    return true;
}

static pid_t
do_spawn(void *context, size_t u, size_t part)
{
    struct lone *lone = context;
    const struct lone_start *start = lone->start;
    (void)u;
    (void)part;
    struct lone_command command = {
        .argv = start->argv,
        .envp = start->envp,
        .search_path = start->search_path,
        .manners = start->manners,
        .caller = start->caller,
        .tty_fd = tty_is_ours(lone->tty_fd) ? lone->tty_fd : -1,
    };
    struct lone_news news = {.kind = LONE_NO_FORK, .name = start->argv[0]};
    news.pid = lone_spawn(&command, lone->arena, &lone->report);
    if (news.pid < 0) {
        news.errnum = errno;
        lone_tell(lone, &news);
        return -(pid_t)start->manners->code_no_fork;
    }
    news.kind = LONE_STARTED;
    news.errnum = lone->report.terminal_errnum;
    lone_tell(lone, &news);
    if (lone->report.errnum != 0) {
        news.kind = LONE_NO_EXEC;
        news.errnum = lone->report.errnum;
        lone_tell(lone, &news);
    }
    return news.pid;
}

static void
do_signal(void *context, size_t u, int signal, bool is_for_all)
{
    const struct lone *lone = context;
    pid_t pid = lone->fleet.unit[u].pid;
    if (pid > 0) {
        bool is_for_group = is_for_all || lone->start->manners->is_for_group;
        (void)proc_signal(pid, signal, is_for_group);
        (void)proc_signal(pid, SIGCONT, is_for_group);
    }
}

static enum lone_timer
timer_of(int timer)
{
    return timer >= 0 ? LONE_TIMER_UNIT
                      : (timer == FLEET_TIMER_CLOCK ? LONE_TIMER_CLOCK : LONE_TIMER_SLOW);
}

static void
do_arm(void *context, int timer, int64_t after_ms)
{
    struct lone *lone = context;
    lone->due_ms[timer_of(timer)] = loop_now_ms() + after_ms;
}

static void
do_disarm(void *context, int timer)
{
    struct lone *lone = context;
    lone->due_ms[timer_of(timer)] = INT64_MAX;
}

/* What is left is told as the command's end is told to its group: TERM may be rewritten, or
 * dropped. */
static void
do_sweep(void *context, int signal)
{
    struct lone *lone = context;
    int as = signal == SIGTERM ? lone_forwarded(lone, signal) : signal;
    if (as != 0) {
        proc_sweep(as);
    }
}

/* Those who are left when the command has ended: as PID 1 the kernel would kill them unheard. */
static bool
do_has_children(void *context)
{
    const struct lone *lone = context;
    siginfo_t info;
    if ((!lone->is_pid1 && !lone->start->manners->sweeps_as_child) ||
        lone_forwarded(lone, SIGTERM) == 0) {
        return false;
    }
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

static unsigned
do_chance(void *context)
{
    (void)context;
    return 0; /* nothing is started twice */
}

static void
do_tell(void *context, const struct fleet_event *event)
{
    (void)context;
    (void)event;
}

static const struct sv_ops lone_ops = {
    .spawn = do_spawn,
    .parts = do_parts,
    .may_start = do_may_start,
    .signal = do_signal,
    .arm = do_arm,
    .disarm = do_disarm,
    .sweep = do_sweep,
    .has_children = do_has_children,
    .chance = do_chance,
    .tell = do_tell,
};

/* ---------------------------------------------------------------- the loop */

/* When to look up at the latest. */
static int64_t
next_due_ms(const struct lone *lone)
{
    int64_t due_ms = lone->is_pressed || lone->fleet.is_unsettled ? 0 : INT64_MAX;
    for (int timer = 0; timer < LONE_TIMERS; timer++) {
        due_ms = lone->due_ms[timer] < due_ms ? lone->due_ms[timer] : due_ms;
    }
    if (log_waiting_fd(LOG_STDOUT) >= 0 || log_waiting_fd(LOG_STDERR) >= 0) {
        int64_t drain_ms = loop_now_ms() + DRAIN_MS; /* somebody who does not read now */
        due_ms = drain_ms < due_ms ? drain_ms : due_ms;
    }
    return due_ms;
}

static void
turn(struct lone *lone)
{
    static const int timers[LONE_TIMERS] = {
        [LONE_TIMER_UNIT] = 0,
        [LONE_TIMER_CLOCK] = FLEET_TIMER_CLOCK,
        [LONE_TIMER_SLOW] = FLEET_TIMER_SLOW,
    };
    int64_t due_ms = next_due_ms(lone);
    lone_take_signal(lone, due_ms);
    if (lone->is_pressed) {
        lone_reap(lone);
    }
    for (int timer = 0; timer < LONE_TIMERS && due_ms != INT64_MAX; timer++) {
        if (lone->due_ms[timer] <= loop_now_ms()) {
            lone->due_ms[timer] = INT64_MAX;
            fleet_timeout(&lone->fleet, timers[timer], loop_now_ms());
        }
    }
    if (lone->fleet.is_unsettled) {
        fleet_settle(&lone->fleet, loop_now_ms());
    }
    for (int sink = 0; sink < LOG_SINKS; sink++) {
        if (log_waiting_fd((enum log_sink)sink) >= 0) {
            log_drain((enum log_sink)sink);
        }
    }
}

int
lone_run(const struct lone_start *start, struct arena *arena)
{
    struct lone *lone = ARENA_NEW(arena, struct lone, 1);
    lone->start = start;
    lone->arena = arena;
    lone->is_pid1 = getpid() == 1;
    for (int timer = 0; timer < LONE_TIMERS; timer++) {
        lone->due_ms[timer] = INT64_MAX;
    }
    if (start->manners->place == PLACE_OWN_SESSION) {
        struct lone_news news = {.kind = LONE_TERMINAL_LEFT};
        news.errnum = lone_leave_terminal(&news.is_leader);
        lone_tell(lone, &news);
        if (news.is_leader) {
            news.kind = LONE_TOLD_BY_KERNEL;
            news.signal = SIGHUP;
            lone_tell(lone, &news);
            news.signal = SIGCONT;
            lone_tell(lone, &news);
        }
    }
    lone->tty_fd = start->manners->place == PLACE_OWN_GROUP ? tty_find() : -1;
    fleet_init(&lone->fleet, start->config, &lone_ops, lone, arena);
    fleet_boot(&lone->fleet, loop_now_ms());
    log_close_others(); /* they are the command's: we keep no socket and no file busy */
    if (lone->fleet.unit[0].pid > 0 && lone->report.errnum == 0) {
        fleet_ready(&lone->fleet, 0, loop_now_ms());
        fleet_settle(&lone->fleet, loop_now_ms());
    }
    while (lone->fleet.phase != FLEET_OVER) {
        turn(lone);
    }
    lone_tell(lone, &(struct lone_news){.kind = LONE_OVER, .code = lone->fleet.code});
    log_flush(FLUSH_MS);
    return lone->fleet.code;
}

int
lone_pause(void)
{
    sigset_t set;
    memset(&set, 0xff, sizeof set);
    (void)!chdir("/");
    proc_close_from(STDERR_AFTER);
    for (;;) {
        siginfo_t info;
        int signal = sigwaitinfo(&set, &info);
        if (signal == SIGTERM || signal == SIGINT) {
            return 0;
        }
        while (signal == SIGCHLD && waitpid(-1, NULL, WNOHANG) > 0) {
            /* whoever has ended */
        }
    }
}
