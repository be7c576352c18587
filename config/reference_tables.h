/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_REFERENCE_TABLES_H
#define ROINIT_CONFIG_REFERENCE_TABLES_H

#include "config/text.h"

/*
 * The reference in the forms of the documents: Markdown for the README, mdoc for the manual pages.
 * packaging/docs.sh puts it there. Pure.
 */
enum reference_form { REFERENCE_MARKDOWN, REFERENCE_MAN, REFERENCE_FORMS };

/* All sections with their keys. A section that has the rows of an earlier one only names it. */
void reference_keys(enum reference_form form, struct text *out);

/* The exit codes. */
void reference_codes(enum reference_form form, struct text *out);

/* A list of two columns, for tables that stand elsewhere: begin with the columns' titles, then the
 * rows, then end. */
void reference_list_begin(enum reference_form form, const char *term, const char *meaning,
                          struct text *out);
void reference_list_row(enum reference_form form, const char *term, const char *meaning,
                        struct text *out);
void reference_list_end(enum reference_form form, struct text *out);

#endif
