/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_MANNERS_H
#define ROINIT_SUPERVISOR_MANNERS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How a lone command is held, where inits differ: roinit's own way, and that of each program whose
 * name roinit answers to. Plain values; lone.c acts on them.
 */
enum manners_place {
    PLACE_OWN_GROUP, /* a process group in our session, and the terminal's foreground if we hold it
                      */
    PLACE_OWN_SESSION, /* a session, and the terminal of descriptor 0 with it */
    PLACE_OURS,        /* our session and group */
};

struct manners {
    enum manners_place place;
    bool is_for_group; /* forwarded signals go to the command's process group */

    /* What the command starts with; the default is an empty mask and default dispositions. */
    bool keeps_mask;          /* of whoever called us */
    bool keeps_ignored;       /* of whoever called us */
    bool moves_listen_pid;    /* LISTEN_PID that means us means the command (sd_listen_fds(3)) */
    bool is_searched_by_libc; /* as execvp(3): "" in PATH is the current folder, /bin/sh takes what
                                 is no program */

    uint64_t unblocked;   /* not ours to take: they end us where we are not PID 1 */
    uint64_t dropped;     /* taken, and forwarded to nobody */
    bool stops_itself;    /* TSTP, TTIN and TTOU stop us, too, after they were forwarded */
    bool ends_group;      /* the command's end is TERM for its group, as it is forwarded */
    bool sweeps_as_child; /* what is left is ended even where we are not PID 1 */

    /* Exit codes where the command cannot be executed: not there, not allowed, else; and where
     * there is no process to be had. */
    int code_not_found, code_not_allowed, code_no_exec, code_no_fork;
};

#endif
