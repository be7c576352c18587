/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_RING_H
#define ROINIT_TESTS_PROC_RING_H

#include <stdbool.h>

/*
 * What the ring as a whole needs: paths, namespaces, and the account of what was left out. For
 * main.c and harness.c.
 */

/* Finds the binary and the puppet ($ROINIT, $PUPPET), makes the folder on which boxes are built,
 * and becomes root in a user namespace where it is not root already. False, with a loud line, where
 * no box can be built here. */
bool ring_prepare(void);

/* The box of that pidfd ends with its test, and the test with the runner, however those are ended.
 * (PR_SET_PDEATHSIG is forgotten where PID 1 takes another user's fsuid for a moment.) */
void ring_keep(int pidfd);

/* Removes the folder; returns how many tests were left out. */
int ring_finish(void);

#endif
