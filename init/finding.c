/* SPDX-License-Identifier: MIT */
#include "init/finding.h"

#include <string.h>

enum { FIRST_ROOM = 16, SUBJECT_WIDTH = 14, INDENT = 9 };

void
findings_add(struct findings *findings, const struct finding *finding)
{
    findings->errors += finding->level == FINDING_ERROR;
    if (findings->count == FINDINGS_MAX) {
        findings->more++;
        return;
    }
    if (findings->count == findings->room) {
        size_t room = findings->room == 0 ? FIRST_ROOM : findings->room * 2;
        struct finding *grown = ARENA_NEW(findings->arena, struct finding, room);
        if (grown == NULL) {
            findings->more++;
            return;
        }
        if (findings->count > 0) {
            memcpy(grown, findings->item, findings->count * sizeof *grown);
        }
        findings->item = grown;
        findings->room = room;
    }
    findings->item[findings->count++] = *finding;
}

static const char *
level_word(enum finding_level level)
{
    return level == FINDING_ERROR ? "error" : "warn";
}

static const char *
level_color(const struct report *report, enum finding_level level)
{
    if (!report->has_color) {
        return "";
    }
    return level == FINDING_ERROR ? "\033[31m" : "\033[33m";
}

/* The names by which a platform's mend is introduced, and which platform it is for. */
static const struct {
    const char *name;
    bool is_for[PLATFORM_KUBERNETES + 1];
} mend_rows[MEND_COUNT] = {
    [MEND_DOCKER] = {"docker", {[PLATFORM_DOCKER] = true, [PLATFORM_PODMAN] = true}},
    [MEND_PODMAN] = {"podman", {[PLATFORM_PODMAN] = true}},
    [MEND_COMPOSE] = {"compose", {[PLATFORM_DOCKER] = true, [PLATFORM_PODMAN] = true}},
    [MEND_KUBERNETES] = {"kubernetes", {[PLATFORM_KUBERNETES] = true}},
    [MEND_CONTRACT] = {NULL, {false}},
};

/* Whether this mend helps on the platform at hand; where Podman has its own, the flags of Docker
 * and of compose are not for it. */
static bool
is_mend_wanted(const struct finding *finding, const struct report *report, int mend)
{
    bool has_own = report->platform == PLATFORM_PODMAN && finding->mend[MEND_PODMAN] != NULL;
    if (has_own && (mend == MEND_DOCKER || mend == MEND_COMPOSE)) {
        return false;
    }
    return report->platform == PLATFORM_UNKNOWN || mend_rows[mend].name == NULL ||
           mend_rows[mend].is_for[report->platform];
}

static void
add_spaces(struct text *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_add(out, " ");
    }
}

static void
add_mends(const struct finding *finding, const struct report *report, struct text *out)
{
    bool is_first = true;
    for (int i = 0; i < MEND_COUNT; i++) {
        if (finding->mend[i] == NULL || !is_mend_wanted(finding, report, i)) {
            continue;
        }
        add_spaces(out, is_first ? INDENT : 3);
        if (mend_rows[i].name != NULL) {
            text_addf(out, "%s: ", mend_rows[i].name);
        }
        text_add_escaped(out, finding->mend[i], strlen(finding->mend[i]));
        is_first = false;
    }
    if (!is_first) {
        text_add(out, "\n");
    }
}

static void
add_line(const struct finding *finding, const struct report *report, struct text *out)
{
    text_addf(out, "  %s%-5s%s  ", level_color(report, finding->level), level_word(finding->level),
              report->has_color ? "\033[0m" : "");
    size_t start = out->length;
    text_add_escaped(out, finding->subject, strlen(finding->subject));
    size_t width = out->length - start;
    add_spaces(out, width < SUBJECT_WIDTH ? SUBJECT_WIDTH - width + 1 : 1);
    text_add_escaped(out, finding->found, strlen(finding->found));
    if (finding->mend[MEND_CONTRACT] == NULL) {
        text_add(out, ", want ");
        text_add_escaped(out, finding->expected, strlen(finding->expected));
    }
    text_add(out, finding->is_mended_by_prepare ? " (the boot mends it)\n" : "\n");
    if (!finding->is_mended_by_prepare) {
        add_mends(finding, report, out);
    }
}

void
findings_text(const struct findings *findings, const struct report *report, struct text *out)
{
    bool has_header = false;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->item[i];
        if (finding->level == FINDING_WISH && !report->shows_wishes) {
            continue;
        }
        if (!has_header) {
            text_addf(out, "roinit: the container %s its contract (%s)\n",
                      findings->errors > 0 ? "breaks" : "keeps",
                      report->file != NULL ? report->file : "built in");
            has_header = true;
        }
        add_line(finding, report, out);
    }
    if (findings->more > 0) {
        text_addf(out, "  and %zu more\n", findings->more);
    }
}

/* ---------------------------------------------------------------- diagnostics */

static void
add_diag(const struct diag *diag, struct text *out)
{
    text_addf(out, "  %-5s  ", diag->level == DIAG_ERROR ? "error" : "warn");
    if (diag->file != NULL) {
        text_add_escaped(out, diag->file, strlen(diag->file));
        text_addf(out, diag->line > 0 ? ":%u: " : ": ", diag->line);
    }
    if (diag->section != NULL) {
        text_add(out, "[");
        text_add_escaped(out, diag->section, strlen(diag->section));
        text_add(out, "] ");
    }
    if (diag->key != NULL) {
        text_add_escaped(out, diag->key, strlen(diag->key));
        text_add(out, ": ");
    }
    text_add_escaped(out, diag->text, strlen(diag->text));
    text_add(out, "\n");
    if (diag->cure != NULL) {
        add_spaces(out, INDENT);
        text_add_escaped(out, diag->cure, strlen(diag->cure));
        text_add(out, "\n");
    }
}

void
diags_text(const struct diags *diags, struct text *out)
{
    if (diags->count == 0) {
        return;
    }
    text_addf(out, "roinit: %s\n",
              diags->errors == 0                ? "the contract could be better"
              : diag_code(diags) == CODE_CONFIG ? "the contract is wrong"
              : diag_code(diags) == CODE_SYSTEM ? "the contract cannot be read"
              : diag_code(diags) == CODE_USAGE  ? "wrong usage"
                                                : "the contract cannot be kept");
    for (size_t i = 0; i < diags->count; i++) {
        add_diag(&diags->item[i], out);
    }
    if (diags->more > 0) {
        text_addf(out, "  and %zu more\n", diags->more);
    }
}
