/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_RESOLVE_PARTS_H
#define ROINIT_CONFIG_RESOLVE_PARTS_H

#include "config/resolve.h"

struct text;

/* What the files of resolve.h share. Pure. */
struct resolver {
    const struct section *section; /* that the keys are of; NULL: none, all defaults */
    const struct vars *vars;
    struct arena *arena;
    struct arena *draft; /* resolve_base() alone: for the units' values until resolve_unit() */
    struct diags *diags;
};

/* One key into its field: the default, then what `setting` (NULL: not written) says. Returns the
 * setting where it counts: NULL where it is not written, or comes to nothing. */
const struct setting *resolve_key(struct resolver *resolver, const struct schema_key *key,
                                  const struct setting *setting, void *base);

/* The checks, with their values without variables as a draft. */
void resolve_checks(struct resolver *resolver, const struct doc *doc, struct config *config);
/* What is wrong with the checks as a whole; part of resolve_whole(). */
void resolve_judge_checks(const struct config *config, struct diags *diags);

/* What is wrong with the declared places; part of resolve_whole(). */
void resolve_judge_mounts(const struct config *config, struct diags *diags);

/* Warns of a quote at the start of a variable's value: it would be part of it. */
void resolve_warn_quote(struct resolver *resolver, const struct section *section,
                        const struct setting *setting, const char *value);

/* There is no unit of that name; did you mean another? */
void resolve_tell_no_unit(const struct config *config, const char *name, struct diag_place place,
                          struct diags *diags);

/* `user = ${PUID}: PUID is "abc"`: a value, and the variables in it as they are. Returns whether
 * any of them is set. */
bool resolve_add_spoiled(struct resolver *resolver, const struct setting *setting,
                         struct text *out);

#endif
