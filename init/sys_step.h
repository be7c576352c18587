/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_STEP_H
#define ROINIT_INIT_SYS_STEP_H

#include "init/finding.h"
#include "init/sys_below.h"
#include "init/volumes.h"
#include "init/walk.h"

/*
 * What the files of sys_volumes.h share; for them alone: a step that failed, in the words of
 * whoever has to mend it.
 */
enum { PROBLEM_PATH_BYTES = 256 };

/* Its sentences live for ever: a helper process hands it over as it is. */
struct problem {
    const char *action; /* "make it" */
    int errnum;
    const char *cause;             /* where errno does not say it all, or NULL */
    const char *capability;        /* "CHOWN": what is missing, or NULL */
    char path[PROBLEM_PATH_BYTES]; /* below the top, or absolute; "" is the top itself */
    uint64_t more;                 /* as many others like it */
};

/* Sets *problem from errno. Returns -1. */
int problem_set(struct problem *problem, const char *action, const char *path);
/* The same with a cause of our own. Returns -1. */
int problem_because(struct problem *problem, const char *action, const char *path,
                    const char *cause);
/* Sets *problem from what below_set() returned, and errno. Returns 0 for BELOW_DONE, else -1. */
int problem_of_below(struct problem *problem, enum below_step step, const char *path);

/* Whether whoever runs the image, and not the system, is to mend it. */
bool problem_is_promise(const struct problem *problem);
/* Adds it to the findings, with its mends. */
void problem_tell(const struct plan *plan, const struct plan_step *step,
                  const struct problem *problem, struct findings *findings);

/* Copies the seed into the top. `counts` grows meanwhile. Returns 0, or -1 with *problem. */
int seed_apply(int top_fd, const struct plan_step *step, uid_t self_uid, struct walk_counts *counts,
               struct problem *problem);

/* Whether a seed was interrupted there. */
bool seed_is_under_way(int top_fd, uid_t self_uid);

#endif
