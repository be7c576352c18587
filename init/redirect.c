/* SPDX-License-Identifier: MIT */
#include "init/redirect.h"

#include <linux/capability.h>
#include <string.h>

#include "init/place.h"

enum { STICKY_FOR_ALL = 01777 };

/* clang-format off */
const struct redirect_row redirect_rows[] = {
    /* word       variable                base           directory  below            file   option */
    {"tmp",     "TMPDIR",               REDIRECT_TOP,  "tmp",     "",              false, NULL},
    {"tmp",     "TMP",                  REDIRECT_TOP,  "tmp",     "",              false, NULL},
    {"tmp",     "TEMP",                 REDIRECT_TOP,  "tmp",     "",              false, NULL},
    {"home",    "HOME",                 REDIRECT_OWN,  "home",    "",              false, NULL},
    {"xdg",     "XDG_CACHE_HOME",       REDIRECT_HOME, "home",    "/.cache",       false, NULL},
    {"xdg",     "XDG_CONFIG_HOME",      REDIRECT_HOME, "home",    "/.config",      false, NULL},
    {"xdg",     "XDG_DATA_HOME",        REDIRECT_HOME, "home",    "/.local/share", false, NULL},
    {"xdg",     "XDG_STATE_HOME",       REDIRECT_HOME, "home",    "/.local/state", false, NULL},
    {"runtime", "XDG_RUNTIME_DIR",      REDIRECT_OWN,  "runtime", "",              false, NULL},
    {"java",    "JDK_JAVA_OPTIONS",     REDIRECT_TOP,  "tmp",     "",              false, "-Djava.io.tmpdir="},
    {"java",    "JDK_JAVA_OPTIONS",     REDIRECT_HOME, "home",    "",              false, "-Duser.home="},
    {"python",  "PYTHONPYCACHEPREFIX",  REDIRECT_OWN,  "python",  "",              false, NULL},
    {"node",    "npm_config_cache",     REDIRECT_OWN,  "node",    "/npm",          false, NULL},
    {"node",    "NODE_REPL_HISTORY",    REDIRECT_OWN,  "node",    "/repl_history", true,  NULL},
};
/* clang-format on */
const size_t redirect_row_count = sizeof redirect_rows / sizeof redirect_rows[0];

static bool
has_word(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->item[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* The mount itself serves where everybody may write and nobody may delete what is another's. */
static bool
is_top(const struct redirect_row *row, const struct place *after)
{
    return row->base == REDIRECT_TOP && (after->mode & STICKY_FOR_ALL) == STICKY_FOR_ALL;
}

/* Whether the directory can be made for him, and he can reach it. What only a default owner lacks
 * is no error (contract.md, `owner`): the variable is then not set. */
static bool
can_give(const struct config *config, const struct facts *facts,
         const struct identities *identities, const struct identity *who,
         const struct redirect_row *row, size_t mount)
{
    struct place now = place_now(facts, mount);
    struct place after = place_after(config, facts, identities, mount);
    if (!now.is_there || !place_may_identity(facts, &after, who, PLACE_SEARCH)) {
        return false;
    }
    if (is_top(row, &after)) {
        return place_may_identity(facts, &after, who, PLACE_WRITE);
    }
    return place_may_self(facts, &now, PLACE_WRITE | PLACE_SEARCH) &&
           (who->uid == facts->self.uid || place_has_capability(facts, CAP_CHOWN));
}

size_t
redirect_mount(const struct config *config, const struct facts *facts,
               const struct identities *identities, const struct identity *who,
               const struct redirect_row *row)
{
    for (size_t m = 0; m < config->mount_count; m++) {
        if (has_word(&config->mount[m].redirect, row->word) &&
            can_give(config, facts, identities, who, row, m)) {
            return m;
        }
    }
    return config->mount_count;
}

const char *
redirect_path(const struct config *config, const struct facts *facts,
              const struct identities *identities, const struct identity *who,
              const struct redirect_row *row, size_t mount, struct arena *arena)
{
    const char *top = config->mount[mount].path;
    struct place after = place_after(config, facts, identities, mount);
    if (is_top(row, &after)) {
        return top;
    }
    return arena_printf(arena, "%s/%s-%u%s", strcmp(top, "/") == 0 ? "" : top, row->directory,
                        who->uid, row->below);
}
