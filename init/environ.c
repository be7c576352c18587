/* SPDX-License-Identifier: MIT */
#include "init/environ.h"

#include <string.h>

#include "config/resolve.h"
#include "init/environ_parts.h"
#include "init/place.h"
#include "init/redirect.h"

enum { WHY_BYTES = 256 };

/* What roinit itself got from whoever started it: never a unit's (I24). */
static const char *const own_variables[] = {
    "NOTIFY_SOCKET",  "LISTEN_FDS",    "LISTEN_PID",   "LISTEN_FDNAMES",
    "LISTEN_PIDFDID", "WATCHDOG_USEC", "WATCHDOG_PID", "ROINIT_UNIT",
};

/* ---------------------------------------------------------------- inherited */

/* Whether the whole of `name` matches `glob`: * and ? as in glob(7), nothing else. */
static bool
matches(const char *glob, const char *name, size_t length)
{
    const char *star = NULL; /* the last *, and where the name goes on if it takes one byte more */
    size_t resume = 0;
    size_t at = 0;
    while (at < length) {
        if (*glob == '*') {
            star = glob++;
            resume = at;
        } else if (*glob == '?' || *glob == name[at]) {
            glob++;
            at++;
        } else if (star != NULL) {
            glob = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    return glob[strspn(glob, "*")] == '\0';
}

static bool
passes(const struct words *globs, const char *item)
{
    size_t length = strcspn(item, "=");
    if (length == 0 || item[length] != '=') {
        return false;
    }
    for (size_t i = 0; i < sizeof own_variables / sizeof own_variables[0]; i++) {
        if (strlen(own_variables[i]) == length && memcmp(own_variables[i], item, length) == 0) {
            return false;
        }
    }
    for (size_t i = 0; globs != NULL && i < globs->count; i++) {
        if (matches(globs->item[i], item, length)) {
            return true;
        }
    }
    return globs == NULL;
}

/* All at once and not one by one: Kubernetes sets variables for each service of a namespace, and
 * there may be thousands. */
static void
layer_inherited(struct environ_work *work, const struct words *globs)
{
    struct vars passed = {.arena = work->arena};
    size_t count = 0;
    while (work->input->inherited != NULL && work->input->inherited[count] != NULL) {
        count++;
    }
    passed.item = ARENA_NEW(work->arena, char *, count + 1);
    for (size_t i = 0; i < count && passed.item != NULL; i++) {
        if (passes(globs, work->input->inherited[i])) {
            passed.item[passed.count++] = work->input->inherited[i];
        }
    }
    vars_copy(work->vars, &passed, work->arena);
}

/* ---------------------------------------------------------------- the unit's user */

/* A lone command is to find what it would find without roinit: only what is missing is set. So is
 * what is not known of roinit's own user: the runtime may have said it. */
static void
set_of_user(struct environ_work *work, const char *name, const char *known, const char *otherwise)
{
    const struct environ_input *input = work->input;
    bool is_set = vars_get(work->vars, name) != NULL;
    bool is_own = work->who->uid == input->identities->self->uid;
    if (is_set && (input->config->is_lone || (is_own && known == NULL))) {
        return;
    }
    vars_set(work->vars, name, known == NULL ? otherwise : known);
}

static void
layer_user(struct environ_work *work)
{
    const char *number = arena_printf(work->arena, "%u", work->who->uid);
    const char *home = work->who->home;
    set_of_user(work, "USER", work->who->name, number);
    set_of_user(work, "LOGNAME", work->who->name, number);
    set_of_user(work, "HOME", home == NULL || *home == '\0' ? NULL : home, "/");
}

/* ---------------------------------------------------------------- [env] and env */

/* Expands `text` with what is set so far and sets NAME; an empty value unsets. */
static void
set_expanded(struct environ_work *work, const char *name, const char *text, struct diag_place place)
{
    char why[WHY_BYTES];
    bool is_runtime = false;
    const char *value = expand_value(text, work->vars, work->arena, why, sizeof why, &is_runtime);
    if (value == NULL) {
        environ_wrong(work, is_runtime ? CODE_BROKEN : CODE_CONFIG, place,
                      is_runtime ? "set it, or give a default: ${NAME:-word}" : NULL, "%.60s: %s",
                      name, why);
        return;
    }
    vars_set(work->vars, name, *value == '\0' ? NULL : value);
}

static void
layer_env(struct environ_work *work)
{
    const struct config *config = work->input->config;
    for (size_t i = 0; i < config->env_count; i++) {
        const struct setting *setting = config->env[i];
        struct diag_place place = {setting->file, setting->line, "env", setting->name};
        set_expanded(work, setting->name, setting->text, place);
    }
}

static void
layer_unit_env(struct environ_work *work, const struct unit_config *unit)
{
    struct diag_place place = doc_place(unit_from(unit, UNIT_env), unit->section);
    for (size_t i = 0; i < unit->env.count; i++) {
        const char *item = unit->env.item[i];
        size_t length = strcspn(item, "=");
        const char *name = arena_strndup(work->arena, item, length);
        if (name != NULL) {
            set_expanded(work, name, item + length + 1, place);
        }
    }
}

/* ---------------------------------------------------------------- the layers in their order */

const char *
environ_secret_path(const struct environ_input *input, size_t name, struct arena *arena)
{
    struct vars vars;
    struct environ_work work = {.input = input, .arena = arena, .vars = &vars};
    layer_inherited(&work, NULL); /* env-pass is about units */
    environ_layer_files(&work, input->env_file, input->config->init.env_file.count);
    const char *variable = arena_printf(arena, "%s_FILE", input->config->init.file_env.item[name]);
    const char *path = vars_get(&vars, variable);
    return path == NULL || *path == '\0' ? NULL : path;
}

int
environ_base(const struct environ_input *input, struct arena *arena, struct vars *ret_vars,
             struct diags *diags)
{
    struct environ_work work = {.input = input, .arena = arena, .vars = ret_vars, .diags = diags};
    layer_inherited(&work, &input->config->init.env_pass);
    environ_layer_files(&work, input->env_file, input->config->init.env_file.count);
    environ_layer_secrets(&work);
    /* A line of [env] may need what only a unit has, such as TMPDIR: judged there. */
    work.diags = NULL;
    bool is_wrong = work.is_wrong;
    layer_env(&work);
    return is_wrong ? -1 : 0;
}

int
environ_unit(const struct environ_input *input, size_t unit, const struct environ_text *env_file,
             struct arena *arena, struct vars *ret_vars, struct diags *diags)
{
    const struct config *config = input->config;
    struct environ_work work = {
        .input = input,
        .arena = arena,
        .vars = ret_vars,
        .diags = diags,
        .who = &input->identities->unit[unit],
        .redirected = ARENA_NEW(arena, const char *, redirect_row_count),
    };
    layer_inherited(&work, &config->init.env_pass);
    vars_copy(&work.inherited, ret_vars, arena);
    layer_user(&work);
    environ_layer_redirect(&work);
    environ_layer_files(&work, input->env_file, config->init.env_file.count);
    environ_layer_secrets(&work);
    layer_env(&work);
    environ_layer_files(&work, env_file, config->unit[unit].env_file.count);
    layer_unit_env(&work, &config->unit[unit]);
    environ_follow_home(&work);
    environ_add_options(&work);
    vars_set(ret_vars, "ROINIT_UNIT", config->unit[unit].name);
    return work.is_wrong ? -1 : 0;
}
