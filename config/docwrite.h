/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_DOCWRITE_H
#define ROINIT_CONFIG_DOCWRITE_H

#include "config/diag.h"
#include "config/doc.h"

/*
 * Writes a document from what the gate and inih read: knows sections and keys, merges drop-ins,
 * and says what is wrong with names. Values are judged later (resolve.h). Pure.
 */
struct docwrite {
    struct doc *doc;
    struct arena *arena;
    struct diags *diags;
    const char *file;
    struct section *section;   /* that keys go to; NULL: none was begun, or it was refused */
    const char *refused_title; /* of the header that came last; "" where it could not be read. With
                                  `section` NULL its keys are passed over: its error is told */
};

/* A key with its value, whole. The name lives as long as the document. */
struct docwrite_entry {
    const char *name;
    const char *text;
    unsigned line;
    bool is_append; /* += */
    bool has_more;  /* went on over indented lines */
};

/* Begins the section whose brackets hold `length` bytes of `title`. Returns whether it is one. */
bool docwrite_section(struct docwrite *write, unsigned line, const char *title, size_t length);

/* Whether an indented line of the entry is well: it must not look like a key of the section. */
bool docwrite_more(struct docwrite *write, const struct docwrite_entry *entry, unsigned line,
                   const char *text, size_t length);

/* Adds the entry to the section. */
void docwrite_setting(struct docwrite *write, const struct docwrite_entry *entry);

/* Adds a diagnostic of the file at that line, in the section that is being written. */
void docwrite_problem(struct docwrite *write, unsigned line, const char *key, const char *problem,
                      const char *cure);

#endif
