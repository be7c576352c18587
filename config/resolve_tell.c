/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/resolve_parts.h"
#include "config/text.h"

/* "PUID is \"abc\", PGID is \"\"": the variables that `text` holds, as they are. */
static void
add_variables(struct resolver *resolver, const char *text, struct text *out)
{
    const char *between = "";
    for (size_t step = 1; *text != '\0'; text += step) {
        step = 1;
        if (text[0] != '$' || text[1] == '$') {
            step += text[0] == '$' ? 1 : 0;
            continue;
        }
        const char *name = text + (text[1] == '{' ? 2 : 1);
        size_t length = 1; /* the notation is well by now */
        while (vars_is_name(name, length + 1)) {
            length++;
        }
        const char *value = vars_get(resolver->vars, arena_strndup(resolver->arena, name, length));
        if (value != NULL) {
            text_addf(out, "%s%.*s is \"%.60s\"", between, (int)length, name, value);
            between = ", ";
        }
    }
}

bool
resolve_add_spoiled(struct resolver *resolver, const struct setting *setting, struct text *out)
{
    text_addf(out, "%s = %.200s: ", setting->name, setting->text);
    size_t before = out->length;
    add_variables(resolver, setting->text, out);
    return out->length > before;
}
