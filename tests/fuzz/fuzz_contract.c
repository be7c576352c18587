/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/dump.h"
#include "config/load.h"
#include "config/resolve.h"
#include "tests/fuzz/fuzz.h"

/* A contract of any bytes: through the gate, inih, resolve and show; what is shown of a well one,
 * loaded and shown again, is the same. */

enum { SHOWN_BYTES = 1024 * 1024 };

static void
show(const char *bytes, size_t length, struct diags *diags, struct text *out)
{
    struct config config = {0};
    struct words arguments = {0};
    struct vars vars;
    struct doc doc = {0};
    load_text("fuzz", bytes, length, diags->arena, &doc, diags);
    doc_finish(&doc, diags->arena);
    vars_init(&vars, diags->arena);
    vars_set(&vars, "A", "a b");
    resolve_base(&doc, arguments, &vars, diags->arena, diags->arena, &config, diags);
    for (size_t u = 0; u < config.unit_count; u++) {
        resolve_unit_user(&config.unit[u], &vars, diags->arena, diags);
        resolve_unit(&config.unit[u], &vars, diags->arena, diags);
    }
    resolve_whole(&config, diags);
    dump_contract(&doc, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char first[SHOWN_BYTES], second[SHOWN_BYTES];
    static struct diags diags, later;
    struct arena arena = ARENA_INIT;
    struct text one = TEXT_OVER(first), two = TEXT_OVER(second);
    diags = (struct diags){.arena = &arena};
    later = (struct diags){.arena = &arena};
    if (memchr(data, '\0', size) == NULL) { /* load.c refuses what has one */
        show((const char *)data, size, &diags, &one);
        for (size_t i = 0; i < diags.count; i++) {
            if (diags.item[i].code == CODE_INTERNAL) {
                abort(); /* inih read something else than the gate */
            }
        }
        if (diags.errors == 0 && !one.is_cut) {
            show(first, one.length, &later, &two);
            if (later.errors != 0 || strcmp(first, second) != 0) {
                abort();
            }
        }
    }
    arena_free(&arena);
    return 0;
}
