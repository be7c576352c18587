/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "config/arena.h"
#include "config/pages.h"
#include "config/reference.h"
#include "config/reference_tables.h"
#include "init/options.h"

enum { REFERENCE_BYTES = 256 * 1024 };

static void
add_verbs(enum reference_form form, struct text *out)
{
    reference_list_begin(form, "verb", "does", out);
    for (size_t i = 0; i < verb_count; i++) {
        const struct verb *verb = &verb_table[i];
        if (verb->where != VERB_LATER) {
            char term[128];
            (void)snprintf(term, sizeof term, "%s%s%s", verb->name,
                           verb->arguments[0] != '\0' ? " " : "", verb->arguments);
            reference_list_row(form, term, verb->help, out);
        }
    }
    reference_list_end(form, out);
}

/* `roinit explain FORM.PART`, for packaging/docs.sh: what the documents hold of the program. */
static bool
add_table(const struct options *options, struct text *out)
{
    static const char *const forms[REFERENCE_FORMS] = {
        [REFERENCE_MARKDOWN] = "markdown",
        [REFERENCE_MAN] = "man",
    };
    static const struct {
        const char *name;
        void (*add)(enum reference_form form, struct text *out);
    } parts[] = {{"keys", reference_keys}, {"codes", reference_codes}, {"verbs", add_verbs}};
    const char *word = options->usage.word[0];
    for (size_t i = 0; word != NULL && i < sizeof parts / sizeof parts[0]; i++) {
        for (int form = 0; form < REFERENCE_FORMS; form++) {
            char name[32];
            (void)snprintf(name, sizeof name, "%s.%s", forms[form], parts[i].name);
            if (text_equal(word, name)) {
                parts[i].add((enum reference_form)form, out);
                return true;
            }
        }
    }
    return false;
}

/* The reference from the schema; what an exit code means. */
int
cmd_explain(const struct options *options)
{
    static OWN_PAGES char bytes[REFERENCE_BYTES];
    struct text text = TEXT_OVER(bytes);
    const char *topic = options->usage.word[0];
    int code = CODE_OK;
    if (!add_table(options, &text)) {
        code = reference_text(topic, &text);
    }
    (void)fputs(bytes, code == CODE_OK ? stdout : stderr);
    return code;
}
