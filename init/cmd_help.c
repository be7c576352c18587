/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "init/options.h"

enum { ARGUMENTS_WIDTH = 23 };

static void
print_verb(const struct verb *verb)
{
    (void)printf("usage: roinit [-c FILE] %s%s%s\n  %s\n", verb->name,
                 verb->arguments[0] != '\0' ? " " : "", verb->arguments, verb->help);
}

static void
print_all(void)
{
    (void)printf("roinit %s: PID 1 for containers whose root file system is read-only\n\n"
                 "usage: roinit [-c FILE] [--] [CMD...]     run the container\n"
                 "       roinit [-c FILE] VERB [WORD...]\n\n",
                 ROINIT_VERSION);
    for (size_t i = 0; i < verb_count; i++) {
        const struct verb *verb = &verb_table[i];
        if (verb->where != VERB_LATER) {
            /* Beside its arguments, or below them where they are long. */
            bool is_long = strlen(verb->arguments) > ARGUMENTS_WIDTH;
            (void)printf("  %-10s %-*s%s%s\n", verb->name, ARGUMENTS_WIDTH + 1, verb->arguments,
                         is_long ? "\n                                     " : "", verb->help);
        }
    }
    (void)puts(
        "\n  --version, --help\n"
        "  --forward-signals LIST, --kill-mode MODE, --success-status CODES: for a command without "
        "a\n"
        "  contract, before it: `roinit explain service.KEY`\n\n"
        "The contract is -c FILE, $ROINIT_CONFIG or /etc/roinit.ini, else the built-in one:\n"
        "`roinit show` prints it, `roinit explain` the reference.");
}

/* Help, from the table of verbs. */
int
cmd_help(const struct options *options)
{
    const char *word = options->usage.word[0]; /* NULL: none */
    const struct verb *verb = word != NULL ? verb_find(word) : NULL;
    if (word != NULL && verb == NULL) {
        (void)fprintf(stderr, "roinit: there is no verb \"%s\": see `roinit help`\n", word);
        return CODE_USAGE;
    }
    if (verb != NULL) {
        print_verb(verb);
    } else {
        print_all();
    }
    return CODE_OK;
}
