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

void written_init(struct written *written);
void written_free(struct written *written);

/* Adds a file of that text. */
void written_add(struct written *written, const char *file, const char *text);
/* doc_finish(), then all of resolve.h in its order; without variables where `vars` is NULL. */
void written_resolve(struct written *written, const struct vars *vars);
/* The same with "file" as the only file. */
void written_lint(struct written *written, const char *text);

/* Whether a diagnostic, or its cure, holds that part. */
bool written_says(const struct written *written, const char *part);
/* Fails, and prints what was said, unless there are exactly `errors` errors and one holds `part`
 * (NULL: any). */
void written_expect(const struct written *written, size_t errors, const char *part);
/* The text of that key in the section of that title; NULL where it isn't there. */
const char *written_text(const struct written *written, const char *title, const char *key);

#endif
