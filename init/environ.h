/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_ENVIRON_H
#define ROINIT_INIT_ENVIRON_H

#include <stddef.h>

#include "config/config.h"
#include "config/diag.h"
#include "config/vars.h"
#include "init/facts.h"
#include "init/identity.h"

/*
 * The environment of each unit, layer on layer, in the order of contract.md, [env]. Pure: what
 * stands in files comes in as text (sys_files.h reads it).
 */

/* One file that was read. `text` is NUL-terminated; NULL: there is none (an optional env-file that
 * isn't there, a secret whose X_FILE is not set). */
struct environ_text {
    const char *path;
    const char *text;
    size_t length; /* differs from strlen(text) where there is a NUL in it */
};

struct environ_input {
    const struct config *config;
    const struct identities *identities; /* environ_base() needs neither of the two */
    const struct facts *facts;
    char *const *inherited;
    const struct environ_text *env_file; /* [config->init.env_file.count], or NULL: none was read */
    const struct environ_text *secret;   /* [config->init.file_env.count], or NULL: none was read */
};

/* The path that X_FILE holds for the name-th of `[init] file-env`, as inherited or from the
 * env-files, which must have been read; NULL where it is not set or empty. */
const char *environ_secret_path(const struct environ_input *input, size_t name,
                                struct arena *arena);

/* The environment without a unit: inherited, env-file, file-env, [env]. In it `user = ${PUID}` is
 * expanded. Returns 0, or -1 with what is wrong added to `diags`; *ret_vars is usable either way.
 */
int environ_base(const struct environ_input *input, struct arena *arena, struct vars *ret_vars,
                 struct diags *diags);

/* The final environment of one unit. `env_file` is parallel to the unit's env_file, just read;
 * NULL: none. Called at each of its starts: nothing is kept outside of `arena`. Returns 0, or -1
 * with what is wrong added to `diags`. */
int environ_unit(const struct environ_input *input, size_t unit,
                 const struct environ_text *env_file, struct arena *arena, struct vars *ret_vars,
                 struct diags *diags);

#endif
