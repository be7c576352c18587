/* SPDX-License-Identifier: MIT */
#include "config/resolve_parts.h"

/* The [check] sections: their keys, in the environment of the service that they are about, and what
 * no key can be judged for alone. */

static struct diag_place
check_place(const struct check_config *check, enum check_key key)
{
    return doc_place(check->from[key], check->section);
}

void
resolve_check_keys(struct check_config *check, const struct vars *vars, struct arena *arena,
                   struct diags *diags)
{
    struct resolver resolver = {
        .section = check->section, .vars = vars, .arena = arena, .diags = diags};
    size_t count;
    const struct schema_key *keys = schema_keys(SECTION_CHECK, &count);
    for (size_t i = 0; i < count; i++) {
        check->from[keys[i].index] =
            resolve_key(&resolver, &keys[i], doc_setting(check->section, keys[i].name), check);
    }
}

void
resolve_checks(struct resolver *resolver, const struct doc *doc, struct config *config)
{
    config->check = ARENA_NEW(resolver->arena, struct check_config, doc_count(doc, SECTION_CHECK));
    for (const struct section *at = doc->sections; at != NULL; at = at->next) {
        if (at->kind != SECTION_CHECK) {
            continue;
        }
        struct check_config *check = &config->check[config->check_count++];
        *check = (struct check_config){.section = at, .name = at->label};
        resolve_check_keys(check, VARS_UNKNOWN, resolver->draft, resolver->diags);
        check->unit =
            check->service.count > 0 ? unit_find(config, check->service.item[0]) : SIZE_MAX;
    }
}

static void
judge_service(const struct config *config, const struct check_config *check, struct diags *diags)
{
    struct diag_place place = check_place(check, CHECK_service);
    const char *name = check->service.count > 0 ? check->service.item[0] : "";
    if (check->service.count > 1) {
        diag_add(diags, DIAG_ERROR, CODE_CONFIG, place, "write a check for each",
                 "a check is about one service");
    } else if (check->service.count == 1 && check->unit == SIZE_MAX) {
        resolve_tell_no_unit(config, name, place, diags);
    } else if (check->unit != SIZE_MAX && config->unit[check->unit].is_task) {
        diag_add(diags, DIAG_ERROR, CODE_CONFIG, place, "name a service",
                 "\"%s\" is a task: it is well when it is done", name);
    }
}

void
resolve_judge_checks(const struct config *config, struct diags *diags)
{
    for (size_t c = 0; c < config->check_count; c++) {
        const struct check_config *check = &config->check[c];
        judge_service(config, check, diags);
        if (check->from[CHECK_probe] == NULL) {
            diag_add(diags, DIAG_ERROR, CODE_CONFIG, check_place(check, CHECK_probe),
                     "add `probe = ...`, such as tcp:8080", "\"%s\" has no probe", check->name);
        }
        if (check->on_failure == CHECK_RESTART && check->service.count == 0) {
            diag_add(diags, DIAG_ERROR, CODE_CONFIG, check_place(check, CHECK_on_failure),
                     "add `service = ...`", "\"%s\" does not say what to restart", check->name);
        }
    }
}
