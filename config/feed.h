/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_FEED_H
#define ROINIT_CONFIG_FEED_H

#include "config/docwrite.h"
#include "config/grow.h"
#include "config/lines.h"

/*
 * Both sides of inih: the gate's lines on their way in, and the pairs that come out on their way
 * to the document. What comes out is held against what went in. Pure.
 */
struct feed {
    struct lines lines;
    struct line line;
    size_t at;       /* of the line's value: what inih has got */
    bool is_feeding; /* the line has pieces left */
    bool has_entry;
    struct docwrite_entry entry;
    size_t name_length;
    struct grow value;
    struct arena *scratch;
    struct docwrite write;
    bool is_expecting; /* a piece is on its way through inih */
    bool is_misread;   /* inih gave back something else than it was given */
};

/* The next line for inih, in `buffer`; NULL at the end. */
char *feed_next(struct feed *feed, char *buffer, size_t size);

/* Takes what inih made of it. Returns false where that is not what went in. */
bool feed_take(struct feed *feed, const char *section, const char *name, const char *value);

#endif
