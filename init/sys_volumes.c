/* SPDX-License-Identifier: MIT */
#include "init/sys_volumes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/sys_step.h"

enum {
    UNFINISHED_MODE = 0700,
    WRITABLE_BY_OTHERS = 022,
    NAME_BYTES = 256,
};

/* ---------------------------------------------------------------- the steps */

/* The top as the facts saw it: the same mount, and no symbolic link in its place. */
static int
open_top(const struct plan_step *step, struct problem *problem)
{
    int fd = open(step->top, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES) {
        fd = open(step->top, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (fd < 0) {
        return problem_set(problem, "open it", "");
    }
    uint64_t mount_id = below_mount_id(fd);
    if (mount_id != 0 && step->mount_id != 0 && mount_id != step->mount_id) {
        (void)close(fd);
        return problem_because(problem, "open it", "", "another mount than the one verified");
    }
    return fd;
}

/* Whether a private directory that was there may be taken: it is his, or it is what an earlier run
 * of ours did not finish. Anybody else's may hold what he planted (I25). */
static bool
may_adopt(int fd, const struct plan_step *step, uid_t self_uid)
{
    struct stat file;
    if (fstat(fd, &file) != 0) {
        return false;
    }
    return file.st_uid == step->uid ||
           (file.st_uid == self_uid && (file.st_mode & WRITABLE_BY_OTHERS) == 0);
}

/* Makes or opens the next component of `*path`, and steps over it. */
static int
descend(int fd, const char **path, const struct plan_step *step, uid_t self_uid,
        struct problem *problem)
{
    char name[NAME_BYTES];
    size_t length = strcspn(*path, "/");
    if (length >= sizeof name) {
        errno = ENAMETOOLONG;
        return problem_set(problem, "make it", step->path);
    }
    memcpy(name, *path, length);
    name[length] = '\0';
    *path += length + ((*path)[length] == '/' ? 1 : 0);
    bool is_new = mkdirat(fd, name, UNFINISHED_MODE) == 0;
    if (!is_new && errno != EEXIST) {
        return problem_set(problem, "make it", step->path);
    }
    int below = below_open_directory(fd, name);
    if (below < 0) {
        return problem_set(problem, "open it", step->path);
    }
    if (step->is_private && !is_new && !may_adopt(below, step, self_uid)) {
        (void)close(below);
        return problem_because(problem, "use it", step->path, "it belongs to another user");
    }
    return below;
}

static int
apply_directory(int top_fd, const struct plan_step *step, uid_t self_uid, struct problem *problem)
{
    struct below_attributes attributes = {step->sets_owner, step->sets_mode, step->uid, step->gid,
                                          step->mode};
    const char *path = step->path;
    int fd = top_fd;
    while (*path != '\0') {
        int below = descend(fd, &path, step, self_uid, problem);
        if (fd != top_fd) {
            (void)close(fd);
        }
        if (below < 0) {
            return -1;
        }
        fd = below;
    }
    int result = problem_of_below(problem, below_set(fd, &attributes), step->path);
    if (fd != top_fd) {
        (void)close(fd);
    }
    return result;
}

/* Only what a walk leaves for its top and its seed may come after it. */
static bool
is_after_failed_walk(const struct plan *plan, size_t at, const struct prepared *prepared)
{
    for (size_t i = 0; i < at; i++) {
        if (plan->step[i].mount == plan->step[at].mount && plan->step[i].kind == PLAN_WALK &&
            prepared[i].state == PREPARED_FAILED) {
            return true;
        }
    }
    return false;
}

static int
apply_step(const struct plan_step *step, uid_t self_uid, struct prepared *prepared)
{
    struct below_attributes attributes = {step->sets_owner, step->sets_mode, step->uid, step->gid,
                                          step->mode};
    struct problem *problem = &prepared->problem;
    int result = -1;
    int top_fd = open_top(step, problem);
    if (top_fd < 0) {
        return -1;
    }
    switch (step->kind) {
    case PLAN_WALK:
        /* Where a seed was interrupted the walk had been done, and what the seed has brought keeps
         * its owners. */
        result = step->is_before_seed && seed_is_under_way(top_fd, self_uid)
                     ? 0
                     : walk_apply(top_fd, step, prepared->walk, problem);
        break;
    case PLAN_SEED:
        result = seed_apply(top_fd, step, self_uid, &prepared->walk[0].counts, problem);
        break;
    case PLAN_DIRECTORY:
        result = apply_directory(top_fd, step, self_uid, problem);
        break;
    case PLAN_TOP:
        result = problem_of_below(problem, below_set(top_fd, &attributes), "");
        break;
    }
    (void)close(top_fd);
    return result;
}

struct walk_counts
prepared_counts(const struct prepared *prepared)
{
    struct walk_counts sum = {0};
    for (size_t i = 0; i < WALKERS_MAX; i++) {
        walk_counts_add(&sum, &prepared->walk[i].counts);
    }
    return sum;
}

struct prepared *
prepared_new(const struct plan *plan)
{
    void *memory = mmap(NULL, (plan->count + 1) * sizeof(struct prepared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void
prepared_free(const struct plan *plan, struct prepared *prepared)
{
    if (prepared != NULL) {
        (void)munmap(prepared, (plan->count + 1) * sizeof(struct prepared));
    }
}

void
plan_run(const struct plan *plan, struct prepared *prepared)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->step[i];
        bool is_last = step->kind == PLAN_TOP || step->kind == PLAN_SEED;
        if (is_last && is_after_failed_walk(plan, i, prepared)) {
            prepared[i].state = PREPARED_LEFT; /* the top is the mark: the next start walks again */
            continue;
        }
        prepared[i].state = PREPARED_RUNNING;
        int result = apply_step(step, plan->self_uid, &prepared[i]);
        prepared[i].state = result == 0 ? PREPARED_DONE : PREPARED_FAILED;
    }
}

int
plan_tell(const struct plan *plan, const struct prepared *prepared, struct findings *findings,
          struct err *err)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct problem *problem = &prepared[i].problem;
        if (prepared[i].state != PREPARED_FAILED) {
            continue;
        }
        if (!problem_is_promise(problem)) {
            bool is_full = problem->errnum == ENOSPC || problem->errnum == EDQUOT;
            return err_set(err, CODE_SYSTEM, problem->errnum, "%s%.80s/%.80s: cannot %s",
                           is_full ? "too little room (size=, nr_inodes=): " : "",
                           plan->step[i].top, problem->path, problem->action);
        }
        problem_tell(plan, &plan->step[i], problem, findings);
    }
    return 0;
}

int
plan_apply(const struct plan *plan, struct findings *findings, struct err *err)
{
    struct prepared *prepared = prepared_new(plan);
    if (prepared == NULL) {
        return err_set(err, CODE_SYSTEM, errno, "cannot prepare the volumes");
    }
    plan_run(plan, prepared);
    int result = plan_tell(plan, prepared, findings, err);
    prepared_free(plan, prepared);
    return result;
}
