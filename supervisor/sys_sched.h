/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_SCHED_H
#define ROINIT_SUPERVISOR_SYS_SCHED_H

/*
 * How PID 1 is scheduled: a service of the same uid may lower it, and units would inherit that
 * (I36). For sys_proc.c alone.
 */

/* Notes how it is at boot. */
void sched_note(void);

/* Whether somebody has lowered it since: what, else NULL. Puts back what can be put back. A change
 * of the container's CPUs from outside (its cpuset) is nobody's doing, and taken over. */
const char *sched_tampered(void);

#endif
