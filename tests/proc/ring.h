/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_RING_H
#define ROINIT_TESTS_PROC_RING_H

#include <stdbool.h>

/*
 * What the ring as a whole needs: paths, namespaces, and the account of what was left out. For
 * main.c.
 */

/* Finds the binary and the puppet ($ROINIT, $PUPPET), makes the folder on which boxes are built,
 * and becomes root in a user namespace where it is not root already. False, with a loud line, where
 * no box can be built here. */
bool ring_prepare(void);

/* Removes the folder; returns how many tests were left out. */
int ring_finish(void);

#endif
