/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_DOC_H
#define ROINIT_CONFIG_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "config/arena.h"
#include "config/diag.h"
#include "config/schema.h"

/*
 * The contract as it was written, after drop-ins: sections and settings with their places, values
 * still text, variables as written. `show` prints it; resolve.h makes typed values of it.
 */
struct setting {
    const struct schema_key *key; /* NULL in [env] */
    const char *name;             /* the key as written; in [env] the variable's name */
    const char *text;             /* the value; lines of a list are separated by '\n' */
    const char *file;
    unsigned line;
    bool adds; /* += with nothing before it in its section: doc_finish() puts it right */
    struct setting *next;
};

struct section {
    enum schema_section kind;
    const char *label; /* "" where the kind takes none */
    const char *title; /* "tmpfs /tmp" */
    const char *file;
    unsigned line;
    const char *last_file; /* where its header stood last */
    unsigned last_line;
    bool is_refused; /* in part: what is missing may be what was refused */
    size_t count;    /* of settings */
    struct setting *settings;
    struct section *next;
};

enum { DOC_SECTIONS_MAX = 4096, DOC_SETTINGS_MAX = 4096 /* in one section */ };

struct doc {
    const char *file; /* the main file; NULL: the built-in contract */
    struct section *sections;
    size_t count;    /* of sections */
    char digest[65]; /* SHA-256 over all files, hex */
};

/* The section of that kind and label, or NULL. Pure. */
struct section *doc_section(const struct doc *doc, enum schema_section kind, const char *label);
/* How many sections of that kind there are. Pure. */
size_t doc_count(const struct doc *doc, enum schema_section kind);
/* The setting of that key in the section, or NULL; `section` may be NULL. An empty value takes the
 * default, so outside of [env] its setting is as if it weren't there. Pure. */
const struct setting *doc_setting(const struct section *section, const char *key);
/* The setting that counts for a unit: its own, else that of [defaults], else NULL. Pure. */
const struct setting *doc_unit_setting(const struct section *section,
                                       const struct section *defaults, const char *key);
/* Where a value was written or, where it was not, where its section begins; both may be NULL. Pure.
 */
struct diag_place doc_place(const struct setting *setting, const struct section *section);
/* The list `text` with `more` added, in the arena; of lines NAME=value a later NAME takes the place
 * of the same earlier. Pure. */
const char *doc_add_to_list(enum value_type type, const char *text, const char *more,
                            struct arena *arena);
/* After the last file: a += that found nothing in its section adds to [defaults], else to the
 * key's own default. Pure. */
void doc_finish(struct doc *doc, struct arena *arena);

#endif
