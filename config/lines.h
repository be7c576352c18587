/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_LINES_H
#define ROINIT_CONFIG_LINES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The gate before inih. It reads the file's bytes line by line, knows the line number, refuses what
 * inih would cut, merge or guess at, and hands the rest over in a form that no build of inih can
 * harm: a value goes in pieces, each a line `key=PIECE` of its own between two marks, in which
 * comment characters are written as bytes that cannot occur. Pure; it knows no section and no key.
 */
enum {
    LINES_NAME_MAX = 49,    /* what inih keeps of a section's or a key's name */
    LINES_VALUE_MAX = 4095, /* bytes of a value in one line */
};

enum line_kind {
    LINE_END,
    LINE_NOTHING, /* blank, or a comment */
    LINE_SECTION, /* name */
    LINE_KEY,     /* name, is_append, value */
    LINE_MORE,    /* indented: value goes on */
    LINE_BAD,     /* problem and cure */
};

struct line {
    enum line_kind kind;
    unsigned number;
    const char *name; /* not NUL-terminated, as value */
    size_t name_length;
    const char *value;
    size_t value_length;
    bool is_append; /* += */
    const char *problem;
    const char *cure;
    enum line_kind tried; /* of LINE_BAD: SECTION, KEY or MORE, by its first byte */
};

struct lines {
    const char *bytes;
    size_t length, at;
    unsigned number;
    bool has_key; /* an indented line has something to go on from */
};

/* Starts at the first of `length` bytes; a byte order mark is passed over. */
struct lines lines_over(const char *bytes, size_t length);

/* The next line; its strings point into the bytes. */
struct line lines_next(struct lines *lines);

/* Writes the piece of the line's value that begins at *at as a line for inih, NUL-terminated, and
 * moves *at behind it. `name` is the key's (LINE_MORE has none itself). Returns false where `size`
 * leaves no room for one. An empty value is one empty piece. */
bool lines_piece(const struct line *line, const char *name, size_t name_length, size_t *at,
                 char *buffer, size_t size);

/* Takes a piece that came back from inih out of its marks, in place. Returns it and its length;
 * NULL where it isn't whole. */
const char *lines_unwrap(char *piece, size_t *ret_length);

#endif
