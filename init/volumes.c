/* SPDX-License-Identifier: MIT */
#include "init/volumes.h"

#include <string.h>

#include "config/doc.h"
#include "init/accounts.h"
#include "init/place.h"
#include "init/volumes_parts.h"

struct diag_place
planner_place(const struct mount_config *mount, enum mount_key key, const char *name)
{
    struct diag_place place = doc_place(mount->from[key], mount->section);
    place.key = name;
    return place;
}

void
planner_add(struct planner *planner, const struct plan_step *step)
{
    struct plan *plan = planner->plan;
    if (plan->count == plan->room) {
        size_t room = plan->room == 0 ? 16 : plan->room * 2;
        struct plan_step *larger = ARENA_NEW(plan->arena, struct plan_step, room);
        for (size_t i = 0; i < plan->count; i++) {
            larger[i] = plan->step[i];
        }
        plan->step = larger;
        plan->room = room;
    }
    struct plan_step *added = &plan->step[plan->count++];
    *added = *step;
    added->top = planner->facts->mount[step->mount].resolved;
    added->mount_id = planner->facts->mount[step->mount].mount_id;
}

/* ---------------------------------------------------------------- one mount, and all */

static void
plan_walk(struct planner *planner, size_t mount, const struct place *after)
{
    const struct mount_config *declared = &planner->config->mount[mount];
    planner_add(planner,
                &(struct plan_step){
                    .kind = PLAN_WALK,
                    .mount = mount,
                    .path = "",
                    .uid = after->uid,
                    .gid = after->gid,
                    .sets_owner = true,
                    .names_can_be_held = place_holds_names(planner->facts, mount),
                    .is_nosuid = planner->facts->mount[mount].is_nosuid,
                    .is_before_seed = declared->seed != NULL && declared->chown != CHOWN_ALWAYS,
                    .place = planner_place(declared, MOUNT_chown, "chown"),
                });
}

/* What a seed brings keeps the owners that the image gave, so the walk comes first; with `always`
 * everything is the owner's at every start, so it comes afterwards. What mkdir makes has the owner
 * that its line names either way, and the top is changed last. */
static void
plan_mount(struct planner *planner, size_t mount)
{
    const struct mount_config *declared = &planner->config->mount[mount];
    struct place after = place_after(planner->config, planner->facts, planner->identities, mount);
    bool is_always = declared->chown == CHOWN_ALWAYS;
    if (after.is_walked && !is_always) {
        plan_walk(planner, mount, &after);
    }
    if (after.is_there && declared->seed != NULL) {
        planner_add(planner, &(struct plan_step){
                                 .kind = PLAN_SEED,
                                 .mount = mount,
                                 .path = "",
                                 .seed = declared->seed,
                                 .seed_mode = (enum seed_mode)declared->seed_mode,
                                 .is_after_walk = after.is_walked && !is_always,
                                 .place = planner_place(declared, MOUNT_seed, "seed"),
                             });
    }
    if (after.is_walked && is_always) {
        plan_walk(planner, mount, &after);
    }
    planner_add_directories(planner, mount, after.is_there);
    if (after.changes_owner || after.changes_mode) {
        bool is_mode = declared->mode >= 0;
        planner_add(planner,
                    &(struct plan_step){
                        .kind = PLAN_TOP,
                        .mount = mount,
                        .path = "",
                        .mode = after.mode,
                        .uid = after.uid,
                        .gid = after.gid,
                        .sets_mode = after.changes_mode,
                        .sets_owner = after.changes_owner,
                        .place = planner_place(declared, is_mode ? MOUNT_mode : MOUNT_owner,
                                               is_mode ? "mode" : "owner"),
                    });
    }
}

static void
plan_view(struct planner *planner)
{
    const struct identities *identities = planner->identities;
    const struct identity *who = identities->viewed;
    const char *name = planner->config->init.passwd;
    if (who == NULL) {
        return;
    }
    const char *home = vars_get(&planner->vars[who - identities->unit], "HOME");
    if (home == NULL || *home != '/' || strpbrk(home, ":\n") != NULL) {
        home = "/"; /* passwd(5) cannot hold it */
    }
    planner->plan->passwd_view =
        accounts_passwd_view(identities->accounts, name, who->uid, who->gid, home, planner->arena);
    planner->plan->group_view =
        accounts_group_view(identities->accounts, name, who->gid, planner->arena);
}

void
volumes_plan(const struct config *config, const struct facts *facts,
             const struct identities *identities, const struct environ_input *environment,
             struct arena *arena, struct plan *ret_plan, struct diags *diags)
{
    /* What is wrong with an environment was told when it was made for the unit's keys. */
    struct diags told = {.arena = arena};
    struct planner planner = {
        .config = config,
        .facts = facts,
        .identities = identities,
        .arena = arena,
        .plan = ret_plan,
        .diags = diags,
        .vars = ARENA_NEW(arena, struct vars, config->unit_count + 1),
    };
    *ret_plan = (struct plan){
        .arena = arena, .self_uid = identities->self->uid, .cap_effective = facts->cap_effective};
    for (size_t u = 0; u < config->unit_count; u++) {
        (void)environ_unit(environment, u, NULL, arena, &planner.vars[u], &told);
    }
    for (size_t m = 0; m < config->mount_count; m++) {
        plan_mount(&planner, m);
    }
    plan_view(&planner);
}

bool
plan_is_long(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->step[i].kind == PLAN_WALK || plan->step[i].kind == PLAN_SEED) {
            return true;
        }
    }
    return false;
}

void
plan_text(const struct plan *plan, struct text *out)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->step[i];
        text_addf(out, "%s: ", step->top);
        switch (step->kind) {
        case PLAN_WALK:
            text_add(out, "give all that lies in it");
            break;
        case PLAN_SEED:
            text_addf(out, "seed from %s where %s", step->seed,
                      step->seed_mode == SEED_EMPTY ? "it is empty" : "files are missing");
            break;
        case PLAN_DIRECTORY:
            text_addf(out, "make %s", step->path);
            break;
        case PLAN_TOP:
            text_add(out, "set");
            break;
        }
        if (step->sets_mode) {
            text_addf(out, " mode %04o", step->mode);
        }
        if (step->sets_owner) {
            text_addf(out, " owner %u:%u", step->uid, step->gid);
        }
        text_add(out, "\n");
    }
    if (plan->passwd_view != NULL) {
        text_add(out, "state directory: write passwd and group\n");
    }
}
