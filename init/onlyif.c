/* SPDX-License-Identifier: MIT */
#include "init/onlyif.h"

#include <string.h>

#include "config/text.h"

enum { NAME_BYTES = 256 };

static bool
env_holds(const char *condition, const struct vars *vars)
{
    char name[NAME_BYTES];
    size_t length = strcspn(condition, "=");
    if (length >= sizeof name) {
        return false;
    }
    memcpy(name, condition, length);
    name[length] = '\0';
    const char *value = vars_get(vars, name);
    if (condition[length] == '\0') {
        return value != NULL && value[0] != '\0';
    }
    return value != NULL && text_equal(value, condition + length + 1);
}

static bool
holds(const char *condition, const struct vars *vars, bool (*is_there)(const char *path))
{
    bool is_negated = condition[0] == '!';
    const char *plain = condition + is_negated;
    if (text_starts_with(plain, "env:")) {
        return env_holds(plain + strlen("env:"), vars) != is_negated;
    }
    if (text_starts_with(plain, "file:")) {
        return is_there(plain + strlen("file:")) != is_negated;
    }
    return false;
}

bool
onlyif_holds(const struct words *conditions, const struct vars *vars,
             bool (*is_there)(const char *path))
{
    for (size_t i = 0; i < conditions->count; i++) {
        if (!holds(conditions->item[i], vars, is_there)) {
            return false;
        }
    }
    return true;
}
