/* SPDX-License-Identifier: MIT */
#include "tests/unit/written.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "config/load.h"
#include "config/resolve.h"

struct written written;

void
written_init(void)
{
    memset(&written, 0, sizeof written);
    written.diags.arena = &written.arena;
    vars_init(&written.vars, &written.arena);
}

void
written_free(void)
{
    arena_free(&written.arena);
}

void
written_add(const char *file, const char *text)
{
    written.doc.file = written.doc.file == NULL ? file : written.doc.file;
    load_text(file, text, strlen(text), &written.arena, &written.doc, &written.diags);
}

void
written_resolve(const struct vars *vars)
{
    struct config *config = &written.config;
    struct words arguments = config->arguments;
    doc_finish(&written.doc, &written.arena);
    resolve_base(&written.doc, arguments, vars, &written.arena, &written.arena, config,
                 &written.diags);
    for (size_t u = 0; u < config->unit_count; u++) {
        struct unit_config *unit = &config->unit[u];
        resolve_unit_user(unit, vars, &written.arena, &written.diags);
        resolve_unit(unit, vars, &written.arena, &written.diags);
    }
    resolve_whole(config, &written.diags);
}

void
written_lint(const char *text)
{
    written_add("file", text);
    written_resolve(VARS_UNKNOWN);
}

bool
written_says(const char *part)
{
    for (size_t i = 0; i < written.diags.count; i++) {
        const struct diag *diag = &written.diags.item[i];
        if (strstr(diag->text, part) != NULL ||
            (diag->cure != NULL && strstr(diag->cure, part) != NULL)) {
            return true;
        }
    }
    return false;
}

void
written_expect(size_t errors, const char *part)
{
    bool is_well = written.diags.errors == errors && (part == NULL || written_says(part));
    for (size_t i = 0; !is_well && i < written.diags.count; i++) {
        const struct diag *diag = &written.diags.item[i];
        (void)fprintf(stderr, "  line %u: %s (%s)\n", diag->line, diag->text,
                      diag->cure == NULL ? "" : diag->cure);
    }
    ck_assert_msg(is_well, "want %zu errors and \"%s\", got %zu", errors, part == NULL ? "" : part,
                  written.diags.errors);
}

const char *
written_text(const char *title, const char *key)
{
    const struct section *section = written.doc.sections;
    while (section != NULL && strcmp(section->title, title) != 0) {
        section = section->next;
    }
    const struct setting *setting = doc_setting(section, key);
    return setting == NULL ? NULL : setting->text;
}
