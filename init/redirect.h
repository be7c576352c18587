/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_REDIRECT_H
#define ROINIT_INIT_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "init/facts.h"
#include "init/identity.h"

/*
 * The words of `redirect` as rows of one table: which variable, and where it points. Pure.
 */

/* What the path of a row hangs from. */
enum redirect_base {
    REDIRECT_TOP,  /* the mount itself where it is 1777, else as REDIRECT_OWN */
    REDIRECT_OWN,  /* PATH/DIRECTORY-UID */
    REDIRECT_HOME, /* the unit's final HOME */
};

struct redirect_row {
    const char *word; /* of the contract; several rows may bear it */
    const char *variable;
    enum redirect_base base;
    const char *directory; /* "tmp": tmp-UID */
    const char *below;     /* a path below that, or "" */
    bool is_file;          /* the last component is no directory to be made */
    const char *option;    /* "-Djava.io.tmpdir=": added to what the variable finally holds */
};

extern const struct redirect_row redirect_rows[];
extern const size_t redirect_row_count;

/* All directories that rows point to are the unit's alone. */
enum { REDIRECT_MODE = 0700 };

/* The declared mount whose `redirect` has that word and that can give it to `who`: it is there, he
 * can reach it, and the directory can be made for him; else config->mount_count. */
size_t redirect_mount(const struct config *config, const struct facts *facts,
                      const struct identities *identities, const struct identity *who,
                      const struct redirect_row *row);

/* The path of the row in that mount (its base not REDIRECT_HOME). The arena's. */
const char *redirect_path(const struct config *config, const struct facts *facts,
                          const struct identities *identities, const struct identity *who,
                          const struct redirect_row *row, size_t mount, struct arena *arena);

#endif
