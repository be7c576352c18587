/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_DUMP_H
#define ROINIT_CONFIG_DUMP_H

#include "config/doc.h"
#include "config/text.h"

/*
 * The effective contract, for `roinit show`: after drop-ins and defaults, variables as written.
 * What comes out of dump_contract(), loaded and dumped again, is the same bytes. Pure.
 */
void dump_contract(const struct doc *doc, struct text *out);

/* The same as {"v":1,"file":…,"sections":[{"section":…,"label":…,"keys":{…}}]}. */
void dump_json(const struct doc *doc, struct text *out);

#endif
