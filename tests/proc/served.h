/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_SERVED_H
#define ROINIT_TESTS_PROC_SERVED_H

#include <stdbool.h>

/*
 * A file system with a program behind it (FUSE), which can die: what is asked of it then waits, in
 * the kernel, as with a file server that does not answer. No library is needed: it knows one
 * folder, in which each name that begins with "file" is a file, and all others are not there.
 */
#define SERVED "/served"
#define SERVED_TEXT "SERVED=yes\n" /* what each file holds */

/* Whether this machine has FUSE. */
bool served_is_possible(void);
#define NEEDS_FUSE()                                                                               \
    if (proc_leaves_out(__func__, served_is_possible(), "needs root and /dev/fuse"))               \
    return

/* Starts the program; before the box. */
void served_begin(void);
/* In the box, for its `plant`: mounts it. */
void served_plant(void);
/* It answers nothing from now on; it answers again. */
void served_be_dead(void);
void served_be_alive(void);
/* It is gone for good, and the kernel refuses what waits for it. */
void served_end(void);

#endif
