/* SPDX-License-Identifier: MIT */
#include "init/completion.h"

#include <string.h>

#include "config/signame.h"
#include "init/usage.h"
#include "init/verbs.h"

/*
 * Every script asks first which verb is there already, and then offers what the verb's row names.
 * Words in capitals stand for something that the script finds out: names of units by `roinit
 * status`, files by the shell.
 */
enum { LAST_SIGNAL = 31 };

enum offer { OFFER_NOTHING, OFFER_UNITS, OFFER_FILES, OFFER_VERBS, OFFER_SIGNALS, OFFER_WORDS };

static bool
is_piece(const struct usage_piece *piece, const char *word)
{
    size_t length = strlen(word);
    return piece->length >= length && strncmp(piece->text, word, length) == 0;
}

/* What a word of that form is. */
static enum offer
offer_of(const struct usage_piece *piece)
{
    static const struct {
        const char *form;
        enum offer offer;
    } forms[] = {{"NAME", OFFER_UNITS},
                 {"FILE", OFFER_FILES},
                 {"VERB", OFFER_VERBS},
                 {"SIG", OFFER_SIGNALS}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (is_piece(piece, forms[i].form)) {
            return forms[i].offer;
        }
    }
    return piece->text[0] >= 'a' ? OFFER_WORDS : OFFER_NOTHING;
}

/* "ready|final" as "ready final". */
static void
add_words(const struct usage_piece *piece, struct text *out)
{
    for (size_t i = 0; i < piece->length; i++) {
        text_add_bytes(out, piece->text[i] == '|' ? " " : piece->text + i, 1);
    }
}

static void
add_signals(struct text *out)
{
    char name[16];
    for (int number = 1; number <= LAST_SIGNAL; number++) {
        text_addf(out, "%s%s", number == 1 ? "" : " ", signame_text(number, name, sizeof name));
    }
}

static void
add_verbs(struct text *out)
{
    const char *before = "";
    for (size_t i = 0; i < verb_count; i++) {
        if (verb_table[i].where != VERB_LATER) {
            text_addf(out, "%s%s", before, verb_table[i].name);
            before = " ";
        }
    }
}

/* ---------------------------------------------------------------- bash and zsh */

/* How the two differ: where the words are, and how offers are made. */
struct dialect {
    const char *begin, *offer, *files, *end;
};

/* What the script offers for a form, as a command of the shell. */
static void
add_offer(const struct dialect *dialect, const struct usage_piece *piece, struct text *out)
{
    switch (offer_of(piece)) {
    case OFFER_UNITS:
        text_addf(out, "%s $(_roinit_units)", dialect->offer);
        break;
    case OFFER_FILES:
        text_add(out, dialect->files);
        break;
    case OFFER_VERBS:
        text_addf(out, "%s ", dialect->offer);
        add_verbs(out);
        break;
    case OFFER_SIGNALS:
        text_addf(out, "%s ", dialect->offer);
        add_signals(out);
        break;
    case OFFER_WORDS:
        text_addf(out, "%s ", dialect->offer);
        add_words(piece, out);
        break;
    case OFFER_NOTHING:
        text_add(out, ":");
        break;
    }
}

/* One verb as two kinds of cases: behind an option that takes a value, and anywhere else. */
static void
add_cases(const struct dialect *dialect, const struct verb *verb, bool is_behind_option,
          struct text *out)
{
    const char *at = verb->arguments;
    struct usage_piece piece;
    struct usage_piece form;
    if (!is_behind_option) {
        text_addf(out, "        %s)\n", verb->name);
    }
    while (usage_next_piece(&at, &piece, &form)) {
        if (is_behind_option && form.length > 0) {
            text_addf(out, "        %s:%.*s) ", verb->name, (int)piece.length, piece.text);
            add_offer(dialect, &form, out);
            text_add(out, "; return ;;\n");
        } else if (!is_behind_option) {
            text_add(out, "            ");
            if (piece.text[0] == '-') {
                text_addf(out, "%s %.*s", dialect->offer, (int)piece.length, piece.text);
            } else {
                add_offer(dialect, &piece, out);
            }
            text_add(out, "\n");
        }
    }
    text_add(out, is_behind_option ? "" : "            ;;\n");
}

/* Rows of the table below the line that begins with UNIT, up to an empty one. */
static const char units_script[] = "_roinit_units() {\n"
                                   "    local name rest seen=\n"
                                   "    roinit status 2>/dev/null | while read -r name rest; do\n"
                                   "        [ \"$name\" = UNIT ] && seen=1 && continue\n"
                                   "        [ -z \"$name\" ] && [ -n \"$seen\" ] && break\n"
                                   "        [ -n \"$seen\" ] && printf '%s\\n' \"$name\"\n"
                                   "    done\n"
                                   "}\n";

static void
add_script(const struct dialect *dialect, struct text *out)
{
    text_add(out, units_script);
    text_add(out, dialect->begin);
    text_add(out, "    case $verb:$prev in\n        *:-c) ");
    text_addf(out, "%s; return ;;\n", dialect->files);
    for (size_t i = 0; i < verb_count; i++) {
        if (verb_table[i].where != VERB_LATER) {
            add_cases(dialect, &verb_table[i], true, out);
        }
    }
    text_addf(out, "    esac\n    case $verb in\n        \"\")\n            %s ", dialect->offer);
    add_verbs(out);
    text_addf(out, " -c --help --version\n            ;;\n");
    for (size_t i = 0; i < verb_count; i++) {
        if (verb_table[i].where != VERB_LATER) {
            add_cases(dialect, &verb_table[i], false, out);
        }
    }
    text_add(out, "    esac\n}\n");
    text_add(out, dialect->end);
}

static const struct dialect bash = {
    .begin = "_roinit_offer() {\n"
             "    local word\n"
             "    for word; do\n"
             "        [[ $word == \"${COMP_WORDS[COMP_CWORD]}\"* ]] && COMPREPLY+=(\"$word\")\n"
             "    done\n"
             "}\n"
             "_roinit() {\n"
             "    local i verb= prev=${COMP_WORDS[COMP_CWORD-1]}\n"
             "    COMPREPLY=()\n"
             "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
             "        case ${COMP_WORDS[i]} in\n"
             "            -c) ((i++)) ;;\n"
             "            -*) ;;\n"
             "            *) verb=${COMP_WORDS[i]}; break ;;\n"
             "        esac\n"
             "    done\n",
    .offer = "_roinit_offer",
    .files = "compopt -o default 2>/dev/null",
    .end = "complete -F _roinit roinit\n",
};

static const struct dialect zsh = {
    .begin = "_roinit() {\n"
             "    local i verb= prev=${words[CURRENT-1]}\n"
             "    for ((i = 2; i < CURRENT; i++)); do\n"
             "        case ${words[i]} in\n"
             "            -c) ((i++)) ;;\n"
             "            -*) ;;\n"
             "            *) verb=${words[i]}; break ;;\n"
             "        esac\n"
             "    done\n",
    .offer = "compadd --",
    .files = "_files",
    .end =
        "if [ \"${funcstack[1]}\" = _roinit ]; then _roinit \"$@\"; else compdef _roinit roinit; "
        "fi\n",
};

/* ---------------------------------------------------------------- fish */

static void
add_fish_text(struct text *out, const char *string)
{
    text_add(out, "'");
    for (; *string != '\0'; string++) {
        text_addf(out, *string == '\'' || *string == '\\' ? "\\%c" : "%c", *string);
    }
    text_add(out, "'");
}

static void
add_fish_offer(const struct usage_piece *piece, struct text *out)
{
    switch (offer_of(piece)) {
    case OFFER_UNITS:
        text_add(out, " -a '(__roinit_units)'");
        break;
    case OFFER_FILES:
        text_add(out, " -F");
        break;
    case OFFER_VERBS:
        text_add(out, " -a '");
        add_verbs(out);
        text_add(out, "'");
        break;
    case OFFER_SIGNALS:
        text_add(out, " -a '");
        add_signals(out);
        text_add(out, "'");
        break;
    case OFFER_WORDS:
        text_add(out, " -a '");
        add_words(piece, out);
        text_add(out, "'");
        break;
    case OFFER_NOTHING:
        break;
    }
}

static void
add_fish_verb(const struct verb *verb, struct text *out)
{
    const char *at = verb->arguments;
    struct usage_piece piece;
    struct usage_piece form;
    text_addf(out, "complete -c roinit -n __fish_use_subcommand -a %s -d ", verb->name);
    add_fish_text(out, verb->help);
    text_add(out, "\n");
    while (usage_next_piece(&at, &piece, &form)) {
        bool is_option = piece.text[0] == '-';
        if (is_option && piece.length == 2 && piece.text[1] == '-') {
            continue; /* `--` ends the options */
        }
        text_addf(out, "complete -c roinit -n '__fish_seen_subcommand_from %s'", verb->name);
        if (is_option) {
            bool is_long = piece.text[1] == '-';
            text_addf(out, is_long ? " -l %.*s" : " -s %.*s", (int)piece.length - (is_long ? 2 : 1),
                      piece.text + (is_long ? 2 : 1));
            if (form.length > 0) {
                text_add(out, " -x");
                add_fish_offer(&form, out);
            }
        } else {
            add_fish_offer(&piece, out);
        }
        text_add(out, "\n");
    }
}

static void
add_fish(struct text *out)
{
    text_add(out, "function __roinit_units\n"
                  "    set -l seen\n"
                  "    roinit status 2>/dev/null | while read -l name rest\n"
                  "        if test \"$name\" = UNIT\n"
                  "            set seen 1\n"
                  "        else if test -n \"$seen\"\n"
                  "            test -n \"$name\"; or break\n"
                  "            echo $name\n"
                  "        end\n"
                  "    end\n"
                  "end\n"
                  "complete -c roinit -f\n"
                  "complete -c roinit -s c -r -F -d 'the contract'\n"
                  "complete -c roinit -n __fish_use_subcommand -l help\n"
                  "complete -c roinit -n __fish_use_subcommand -l version\n");
    for (size_t i = 0; i < verb_count; i++) {
        if (verb_table[i].where != VERB_LATER) {
            add_fish_verb(&verb_table[i], out);
        }
    }
}

bool
completion_add(const char *shell, struct text *out)
{
    if (text_equal(shell, "bash")) {
        add_script(&bash, out);
    } else if (text_equal(shell, "zsh")) {
        text_add(out, "#compdef roinit\n");
        add_script(&zsh, out);
    } else if (text_equal(shell, "fish")) {
        add_fish(out);
    } else {
        return false;
    }
    return true;
}
