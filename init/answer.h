/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_ANSWER_H
#define ROINIT_INIT_ANSWER_H

#include "init/authority.h"
#include "init/status.h"
#include "init/usage.h"
#include "supervisor/ctlserver.h"
#include "supervisor/loop.h"

/*
 * The answers to the requests on the control socket. A row of the table of verbs names the function
 * that answers; here is what all of them are given.
 */
struct asking {
    const struct verb *verb;
    const struct ctl_peer *peer; /* NULL in a reply that goes on */
    struct usage usage;          /* its words, held against the verb's row */
    struct status_view view;
    const struct status *status;
    struct loop *loop;
    int64_t now_ms; /* monotonic */
    struct ctl_reply *reply;
};

/* Answers one request: finds the verb, asks whether the peer may, parses the words. `asking` holds
 * what the host knows: status, loop, now_ms, reply. */
void answer_request(struct asking *asking, const struct authority *authority,
                    const struct ctl_request *request, const struct ctl_peer *peer);

/* For the answers: a sentence of roinit's on standard error, or text on standard output. */
void answer_complain(struct asking *asking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void answer_say(struct asking *asking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text of at most `size` bytes, which `write` adds, on standard output, and the end of the reply
 * with that code. Where there is no memory for it, or it does not fit, there is no reply. */
void answer_text(struct asking *asking, size_t size, int code,
                 void (*write)(const struct asking *asking, const void *what, struct text *out),
                 const void *what);

/* Says the error, and ends the reply with its code. */
void answer_refuse(struct asking *asking, const struct err *err);

/* The time that --timeout gives, in milliseconds; -1: it is not given. Where it cannot be read that
 * is said, and the reply is over. Returns whether it can. */
bool answer_timeout(struct asking *asking, int64_t *ret_timeout_ms);

/* Notes that somebody asks for a change: a line for whoever is on call, and an event. */
void answer_note(struct asking *asking);

/* The words from `first` on as units, whose indices are written to `ret_unit` (of USAGE_WORDS_MAX).
 * Returns their number; -1 where one does not exist, and then all is said, with code 4. */
long answer_units(struct asking *asking, size_t first, size_t *ret_unit);

#endif
