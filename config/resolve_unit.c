/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/resolve_parts.h"
#include "config/text.h"

static const struct schema_key *
unit_keys(const struct unit_config *unit, size_t *ret_count)
{
    return schema_keys(unit->is_task ? SECTION_TASK : SECTION_SERVICE, ret_count);
}

static void
resolve_unit_key(const struct doc *doc, struct unit_config *unit, const struct schema_key *key,
                 struct resolver *resolver)
{
    const struct setting *setting = doc_unit_setting(doc, unit->section, key->name);
    bool is_argument_unit = unit->section == NULL && key->index == UNIT_command;
    resolver->section = unit->section;
    if (!is_argument_unit) { /* its command is not written anywhere */
        resolve_key(resolver, key, setting, unit, unit->from);
    }
}

void
resolve_user(const struct doc *doc, struct unit_config *unit, const struct vars *vars,
             struct arena *arena, struct diags *diags)
{
    struct resolver resolver = {.vars = vars, .arena = arena, .diags = diags};
    size_t count;
    const struct schema_key *keys = unit_keys(unit, &count);
    resolve_unit_key(doc, unit, &keys[UNIT_user], &resolver);
}

/* The defaults that depend on what else the unit is. */
static void
fill_defaults(struct unit_config *unit)
{
    if (unit->from[UNIT_essential] == NULL) {
        unit->essential = !unit->is_task || unit->when == WHEN_START;
    }
    if (unit->from[UNIT_log] == NULL) {
        unit->log = unit->is_main ? UNIT_LOG_RAW : UNIT_LOG_TEXT;
    }
    if (unit->from[UNIT_standard_input] == NULL) {
        unit->standard_input = unit->is_main ? STDIN_INHERIT : STDIN_NULL;
    }
    if (unit->from[UNIT_forward_signals] == NULL) {
        unit->forward_signals = (struct forward){.all = unit->is_main};
    }
}

void
resolve_unit(const struct doc *doc, struct unit_config *unit, const struct vars *vars,
             struct arena *arena, struct diags *diags)
{
    struct resolver resolver = {.vars = vars, .arena = arena, .diags = diags};
    struct words after = unit->after; /* of the unit that was made of the arguments */
    size_t count;
    const struct schema_key *keys = unit_keys(unit, &count);
    for (size_t i = 0; i < count; i++) {
        if (i != UNIT_user) {
            resolve_unit_key(doc, unit, &keys[i], &resolver);
        }
    }
    if (unit->section == NULL) {
        unit->after = after;
    }
    fill_defaults(unit);
}

bool
unit_starts_at_boot(const struct unit_config *unit)
{
    return unit->autostart && (!unit->is_task || unit->when == WHEN_START);
}
