/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_SYNONYMS_H
#define ROINIT_CONFIG_SYNONYMS_H

/*
 * The words of other systems, and ours: one table. Pure.
 */

/* Our key for the word of another system ("ExecStart": "command"), or NULL. Case does not count. */
const char *synonym_key(const char *word);

/* Our section's kind for the kind of another system ("program": "service"), or NULL. */
const char *synonym_section(const char *word);

#endif
