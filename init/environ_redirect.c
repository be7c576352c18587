/* SPDX-License-Identifier: MIT */
#include "init/environ_parts.h"

#include <string.h>

#include "init/place.h"
#include "init/redirect.h"

/* Whether it is a path in a declared mount that can be written. */
static bool
lies_in_mount(const struct environ_work *work, const char *path)
{
    const struct config *config = work->input->config;
    size_t length = path == NULL ? 0 : strlen(path);
    if (length == 0 || *path != '/' || strstr(path, "/../") != NULL ||
        (length >= 3 && strcmp(path + length - 3, "/..") == 0)) {
        return false;
    }
    return place_of_path(config, work->input->facts, path) < config->mount_count;
}

/* Where the row points now: the arena's, or NULL where its mount cannot give it. */
static const char *
row_path(const struct environ_work *work, const struct redirect_row *row)
{
    const struct environ_input *input = work->input;
    size_t mount = redirect_mount(input->config, input->facts, input->identities, work->who, row);
    const char *home = vars_get(work->vars, "HOME");
    if (mount == input->config->mount_count) {
        return NULL;
    }
    if (row->base == REDIRECT_HOME && lies_in_mount(work, home)) {
        return arena_printf(work->arena, "%s%s", home, row->below);
    }
    return redirect_path(input->config, input->facts, input->identities, work->who, row, mount,
                         work->arena);
}

void
environ_layer_redirect(struct environ_work *work)
{
    for (size_t r = 0; r < redirect_row_count && work->redirected != NULL; r++) {
        const struct redirect_row *row = &redirect_rows[r];
        const char *path = row->option != NULL ? NULL : row_path(work, row);
        const char *inherited = vars_get(&work->inherited, row->variable);
        if (path == NULL) {
            continue;
        }
        if (lies_in_mount(work, inherited)) {
            vars_set(work->vars, row->variable, inherited);
            continue;
        }
        vars_set(work->vars, row->variable, path);
        work->redirected[r] = vars_get(work->vars, row->variable);
    }
}

void
environ_follow_home(struct environ_work *work)
{
    for (size_t r = 0; r < redirect_row_count && work->redirected != NULL; r++) {
        const struct redirect_row *row = &redirect_rows[r];
        /* By pointer: a layer that set the same text meant it. */
        if (row->base == REDIRECT_HOME && work->redirected[r] != NULL &&
            vars_get(work->vars, row->variable) == work->redirected[r]) {
            vars_set(work->vars, row->variable, row_path(work, row));
        }
    }
}

void
environ_add_options(struct environ_work *work)
{
    for (size_t r = 0; r < redirect_row_count; r++) {
        const struct redirect_row *row = &redirect_rows[r];
        const char *held = vars_get(work->vars, row->variable);
        if (row->option == NULL || (held != NULL && strstr(held, row->option) != NULL)) {
            continue; /* who set it himself knows why */
        }
        if (row->base == REDIRECT_HOME && !lies_in_mount(work, vars_get(work->vars, "HOME"))) {
            continue; /* it follows HOME, and HOME is not redirected */
        }
        const char *path = row_path(work, row);
        if (path == NULL) {
            continue;
        }
        const char *quote = strpbrk(path, " \t") == NULL ? "" : "\"";
        const char *value =
            arena_printf(work->arena, "%s%s%s%s%s%s", held == NULL ? "" : held,
                         held == NULL || *held == '\0' ? "" : " ", quote, row->option, path, quote);
        vars_set(work->vars, row->variable, value);
    }
}
