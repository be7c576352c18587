/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_HTTPREPLY_H
#define ROINIT_SUPERVISOR_HTTPREPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The status of a reply to a probe, from bytes as they come: "HTTP/1.1 204". Interim replies (1xx)
 * are passed over. What stands behind the status line is not read. Pure.
 */
enum { HTTPREPLY_MAX = 64 * 1024 /* bytes until the status must be known */ };

enum httpreply_state {
    HTTPREPLY_MORE, /* not known yet */
    HTTPREPLY_WHOLE,
    HTTPREPLY_BAD, /* that is no HTTP */
    HTTPREPLY_LONG /* no status within HTTPREPLY_MAX bytes */
};

/* Zeros are the beginning of a reply. */
struct httpreply {
    uint32_t taken;
    uint16_t status; /* valid when HTTPREPLY_WHOLE */
    uint8_t length;  /* of the status line, as far as it is kept */
    bool is_interim; /* reads the headers of a 1xx */
    bool is_empty;   /* the header line so far */
    char line[13];   /* "HTTP/1.1 200", and what follows the number */
};

/* Takes the next bytes. */
enum httpreply_state httpreply_take(struct httpreply *reply, const char *bytes, size_t length);

/* Whether the status says that all is well: 2xx or 3xx. */
bool httpreply_is_well(const struct httpreply *reply);

#endif
