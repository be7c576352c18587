/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/loop_parts.h"
#include "supervisor/notifymsg.h"
#include "supervisor/sys_notify.h"
#include "supervisor/sys_origin.h"
#include "supervisor/sys_strays.h"

/*
 * What units say of themselves (sd_notify), and what roinit says to who runs it. A message counts
 * for the unit that the sender belongs to: its main process, a descendant of it, or a member of its
 * session. State there is only for units whose contract asks for it.
 */
enum {
    MESSAGES_A_TURN = 64,
    PAUSE_MS = 10, /* after a turn that was full: a flood costs no more than this lets through */
    CHAIN_MAX = 64,
};

struct loop_notify {
    char status[NOTIFYMSG_STATUS_MAX];
    pid_t first_pid; /* of this start: leads its session; MAINPID may have named another since */
    int main_fd;     /* of a main process that is no child of ours; -1 */
    ev_io main;
    bool is_refused; /* a descriptor store: told once */
    bool is_cut;     /* a message that is too long, likewise */
};

bool
loop_notify_is_wanted(const struct unit_config *unit)
{
    return !unit->is_task && (unit->ready.kind == PROBE_NOTIFY || unit->watchdog_ms > 0);
}

/* ---------------------------------------------------------------- senders */

/* The unit whose main process, group or session that is; `count`: none. */
static size_t
unit_of(const struct loop *loop, pid_t pid, struct kin kin)
{
    for (size_t u = 0; u < loop->fleet.count; u++) {
        const struct loop_notify *notify = loop->unit[u].notify;
        const struct fleet_unit *unit = &loop->fleet.unit[u];
        if (notify == NULL || unit->pid <= 0) {
            continue;
        }
        pid_t leads = unit->config->is_main ? kin.group : kin.session;
        if (pid == unit->pid || pid == notify->first_pid || leads == notify->first_pid) {
            return u;
        }
    }
    return loop->fleet.count;
}

static size_t
unit_of_sender(const struct loop *loop, pid_t pid)
{
    size_t u = loop->fleet.count;
    pid_t own = getpid();
    for (int steps = 0; pid > 0 && pid != own && steps < CHAIN_MAX; steps++) {
        struct kin kin = {0};
        u = unit_of(loop, pid, kin);
        if (u < loop->fleet.count) {
            return u; /* most are main processes: nothing is read for them */
        }
        pid_t parent = origin_parent(pid, &kin);
        u = unit_of(loop, pid, kin);
        if (u < loop->fleet.count) {
            return u;
        }
        pid = parent;
    }
    return u;
}

/* ---------------------------------------------------------------- MAINPID */

static void
forget_main(struct loop *loop, struct loop_notify *notify)
{
    ev_io_stop(loop->ev, &notify->main);
    if (notify->main_fd >= 0) {
        (void)close(notify->main_fd);
        notify->main_fd = -1;
    }
}

/* A main process that another process is the parent of has ended. If it has become ours by now it
 * is reaped like all others; else its parent has its code, and it counts as 0. */
static void
on_main_end(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)ev;
    (void)events;
    for (size_t u = 0; u < loop->fleet.count; u++) {
        struct loop_notify *notify = loop->unit[u].notify;
        if (notify == NULL || &notify->main != watcher) {
            continue;
        }
        siginfo_t info = {0};
        pid_t pid = loop->fleet.unit[u].pid;
        forget_main(loop, notify);
        if (pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
            struct outcome outcome = {.code = CODE_OK};
            if (loop->config->unit[u].kill_mode != KILL_PROCESS) {
                loop_kill_strays(loop, &loop->unit[u], 0); /* its parent, and what else there is */
            }
            log_own(LOG_INFO, "%s (pid %d) has ended; only its parent knows how",
                    loop->config->unit[u].name, (int)pid);
            fleet_exit(&loop->fleet, u, &outcome, loop_now_ms());
        }
        return;
    }
}

/* Whether the unit may name it as its main process: it belongs to the unit, or to none, and carries
 * the unit's name: a daemon that has left its session and its parent. */
static bool
may_name(const struct loop *loop, size_t u, pid_t pid)
{
    size_t owner = unit_of_sender(loop, pid);
    return owner == u ||
           (owner == loop->fleet.count && strays_is_marked(pid, loop->config->unit[u].name));
}

static void
name_main(struct loop *loop, size_t u, pid_t pid)
{
    struct loop_notify *notify = loop->unit[u].notify;
    struct fleet_unit *unit = &loop->fleet.unit[u];
    if (pid == unit->pid) {
        return;
    }
    if (pid <= 1 || !may_name(loop, u, pid)) {
        log_own(LOG_WARN, "%s names pid %d as its main process, which is none of its own",
                unit->config->name, (int)pid);
        return;
    }
    forget_main(loop, notify);
    if (origin_parent(pid, NULL) != getpid()) {
        notify->main_fd = notify_watch(pid);
        if (notify->main_fd < 0) {
            return; /* gone already, or a kernel that cannot tell us of its end */
        }
        ev_io_set(&notify->main, notify->main_fd, EV_READ);
        ev_io_start(loop->ev, &notify->main);
    }
    log_own(LOG_INFO, "%s: pid %d is its main process now", unit->config->name, (int)pid);
    unit->pid = pid;
    loop_publish_soon(loop);
}

/* ---------------------------------------------------------------- messages */

static void
tell_failure(const struct loop *loop, size_t u, const struct notifymsg *message)
{
    const char *name = loop->config->unit[u].name;
    if (message->has_errnum && message->errnum != 0) {
        log_own(LOG_INFO, "%s says that it failed: %s", name, err_errno_text(message->errnum));
    }
    if (message->has_exit_status) {
        log_own(LOG_INFO, "%s says that its exit status is %d", name, message->exit_status);
    }
}

static void
take_status(struct loop *loop, size_t u, const struct notifymsg *message)
{
    struct loop_notify *notify = loop->unit[u].notify;
    if (message->has_status && strcmp(notify->status, message->status) != 0) {
        memcpy(notify->status, message->status, sizeof notify->status);
        loop->fleet.unit[u].status = notify->status[0] != '\0' ? notify->status : NULL;
        loop_publish_soon(loop);
    }
}

static void
take_message(struct loop *loop, size_t u, const struct notifymsg *message, bool has_descriptor)
{
    struct fleet *fleet = &loop->fleet;
    struct loop_notify *notify = loop->unit[u].notify;
    const struct unit_config *config = &loop->config->unit[u];
    int64_t now_ms = loop_now_ms();
    if (message->is_fdstore && has_descriptor && !notify->is_refused) {
        notify->is_refused = true;
        log_own(LOG_WARN, "%s wants descriptors to be kept for it (FDSTORE): roinit keeps none",
                config->name);
    }
    if (message->main_pid != 0) {
        name_main(loop, u, message->main_pid);
    }
    take_status(loop, u, message);
    tell_failure(loop, u, message);
    if (message->has_watchdog) {
        fleet_set_watchdog(fleet, u, message->watchdog_ms, now_ms);
    }
    if (message->is_alive) {
        fleet_keep_alive(fleet, u, now_ms);
    }
    if (message->has_extension) {
        fleet_extend_timeout(fleet, u, message->extension_ms, now_ms);
    }
    if (message->is_reloading) {
        fleet_reloading(fleet, u, now_ms);
    }
    if (message->is_ready &&
        (config->ready.kind == PROBE_NOTIFY || fleet->unit[u].state != LIFE_STARTING)) {
        fleet_ready(fleet, u, now_ms);
    }
    if (message->is_stopping) {
        fleet_leaving(fleet, u, now_ms);
    }
    if (message->is_trigger) {
        fleet_trigger_watchdog(fleet, u, now_ms);
    }
}

/* One who ended at once, or who has left both session and parent, cannot be tied to a unit, and
 * whoever waits for his word should know why it never comes: once, for anybody can send. */
static void
tell_stranger(const struct notify_sender *sender)
{
    static bool is_told;
    pid_t parent = is_told || sender->pid <= 0 ? 0 : origin_parent(sender->pid, NULL);
    if (parent < 0 || parent == getpid()) {
        is_told = true;
        log_own(LOG_WARN, "pid %d said something to the notify socket and %s", (int)sender->pid,
                parent < 0 ? "is gone: nobody can tell whose it was; let it wait for its BARRIER, "
                             "as systemd-notify does"
                           : "is of no unit with `ready = notify` or a watchdog, or has left its "
                             "session and its parent: let that unit name it by MAINPID");
        return;
    }
    log_own(LOG_DEBUG, "a message of pid %d (uid %u) to the notify socket counts for no unit",
            (int)sender->pid, (unsigned)sender->uid);
}

static void
tell_too_long(const struct loop *loop, size_t u)
{
    struct loop_notify *notify = loop->unit[u].notify;
    log_own(notify->is_cut ? LOG_DEBUG : LOG_WARN,
            "%s: a message to the notify socket is dropped: it has more than %d bytes",
            loop->config->unit[u].name, NOTIFYMSG_MAX);
    notify->is_cut = true;
}

static void
take_datagram(struct loop *loop, const char *bytes, ssize_t length,
              const struct notify_sender *from)
{
    struct notifymsg message;
    size_t u = unit_of_sender(loop, from->pid);
    if (u == loop->fleet.count) {
        tell_stranger(from);
    } else if (length < 0) {
        tell_too_long(loop, u);
    } else {
        notifymsg_parse(bytes, (size_t)length, &message);
        take_message(loop, u, &message, from->fd >= 0);
    }
}

void
loop_notify_drain(struct loop *loop)
{
    char bytes[NOTIFYMSG_MAX];
    struct notify_sender sender;
    if (loop->notify_fd < 0) {
        return;
    }
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
        ssize_t length = notify_receive(loop->notify_fd, bytes, sizeof bytes, &sender);
        if (length == -1 && errno == EAGAIN) {
            return;
        }
        if (length == -1) {
            break; /* what is refused waits as well */
        }
        take_datagram(loop, bytes, length, &sender);
        notify_let_go(&sender);
    }
    ev_io_stop(loop->ev, &loop->notify);
    loop_arm(loop, &loop->notify_pause, PAUSE_MS);
}

static void
on_message(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    (void)events;
    loop_notify_drain(watcher->data);
}

static void
on_pause_end(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop *loop = watcher->data;
    (void)events;
    ev_io_start(ev, &loop->notify);
}

void
loop_notify_init(struct loop *loop, struct arena *arena)
{
    loop->notify_fd = loop->host->notify_fd;
    for (size_t u = 0; loop->notify_fd >= 0 && u < loop->config->unit_count; u++) {
        if (loop_notify_is_wanted(&loop->config->unit[u])) {
            struct loop_notify *notify = ARENA_NEW(arena, struct loop_notify, 1);
            notify->main_fd = -1;
            ev_io_init(&notify->main, on_main_end, -1, EV_READ);
            notify->main.data = loop;
            loop->unit[u].notify = notify;
        }
    }
    ev_io_init(&loop->notify, on_message, loop->notify_fd, EV_READ);
    ev_timer_init(&loop->notify_pause, on_pause_end, 0., 0.);
    loop->notify.data = loop->notify_pause.data = loop;
    if (loop->notify_fd >= 0) {
        ev_io_start(loop->ev, &loop->notify);
    }
}

void
loop_notify_begin(struct loop *loop, size_t u, pid_t pid)
{
    struct loop_notify *notify = loop->unit[u].notify;
    if (notify != NULL) {
        forget_main(loop, notify);
        notify->first_pid = pid;
        notify->status[0] = '\0';
        loop->fleet.unit[u].status = NULL;
    }
}

/* ---------------------------------------------------------------- to who runs roinit */

/* Whether all units with a `ready` of their own are ready; where there are none, whether the boot
 * is over. */
static bool
is_all_ready(const struct fleet *fleet)
{
    bool is_ready = true;
    bool has_any = false;
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        if (unit->is_wanted && !unit->config->is_task && unit->config->ready.kind != PROBE_START) {
            has_any = true;
            is_ready &= life_is_ready(unit->state) || unit->state == LIFE_SKIPPED;
        }
    }
    return has_any ? is_ready : fleet->phase == FLEET_RUNNING;
}

void
loop_notify_outer(struct loop *loop, const struct fleet_event *event)
{
    int fd = loop->host->outer_notify_fd;
    if (fd < 0) {
        return;
    }
    if (event->kind == TELL_STOP) {
        notify_say(fd, "STOPPING=1");
    } else if (!loop->is_outer_told && loop->fleet.phase <= FLEET_RUNNING &&
               is_all_ready(&loop->fleet)) {
        loop->is_outer_told = true;
        notify_say(fd, "READY=1");
    }
}
