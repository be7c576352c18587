/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_LONE_H
#define ROINIT_SUPERVISOR_SYS_LONE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/arena.h"
#include "supervisor/manners.h"

/*
 * The start of a lone command of which nothing is changed but its place, and what its parent keeps.
 * The child borrows the parent's memory until it has executed (clone(2), CLONE_VFORK): no page is
 * copied, no pipe is needed, and whoever comes later finds the command's group made.
 */
struct caller { /* how whoever called us had set signals */
    uint64_t mask;
    bool ignores_child;
};

/* Blocks every signal but `unblocked` and makes SIGCHLD ours. First of all: what comes from now on
 * waits for us. */
void lone_guard(uint64_t unblocked, struct caller *ret_caller);

struct lone_command {
    char *const *argv;
    char *const *envp;
    const char *search_path;
    const struct manners *manners;
    struct caller caller;
    int tty_fd; /* whose foreground its group takes; -1: none */
};

/* What became of a start. */
struct lone_report {
    int errnum;          /* of the step that failed, 0: executed */
    bool is_exec;        /* it was the execution */
    int terminal_errnum; /* PLACE_OWN_SESSION: why the terminal did not come with it, or 0 */
};

/* Starts it; while it lasts this process sleeps. Its memory is the arena's. Returns its pid, or -1
 * with errno where there is no process to be had. A command that cannot be executed has a pid all
 * the same, and ends with the manners' code. Afterwards we stand in "/", so that no mount is held
 * busy. */
pid_t lone_spawn(const struct lone_command *command, struct arena *arena,
                 struct lone_report *ret_report);

/* Leaves the terminal of descriptor 0 to the session that the command will make. Returns 0, or an
 * errno value; *ret_is_leader: the kernel told our group by HUP and CONT (tty_ioctl(4)), which were
 * taken back here: nobody sent them. */
int lone_leave_terminal(bool *ret_is_leader);

#endif
