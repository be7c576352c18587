/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_FINDING_H
#define ROINIT_INIT_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "config/arena.h"
#include "config/diag.h"
#include "config/text.h"
#include "init/facts.h"

/*
 * What differs between the contract and the container, and how it is told: as the text of
 * behaviour.md ("The boot, step by step") and as JSON ("Status, as JSON"). Diagnostics (diag.h) are
 * told in the same two forms. Pure.
 */
enum finding_level {
    FINDING_ERROR,
    FINDING_WARN,
    FINDING_WISH
}; /* a wish: warned of by verify
      and --json, at boot at info */

/* The mends: one row a platform. A mend is complete: it can be pasted. Podman takes Docker's flags,
 * and has a mend of its own only where it doesn't. */
enum mend_for {
    MEND_DOCKER,
    MEND_PODMAN,
    MEND_COMPOSE,
    MEND_KUBERNETES,
    MEND_CONTRACT,
    MEND_COUNT
};

struct finding {
    enum finding_level level;
    const char *subject;  /* "/tmp", "capabilities" */
    const char *found;    /* "mounted read-write" */
    const char *expected; /* "read-only" */
    struct diag_place place;
    const char *mend[MEND_COUNT]; /* NULL: none of that kind */
    bool is_mended_by_prepare;    /* `verify` shows it as what prepare would mend */
};

enum { FINDINGS_MAX = 512 }; /* kept; what is beyond is counted */

struct findings {
    struct arena *arena;
    struct finding *item;
    size_t count, room;
    size_t errors; /* kept or not */
    size_t more;   /* not kept */
};

/* Adds a copy; the strings must be the arena's or live for ever. */
void findings_add(struct findings *findings, const struct finding *finding);

/* How a report is told. */
struct report {
    const char *file; /* the contract's, or NULL: built in */
    bool shows_wishes;
    bool has_color;
    enum platform platform; /* mends of this one; PLATFORM_UNKNOWN: all */
};

/* "roinit: the container breaks its contract (…)" and a line or two for each. */
void findings_text(const struct findings *findings, const struct report *report, struct text *out);
/* The same form for diagnostics: "roinit: the contract is wrong (…)", FILE:LINE and cure. */
void diags_text(const struct diags *diags, struct text *out);
/* One document, {"v":1,"kept":…,"enforced":…,"findings":[…]}; either may be NULL. */
void findings_json(const struct findings *findings, const struct diags *diags, bool is_enforced,
                   struct text *out);
/* The verdict alone, {"kept":…,"enforced":…,"findings":[…]}: a part of the status. */
void findings_json_verdict(const struct findings *findings, const struct diags *diags,
                           bool is_enforced, struct text *out);

#endif
