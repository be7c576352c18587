/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOOP_H
#define ROINIT_SUPERVISOR_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "config/err.h"
#include "supervisor/agenda.h"
#include "supervisor/check.h"
#include "supervisor/ctlserver.h"
#include "supervisor/events.h"
#include "supervisor/fleet.h"
#include "supervisor/launch.h"
#include "supervisor/log_ring.h"
#include "supervisor/sys_probe.h"

/*
 * The event loop: signals, processes, timers, pipes and clients become events of the fleet, and its
 * actions become system calls. The one place that knows libev.
 */

/* What the floor above gives. */
struct loop_host {
    void *context;
    /* Works out a start: argv, environment, user, limits. Memory is the arena's. Standard streams
     * are the loop's. Returns 0; or -1 with err->code, the exit code that the unit gets. */
    int (*launch)(void *context, size_t unit, size_t part, struct arena *arena,
                  struct launch *ret_launch, struct err *err);
    /* The same for a command that runs beside the unit, as its user and in its environment, with
     * `name` set to `value` in it. `command` is as written in the contract. */
    int (*launch_beside)(void *context, size_t unit, const char *command, const char *name,
                         const char *value, struct arena *arena, struct launch *ret_launch,
                         struct err *err);
    /* The same for the command of a probe, in the environment and as the user of the unit;
     * SIZE_MAX: of no unit, and roinit's own. */
    int (*launch_probe)(void *context, size_t unit, const char *command, struct arena *arena,
                        struct launch *ret_launch, struct err *err);
    /* Whom the unit runs as. */
    void (*identify)(void *context, size_t unit, struct probe_as *ret_as);
    size_t (*parts)(void *context, size_t unit);
    /* The file of a command-dir, by its place in it; NULL: the unit has none. */
    const char *(*part_name)(void *context, size_t unit, size_t part);
    /* Whether all of only-if holds. */
    bool (*may_start)(void *context, size_t unit);
    /* Whether a look at a path may wait for a server, or a program, behind its file system. */
    bool (*may_hang)(void *context);
    /* The state changed: at most 10 times a second. False: it could not be, and is to be tried
     * again. */
    bool (*publish)(void *context);
    /* What is not as it should be, though the container runs: for the status. */
    void (*degrade)(void *context, const char *what, const char *why);
    /* A client's request. */
    void (*answer)(void *context, const struct ctl_request *request, const struct ctl_peer *peer,
                   struct ctl_reply *reply);
    /* Goes on with a reply that is held; ctlserver.h. */
    int64_t (*attend)(void *context, struct ctl_reply *reply);
    /* How full mounts are. Returns when to ask again, in ms. */
    int64_t (*sample)(void *context);
    /* The table of mounts has changed. */
    void (*look_at_mounts)(void *context);
    /* Whether the kernel has killed for want of memory since this was asked last; and the line
     * about what holds the memory. */
    bool (*was_out_of_memory)(void *context);
    void (*tell_memory)(void *context);
    uint64_t keep_capabilities; /* what PID 1 keeps when the boot is over */
    int control_fd;             /* listening socket, or -1; the loop closes it */
    int notify_fd;              /* where units say how they are, or -1 */
    int outer_notify_fd;        /* where roinit itself says it, or -1 */
};

struct loop;

/* Whether the unit has something to say to the notify socket, and is to be told of it. */
bool loop_notify_is_wanted(const struct unit_config *unit);

/* Prepares everything that can fail. `arena` is that of the configuration. Returns NULL with *err
 * (71) when the system refuses. */
struct loop *loop_new(const struct config *config, const struct loop_host *host,
                      struct arena *arena, struct err *err);

/* Runs the container to its end. Returns its exit code. */
int loop_run(struct loop *loop);

/* For status and the end's line; valid as long as the loop. */
const struct fleet *loop_fleet(const struct loop *loop);
/* For those who may ask something of it; what is asked is settled at the end of the turn. */
struct fleet *loop_fleet_to_ask(struct loop *loop);
/* Sends a signal to the unit's main process, or to all of its processes. Returns 0, or an errno
 * value; ESRCH where it has none. */
int loop_send(struct loop *loop, size_t u, int signal, bool is_for_all);
/* The state of each check, parallel to config->check; NULL: there are none. */
const struct check_state *loop_checks(const struct loop *loop);
uint64_t loop_orphans(const struct loop *loop);
/* The ring of events; others may add theirs (loop_wall_ms() is their time). */
struct events *loop_events(struct loop *loop);
/* The last lines of a unit. */
const struct log_ring *loop_log(const struct loop *loop, size_t u);
/* Which scheduled task is due when; NULL: there are none. */
const struct agenda *loop_agenda(const struct loop *loop);
/* The status is to be written again, soon. */
void loop_publish_soon(struct loop *loop);
/* Milliseconds of the wall clock, for display alone. */
int64_t loop_wall_ms(void);

/* Milliseconds of the monotonic clock. */
int64_t loop_now_ms(void);

/* Whether this turn of the loop has taken so long that who has much to do does little of it now:
 * clients wait for the next turn. */
bool loop_turn_is_long(void);

#endif
