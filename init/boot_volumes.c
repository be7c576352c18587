/* SPDX-License-Identifier: MIT */
#include "init/boot_volumes.h"

#include <errno.h>

#include "init/sys_helper.h"
#include "supervisor/log.h"

enum { WHY_BYTES = 200 };

/* What a walk has done, and what it has left as it was. */
static void
tell_walk(struct boot *boot, const struct plan_step *step, const struct prepared *prepared)
{
    struct walk_counts counts = prepared_counts(prepared);
    char why[WHY_BYTES];
    struct text text = TEXT_OVER(why);
    log_own(LOG_INFO,
            "%s: %llu looked at, %llu changed to %u:%u, %llu special files and %llu mounts left",
            step->top, (unsigned long long)counts.looked, (unsigned long long)counts.changed,
            (unsigned)step->uid, (unsigned)step->gid, (unsigned long long)counts.special,
            (unsigned long long)counts.mounts);
    if (counts.linked > 0) {
        text_addf(&text,
                  "%llu files keep their owner: they have hard links that may lie outside of it",
                  (unsigned long long)counts.linked);
        log_own(LOG_WARN, "%s: %s", step->top, why);
        status_degrade(&boot->host.status, step->top, why);
    }
    if (counts.setuid > 0 && !step->is_nosuid) {
        log_own(LOG_WARN,
                "%s: %llu files have a set-user-ID or set-group-ID bit that is in force: mount it "
                "nosuid, or take the bits away",
                step->top, (unsigned long long)counts.setuid);
    }
}

/* What a seed has not brought: devices, for whom roinit may not make them. */
static void
tell_seed(struct boot *boot, const struct plan_step *step, const struct prepared *prepared)
{
    struct walk_counts counts = prepared_counts(prepared);
    char why[WHY_BYTES];
    struct text text = TEXT_OVER(why);
    log_own(LOG_INFO, "%s: %llu files copied from %s", step->top,
            (unsigned long long)counts.changed, step->seed);
    if (counts.special > 0) {
        text_addf(&text, "%llu devices of the seed %.80s are missing: only root makes them",
                  (unsigned long long)counts.special, step->seed);
        log_own(LOG_WARN, "%s: %s", step->top, why);
        status_degrade(&boot->host.status, step->top, why);
    }
}

static void
tell_step(struct boot *boot, const struct plan_step *step, const struct prepared *prepared)
{
    if (step->kind == PLAN_WALK) {
        tell_walk(boot, step, prepared);
    } else if (step->kind == PLAN_SEED) {
        tell_seed(boot, step, prepared);
    }
}

int
boot_apply_plan(struct boot *boot, struct findings *fresh, struct err *err)
{
    const struct plan *plan = &boot->plan;
    struct prepared *prepared = prepared_new(plan);
    if (prepared == NULL) {
        return err_set(err, CODE_SYSTEM, errno, "cannot prepare the volumes");
    }
    int signal = helper_prepare(plan, boot->config.init.stop_signals, prepared, err);
    for (size_t i = 0; signal == 0 && i < plan->count; i++) {
        if (prepared[i].state == PREPARED_DONE || prepared[i].state == PREPARED_FAILED) {
            tell_step(boot, &plan->step[i], &prepared[i]);
        }
    }
    if (signal == 0) {
        signal = plan_tell(plan, prepared, fresh, err);
    }
    prepared_free(plan, prepared);
    return signal;
}
