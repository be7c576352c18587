/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/pages.h"
#include "config/resolve.h"
#include "config/signame.h"
#include "supervisor/loop_parts.h"
#include "supervisor/sys_caps.h"
#include "supervisor/sys_proc.h"
#include "supervisor/sys_strays.h"
#include "supervisor/tell.h"

/* The fleet's actions as system calls, and the watchers that they leave behind. */

/* A watcher's data is the loop, which unit it is for follows from its place. */
static struct loop_unit *
unit_of_timer(ev_timer *timer)
{
    return (struct loop_unit *)(void *)((char *)timer - offsetof(struct loop_unit, timer));
}

void
loop_on_unit_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)ev;
    (void)events;
    fleet_timeout(&loop->fleet, (int)(unit_of_timer(watcher) - loop->unit), loop_now_ms());
}

void
loop_on_fleet_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)ev;
    (void)events;
    fleet_timeout(&loop->fleet, watcher == &loop->clock ? FLEET_TIMER_CLOCK : FLEET_TIMER_SLOW,
                  loop_now_ms());
}

static ev_timer *
timer_of(struct loop *loop, int timer)
{
    if (timer >= 0) {
        return &loop->unit[timer].timer;
    }
    return timer == FLEET_TIMER_CLOCK ? &loop->clock : &loop->slow;
}

QUIET_TURN void
loop_arm(struct loop *loop, ev_timer *timer, int64_t after_ms)
{
    ev_timer_stop(loop->ev, timer);
    if (after_ms >= 0) {
        ev_now_update(loop->ev);
        ev_timer_set(timer, loop_seconds(after_ms), 0.);
        ev_timer_start(loop->ev, timer);
    }
}

static void
do_disarm(void *context, int timer)
{
    struct loop *loop = context;
    ev_timer_stop(loop->ev, timer_of(loop, timer));
}

static void
do_arm(void *context, int timer, int64_t after_ms)
{
    struct loop *loop = context;
    loop_arm(loop, timer_of(loop, timer), after_ms);
}

/* For what its child could not do: a uid that is not root's owns none of its files before the
 * exec. */
static void
set_oom_score(const struct loop *loop, const struct loop_unit *unit)
{
    const struct unit_config *config = unit->io.config;
    pid_t pid = loop->fleet.unit[unit - loop->unit].pid;
    if (unit_from(config, UNIT_oom_score_adj) == NULL || pid <= 0) {
        return;
    }
    int errnum = strays_set_oom(pid, (int)config->oom_score_adj);
    if (errnum != 0 && errnum != ESRCH && errnum != ENOENT) {
        log_own(LOG_WARN, "%s: cannot set oom-score-adj to %d: %s%s", config->name,
                (int)config->oom_score_adj, err_errno_text(errnum),
                errnum == EACCES ? "; below PID 1's own it needs SYS_RESOURCE" : "");
    }
}

void
loop_finish_report(struct loop *loop, struct loop_unit *unit)
{
    if (unit->io.report_fd < 0 || !unit_read_report(&unit->io)) {
        return;
    }
    ev_io_stop(loop->ev, &unit->report);
    if (!unit->io.has_failed) {
        set_oom_score(loop, unit);
        loop_ready_begin(loop, (size_t)(unit - loop->unit));
    }
}

void
loop_on_report(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)ev;
    (void)events;
    loop_finish_report(
        loop, (struct loop_unit *)(void *)((char *)watcher - offsetof(struct loop_unit, report)));
}

void
loop_on_pipe(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    (void)events;
    (void)log_pipe_read(watcher->data);
}

void
loop_look_at_limits(struct loop *loop)
{
    const char *name = proc_tampered_limit();
    if (name == NULL || loop->is_tampered) {
        return;
    }
    char why[64];
    struct text text = TEXT_OVER(why);
    loop->is_tampered = true;
    text_addf(&text, "tampered: somebody has lowered %s of PID 1", name);
    log_own(LOG_WARN, "limits %s; units get those of the boot, or the contract's", why);
    loop->host->degrade(loop->host->context, "limits", why);
}

static pid_t
do_spawn(void *context, size_t u, size_t part)
{
    struct loop *loop = context;
    struct loop_unit *unit = &loop->unit[u];
    loop_look_at_limits(loop);
    pid_t pid = unit_spawn(&unit->io, u, part, loop->host, loop->tty_fd);
    if (pid > 0) {
        loop_notify_begin(loop, u, pid);
        ev_io_set(&unit->report, unit->io.report_fd, EV_READ);
        ev_io_start(loop->ev, &unit->report);
    }
    for (int i = 0; i < UNIT_STREAMS; i++) {
        if (unit->io.pipe[i].read_fd >= 0 && !ev_is_active(&unit->pipe[i])) {
            ev_io_set(&unit->pipe[i], unit->io.pipe[i].read_fd, EV_READ);
            ev_io_start(loop->ev, &unit->pipe[i]);
        }
    }
    return pid;
}

static size_t
do_parts(void *context, size_t u)
{
    struct loop *loop = context;
    return loop->host->parts(loop->host->context, u);
}

static bool
do_may_start(void *context, size_t u)
{
    struct loop *loop = context;
    return loop->host->may_start(loop->host->context, u);
}

int
loop_send(struct loop *loop, size_t u, int signal, bool is_for_all)
{
    pid_t pid = loop->fleet.unit[u].pid;
    if (pid <= 0) {
        return ESRCH;
    }
    /* Where all get KILL anyway nobody is looked for. */
    if (is_for_all && !loop->config->is_lone && !(loop->fleet.is_killed && getpid() == 1)) {
        loop_signal_strays(loop, u, pid, signal);
    }
    return proc_signal(pid, signal, is_for_all);
}

void
loop_signal_unit(struct loop *loop, size_t u, int signal, bool is_for_group)
{
    const struct fleet_unit *unit = &loop->fleet.unit[u];
    int errnum = loop_send(loop, u, signal, is_for_group);
    if (errnum != 0 && errnum != ESRCH) {
        char name[16];
        log_own(LOG_WARN, "cannot send %s to %s (pid %d): %s",
                signame_text(signal, name, sizeof name), unit->config->name, (int)unit->pid,
                err_errno_text(errnum));
    }
}

static void
do_signal(void *context, size_t u, int signal, bool is_for_all)
{
    loop_signal_unit(context, u, signal, is_for_all);
    if (signal != SIGKILL) {
        loop_signal_unit(context, u, SIGCONT, is_for_all); /* a stopped one hears it, too (I31) */
    }
}

static void
do_sweep(void *context, int signal)
{
    (void)context;
    proc_sweep(signal);
}

static bool
do_has_children(void *context)
{
    (void)context;
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

static unsigned
do_chance(void *context)
{
    struct loop *loop = context;
    loop->chance = loop->chance * 1664525U + 1013904223U; /* jitter needs no better chance */
    return loop->chance >> 8;
}

/* The boot is over: what it alone needed goes (I16). */
static void
keep_capabilities(const struct loop *loop)
{
    if (!proc_keep_capabilities(loop->host->keep_capabilities)) {
        static const char why[] =
            "PID 1 holds more than its contract needs: they cannot be dropped";
        log_own(LOG_WARN, "capabilities: %s", why);
        loop->host->degrade(loop->host->context, "capabilities", why);
    }
}

void
loop_publish_soon(struct loop *loop)
{
    if (!ev_is_active(&loop->publish)) {
        /* Not at once: what follows from the news, such as a restart, comes first. */
        int64_t due_ms = loop->published_ms + LOOP_PUBLISH_MS - loop_now_ms();
        loop_arm(loop, &loop->publish, due_ms > LOOP_SOON_MS ? due_ms : LOOP_SOON_MS);
    }
}

static void
do_tell(void *context, const struct fleet_event *event)
{
    struct loop *loop = context;
    char bytes[1024];
    struct text out = TEXT_OVER(bytes);
    char awaited[512];
    struct text awaits = TEXT_OVER(awaited);
    struct fleet_event told = *event;
    enum log_level level = LOG_DEBUG;
    if (event->kind == TELL_SLOW || (event->kind == TELL_UNIT && event->to == LIFE_EXPIRING)) {
        told.detail = loop_ready_awaited(loop, event->unit, &awaits);
    } else if (event->verdict != NULL) {
        told.detail = loop->host->part_name(loop->host->context, event->unit,
                                            loop->fleet.unit[event->unit].ended_part);
    }
    tell_event(&loop->fleet, &told, loop_now_ms(), &level, &out);
    log_own(level, "%s", bytes);
    struct event kept;
    if (event_of_fleet(&loop->fleet, event, bytes, loop_wall_ms(), &kept)) {
        events_add(loop->events, &kept);
    }
    if (event->kind == TELL_UNIT && event->from == LIFE_STARTING) {
        loop_ready_end(loop, event->unit);
    }
    if (event->kind == TELL_RUNNING) {
        keep_capabilities(loop);
    }
    loop_check_follow(loop, event);
    loop_notify_outer(loop, event);
    loop_publish_soon(loop);
}

const struct sv_ops loop_ops = {
    .spawn = do_spawn,
    .parts = do_parts,
    .may_start = do_may_start,
    .signal = do_signal,
    .stop_command = loop_stop_command,
    .arm = do_arm,
    .disarm = do_disarm,
    .sweep = do_sweep,
    .has_children = do_has_children,
    .chance = do_chance,
    .tell = do_tell,
};
