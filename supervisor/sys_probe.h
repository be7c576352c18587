/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_PROBE_H
#define ROINIT_SUPERVISOR_SYS_PROBE_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/value.h"
#include "supervisor/httpreply.h"
#include "supervisor/probe.h"

/*
 * One try of a probe of the kinds tcp, unix, http and file, by system calls that never wait. Who
 * drives it waits for its descriptor, and keeps its clock. (A probe of the kind exec is a process:
 * loop_probe.c.)
 */
enum probing_state {
    PROBING_WELL,
    PROBING_FAILED, /* see failure */
    PROBING_UNABLE, /* the system refused to try: that says nothing about who is probed */
    PROBING_READS,  /* go on when the descriptor can be read */
    PROBING_WRITES, /* … written */
};

struct probing {
    int fd; /* -1: none */
    struct probe_failure failure;
    struct httpreply reply;
    bool has_sent;   /* the request */
    uint8_t attempt; /* which of localhost's addresses */
};

/* By whose rights a path is looked at: what belongs to a unit need not be open to roinit, which has
 * given up what opens everything. */
struct probe_as {
    uid_t uid;
    gid_t gid;
    bool is_other; /* than roinit's own */
};

/* Begins. */
enum probing_state probing_begin(struct probing *probing, const struct probe *probe,
                                 const struct probe_as *as);
/* The descriptor is as was waited for. */
enum probing_state probing_go_on(struct probing *probing, const struct probe *probe);
/* Ends: nothing is left open. */
void probing_end(struct probing *probing);

#endif
