/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_ENVIRON_PARTS_H
#define ROINIT_INIT_ENVIRON_PARTS_H

#include "config/doc.h"
#include "init/environ.h"

/* What the files of environ.h share; for them alone. Pure. */
struct environ_work {
    const struct environ_input *input;
    struct arena *arena;
    struct vars *vars;   /* what is set so far */
    struct diags *diags; /* NULL: nothing is told */
    bool is_wrong;

    /* With a unit: */
    const struct identity *who;
    struct vars inherited;   /* the weakest layer, kept */
    const char **redirected; /* [redirect_row_count]: the value that the row set, by pointer */
};

/* Notes an error. */
void environ_wrong(struct environ_work *work, enum exit_code code, struct diag_place place,
                   const char *cure, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The lines of env-files: NAME=value as it stands; empty ones and those that begin with # count
 * not. `files` NULL: none. */
void environ_layer_files(struct environ_work *work, const struct environ_text *files, size_t count);

/* [init] file-env: X becomes what stands in the file that X_FILE names, and X_FILE goes. */
void environ_layer_secrets(struct environ_work *work);

/* The variables that `redirect` sets. */
void environ_layer_redirect(struct environ_work *work);

/* After all layers: what lies below HOME follows the final one, where no layer said otherwise. */
void environ_follow_home(struct environ_work *work);

/* After all layers: options of the rows that add to a variable. */
void environ_add_options(struct environ_work *work);

#endif
