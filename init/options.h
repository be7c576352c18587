/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_OPTIONS_H
#define ROINIT_INIT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/err.h"
#include "init/usage.h"

/*
 * The command line as values. Pure. As PID 1 only a few words are verbs, so that a CMD called
 * `start` or `test` is still a command; after `--` everything is one.
 */
enum { OPTIONS_LONE_MAX = 3 };

struct options {
    const struct verb *verb;
    const char *file;  /* of -c; NULL: not given */
    char *const *word; /* what follows the verb, or the command; NULL-terminated */
    size_t word_count;
    struct usage usage;                 /* the same, of a verb that takes no command */
    const char *lone[OPTIONS_LONE_MAX]; /* of --KEY VALUE, by options_lone_key(); NULL: not given */
    bool is_json;                       /* --json was among the words of a verb */
    bool is_pid1;
    bool wants_version;
};

/* The keys of a unit that the command line takes for a lone command, "forward-signals" and so on;
 * NULL past the last. */
const char *options_lone_key(size_t i);

/* Parses argv. Returns 0, or -1 with *err (64), which names the cure. */
int options_parse(int argc, char *const *argv, bool is_pid1, struct options *ret_options,
                  struct err *err);

#endif
