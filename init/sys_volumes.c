/* SPDX-License-Identifier: MIT */
#include "init/sys_volumes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/sys_step.h"

enum {
    UNFINISHED_MODE = 0700,
    WRITABLE_BY_OTHERS = 022,
    NAME_BYTES = 256,
    SENTENCE_BYTES = 512,
};

/* ---------------------------------------------------------------- what went wrong */

int
problem_set(struct problem *problem, const char *action, const char *path)
{
    *problem = (struct problem){.action = action, .errnum = errno};
    struct text text = TEXT_OVER(problem->path);
    text_add(&text, path);
    if (problem->errnum == EACCES) {
        problem->capability = "DAC_OVERRIDE";
    } else if (problem->errnum == ELOOP || problem->errnum == ENOTDIR) {
        problem->cause = "something that is no directory is in the way";
    } else if (problem->errnum == EXDEV) {
        problem->cause = "another mount is in the way";
    }
    return -1;
}

int
problem_because(struct problem *problem, const char *action, const char *path, const char *cause)
{
    errno = EPERM;
    (void)problem_set(problem, action, path);
    problem->cause = cause;
    return -1;
}

int
problem_of_below(struct problem *problem, enum below_step step, const char *path)
{
    switch (step) {
    case BELOW_DONE:
        return 0;
    case BELOW_LOOK:
        return problem_set(problem, "look at it", path);
    case BELOW_CHMOD:
        (void)problem_set(problem, "set its mode", path);
        problem->capability = problem->errnum == EPERM ? "FOWNER" : NULL;
        break;
    case BELOW_CHOWN:
        (void)problem_set(problem, "set its owner", path);
        problem->capability = problem->errnum == EPERM ? "CHOWN" : NULL;
        if (problem->errnum == EINVAL) {
            problem->cause = "the uid or gid is not mapped in this user namespace";
        }
        break;
    case BELOW_VERIFY:
        return problem_because(problem, "set its owner and mode", path,
                               "the file system did not take them");
    }
    return -1;
}

/* Whether whoever runs the image, and not the system, is to mend it. */
static bool
is_promise(int errnum)
{
    static const int promises[] = {EPERM, EACCES, EROFS,  EEXIST, ENOTDIR,
                                   ELOOP, EXDEV,  EINVAL, ENOENT, EISDIR};
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++) {
        if (promises[i] == errnum) {
            return true;
        }
    }
    return false;
}

static const char *
mend(struct arena *arena, const char *before, const char *capability, const char *after)
{
    return capability == NULL ? NULL : arena_printf(arena, "%s%s%s", before, capability, after);
}

static void
tell(const struct plan *plan, const struct plan_step *step, const struct problem *problem,
     struct findings *findings)
{
    struct arena *arena = findings->arena;
    char found[SENTENCE_BYTES];
    struct text text = TEXT_OVER(found);
    const char *slash = *problem->path == '\0' || *problem->path == '/' ? "" : "/";
    const char *top = *problem->path == '/' ? "" : step->top;
    text_addf(&text, "cannot %s: %s", problem->action,
              problem->cause == NULL ? err_errno_text(problem->errnum) : problem->cause);
    /* --cap-add gives nothing to a user other than root. */
    const char *capability = plan->self_uid == 0 ? problem->capability : NULL;
    if (capability != NULL) {
        text_addf(&text, ", needs CAP_%s", capability);
    }
    char wanted[SENTENCE_BYTES];
    struct text expected = TEXT_OVER(wanted);
    text_add(&expected, step->kind == PLAN_SEED ? "seeded from " : "a directory");
    text_add(&expected, step->kind == PLAN_SEED ? step->seed : "");
    if (step->sets_mode) {
        text_addf(&expected, ", mode %04o", step->mode);
    }
    if (step->sets_owner) {
        text_addf(&expected, ", owner %u:%u", step->uid, step->gid);
    }
    struct finding finding = {
        .level = FINDING_ERROR,
        .subject = arena_printf(arena, "%s%s%s", top, slash, problem->path),
        .found = arena_strdup(arena, found),
        .expected = arena_strdup(arena, wanted),
        .place = step->place,
        .mend =
            {
                [MEND_DOCKER] = mend(arena, "--cap-add ", capability, ""),
                [MEND_COMPOSE] = mend(arena, "cap_add: [", capability, "]"),
                [MEND_KUBERNETES] =
                    mend(arena, "securityContext.capabilities.add: [", capability, "]"),
                [MEND_CONTRACT] = plan->self_uid == 0 || problem->capability == NULL
                                      ? NULL
                                      : arena_printf(arena,
                                                     "mount %s so that uid %u can write there, "
                                                     "or start as root",
                                                     step->top, plan->self_uid),
            },
    };
    findings_add(findings, &finding);
}

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

static int
apply_step(const struct plan_step *step, uid_t self_uid, struct problem *problem)
{
    struct below_attributes attributes = {step->sets_owner, step->sets_mode, step->uid, step->gid,
                                          step->mode};
    int result = -1;
    int top_fd = open_top(step, problem);
    if (top_fd < 0) {
        return -1;
    }
    switch (step->kind) {
    case PLAN_SEED:
        result = seed_apply(top_fd, step, self_uid, problem);
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

int
plan_apply(const struct plan *plan, struct findings *findings, struct err *err)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->step[i];
        struct problem problem = {0};
        if (apply_step(step, plan->self_uid, &problem) == 0) {
            continue;
        }
        if (!is_promise(problem.errnum)) {
            return err_set(err, CODE_SYSTEM, problem.errnum, "%.80s/%.80s: cannot %s", step->top,
                           problem.path, problem.action);
        }
        tell(plan, step, &problem, findings);
    }
    return 0;
}
