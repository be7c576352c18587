/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_AS_OPTIONS_H
#define ROINIT_INIT_AS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Options as getopt(3) reads them, from a table, up to the first word that is none: whatever
 * follows a program's name is the program's, even where the C library would pick it out. Pure.
 */
struct as_option {
    char letter;      /* 0 ends the table */
    const char *name; /* after "--", may be abbreviated; NULL: none */
    bool has_value;
};

struct as_scan {
    char *const *argv;
    size_t at;                      /* the next word */
    const char *cluster;            /* what is left of a word of letters, or NULL */
    const struct as_option *option; /* the table */
    bool has_names;                 /* some option has a name: then "--word" is one */
    const char *value;
    char why[160]; /* of a mistake: "invalid option -- 'x'" */
};

enum { AS_OPTIONS_END = 0, AS_OPTIONS_WRONG = '?' };

/* Begins at argv[1]. */
struct as_scan as_scan_over(char *const *argv, const struct as_option *option);

/* The letter of the next option, its value in scan->value; AS_OPTIONS_END: argv[scan->at] and what
 * follows is the command; AS_OPTIONS_WRONG: scan->why. */
int as_scan_next(struct as_scan *scan);

#endif
