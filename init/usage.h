/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_USAGE_H
#define ROINIT_INIT_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/err.h"
#include "init/verbs.h"

/*
 * The words behind a verb, held against its row in the table of verbs: what the row names, and
 * nothing else. The client and PID 1 both ask here, so that neither believes the other. Pure.
 *
 * A row's arguments are written as people read them: "SIG NAME... [--all]", "[--for
 * ready|final|stopped]", "[FILE] [--json]". Capitals stand for a word, small letters for
 * themselves.
 */

/* clang-format off */
#define USAGE_OPTIONS(X) \
    X(JSON,    "--json") \
    X(NO_WAIT, "--no-wait") \
    X(TIMEOUT, "--timeout") \
    X(FOR,     "--for") \
    X(ALL,     "--all") \
    X(FOLLOW,  "-f") \
    X(LINES,   "-n") \
    X(LEVEL,   "--level") \
    X(SVG,     "--svg") \
    X(AS,      "--as")
/* clang-format on */
#define USAGE_OPTION_ENUM(name_, word_) USAGE_##name_,
enum usage_option { USAGE_OPTIONS(USAGE_OPTION_ENUM) USAGE_OPTION_COUNT };
#undef USAGE_OPTION_ENUM

enum { USAGE_WORDS_MAX = 256 };

struct usage {
    const char *option[USAGE_OPTION_COUNT]; /* its value, "" where it takes none; NULL: not given */
    const char *word[USAGE_WORDS_MAX];      /* the words that are no options */
    size_t word_count;
};

/* A piece of a row's arguments, without its brackets. */
struct usage_piece {
    const char *text;
    size_t length;
    bool is_optional;
};

/* Takes the next piece of `*at`, which begins as a row's arguments, and the form of the value that
 * it wants (its length 0: none), as in "[--timeout T]". Returns false at the end. */
bool usage_next_piece(const char **at, struct usage_piece *ret, struct usage_piece *ret_form);

/* Parses `count` words. Returns 0, or -1 with *err (64), which names the cure. */
int usage_parse(const struct verb *verb, const char *const *word, size_t count,
                struct usage *ret_usage, struct err *err);

/* The option's value as a duration; `fallback` where it was not given. Returns 0, or -1 with *err
 * (64). */
int usage_duration(const struct usage *usage, enum usage_option option, int64_t fallback_ms,
                   int64_t *ret_ms, struct err *err);

/* The same for a number, from 0 to `max`. */
int usage_number(const struct usage *usage, enum usage_option option, unsigned long long max,
                 unsigned long long *ret_number, struct err *err);

#endif
