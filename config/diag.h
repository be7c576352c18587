/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_DIAG_H
#define ROINIT_CONFIG_DIAG_H

#include <stddef.h>

#include "config/arena.h"
#include "config/exitcode.h"

/*
 * What the author of a contract, or whoever runs the image, got wrong in words: all of a run are
 * collected here and shown together. A broken promise of the container itself is a finding
 * (init/finding.h), of the same printed and JSON form.
 */
enum diag_level { DIAG_ERROR, DIAG_WARN };

struct diag {
    enum diag_level level;
    enum exit_code code; /* CODE_CONFIG; CODE_BROKEN where a variable's value is to blame;
                            CODE_USAGE where the command line is, CODE_SYSTEM the system */
    const char *file;    /* NULL where no file is to blame */
    unsigned line;       /* 0 where none is */
    const char *section; /* "tmpfs /tmp", or NULL */
    const char *key;     /* or NULL */
    const char *text;    /* what is wrong: lower case, object in quotes, cause */
    const char *cure;    /* what to do, or NULL */
};

enum { DIAG_MAX = 256 }; /* kept; what is beyond is counted */

struct diags {
    struct arena *arena;
    struct diag *item;
    size_t room;
    size_t count;         /* kept */
    size_t errors;        /* of level error, kept or not */
    size_t more;          /* not kept */
    enum exit_code worst; /* what diag_code() says */
};

/* Where a diagnostic points; any member may be empty. */
struct diag_place {
    const char *file;
    unsigned line;
    const char *section;
    const char *key;
};

/* Adds one, unless the same stands there already. `cure` may be NULL; text and cure are copied,
 * what `place` points to must live as long as diags->arena. */
void diag_add(struct diags *diags, enum diag_level level, enum exit_code code,
              struct diag_place place, const char *cure, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Puts them in the order in which they stand in the files, these in the order in which they came
 * up. */
void diag_sort(struct diags *diags);

/* What the run has to end with: CODE_OK without errors, CODE_SYSTEM if anything could not be read,
 * else CODE_CONFIG if any error is one of the contract's, else CODE_BROKEN if any is one of the
 * environment's, else CODE_USAGE. Pure. */
enum exit_code diag_code(const struct diags *diags);

#endif
