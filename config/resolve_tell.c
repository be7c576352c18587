/* SPDX-License-Identifier: MIT */

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

static const char *
unit_name(const void *context, size_t i)
{
    const struct config *config = context;
    return config->unit[i].name;
}

void
resolve_tell_no_unit(const struct config *config, const char *name, struct diag_place place,
                     struct diags *diags)
{
    long near = text_nearest(name, unit_name, config, config->unit_count);
    diag_add(diags, DIAG_ERROR, CODE_CONFIG, place, NULL,
             near >= 0 ? "there is no unit \"%s\"; did you mean \"%s\"?"
                       : "there is no unit \"%s\"",
             name, near >= 0 ? config->unit[near].name : "");
}

bool
resolve_add_spoiled(struct resolver *resolver, const struct setting *setting, struct text *out)
{
    text_addf(out, "%s = %.200s: ", setting->name, setting->text);
    size_t before = out->length;
    add_variables(resolver, setting->text, out);
    return out->length > before;
}
