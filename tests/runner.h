/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_RUNNER_H
#define ROINIT_TESTS_RUNNER_H

/* Runs the suites of one ring. The ring's main.c lists them from its suites.h. */

#include <check.h>
#include <stddef.h>

typedef Suite *suite_maker(void);

/*
 * Runs the suites that `makers` build; the list ends with NULL. Check's own variables choose:
 * CK_RUN_SUITE, CK_RUN_CASE, CK_FORK, CK_TAP_LOG_FILE_NAME.
 *
 * Returns the exit status of the ring's program: 0 where every test passed.
 */
int runner_run(suite_maker *const *makers);

#endif
