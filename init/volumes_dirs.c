/* SPDX-License-Identifier: MIT */
#include "init/volumes_parts.h"

#include <string.h>

#include "init/redirect.h"

enum { WHY_BYTES = 256, MKDIR_MODE = 0755 };

/* ---------------------------------------------------------------- directories */

static bool
has_directory(const struct plan *plan, size_t mount, const char *path)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->step[i];
        if (step->kind == PLAN_DIRECTORY && step->mount == mount && strcmp(step->path, path) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds the directory unless it is there already: what stands in the contract comes first. */
static void
add_directory(struct planner *planner, const struct plan_step *step)
{
    if (!has_directory(planner->plan, step->mount, step->path)) {
        planner_add(planner, step);
    }
}

/* Adds the directories above those that were added from `first` on, with the same owner. */
static void
add_parents(struct planner *planner, size_t first)
{
    for (size_t i = first; i < planner->plan->count; i++) {
        struct plan_step parent = planner->plan->step[i];
        const char *slash = strrchr(parent.path, '/');
        if (slash != NULL) {
            parent.path = arena_strndup(planner->arena, parent.path, (size_t)(slash - parent.path));
            add_directory(planner, &parent); /* its own parent is found when its turn comes */
        }
    }
}

static size_t
depth(const char *path)
{
    size_t count = 0;
    for (; *path != '\0'; path++) {
        count += *path == '/' ? 1 : 0;
    }
    return count;
}

/* Orders the directories from `first` on, the deepest first: without DAC_OVERRIDE, root cannot make
 * anything in a private directory that he has given away. */
static void
order_directories(struct plan *plan, size_t first)
{
    for (size_t i = first + 1; i < plan->count; i++) {
        struct plan_step moved = plan->step[i];
        size_t at = i;
        for (; at > first && depth(plan->step[at - 1].path) < depth(moved.path); at--) {
            plan->step[at] = plan->step[at - 1];
        }
        plan->step[at] = moved;
    }
}

/* ---------------------------------------------------------------- mkdir */

/* Whom a directory without an OWNER belongs to. */
static struct identity
default_owner(const struct planner *planner, size_t mount)
{
    const struct identities *identities = planner->identities;
    const struct mount_owner *owner = &identities->mount[mount];
    if (identities->has_single) {
        return identities->single;
    }
    if (owner->is_known) {
        return (struct identity){.uid = owner->uid, .gid = owner->gid};
    }
    return (struct identity){.uid = identities->self->uid, .gid = identities->self->gid};
}

/* Parses `PATH [MODE [OWNER]]`. Returns 0, or -1 with `why`. */
static int
parse_mkdir(struct planner *planner, size_t mount, const char *line, struct plan_step *step,
            char *why, size_t why_size)
{
    struct words words;
    int mode = MKDIR_MODE;
    struct identity owner = default_owner(planner, mount);
    value_split(line, planner->arena, &words);
    const char *full =
        words.count == 0 || *words.item[0] == '/'
            ? NULL
            : value_path(arena_printf(planner->arena, "/%s", words.item[0]), planner->arena);
    if (full == NULL || strcmp(full, "/") == 0 || words.count > 3) {
        struct text text = text_over(why, why_size);
        text_addf(&text, "\"%.100s\" is not PATH [MODE [OWNER]], with a PATH below the mount",
                  line);
        return -1;
    }
    if (words.count > 1 && value_parse(VALUE_OCTAL, "0..7777", words.item[1], planner->arena, &mode,
                                       why, why_size) != 0) {
        return -1;
    }
    if (words.count > 2) {
        struct user_spec spec;
        if (value_parse(VALUE_USER, NULL, words.item[2], planner->arena, &spec, why, why_size) !=
                0 ||
            identities_find(planner->identities, &spec, &owner, why, why_size) != 0) {
            return -1;
        }
    }
    *step = (struct plan_step){
        .kind = PLAN_DIRECTORY,
        .mount = mount,
        .path = full + 1,
        .mode = (mode_t)mode,
        .uid = owner.uid,
        .gid = owner.gid,
        .sets_mode = true,
        .sets_owner = true,
        .place = planner_place(&planner->config->mount[mount], MOUNT_mkdir, "mkdir"),
    };
    return 0;
}

static void
plan_mkdir(struct planner *planner, size_t mount, bool is_there)
{
    const struct mount_config *declared = &planner->config->mount[mount];
    char why[WHY_BYTES];
    for (size_t i = 0; i < declared->mkdir.count; i++) {
        struct plan_step step;
        if (parse_mkdir(planner, mount, declared->mkdir.item[i], &step, why, sizeof why) != 0) {
            diag_add(planner->diags, DIAG_ERROR, CODE_CONFIG,
                     planner_place(declared, MOUNT_mkdir, "mkdir"), NULL, "%s", why);
        } else if (is_there) {
            add_directory(planner, &step);
        }
    }
}

/* ---------------------------------------------------------------- redirect */

/* `path` below the mount's declared path, or NULL. */
static const char *
below(const char *top, const char *path)
{
    size_t length = strcmp(top, "/") == 0 ? 0 : strlen(top);
    return strncmp(path, top, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

/* The directory that the row needs for that unit, below the mount; NULL: none. */
static const char *
row_directory(const struct planner *planner, size_t unit, const struct redirect_row *row,
              size_t mount)
{
    const struct identity *who = &planner->identities->unit[unit];
    const char *top = planner->config->mount[mount].path;
    const char *value = vars_get(&planner->vars[unit], row->variable);
    bool is_home = row->base == REDIRECT_HOME;
    if (value == NULL || (row->option != NULL && is_home)) {
        return NULL;
    }
    size_t giver = redirect_mount(planner->config, planner->facts, planner->identities, who, row);
    if (!is_home && giver != mount) {
        return NULL;
    }
    const char *path = value;
    if (!is_home) {
        path = redirect_path(planner->config, planner->facts, planner->identities, who, row, mount,
                             planner->arena);
        if (row->option == NULL && strcmp(path, value) != 0) {
            return NULL; /* a stronger layer said otherwise */
        }
    }
    const char *relative = below(top, path);
    if (relative == NULL) {
        return NULL;
    }
    if (is_home) {
        /* Below a HOME that roinit made; in any other the program makes them itself. */
        const char *own = arena_printf(planner->arena, "%s-%u/", row->directory, who->uid);
        return text_starts_with(relative, own) ? relative : NULL;
    }
    size_t length = row->is_file ? (size_t)(strrchr(relative, '/') - relative) : strlen(relative);
    return arena_strndup(planner->arena, relative, length);
}

static void
plan_redirect(struct planner *planner, size_t mount)
{
    const struct mount_config *declared = &planner->config->mount[mount];
    for (size_t u = 0; u < planner->config->unit_count; u++) {
        const struct identity *who = &planner->identities->unit[u];
        for (size_t r = 0; r < redirect_row_count; r++) {
            const char *path = row_directory(planner, u, &redirect_rows[r], mount);
            if (path != NULL) {
                add_directory(planner,
                              &(struct plan_step){
                                  .kind = PLAN_DIRECTORY,
                                  .mount = mount,
                                  .path = path,
                                  .mode = REDIRECT_MODE,
                                  .uid = who->uid,
                                  .gid = who->gid,
                                  .sets_mode = true,
                                  .sets_owner = true,
                                  .is_private = true,
                                  .place = planner_place(declared, MOUNT_redirect, "redirect"),
                              });
            }
        }
    }
}

void
planner_add_directories(struct planner *planner, size_t mount, bool is_there)
{
    size_t first = planner->plan->count;
    plan_mkdir(planner, mount, is_there);
    if (!is_there) {
        return;
    }
    add_parents(planner, first);
    size_t second = planner->plan->count;
    plan_redirect(planner, mount);
    add_parents(planner, second);
    order_directories(planner->plan, first);
}
