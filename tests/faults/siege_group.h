/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_FAULTS_SIEGE_GROUP_H
#define ROINIT_TESTS_FAULTS_SIEGE_GROUP_H

#include "tests/proc/harness.h"

/* What sieges need of the kernel: one control group of the test's own, of whichever version the
 * machine has, and strace. */

/* Makes it; false unless the file is in it. */
bool siege_make_group(const char *controller, const char *file);

bool siege_write_group(const char *name, const char *value);

/* PID 1 of the box is in it from now on, and whatever it starts. */
void siege_enter_group(const struct box *box);

/* When the box has ended. */
void siege_remove_group(void);

/* strace is on PID 1 from now on, and no fork of it comes to the kernel. Returns strace's pid. */
pid_t siege_refuse_forks(const struct box *box);

#endif
