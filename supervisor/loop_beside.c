/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include "supervisor/loop_parts.h"
#include "supervisor/sys_cgroup.h"
#include "supervisor/sys_proc.h"
#include "supervisor/sys_strays.h"
#include "supervisor/tell.h"

/* What lives beside the main processes: stop-commands, and what has left its unit's group. */

bool
loop_stop_command(void *context, size_t u)
{
    struct loop *loop = context;
    struct loop_unit *unit = &loop->unit[u];
    if (unit->stop_pid > 0) {
        return true; /* it is at it */
    }
    unit->stop_pid = unit_spawn_stop(&unit->io, u, loop->fleet.unit[u].pid, loop->host);
    loop->beside += unit->stop_pid > 0;
    return unit->stop_pid > 0;
}

bool
loop_end_beside(struct loop *loop, pid_t pid, const siginfo_t *info)
{
    for (size_t u = 0; loop->beside > 0 && u < loop->fleet.count; u++) {
        struct loop_unit *unit = &loop->unit[u];
        if (unit->stop_pid != pid) {
            continue;
        }
        unit->stop_pid = 0;
        loop->beside--;
        struct outcome outcome = proc_outcome(info);
        if (outcome.code != 0) {
            char bytes[64];
            struct text out = TEXT_OVER(bytes);
            tell_outcome(&outcome, &out);
            log_own(LOG_WARN, "%s: its stop-command %s: it gets its stop signal",
                    unit->io.config->name, bytes);
            fleet_stop_failed(&loop->fleet, u);
        }
        return true;
    }
    return false;
}

void
loop_drop_beside(struct loop *loop, struct loop_unit *unit)
{
    if (unit->stop_pid > 0) {
        (void)kill(-unit->stop_pid, SIGKILL); /* not reaped yet: the number is its own */
        unit->stop_pid = 0;
        loop->beside--;
    }
}

/* A unit, among the others. */
struct place {
    const struct loop *loop;
    size_t unit;
    size_t next; /* processes are listed as they were made, as units mostly are */
};

static bool
is_of_other(void *context, pid_t session)
{
    struct place *place = context;
    const struct fleet *fleet = &place->loop->fleet;
    for (size_t i = 0; session > 0 && i < fleet->count; i++) {
        size_t u =
            place->next + i < fleet->count ? place->next + i : place->next + i - fleet->count;
        if (fleet->unit[u].pid == session && !fleet->unit[u].config->is_main) {
            place->next = u;
            return u != place->unit;
        }
    }
    return false;
}

void
loop_signal_strays(struct loop *loop, size_t u, pid_t group, int signal)
{
    struct place place = {.loop = loop, .unit = u};
    struct strays_of of = {.unit = loop->config->unit[u].name,
                           .group = group,
                           .is_of_other = is_of_other,
                           .context = &place};
    (void)strays_signal(&of, signal);
}

void
loop_kill_strays(struct loop *loop, const struct loop_unit *unit, pid_t group)
{
    size_t known = loop->beside;
    if (loop->fleet.phase > FLEET_RUNNING) {
        return; /* while the container ends they get TERM, and time, after the last unit */
    }
    if (cgroup_kill(unit->io.config->name)) {
        return;
    }
    for (size_t u = 0; u < loop->fleet.count; u++) {
        known += loop->fleet.unit[u].pid > 0;
    }
    if (strays_may_exist(known)) {
        loop_signal_strays(loop, (size_t)(unit - loop->unit), group, SIGKILL);
    }
}
