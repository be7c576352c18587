/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_VALUE_PARSE_H
#define ROINIT_CONFIG_VALUE_PARSE_H

#include "config/value.h"

/*
 * What value.c, value_number.c, value_list.c and value_form.c share: one parser a type, called
 * through value_parse(). Pure.
 */
struct value_input {
    const char *limits; /* "" where there are none */
    const char *text;
    struct arena *arena;
    char *why;
    size_t why_size;
};

/* Writes the sentence; returns -1. */
int value_why(const struct value_input *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whether `word` is one of the blank-separated words of `list`. */
bool value_has_word(const char *list, const char *word);
/* Says that `word` is none of `list`, with "did you mean" where one is near. Returns -1. */
int value_why_not_one_of(const struct value_input *in, const char *word, const char *list);

typedef int value_parser(const struct value_input *in, void *ret);
value_parser value_typed_int, value_typed_octal, value_typed_duration, value_typed_size,
    value_typed_percent, value_typed_limit;
value_parser value_form_conditions, value_form_uids, value_form_caps, value_form_mkdirs;
value_parser value_parse_paths, value_parse_words, value_parse_names, value_parse_units,
    value_parse_globs, value_parse_assigns, value_parse_users, value_parse_signals,
    value_parse_status, value_parse_rlimits, value_parse_forward, value_parse_schedule,
    value_parse_probe;

#endif
