/* SPDX-License-Identifier: MIT */
#include "config/resolve.h"

#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "config/resolve_parts.h"
#include "config/text.h"

enum { WHY_BYTES = 512 };

static void
complain(struct resolver *resolver, const struct setting *setting, bool is_runtime, const char *why)
{
    diag_add(resolver->diags, DIAG_ERROR, is_runtime ? CODE_BROKEN : CODE_CONFIG,
             doc_place(setting, resolver->section), NULL, "%s", why);
}

/* What stays as it is written until later has to be well-formed now. */
static int
check_deferred(struct resolver *resolver, enum value_type type, const char *text, char *why)
{
    bool is_runtime = false;
    struct words argv;
    const char *command = value_command_of(type, text);
    struct arena scratch = {.out_of_memory = resolver->arena->out_of_memory};
    bool is_well = command != NULL ? command_expand(command, VARS_UNKNOWN, NULL, &scratch, &argv,
                                                    why, WHY_BYTES, &is_runtime) == 0
                                   : expand_value(text, VARS_UNKNOWN, &scratch, why, WHY_BYTES,
                                                  &is_runtime) != NULL;
    arena_free(&scratch);
    return is_well ? 0 : -1;
}

/* The text of a value, expanded where it may be. NULL: not to be judged now, or told already. */
static const char *
expanded(struct resolver *resolver, const struct schema_key *key, const struct setting *setting,
         bool has_variable)
{
    char why[WHY_BYTES];
    bool is_runtime = false;
    if (value_is_deferred(key->type, setting->text)) {
        if (check_deferred(resolver, key->type, setting->text, why) != 0) {
            complain(resolver, setting, false, why);
            return NULL;
        }
        return setting->text;
    }
    const char *text =
        expand_value(setting->text, resolver->vars, resolver->arena, why, sizeof why, &is_runtime);
    if (text == NULL) {
        char whole[2 * WHY_BYTES];
        (void)snprintf(whole, sizeof whole, "%s = %.200s: %s", setting->name, setting->text, why);
        complain(resolver, setting, is_runtime, whole);
        return NULL;
    }
    return has_variable && resolver->vars == VARS_UNKNOWN ? NULL : text;
}

/* What is wrong with each item of a list, where they are wrong one by one. Returns whether any is.
 */
static bool
complain_of_items(struct resolver *resolver, const struct schema_key *key,
                  const struct setting *setting)
{
    bool has_told = false;
    struct words items = {0};
    if (!value_is_list(key->type)) {
        return false;
    }
    void *field = arena_alloc(resolver->arena, value_bytes(key->type));
    value_items(key->type, setting->text, resolver->arena, &items);
    for (size_t i = 0; i < items.count; i++) {
        char why[WHY_BYTES];
        if (value_parse(key->type, key->limits, items.item[i], resolver->arena, field, why,
                        sizeof why) != 0) {
            complain(resolver, setting, false, why);
            has_told = true;
        }
    }
    return has_told;
}

/* Returns whether the setting says something; it does not where it comes to nothing. */
static bool
resolve_setting(struct resolver *resolver, const struct schema_key *key,
                const struct setting *setting, void *field)
{
    char why[WHY_BYTES] = "an empty user";
    bool has_variable =
        !value_is_deferred(key->type, setting->text) && expand_has_variable(setting->text);
    const char *text = expanded(resolver, key, setting, has_variable);
    if (text == NULL) {
        return true;
    }
    bool is_empty = text[strspn(text, " \t\n")] == '\0';
    bool is_user = key->type == VALUE_USER && text_equal(key->name, "user");
    if (is_empty && !is_user) {
        return false;
    }
    if (is_empty ||
        value_parse(key->type, key->limits, text, resolver->arena, field, why, sizeof why) != 0) {
        char whole[2 * WHY_BYTES];
        struct text sentence = TEXT_OVER(whole);
        if (!is_empty && !has_variable && complain_of_items(resolver, key, setting)) {
            return true;
        }
        bool is_told = has_variable && resolve_add_spoiled(resolver, setting, &sentence);
        if (is_told && key->type == VALUE_USER) {
            text_add(&sentence, ", want a number"); /* whatever else he could be is a name's */
        } else {
            text_addf(&sentence, "%s%s", is_told ? ": " : "", why);
        }
        complain(resolver, setting, has_variable, whole);
    }
    return true;
}

const struct setting *
resolve_key(struct resolver *resolver, const struct schema_key *key, const struct setting *setting,
            void *base)
{
    void *field = (char *)base + key->offset;
    value_none(key->type, field);
    if (key->default_text[0] != '\0' && key->default_text[0] != '(') {
        char why[WHY_BYTES];
        (void)value_parse(key->type, key->limits, key->default_text, resolver->arena, field, why,
                          sizeof why);
    }
    bool counts = setting != NULL && resolve_setting(resolver, key, setting, field);
    return counts ? setting : NULL;
}

/* All keys of a section that is not a unit's. */
static void
resolve_section(struct resolver *resolver, enum schema_section kind, void *base,
                const struct setting **from)
{
    size_t count;
    const struct schema_key *keys = schema_keys(kind, &count);
    for (size_t i = 0; i < count; i++) {
        from[keys[i].index] =
            resolve_key(resolver, &keys[i], doc_setting(resolver->section, keys[i].name), base);
    }
}

/* ---------------------------------------------------------------- the base */

/* Whoever runs the image may say so without a rebuild. */
static void
override(struct resolver *resolver, const char *variable, enum schema_section kind,
         const char *key_name, void *base)
{
    const struct schema_key *key = schema_find(kind, key_name);
    const char *value = resolver->vars != VARS_UNKNOWN ? vars_get(resolver->vars, variable) : NULL;
    char why[WHY_BYTES];
    if (value == NULL || value[0] == '\0') {
        return;
    }
    if (value_parse(key->type, key->limits, value, resolver->arena, (char *)base + key->offset, why,
                    sizeof why) != 0) {
        struct diag_place place = {0};
        diag_add(resolver->diags, DIAG_ERROR, CODE_BROKEN, place, "mend the variable", "%s: %s",
                 variable, why);
    }
}

static void
resolve_mounts(struct resolver *resolver, const struct doc *doc, struct config *config)
{
    size_t count = doc_count(doc, SECTION_TMPFS) + doc_count(doc, SECTION_VOLUME);
    config->mount = ARENA_NEW(resolver->arena, struct mount_config, count);
    for (const struct section *at = doc->sections; at != NULL; at = at->next) {
        if (!schema_is_mount(at->kind)) {
            continue;
        }
        struct mount_config *mount = &config->mount[config->mount_count++];
        resolver->section = at;
        mount->section = at;
        mount->is_tmpfs = at->kind == SECTION_TMPFS;
        resolve_section(resolver, at->kind, mount, mount->from);
        if (mount->from[MOUNT_path] == NULL) {
            char why[WHY_BYTES];
            if (value_parse(VALUE_PATH, "", at->label, resolver->arena, &mount->path, why,
                            sizeof why) != 0) {
                diag_add(resolver->diags, DIAG_ERROR, CODE_CONFIG, doc_place(NULL, at),
                         "name the path there, or give it by `path = /...`", "%s", why);
                mount->path = at->label;
            }
        }
        if (mount->from[MOUNT_chown] == NULL && !mount->is_tmpfs) {
            mount->chown = mount->from[MOUNT_owner] != NULL ? CHOWN_ON_MISMATCH : CHOWN_NEVER;
        }
    }
}

static void
resolve_env(struct resolver *resolver, const struct doc *doc, struct config *config)
{
    const struct section *section = doc_section(doc, SECTION_ENV, "");
    if (section == NULL) {
        return;
    }
    config->env = ARENA_NEW(resolver->arena, const struct setting *, section->count);
    for (const struct setting *at = section->settings; at != NULL; at = at->next) {
        char why[WHY_BYTES];
        if (check_deferred(resolver, VALUE_ASSIGNS, at->text, why) != 0) {
            resolver->section = section;
            complain(resolver, at, false, why);
        }
        resolve_warn_quote(resolver, section, at, at->text);
        config->env[config->env_count++] = at;
    }
}

/* The arguments as a command that gives them back to the letter. */
static const char *
quoted(const struct words *arguments, struct arena *arena)
{
    static const char escaped[] = {'\'', '\\', '\'', '\''}; /* out, a quote, and in again */
    size_t room = 1;
    size_t at = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        room += sizeof escaped * strlen(arguments->item[i]) + 3;
    }
    char *command = arena_alloc(arena, room);
    for (size_t i = 0; command != NULL && i < arguments->count; i++) {
        if (i > 0) {
            command[at++] = ' ';
        }
        command[at++] = '\'';
        for (const char *byte = arguments->item[i]; *byte != '\0'; byte++) {
            if (*byte == '\'') {
                memcpy(command + at, escaped, sizeof escaped);
                at += sizeof escaped;
            } else {
                command[at++] = *byte;
            }
        }
        command[at++] = '\'';
    }
    if (command != NULL) {
        command[at] = '\0';
    }
    return command;
}

/* Each unit that takes a line of [defaults] tells of it; where there is no unit, this does. */
static void
check_defaults(const struct resolver *resolver, const struct doc *doc)
{
    size_t count = 0;
    const struct schema_key *keys = schema_keys(SECTION_DEFAULTS, &count);
    struct unit_config unit = {0};
    struct resolver unexpanded = *resolver;
    unexpanded.vars = VARS_UNKNOWN;
    unexpanded.section = doc_section(doc, SECTION_DEFAULTS, "");
    for (size_t i = 0; unexpanded.section != NULL && i < count; i++) {
        (void)resolve_key(&unexpanded, &keys[i], doc_setting(unexpanded.section, keys[i].name),
                          &unit);
    }
}

/* All of its values that hold no variable. */
static void
resolve_as_written(const struct resolver *resolver, struct unit_config *unit)
{
    resolve_unit_user(unit, VARS_UNKNOWN, resolver->draft, resolver->diags);
    resolve_unit(unit, VARS_UNKNOWN, resolver->draft, resolver->diags);
}

/* The arguments that no unit takes become the service main, which starts when everything else that
 * starts at boot is ready or final. */
static void
add_arguments_unit(struct resolver *resolver, const struct section *defaults, struct config *config)
{
    struct words after = {.item = ARENA_NEW(resolver->arena, const char *, config->unit_count + 1)};
    for (size_t u = 0; u < config->unit_count; u++) {
        if (unit_starts_at_boot(&config->unit[u])) {
            after.item[after.count++] = config->unit[u].name;
        }
    }
    struct unit_config *unit = &config->unit[config->unit_count++];
    *unit = (struct unit_config){.defaults = defaults, .name = "main", .is_main = true};
    resolve_as_written(resolver, unit);
    unit->command = quoted(&config->arguments, resolver->arena);
    unit->after = after;
}

/* Main holds "$@", else it is named main, else it is the only service. */
static void
choose_main(struct config *config)
{
    struct unit_config *main = NULL;
    struct unit_config *only = NULL;
    size_t services = 0;
    for (size_t u = 0; u < config->unit_count; u++) {
        struct unit_config *unit = &config->unit[u];
        if (unit->is_task) {
            continue;
        }
        only = unit;
        services++;
        if (main == NULL && command_takes_arguments(unit->command)) {
            main = unit;
        }
    }
    size_t named = unit_find(config, "main");
    if (main == NULL && named != SIZE_MAX && !config->unit[named].is_task) {
        main = &config->unit[named];
    }
    if (main == NULL && services == 1) {
        main = only;
    }
    if (main != NULL) {
        main->is_main = true;
    }
}

static void
resolve_units(struct resolver *resolver, const struct doc *doc, struct config *config)
{
    bool is_taken = false;
    const struct section *defaults = doc_section(doc, SECTION_DEFAULTS, "");
    size_t count = doc_count(doc, SECTION_SERVICE) + doc_count(doc, SECTION_TASK);
    config->unit = ARENA_NEW(resolver->arena, struct unit_config, count + 1);
    for (const struct section *at = doc->sections; at != NULL; at = at->next) {
        if (!schema_is_unit(at->kind)) {
            continue;
        }
        struct unit_config *unit = &config->unit[config->unit_count++];
        *unit = (struct unit_config){.section = at,
                                     .defaults = defaults,
                                     .name = at->label,
                                     .is_task = at->kind == SECTION_TASK};
        const struct setting *command = doc_unit_setting(at, defaults, "command");
        unit->command = command != NULL ? command->text : "";
        is_taken |= command_takes_arguments(unit->command);
    }
    choose_main(config);
    for (size_t u = 0; u < config->unit_count; u++) {
        resolve_as_written(resolver, &config->unit[u]);
    }
    config->takes_arguments = is_taken;
    if (config->arguments.count > 0 && !is_taken && unit_find(config, "main") == SIZE_MAX) {
        for (size_t u = 0; u < config->unit_count; u++) {
            config->unit[u].is_main = false;
            resolve_as_written(resolver, &config->unit[u]);
        }
        add_arguments_unit(resolver, defaults, config);
        config->takes_arguments = true;
    }
}

static void
default_stop_timeout(const struct resolver *resolver, struct config *config)
{
    size_t services = 0;
    for (size_t u = 0; u < config->unit_count; u++) {
        services += !config->unit[u].is_task;
    }
    bool is_kubernetes = resolver->vars != VARS_UNKNOWN &&
                         vars_get(resolver->vars, "KUBERNETES_SERVICE_HOST") != NULL;
    config->init.stop_timeout_ms = services == 1 ? DURATION_NONE : is_kubernetes ? 29000 : 9000;
}

void
resolve_base(const struct doc *doc, struct words arguments, const struct vars *vars,
             struct arena *arena, struct arena *draft, struct config *ret_config,
             struct diags *diags)
{
    struct resolver resolver = {.vars = vars, .arena = arena, .draft = draft, .diags = diags};
    struct config config = {.file = doc->file, .arguments = arguments};
    resolver.section = doc_section(doc, SECTION_INIT, "");
    resolve_section(&resolver, SECTION_INIT, &config.init, config.init.from);
    resolver.section = doc_section(doc, SECTION_REQUIRE, "");
    resolve_section(&resolver, SECTION_REQUIRE, &config.require, config.require.from);
    resolve_mounts(&resolver, doc, &config);
    resolve_env(&resolver, doc, &config);
    check_defaults(&resolver, doc);
    resolve_units(&resolver, doc, &config);
    resolve_checks(&resolver, doc, &config);
    config.is_lone = doc->file == NULL;
    if (config.init.from[INIT_stop_timeout_ms] == NULL) {
        default_stop_timeout(&resolver, &config);
    }
    override(&resolver, "ROINIT_ON_VIOLATION", SECTION_REQUIRE, "on-violation", &config.require);
    override(&resolver, "ROINIT_STOP_TIMEOUT", SECTION_INIT, "stop-timeout", &config.init);
    *ret_config = config;
}
