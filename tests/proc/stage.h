/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_STAGE_H
#define ROINIT_TESTS_PROC_STAGE_H

#include <stddef.h>

#include "tests/proc/harness.h"

/*
 * The inside of a box: what the first process of the new namespaces does until it has become
 * roinit. For harness.c and main.c alone.
 */

/* Its standard descriptors, and where to report. */
struct stage {
    int fd[3];    /* -1: closed */
    int report;   /* close-on-exec: a sentence where something failed */
    int terminal; /* or -1 */
};

/* Becomes roinit as `start` says; does not return. */
_Noreturn void stage_enter(const struct start *start, const struct stage *stage);

/* A standard descriptor of the box: `ret_inside` is what it gets, the result is our end or -1. */
int stream_open_input(enum stream stream, int terminal, int *ret_inside);
int stream_open_output(enum stream stream, int terminal, int *ret_inside);

/* The same for a new terminal. */
int stream_open_terminal(int *ret_inside);

/* Where the stage finds things: absolute paths of the binary, the puppet, and an empty folder. */
struct stage_paths {
    const char *binary;
    const char *puppet;
    const char *folder;
};

extern struct stage_paths stage_paths;

/* The capabilities that container engines give. */
void stage_drop_capabilities(bool all);

#endif
