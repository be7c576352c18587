/* SPDX-License-Identifier: MIT */
#include "init/sys_helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/signame.h"
#include "supervisor/log.h"
#include "supervisor/loop.h"

enum {
    TICK_MS = 500,   /* how often the clock and the log are looked at */
    KILLED_MS = 500, /* for a helper to be gone: what the disk holds up is not waited for */
    KERNEL_SIGSET_BYTES = 8,
};

struct helper {
    const struct helper_job *job;
    pid_t pid;
    bool has_ended;
    int status;
};

static void
start(struct helper *helper)
{
    pid_t parent = getpid();
    helper->pid = fork();
    if (helper->pid != 0) {
        return;
    }
    /* A group of its own, so that all of its walkers can be ended; and it ends with roinit. */
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) {
        helper->job->run(helper->job->context);
    }
    _exit(0);
}

/* Whoever has ended: the helper, or an orphan that came to PID 1. */
static void
reap(struct helper *helper)
{
    enum { REAPS_A_TURN = 256 };
    int status;
    for (int i = 0; i < REAPS_A_TURN; i++) {
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0) {
            return;
        }
        if (pid == helper->pid) {
            helper->has_ended = true;
            helper->status = status;
        }
    }
}

/* Waits for a signal, at most that long. Returns its number where it asks for the end, else 0. */
static int
take_signal(int signal_fd, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = signal_fd, .events = POLLIN};
    struct signalfd_siginfo info;
    if (poll(&poll_fd, 1, timeout_ms) <= 0 ||
        read(signal_fd, &info, sizeof info) != (ssize_t)sizeof info) {
        return 0;
    }
    return info.ssi_signo == SIGCHLD ? 0 : (int)info.ssi_signo;
}

static void
end(struct helper *helper, int signal_fd)
{
    int64_t until_ms = loop_now_ms() + KILLED_MS;
    (void)setpgid(helper->pid, helper->pid); /* where it has not come to that itself */
    (void)kill(-helper->pid, SIGKILL);
    (void)kill(helper->pid, SIGKILL);
    while (!helper->has_ended && loop_now_ms() < until_ms) {
        (void)take_signal(signal_fd, 50);
        reap(helper);
    }
}

static int
watch(struct helper *helper, int signal_fd, struct err *err)
{
    int signal = 0;
    while (signal == 0 && !helper->has_ended) {
        signal = take_signal(signal_fd, TICK_MS);
        reap(helper);
        helper->job->show(helper->job->context);
        log_drain(LOG_STDERR);
    }
    if (signal != 0 && !helper->has_ended) {
        end(helper, signal_fd);
    } else if (!WIFEXITED(helper->status)) {
        char name[16];
        return err_set(err, CODE_SYSTEM, 0, "the process that %s died of %s%s", helper->job->does,
                       signame_text(WTERMSIG(helper->status), name, sizeof name),
                       helper->job->after);
    }
    return signal;
}

int
helper_run(const struct helper_job *job, uint64_t stop_signals, struct err *err)
{
    uint64_t mask = stop_signals | SIGNAME_BIT(SIGCHLD);
    uint64_t before = 0;
    struct helper helper = {.job = job};
    /* A verb comes with signals as they are by default; the boot has blocked them all. */
    (void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, &before, (size_t)KERNEL_SIGSET_BYTES);
    long signal_fd =
        syscall(SYS_signalfd4, -1, &mask, (size_t)KERNEL_SIGSET_BYTES, SFD_CLOEXEC | SFD_NONBLOCK);
    int result = -1;
    if (signal_fd >= 0) {
        start(&helper);
    }
    if (signal_fd < 0 || helper.pid < 0) {
        (void)err_set(err, CODE_SYSTEM, errno, "cannot start a process that %s", job->does);
    } else {
        result = watch(&helper, (int)signal_fd, err);
    }
    if (signal_fd >= 0) {
        (void)close((int)signal_fd);
    }
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, (size_t)KERNEL_SIGSET_BYTES);
    return result;
}

/* ---------------------------------------------------------------- the preparation */

enum { FIRST_PROGRESS_MS = 2000, PROGRESS_MS = 5000, LINE_BYTES = 512 };

struct preparing {
    const struct plan *plan;
    struct prepared *prepared;
    int64_t start_ms, next_ms; /* of the next line of progress */
    size_t step;               /* to which the start belongs */
};

static void
prepare(void *context)
{
    const struct preparing *preparing = context;
    plan_run(preparing->plan, preparing->prepared);
}

/* A line each few seconds for the step that runs. */
static void
show_progress(void *context)
{
    struct preparing *preparing = context;
    const struct plan *plan = preparing->plan;
    int64_t now = loop_now_ms();
    size_t at = preparing->step;
    while (at + 1 < plan->count && preparing->prepared[at].state > PREPARED_RUNNING) {
        at++;
    }
    if (at != preparing->step) {
        preparing->step = at;
        preparing->start_ms = now;
        preparing->next_ms = now + FIRST_PROGRESS_MS;
    }
    if (now < preparing->next_ms || plan->count == 0) {
        return;
    }
    char line[LINE_BYTES];
    struct text out = TEXT_OVER(line);
    struct walk_counts counts = prepared_counts(&preparing->prepared[at]);
    bool is_seed = plan->step[at].kind == PLAN_SEED;
    walk_progress_text(plan->step[at].top, &counts, now - preparing->start_ms, &out);
    log_own(LOG_WARN, "preparing %s%s", line, is_seed ? ", by its seed" : "");
    preparing->next_ms = now + PROGRESS_MS;
}

int
helper_prepare(const struct plan *plan, uint64_t stop_signals, struct prepared *prepared,
               struct err *err)
{
    struct preparing preparing = {.plan = plan, .prepared = prepared, .start_ms = loop_now_ms()};
    const struct helper_job job = {
        .run = prepare,
        .show = show_progress,
        .context = &preparing,
        .does = "prepares the volumes",
        .after = "; the next start goes on where it ended",
    };
    if (!plan_is_long(plan)) {
        plan_run(plan, prepared);
        return 0;
    }
    preparing.next_ms = preparing.start_ms + FIRST_PROGRESS_MS;
    return helper_run(&job, stop_signals, err);
}
