/* SPDX-License-Identifier: MIT */
#include "config/schema.h"

#include <string.h>

#include "config/config.h"

const struct schema_section_info schema_sections[SECTION_COUNT] = {
#define SECTION(id_, name_, label_, help_)                                                         \
    [SECTION_##id_] = {.name = (name_), .label = (label_), .help = (help_)},
#include "config/schema.def"
};

#define ROW(struct_, prefix_, field_, key_, type_, default_, limits_, help_)                       \
    {                                                                                              \
        .name = (key_),                                                                            \
        .type = VALUE_##type_,                                                                     \
        .default_text = (default_),                                                                \
        .limits = (limits_),                                                                       \
        .help = (help_),                                                                           \
        .offset = offsetof(struct_, field_),                                                       \
        .index = prefix_##field_,                                                                  \
    },

static const struct schema_key init_keys[] = {
#define INIT_KEY(field_, key_, type_, default_, limits_, help_)                                    \
    ROW(struct init_config, INIT_, field_, key_, type_, default_, limits_, help_)
#include "config/schema.def"
};

static const struct schema_key require_keys[] = {
#define REQUIRE_KEY(field_, key_, type_, default_, limits_, help_)                                 \
    ROW(struct require_config, REQUIRE_, field_, key_, type_, default_, limits_, help_)
#include "config/schema.def"
};

static const struct schema_key tmpfs_keys[] = {
#define MOUNT_KEY(field_, key_, type_, tmpfs_, volume_, limits_, help_)                            \
    ROW(struct mount_config, MOUNT_, field_, key_, type_, tmpfs_, limits_, help_)
#include "config/schema.def"
};

static const struct schema_key volume_keys[] = {
#define MOUNT_KEY(field_, key_, type_, tmpfs_, volume_, limits_, help_)                            \
    ROW(struct mount_config, MOUNT_, field_, key_, type_, volume_, limits_, help_)
#include "config/schema.def"
};

/* What tasks alone have stands last, so that a service takes the first part of the table. */
#define UNIT_ROW(field_, key_, type_, default_, limits_, help_)                                    \
    ROW(struct unit_config, UNIT_, field_, key_, type_, default_, limits_, help_)
static const struct schema_key unit_keys[] = {
#define UNIT_KEY UNIT_ROW
#include "config/schema.def"
#define TASK_KEY UNIT_ROW
#include "config/schema.def"
};

enum {
    SERVICE_KEYS = 0
#define UNIT_KEY(field_, key_, type_, default_, limits_, help_) +1 /* NOLINT: a term of the sum */
#include "config/schema.def"
};

static const struct schema_key check_keys[] = {
#define CHECK_KEY(field_, key_, type_, default_, limits_, help_)                                   \
    ROW(struct check_config, CHECK_, field_, key_, type_, default_, limits_, help_)
#include "config/schema.def"
};

/* clang-format off */
static const struct {
    const struct schema_key *keys;
    size_t count;
} tables[SECTION_COUNT] = {
    [SECTION_INIT]     = {init_keys,    INIT_KEYS},
    [SECTION_REQUIRE]  = {require_keys, REQUIRE_KEYS},
    [SECTION_TMPFS]    = {tmpfs_keys,   MOUNT_KEYS},
    [SECTION_VOLUME]   = {volume_keys,  MOUNT_KEYS},
    [SECTION_ENV]      = {NULL,         0},
    [SECTION_DEFAULTS] = {unit_keys,    UNIT_KEYS},
    [SECTION_SERVICE]  = {unit_keys,    SERVICE_KEYS},
    [SECTION_TASK]     = {unit_keys,    UNIT_KEYS},
    [SECTION_CHECK]    = {check_keys,   CHECK_KEYS},
};
/* clang-format on */

bool
schema_is_unit(enum schema_section section)
{
    return section == SECTION_SERVICE || section == SECTION_TASK;
}

bool
schema_is_mount(enum schema_section section)
{
    return section == SECTION_TMPFS || section == SECTION_VOLUME;
}

const struct schema_key *
schema_keys(enum schema_section section, size_t *ret_count)
{
    *ret_count = tables[section].count;
    return tables[section].keys;
}

const struct schema_key *
schema_find(enum schema_section section, const char *name)
{
    for (size_t i = 0; i < tables[section].count; i++) {
        if (strcmp(tables[section].keys[i].name, name) == 0) {
            return &tables[section].keys[i];
        }
    }
    return NULL;
}
