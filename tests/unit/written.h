/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_UNIT_WRITTEN_H
#define ROINIT_TESTS_UNIT_WRITTEN_H

#include <stdbool.h>

#include "config/config.h"
#include "config/diag.h"
#include "config/doc.h"
#include "config/vars.h"

/* A contract that a test writes down as text, and what comes of it. */
struct written {
    struct arena arena;
    struct diags diags;
    struct doc doc;
    struct vars vars;
    struct config config;
};

extern struct written written;

void written_init(void);
void written_free(void);

/* Adds a file of that text. */
void written_add(const char *file, const char *text);
/* doc_finish(), then all of resolve.h in its order; by `vars`, or VARS_UNKNOWN. */
void written_resolve(const struct vars *vars);
/* The same with "file" as the only file. */
void written_lint(const char *text);

/* Whether a diagnostic, or its cure, holds that part. */
bool written_says(const char *part);
/* Fails, and prints what was said, unless there are exactly `errors` errors and one holds `part`
 * (NULL: any). */
void written_expect(size_t errors, const char *part);
/* The text of that key in the section of that title; NULL where it isn't there. */
const char *written_text(const char *title, const char *key);

#endif
