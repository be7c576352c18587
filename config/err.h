/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_ERR_H
#define ROINIT_CONFIG_ERR_H

#include "config/exitcode.h"

/*
 * One error on its way up. It lives on the caller's stack, so that the failure path of PID 1 never
 * allocates. What the user got wrong in the contract is not an error but a diagnostic (diag.h).
 *
 * Functions that can fail return 0 or -1 and take `struct err *err` last. Callers that pass an
 * error on add their context in front with err_wrap(). Sentences: lower case, the object in quotes,
 * then the cause, then the cure; no full stop.
 */
struct err {
    enum exit_code code; /* what the program ends with if this is the end */
    int errnum;          /* errno, or 0 */
    char text[256];
};

/* Sets *err to `code`, `errnum` and the formatted sentence; where errnum is not 0 its text follows
 * after ": ". Too long a sentence is cut. Returns -1, so that `return err_set(…)` reads well. */
int err_set(struct err *err, enum exit_code code, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts the formatted context and ": " in front of err's sentence. Returns -1. */
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text of an errno value, as strerror(3) has it, without locale and without allocation.
 * Never NULL. Pure. */
const char *err_errno_text(int errnum);

/* The name of an errno value ("EROFS"), or NULL for one without a name. Pure. */
const char *err_errno_name(int errnum);

/* Where an errno value says that the system is short of something: what limits that ("ulimit -n").
 * NULL for all others. Pure. */
const char *err_shortage(int errnum);

#endif
