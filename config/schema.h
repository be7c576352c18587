/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_SCHEMA_H
#define ROINIT_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "config/value.h"

/* The tables that schema.def expands to. Pure. */
#define SECTION(id_, name_, label_, help_) SECTION_##id_,
enum schema_section {
#include "config/schema.def"
    SECTION_COUNT
};

struct schema_section_info {
    const char *name;
    const char *label; /* "PATH", "NAME", or "" where the section takes none */
    const char *help;
};
extern const struct schema_section_info schema_sections[SECTION_COUNT];

struct schema_key {
    const char *name;
    enum value_type type;
    const char *default_text; /* in parentheses: told, not parsed */
    const char *limits;
    const char *help;
    size_t offset; /* of the field in the section's struct of config.h */
    size_t index;  /* in that struct's from[] */
};

/* Whether sections of that kind are units: services and tasks. */
bool schema_is_unit(enum schema_section section);
/* Whether they declare a place: tmpfs and volumes. */
bool schema_is_mount(enum schema_section section);

/* The keys of a section, in the order of schema.def; SECTION_ENV has none of its own. */
const struct schema_key *schema_keys(enum schema_section section, size_t *ret_count);

/* The key of that name in that section, or NULL. */
const struct schema_key *schema_find(enum schema_section section, const char *name);

#endif
