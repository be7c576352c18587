/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_APPLIED_H
#define ROINIT_TESTS_PROC_APPLIED_H

#include "tests/proc/harness.h"

#include "init/sys_volumes.h"

/*
 * Plans applied to real directories, as root: a volume, the seed of an image beside it, and a place
 * outside of both that nothing may touch.
 */
enum { OTHER_UID = 10002 };

extern struct applied {
    char folder[32];
    char top[64], seed[64], outside[64];
    struct arena arena;
    struct findings findings; /* of the step that was applied last */
    struct err err;
} applied;

void applied_setup(void);
void applied_teardown(void);

/* A line for the shell, with %s twice. */
void applied_run(const char *format, const char *a, const char *b);

/* BASE/NAME; good for three calls more. */
const char *applied_at(const char *base, const char *name);

/* Applies one step; returns what the first finding found, or "". */
const char *applied_step(struct plan_step step);

/* The same in a process of its own, which `before` restricts. */
const char *applied_restricted(struct plan_step step, void (*before)(void));

/* Takes capabilities (bits) from this process. */
void applied_drop(uint32_t capabilities);

/* Fails the test unless that file has the mode and the owner; unless it holds that text. */
void applied_is(const char *path, mode_t mode, uid_t uid);
void applied_holds(const char *path, const char *want);
bool applied_exists(const char *path);

#endif
