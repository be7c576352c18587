/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LOGLINE_H
#define ROINIT_SUPERVISOR_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/text.h"

/*
 * Lines as they are written out: of a unit with its name in front, of roinit's own. Pure; the time
 * comes in as text.
 */
struct logline {
    const char *time;   /* "2026-11-22T11:03:07.123Z", for JSON */
    const char *unit;   /* NULL: roinit's own */
    const char *stream; /* "stdout", "stderr" */
    bool is_json;
    bool is_split; /* more of the same line follows */
};

/* Adds `NAME: line\n`, or one JSON object. Bytes that could forge another line or drive a terminal
 * are written as \xNN, but for tabs, UTF-8 and colour sequences (ESC [ … m). */
void logline_add(struct text *out, const struct logline *logline, const char *bytes, size_t length);

#endif
