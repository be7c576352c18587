/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_FIELD_H
#define ROINIT_TESTS_PROC_FIELD_H

#include "tests/proc/harness.h"

#include "init/sys_volumes.h"

/*
 * For walks through a real volume, as root: a folder of a tmpfs, seen through a mount of its own,
 * beside a place on the same file system that nothing may touch.
 */
enum { TEXT_BYTES = 256 };

extern struct field {
    char folder[32];
    char top[64];     /* the volume */
    char real[64];    /* the same as others see it, by another mount */
    char outside[64]; /* root's, with sentinels: as are `sentinel` and `folder/sentinel` in it */
    struct arena arena;
    struct findings findings;
    struct err err;
    struct walk_counts counts; /* of field_walk() */
    bool holds_names;          /* what field_walking() says */
} field;

void field_setup(void);
void field_teardown(void);

/* A line for the shell, with %s once. */
void field_run(const char *format, const char *where);

/* BASE/NAME; good for three calls more. */
const char *field_at(const char *base, const char *name);

uid_t field_owner(const char *path);
bool field_protects_links(void);

/* The step of a walk for that owner. */
struct plan_step field_walking(uid_t uid);

/* Walks for that owner; returns what the first finding found, or "". */
const char *field_walk(uid_t uid);

/* walk_below() as the only walker. */
int field_walk_alone(int top_fd, const struct walk_rule *rule, struct walk_report *report);

/* Fails the test unless all that lies outside is root's as before. */
void field_is_untouched(void);

/* Fails the test unless all below the top, but for what words of find(1) leave out, is his. */
void field_is_his(uid_t uid, const char *except);

/* From here on this process, and what it starts, gets that error from those system calls. */
void field_refuse(const int *numbers, size_t count, int errnum);

#endif
