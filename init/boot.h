/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_BOOT_H
#define ROINIT_INIT_BOOT_H

#include <stdbool.h>

#include "config/config.h"
#include "config/diag.h"
#include "config/doc.h"
#include "config/vars.h"
#include "init/accounts.h"
#include "init/authority.h"
#include "init/environ.h"
#include "init/facts.h"
#include "init/finding.h"
#include "init/host.h"
#include "init/identity.h"
#include "init/options.h"
#include "init/sys_volumes.h"
#include "init/volumes.h"

/*
 * The straight line, from the command line to the exit code. `lint`, `verify` and `prepare` are the
 * same line stopped earlier, so a dry run cannot drift from a real one.
 */

/* The steps, in their order. */
/* clang-format off */
#define BOOT_STEPS(X) \
    X(PARSE,     boot_parse,     "bytes to a document") \
    X(VALIDATE,  boot_validate,  "the document by itself: all that the author got wrong") \
    X(RESOLVE,   boot_resolve,   "the document with this environment: who everyone is") \
    X(OBSERVE,   boot_observe,   "the container as facts") \
    X(VERIFY,    boot_verify,    "the contract against the facts") \
    X(REDIRECT,  boot_redirect,  "the environment of each unit, and with it its other keys") \
    X(PREPARE,   boot_prepare,   "directories, owners, seeds") \
    X(SUPERVISE, boot_supervise, "the units, to the end")
/* clang-format on */
#define BOOT_STEP_ENUM(name_, function_, text_) BOOT_##name_,
enum boot_step { BOOT_STEPS(BOOT_STEP_ENUM) BOOT_STEP_COUNT };
#undef BOOT_STEP_ENUM

/* Everything that the line carries; what runs gets the `host` alone. */
struct boot {
    const struct options *options;
    enum boot_step last; /* stop after this one */
    bool is_quiet;       /* findings and diagnostics are kept, not reported: the caller prints */
    struct arena arena;
    struct arena draft; /* of the document by itself, without variables: until RESOLVE */
    struct self self;
    struct vars inherited;
    struct doc doc;
    struct diags diags;
    struct config config;
    struct accounts accounts;
    struct environ_input environment;
    struct identities identities;
    struct authority authority;
    struct facts facts;
    struct findings findings;
    struct plan plan;
    bool is_over; /* a stop was asked for before anything was started */
    struct host host;
};

/* The line of this process, all zeros: a verb walks it once. */
struct boot *boot_line(void);

/* Walks the line from the beginning, over a `boot` of zeros, up to and including `last`. Returns 0,
 * or the exit code of the step that ended it; after SUPERVISE the container's. */
int boot_walk(struct boot *boot, const struct options *options, enum boot_step last, bool is_quiet);

#endif
