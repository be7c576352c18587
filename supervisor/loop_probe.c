/* SPDX-License-Identifier: MIT */
#include "supervisor/loop_probe.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/sys_proc.h"

enum { LOOK_UNABLE = 255 }; /* no errno is that */

static void
finish(struct loop_probe *self, enum probing_state result)
{
    ev_io_stop(self->loop->ev, &self->io);
    ev_timer_stop(self->loop->ev, &self->timer);
    probing_end(&self->probing);
    self->is_running = false;
    self->done(self, result);
}

/* ---------------------------------------------------------------- commands */

static void
forget(struct loop_probe *self)
{
    struct loop_probe **at = &self->loop->commands;
    while (*at != NULL && *at != self) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = self->next;
    }
    self->pid = 0;
    self->next = NULL;
}

/* Its end is awaited. */
static void
be_followed(struct loop_probe *self, pid_t pid)
{
    self->pid = pid;
    self->next = self->loop->commands;
    self->loop->commands = self;
}

/* Starts the command; its exec report is read when it has ended. */
static enum probing_state
launch(struct loop_probe *self)
{
    const struct loop_host *host = self->loop->host;
    struct arena arena = ARENA_INIT;
    struct launch launch = {0};
    struct err err = {0};
    int errnum = 0;
    enum probing_state state = PROBING_READS;
    self->probing.fd = -1;
    loop_look_at_limits(self->loop);
    int status =
        host->launch_probe(host->context, self->unit, self->probe->path, &arena, &launch, &err);
    if (arena.is_spent) {
        self->probing.failure = (struct probe_failure){PROBE_LAUNCH, ENOMEM};
        state = PROBING_UNABLE; /* a word or a variable of it may be missing */
    } else if (status != 0) {
        self->probing.failure = (struct probe_failure){PROBE_LAUNCH, err.errnum};
        state = PROBING_FAILED;
    } else {
        launch.in_fd = launch.out_fd = launch.err_fd = launch.tty_fd = -1;
        launch.has_null_stdin = launch.has_null_output = true;
        launch.session = LAUNCH_OWN_SESSION; /* its group is killed when it takes too long */
        pid_t pid = proc_spawn(&launch, &self->probing.fd, &errnum);
        if (pid > 0) {
            be_followed(self, pid);
        } else {
            self->probing.failure = (struct probe_failure){PROBE_LAUNCH, errnum};
            state = PROBING_UNABLE; /* no process is to be had */
        }
    }
    arena_free(&arena);
    return state;
}

/* Looks at a path by a process of its own: where a server stands behind its file system, who looks
 * may wait, in the kernel, and hear no signal. */
static enum probing_state
look_beside(struct loop_probe *self)
{
    self->probing.fd = -1;
    pid_t pid = fork();
    if (pid == 0) {
        enum probing_state state = probing_begin(&self->probing, self->probe, &self->as);
        _exit(state == PROBING_WELL     ? 0
              : state == PROBING_UNABLE ? LOOK_UNABLE
                                        : self->probing.failure.number);
    }
    if (pid < 0) {
        self->probing.failure = (struct probe_failure){PROBE_ERRNO, errno};
        return PROBING_UNABLE;
    }
    be_followed(self, pid);
    return PROBING_READS;
}

/* What the end of such a process says: the errno. One that was killed has nothing to say. */
static enum probing_state
judge_look(struct probe_failure *failure, const siginfo_t *info)
{
    if (info->si_code != CLD_EXITED || info->si_status == LOOK_UNABLE) {
        return PROBING_UNABLE;
    }
    *failure = (struct probe_failure){PROBE_ERRNO, info->si_status};
    return info->si_status == 0 ? PROBING_WELL : PROBING_FAILED;
}

/* What the end of the command says. */
static enum probing_state
judge(struct loop_probe *self, const siginfo_t *info)
{
    struct launch_note note;
    struct probe_failure *failure = &self->probing.failure;
    if (self->probe->kind != PROBE_EXEC) {
        return judge_look(failure, info);
    }
    if (read(self->probing.fd, &note, sizeof note) == (ssize_t)sizeof note) {
        *failure = (struct probe_failure){PROBE_LAUNCH, note.report.errnum};
    } else if (info->si_code != CLD_EXITED) {
        *failure = (struct probe_failure){PROBE_SIGNAL, info->si_status};
    } else if (info->si_status != 0) {
        *failure = (struct probe_failure){PROBE_EXIT, info->si_status};
    } else {
        return PROBING_WELL;
    }
    return PROBING_FAILED;
}

bool
loop_probe_reap(struct loop *loop, const siginfo_t *info)
{
    struct loop_probe *self = loop->commands;
    while (self != NULL && self->pid != info->si_pid) {
        self = self->next;
    }
    if (self == NULL) {
        return false;
    }
    (void)kill(-self->pid,
               SIGKILL); /* what it has left in its session: the zombie pins the group */
    siginfo_t reaped;
    (void)waitid(P_PID, (id_t)self->pid, &reaped, WEXITED | WNOHANG);
    forget(self);
    if (self->is_running) { /* else it was late, which is told */
        finish(self, judge(self, info));
    }
    return true;
}

/* The group may not be there yet: then the child alone. */
static void
kill_command(const struct loop_probe *self)
{
    if (kill(-self->pid, SIGKILL) != 0) {
        (void)kill(self->pid, SIGKILL);
    }
}

/* ---------------------------------------------------------------- a try */

static void
follow(struct loop_probe *self, enum probing_state state)
{
    int events = state == PROBING_READS ? EV_READ : EV_WRITE;
    if (state != PROBING_READS && state != PROBING_WRITES) {
        finish(self, state);
        return;
    }
    if (self->pid == 0) { /* the end of a command is told by CHLD */
        ev_io_stop(self->loop->ev, &self->io);
        ev_io_set(&self->io, self->probing.fd, events);
        ev_io_start(self->loop->ev, &self->io);
    }
}

static void
be_late(struct loop_probe *self)
{
    self->probing.failure = (struct probe_failure){PROBE_LATE, 0};
    finish(self, PROBING_FAILED);
}

static enum probing_state
try(struct loop_probe *self)
{
    const struct loop_host *host = self->loop->host;
    bool looks_at_path = self->probe->kind == PROBE_FILE || self->probe->kind == PROBE_UNIX;
    bool is_beside = looks_at_path && host->may_hang(host->context);
    bool is_command = self->probe->kind == PROBE_EXEC;
    self->loop->tries_left -= is_beside || is_command ? LOOP_COMMAND_TRIES : 1;
    return is_command  ? launch(self)
           : is_beside ? look_beside(self)
                       : probing_begin(&self->probing, self->probe, &self->as);
}

static void
begin(struct loop_probe *self)
{
    self->is_running = true;
    if (self->pid != 0) { /* killed, and still there: never two at a time */
        be_late(self);
        return;
    }
    enum probing_state state = try(self);
    if (state == PROBING_READS || state == PROBING_WRITES) {
        loop_arm(self->loop, &self->timer, self->timeout_ms);
    }
    follow(self, state);
}

static void
on_io(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop_probe *self = watcher->data;
    (void)ev;
    (void)events;
    follow(self, probing_go_on(&self->probing, self->probe));
}

static void
on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop_probe *self = watcher->data;
    (void)ev;
    (void)events;
    if (!self->is_running && self->loop->tries_left <= 0) {
        loop_probe_after(self, 0); /* in the next turn, behind those that wait for it already */
    } else if (!self->is_running) {
        begin(self);
    } else {
        if (self->pid != 0) {
            kill_command(self);
        }
        be_late(self);
    }
}

void
loop_probe_init(struct loop_probe *self, struct loop *loop, const struct probe *probe, size_t unit,
                int64_t timeout_ms,
                void (*done)(struct loop_probe *self, enum probing_state result))
{
    *self = (struct loop_probe){
        .loop = loop,
        .probe = probe,
        .done = done,
        .unit = unit,
        .timeout_ms = timeout_ms,
        .probing.fd = -1,
    };
    if (unit != SIZE_MAX) {
        loop->host->identify(loop->host->context, unit, &self->as);
    }
    ev_io_init(&self->io, on_io, -1, EV_READ);
    ev_timer_init(&self->timer, on_timer, 0., 0.);
    self->io.data = self->timer.data = self;
}

void
loop_probe_after(struct loop_probe *self, int64_t pause_ms)
{
    loop_arm(self->loop, &self->timer, pause_ms);
}

void
loop_probe_stop(struct loop_probe *self)
{
    ev_io_stop(self->loop->ev, &self->io);
    ev_timer_stop(self->loop->ev, &self->timer);
    if (self->pid != 0) {
        kill_command(self); /* reaped as an orphan */
        forget(self);
    }
    probing_end(&self->probing);
    self->is_running = false;
}
