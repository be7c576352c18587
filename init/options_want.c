/* SPDX-License-Identifier: MIT */
#include "init/options_want.h"

#include <string.h>

#include "config/schema.h"

/* clang-format off */
static const char *const pair_words[OPTION_PAIRS][2] = {
    /* free     restricted */
    {"rw",     "ro"},
    {"suid",   "nosuid"},
    {"dev",    "nodev"},
    {"exec",   "noexec"},
};
/* clang-format on */

const char *
options_word(size_t pair, bool is_on)
{
    return pair_words[pair][is_on];
}

bool
options_have(const struct path_facts *path, size_t pair)
{
    const bool have[OPTION_PAIRS] = {path->is_read_only, path->is_nosuid, path->is_nodev,
                                     path->is_noexec};
    return have[pair];
}

static void
take_word(const char *word, size_t length, struct option_want want[OPTION_PAIRS])
{
    bool is_wish = word[length - 1] == '?';
    length -= is_wish;
    for (size_t pair = 0; pair < OPTION_PAIRS; pair++) {
        for (int on = 0; on < 2; on++) {
            const char *known = pair_words[pair][on];
            if (strlen(known) == length && strncmp(known, word, length) == 0) {
                want[pair] = (struct option_want){known, on != 0, is_wish};
            }
        }
    }
}

void
options_want(const struct words *words, bool is_tmpfs, struct option_want ret[OPTION_PAIRS])
{
    enum schema_section kind = is_tmpfs ? SECTION_TMPFS : SECTION_VOLUME;
    memset(ret, 0, OPTION_PAIRS * sizeof ret[0]);
    for (const char *at = schema_find(kind, "options")->default_text; *at != '\0';
         at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        take_word(at, length, ret);
        at += length;
    }
    for (size_t i = 0; i < words->count; i++) {
        take_word(words->item[i], strlen(words->item[i]), ret);
    }
}

void
options_want_text(const struct words *words, bool is_tmpfs, const char *between, struct text *out)
{
    struct option_want want[OPTION_PAIRS];
    const char *before = "";
    options_want(words, is_tmpfs, want);
    for (size_t pair = 0; pair < OPTION_PAIRS; pair++) {
        if (want[pair].word != NULL) {
            text_addf(out, "%s%s", before, want[pair].word);
            before = between;
        }
    }
}

bool
options_want_read_only(const struct words *words)
{
    struct option_want want[OPTION_PAIRS];
    options_want(words, false, want);
    return want[0].is_on;
}
