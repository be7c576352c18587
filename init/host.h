/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_HOST_H
#define ROINIT_INIT_HOST_H

#include "config/config.h"
#include "config/vars.h"
#include "init/authority.h"
#include "init/environ.h"
#include "init/facts.h"
#include "init/finding.h"
#include "init/identity.h"
#include "init/status.h"
#include "init/sys_state.h"
#include "init/watch.h"
#include "supervisor/loop.h"

/*
 * What floor 3 gives to the loop: the launch of each start, only-if, the status file, the answers.
 * Of the boot it has what the line found out, to read, and the facts, which it keeps up to date.
 */
struct host {
    const struct config *config;
    const struct self *self;
    const struct identities *identities;
    const struct environ_input *environment;
    const struct authority *authority;
    const struct findings *findings; /* of the boot */
    struct facts *facts;
    struct host_command_dir { /* the files of a command-dir, each as a command */
        struct words *argv;   /* NULL: the unit has one command, its own */
        size_t count;
        bool asks_only_if; /* whoever starts it next: host_late.c */
    } * parts;             /* [unit] */
    struct state state;
    int notify_fd, outer_notify_fd; /* sd_notify: of the units, of roinit itself; -1: none */
    char notify_address[108];       /* what the units' NOTIFY_SOCKET holds; "": none */
    struct status status;
    struct watch watch;
    struct loop *loop;      /* NULL: it is not made yet */
    int64_t stale_since_ms; /* the status could not be written since then; 0: it can */
};

/* The callbacks over `host`, which lives as long as the loop. */
struct loop_host host_of(struct host *host);

/* The final environment of a unit, with its env-files as they are now. Returns 0, or -1 with the
 * first thing that is wrong in *err. */
int host_unit_vars(const struct host *host, size_t u, struct arena *arena, struct vars *ret_vars,
                   struct err *err);

/* PATH, or what execvp(3) would take without one. */
const char *host_search_path(const struct vars *vars);

#endif
