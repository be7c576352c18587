/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/resolve_parts.h"
#include "config/text.h"

void
resolve_warn_quote(struct resolver *resolver, const struct section *section,
                   const struct setting *setting, const char *value)
{
    if (*value != '"' && *value != '\'') {
        return;
    }
    diag_add(resolver->diags, DIAG_WARN, CODE_CONFIG, doc_place(setting, section),
             "take the quotes out", "the value begins with a quote, which is part of it");
}

/* The lines of the unit's `env`. */
static void
warn_quotes(struct resolver *resolver, const struct unit_config *unit)
{
    const struct setting *from = unit_from(unit, UNIT_env);
    for (size_t i = 0; from != NULL && i < unit->env.count; i++) {
        const char *equals = strchr(unit->env.item[i], '=');
        resolve_warn_quote(resolver, unit->section, from, equals + 1);
    }
}

_Static_assert(UNIT_KEYS <= 64, "a bit of unit_config.given for each key");

static const struct schema_key *
unit_keys(const struct unit_config *unit, size_t *ret_count)
{
    return schema_keys(unit->is_task ? SECTION_TASK : SECTION_SERVICE, ret_count);
}

const struct setting *
unit_from(const struct unit_config *unit, enum unit_key key)
{
    size_t count;
    bool is_given = (unit->given >> key & 1) != 0;
    return is_given
               ? doc_unit_setting(unit->section, unit->defaults, unit_keys(unit, &count)[key].name)
               : NULL;
}

static void
resolve_unit_key(struct unit_config *unit, const struct schema_key *key, struct resolver *resolver)
{
    const struct setting *setting = doc_unit_setting(unit->section, unit->defaults, key->name);
    bool is_argument_unit = unit->section == NULL && key->index == UNIT_command;
    bool is_own = setting != NULL && setting == doc_setting(unit->section, key->name);
    uint64_t bit = UINT64_C(1) << key->index;
    resolver->section = setting == NULL || is_own ? unit->section : unit->defaults;
    if (!is_argument_unit) { /* its command is not written anywhere */
        bool counts = resolve_key(resolver, key, setting, unit) != NULL;
        unit->given = counts ? unit->given | bit : unit->given & ~bit;
    }
}

void
resolve_unit_user(struct unit_config *unit, const struct vars *vars, struct arena *arena,
                  struct diags *diags)
{
    struct resolver resolver = {.vars = vars, .arena = arena, .diags = diags};
    size_t count;
    const struct schema_key *keys = unit_keys(unit, &count);
    resolve_unit_key(unit, &keys[UNIT_user], &resolver);
}

/* When it does not run by hand, by a schedule or at the end alone. */
static bool
is_for_boot(const struct unit_config *unit)
{
    return !unit->is_task || (unit->when == WHEN_START && unit->schedule == NULL);
}

/* The defaults that depend on what else the unit is. */
static void
fill_defaults(struct unit_config *unit)
{
    if (unit_from(unit, UNIT_essential) == NULL) {
        unit->essential = is_for_boot(unit);
    }
    if (unit_from(unit, UNIT_log) == NULL) {
        unit->log = unit->is_main ? UNIT_LOG_RAW : UNIT_LOG_TEXT;
    }
    if (unit_from(unit, UNIT_standard_input) == NULL) {
        unit->standard_input = unit->is_main ? STDIN_INHERIT : STDIN_NULL;
    }
    if (unit_from(unit, UNIT_forward_signals) == NULL) {
        unit->forward_signals = (struct forward){.all = unit->is_main};
    }
}

void
resolve_unit(struct unit_config *unit, const struct vars *vars, struct arena *arena,
             struct diags *diags)
{
    struct resolver resolver = {.vars = vars, .arena = arena, .diags = diags};
    struct words after = unit->after; /* of the unit that was made of the arguments */
    size_t count;
    const struct schema_key *keys = unit_keys(unit, &count);
    for (size_t i = 0; i < count; i++) {
        if (i != UNIT_user) {
            resolve_unit_key(unit, &keys[i], &resolver);
        }
    }
    if (unit->section == NULL) {
        unit->after = after;
    }
    fill_defaults(unit);
    warn_quotes(&resolver, unit);
}

/* Numbers and words of a closed list: no value for which HOME, or a redirected place, is good. */
static bool
is_early(const struct schema_key *key)
{
    const uint64_t types =
        UINT64_C(1) << VALUE_OCTAL | UINT64_C(1) << VALUE_INT | UINT64_C(1) << VALUE_DURATION |
        UINT64_C(1) << VALUE_BOOL | UINT64_C(1) << VALUE_ENUM | UINT64_C(1) << VALUE_SIGNAL |
        UINT64_C(1) << VALUE_LIMIT | UINT64_C(1) << VALUE_RLIMITS | UINT64_C(1) << VALUE_CAPS |
        UINT64_C(1) << VALUE_STATUS | UINT64_C(1) << VALUE_FORWARD;
    return (types >> key->type & 1) != 0;
}

void
resolve_unit_early(const struct unit_config *unit, const struct vars *vars, struct arena *scratch,
                   struct diags *diags)
{
    struct resolver resolver = {.vars = vars, .arena = scratch, .diags = diags};
    struct unit_config copy = *unit;
    size_t count;
    const struct schema_key *keys = unit_keys(unit, &count);
    if (unit_from(unit, UNIT_env) != NULL || unit_from(unit, UNIT_env_file) != NULL) {
        return; /* which may set the variables otherwise */
    }
    for (size_t i = 0; i < count; i++) {
        const struct setting *setting =
            doc_unit_setting(unit->section, unit->defaults, keys[i].name);
        if (is_early(&keys[i]) && setting != NULL && expand_has_variable(setting->text)) {
            resolve_unit_key(&copy, &keys[i], &resolver);
        }
    }
}

bool
unit_starts_at_boot(const struct unit_config *unit)
{
    return unit->autostart && is_for_boot(unit);
}

size_t
unit_find(const struct config *config, const char *name)
{
    for (size_t u = 0; u < config->unit_count; u++) {
        if (text_equal(config->unit[u].name, name)) {
            return u;
        }
    }
    return SIZE_MAX;
}
