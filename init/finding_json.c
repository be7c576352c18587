/* SPDX-License-Identifier: MIT */
#include "init/finding.h"

#include <string.h>

/* Both kinds of what is wrong in one form (behaviour.md, "Status, as JSON"). */

static void
add_member(const char *key, const char *value, struct text *out)
{
    if (value != NULL) {
        text_addf(out, ",\"%s\":", key);
        text_add_json(out, value);
    }
}

static void
add_place(const struct diag_place *place, struct text *out)
{
    add_member("file", place->file, out);
    if (place->line > 0 && place->file != NULL) { /* the built-in contract lies in no file */
        text_addf(out, ",\"line\":%u", place->line);
    }
    add_member("section", place->section, out);
    add_member("key", place->key, out);
}

static void
add_finding(const struct finding *finding, struct text *out)
{
    static const char *const names[MEND_COUNT] = {
        [MEND_DOCKER] = "docker",         [MEND_PODMAN] = "podman",     [MEND_COMPOSE] = "compose",
        [MEND_KUBERNETES] = "kubernetes", [MEND_CONTRACT] = "contract",
    };
    bool is_first = true;
    text_addf(out, "{\"level\":\"%s\"", finding->level == FINDING_ERROR ? "error" : "warn");
    add_place(&finding->place, out);
    add_member("subject", finding->subject, out);
    add_member("found", finding->found, out);
    add_member("want", finding->expected, out);
    if (finding->is_mended_by_prepare) {
        text_add(out, ",\"prepare\":true");
    }
    text_add(out, ",\"fix\":{");
    for (int i = 0; i < MEND_COUNT; i++) {
        if (finding->mend[i] != NULL) {
            text_addf(out, "%s\"%s\":", is_first ? "" : ",", names[i]);
            text_add_json(out, finding->mend[i]);
            is_first = false;
        }
    }
    text_add(out, "}}");
}

static void
add_diag(const struct diag *diag, struct text *out)
{
    struct diag_place place = {diag->file, diag->line, diag->section, diag->key};
    text_addf(out, "{\"level\":\"%s\"", diag->level == DIAG_ERROR ? "error" : "warn");
    add_place(&place, out);
    add_member("text", diag->text, out);
    add_member("cure", diag->cure, out);
    text_add(out, "}");
}

void
findings_json(const struct findings *findings, const struct diags *diags, bool is_enforced,
              struct text *out)
{
    text_add(out, "{\"v\":1,");
    size_t start = out->length;
    findings_json_verdict(findings, diags, is_enforced, out);
    /* Its own opening brace is the document's. */
    if (!out->is_cut) {
        memmove(out->bytes + start, out->bytes + start + 1, out->length - start);
        out->length--;
    }
}

void
findings_json_verdict(const struct findings *findings, const struct diags *diags, bool is_enforced,
                      struct text *out)
{
    size_t findings_count = findings != NULL ? findings->count : 0;
    size_t diags_count = diags != NULL ? diags->count : 0;
    size_t errors = (findings != NULL ? findings->errors : 0) + (diags != NULL ? diags->errors : 0);
    text_addf(out, "{\"kept\":%s,\"enforced\":%s,\"findings\":[", errors == 0 ? "true" : "false",
              is_enforced ? "true" : "false");
    for (size_t i = 0; i < diags_count; i++) {
        text_add(out, i > 0 ? "," : "");
        add_diag(&diags->item[i], out);
    }
    for (size_t i = 0; i < findings_count; i++) {
        text_add(out, i + diags_count > 0 ? "," : "");
        add_finding(&findings->item[i], out);
    }
    size_t more = (findings != NULL ? findings->more : 0) + (diags != NULL ? diags->more : 0);
    if (more > 0) {
        text_addf(out, "],\"more\":%zu}", more);
    } else {
        text_add(out, "]}");
    }
}
