/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_PROC_H
#define ROINIT_SUPERVISOR_SYS_PROC_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "config/err.h"
#include "supervisor/launch.h"
#include "supervisor/restart.h"

/*
 * Processes and signals: the system calls by which units start, and by which PID 1 guards itself.
 * Signal masks are the kernel's own 64 bits, by raw system calls: the C libraries keep signals 32
 * to 34 for themselves and count real-time signals differently.
 */

/* PID 1's own state, once, before anything else: every disposition to its default (CHLD may be
 * inherited as ignored), every signal blocked, descriptors 0 to 2 open and none above kept. Where
 * it is not PID 1 it becomes a subreaper; *ret_is_subreaper says whether that worked. */
void proc_guard_self(bool *ret_is_subreaper);

/* Not dumpable: closes /proc/self/mem, descriptors and ptrace to services of the same uid (I35).
 * Before the first fork, and after every change of credentials. Returns whether it is so. */
bool proc_hide_self(void);

/* A signalfd for all signals, close-on-exec and non-blocking; -1 with *err. */
int proc_signal_fd(struct err *err);

/* Notes the resource limits that PID 1 has now: what units get where the contract is silent. */
void proc_note_limits(void);

/* Whether somebody has lowered PID 1's own limits, or how it is scheduled, since (by prlimit(2) and
 * its kin, as a service of the same uid may):
 * the name of the first one, else NULL (I36). Raises what can be raised again. */
const char *proc_tampered_limit(void);

/* Starts a process. Returns its pid and the reading end of its exec report in *ret_report_fd
 * (close-on-exec, non-blocking); 0 where the system has no process or descriptor to give, with
 * errno in *ret_errnum. */
pid_t proc_spawn(const struct launch *launch, int *ret_report_fd, int *ret_errnum);

/* Signals a unit: its main process, or its process group. `pid` must be a child that is not reaped
 * yet: the zombie pins pid and group (I30). Returns 0, or an errno value. */
int proc_signal(pid_t pid, int signal, bool is_for_group);

/* How a process ended, of which waitid(2) has told. */
struct outcome proc_outcome(const siginfo_t *info);

/* Calls `each` for the children that the kernel lists, zombies too, as long as it returns true.
 * Returns false where the kernel cannot tell (CONFIG_PROC_CHILDREN). */
bool proc_each_child(bool (*each)(void *context, pid_t pid), void *context);

/* Signals every process that PID 1 may (kill(2), -1); elsewhere every child. */
void proc_sweep(int signal);

/* Gives back the pages of code, of constants and of the stack that are not in use: most of them
 * were for the boot. What is needed is mapped again as it is reached. */
void proc_release_memory(void);

#endif
