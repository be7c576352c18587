/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "config/capname.h"
#include "config/err.h"
#include "init/sys_step.h"

/* A step that failed, in the words of whoever has to mend it. */

enum { SENTENCE_BYTES = 512 };

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
    case BELOW_ENTER:
        return problem_set(problem, "enter it", path);
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

bool
problem_is_promise(const struct problem *problem)
{
    static const int promises[] = {EPERM, EACCES, EROFS,  EEXIST, ENOTDIR,
                                   ELOOP, EXDEV,  EINVAL, ENOENT, EISDIR};
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++) {
        if (promises[i] == problem->errnum) {
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

/* What a capability that roinit has does not get past. */
static bool
has_capability(const struct plan *plan, const char *name)
{
    int number = name == NULL ? -1 : capname_number(name);
    return number >= 0 && (plan->cap_effective >> number & 1) != 0;
}

/* What only the contract, or another way to start it, mends; NULL: a flag does, or nobody knows. */
static const char *
contract_mend(struct arena *arena, const struct plan *plan, const struct plan_step *step,
              const struct problem *problem)
{
    bool needs_owner = text_equal(problem->capability != NULL ? problem->capability : "", "CHOWN");
    bool is_seed = step->kind == PLAN_SEED && text_equal(problem->path, step->seed);
    if (is_seed) {
        return "ship that folder in the image, or take the seed out of the contract";
    }
    if (has_capability(plan, problem->capability)) {
        const char *there = needs_owner ? arena_printf(arena, "give it to %u:%u there",
                                                       (unsigned)step->uid, (unsigned)step->gid)
                                        : "start as the user whom it belongs to";
        return arena_printf(arena, "on a file server: %s, or export it with no_root_squash", there);
    }
    if (plan->self_uid == 0 || problem->capability == NULL) {
        return NULL;
    }
    return needs_owner
               ? arena_printf(arena,
                              "start as root, or let the contract name no other owner than uid %u",
                              plan->self_uid)
               : arena_printf(arena, "mount %s so that uid %u can write there, or start as root",
                              step->top, plan->self_uid);
}

static const char *const wanted_words[] = {
    [PLAN_WALK] = "all of it",
    [PLAN_SEED] = "seeded from ",
    [PLAN_DIRECTORY] = "a directory",
    [PLAN_TOP] = "a directory",
};

/* `capability`: that it needs and has not, NULL: none. */
static void
add_found(const struct problem *problem, const char *capability, bool is_refused, struct text *text)
{
    text_addf(text, "cannot %s: %s", problem->action,
              problem->cause == NULL ? err_errno_text(problem->errnum) : problem->cause);
    if (capability != NULL) {
        text_addf(text, ", needs CAP_%s", capability);
    } else if (is_refused) {
        text_add(text, " in spite of CAP_");
        text_add(text, problem->capability);
        text_add(text, ": a file server that does not trust root (root_squash), an immutable "
                       "file, or an owner that this user namespace does not map");
    }
    if (problem->more > 0) {
        text_addf(text, "; and so %llu more", (unsigned long long)problem->more);
    }
}

static void
add_wanted(const struct plan_step *step, struct text *text)
{
    text_add(text, wanted_words[step->kind]);
    text_add(text, step->kind == PLAN_SEED ? step->seed : "");
    if (step->sets_mode) {
        text_addf(text, ", mode %04o", step->mode);
    }
    if (step->sets_owner) {
        text_addf(text, ", owner %u:%u", step->uid, step->gid);
    }
}

void
problem_tell(const struct plan *plan, const struct plan_step *step, const struct problem *problem,
             struct findings *findings)
{
    struct arena *arena = findings->arena;
    char found[SENTENCE_BYTES];
    char wanted[SENTENCE_BYTES];
    struct text text = TEXT_OVER(found);
    struct text expected = TEXT_OVER(wanted);
    const char *slash = *problem->path == '\0' || *problem->path == '/' ? "" : "/";
    const char *top = *problem->path == '/' ? "" : step->top;
    /* --cap-add gives nothing to a user other than root. */
    bool is_refused = has_capability(plan, problem->capability);
    const char *capability = plan->self_uid == 0 && !is_refused ? problem->capability : NULL;
    add_found(problem, capability, is_refused, &text);
    add_wanted(step, &expected);
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
                [MEND_CONTRACT] = contract_mend(arena, plan, step, problem),
            },
    };
    findings_add(findings, &finding);
}
