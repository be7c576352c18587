/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_PROBE_H
#define ROINIT_SUPERVISOR_PROBE_H

#include <stdint.h>

#include "config/text.h"
#include "config/value.h"

/*
 * What a probe says when it fails, how often one is tried, and what an HTTP one asks. Pure.
 */

/* Why the last try failed. Small: there is one for every check. */
enum probe_failure_kind {
    PROBE_NOT_TRIED,
    PROBE_ERRNO,    /* number: errno */
    PROBE_STATUS,   /* number: of HTTP */
    PROBE_NO_HTTP,  /* an answer, but none of HTTP */
    PROBE_TOO_LONG, /* an answer without a status in its first 64 KiB */
    PROBE_CLOSED,   /* the peer closed before it had answered */
    PROBE_LATE,     /* no answer in time */
    PROBE_EXIT,     /* number: exit code */
    PROBE_SIGNAL,   /* number: signal that the command died of */
    PROBE_LAUNCH,   /* the command cannot be started; number: errno, or 0 */
    PROBE_SILENT,   /* notify: no READY=1 yet; fd: no newline yet */
    PROBE_ENDED,    /* fd: closed without a newline */
};
struct probe_failure {
    enum probe_failure_kind kind;
    int number;
};

/* Adds "unix:/run/a.sock: no such file". */
void probe_add_failure(const struct probe *probe, const struct probe_failure *failure,
                       struct text *out);

/* How long to wait until a unit that is not ready yet is looked at again: 10 ms in its first 5 s,
 * then growing to 500 ms. */
int64_t probe_pause_ms(int64_t age_ms);

enum { PROBE_REQUEST_MAX = 4400 };
/* Adds the request of an HTTP probe. */
void probe_add_request(const struct probe *probe, struct text *out);

#endif
