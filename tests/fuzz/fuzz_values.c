/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/command.h"
#include "config/config.h"
#include "config/schema.h"
#include "config/value.h"
#include "config/vars.h"
#include "tests/fuzz/fuzz.h"

/* The first byte picks a key of the schema, or a command, or a value with variables; the rest is
 * the text that the author wrote. */

enum { WHY_BYTES = 256, KEYS_MAX = 512 };

static const struct schema_key *
pick(uint8_t number)
{
    const struct schema_key *all[KEYS_MAX];
    size_t total = 0;
    for (size_t s = 0; s < SECTION_COUNT; s++) {
        size_t count;
        const struct schema_key *key = schema_keys((enum schema_section)s, &count);
        for (size_t i = 0; i < count && total < KEYS_MAX; i++) {
            all[total++] = &key[i];
        }
    }
    return all[number % total];
}

/* Whatever the type, it fits into this. */
union any {
#define VALUE_MEMBER(type_, c_type_, notation_) c_type_ type_;
    VALUE_TYPES(VALUE_MEMBER)
#undef VALUE_MEMBER
};

static void
parse(const struct schema_key *key, const char *text, struct arena *arena)
{
    char why[WHY_BYTES] = "";
    union any value, before;
    memset(&value, 0x5a, sizeof value);
    memset(&before, 0x5a, sizeof before);
    int result = value_parse(key->type, key->limits, text, arena, &value, why, sizeof why);
    MUST(result == 0 || result == -1);
    MUST(result == 0 || memcmp(&value, &before, sizeof value) == 0);
    MUST(result == 0 || why[0] != '\0'); /* a refusal has a sentence */
}

static void
expand(const char *text, struct arena *arena)
{
    char why[WHY_BYTES] = "";
    const char *argument[] = {"one", "two words", NULL};
    const struct words arguments = {.count = 2, .item = argument};
    struct vars vars;
    struct words argv = {0};
    bool is_runtime;
    vars_init(&vars, arena);
    vars_set(&vars, "A", "a b 'c");
    vars_set(&vars, "EMPTY", "");
    const char *value = expand_value(text, &vars, arena, why, sizeof why, &is_runtime);
    MUST(value != NULL || why[0] != '\0');
    why[0] = '\0';
    bool is_checked =
        command_expand(text, NULL, &arguments, arena, &argv, why, sizeof why, &is_runtime) == 0;
    MUST(is_checked || why[0] != '\0');
    if (is_checked) { /* then only what variables hold can make the start fail */
        argv = (struct words){0};
        bool is_expanded = command_expand(text, &vars, &arguments, arena, &argv, why, sizeof why,
                                          &is_runtime) == 0;
        MUST(is_expanded || (why[0] != '\0' && is_runtime));
        MUST(!is_expanded || argv.item[argv.count] == NULL);
        for (size_t i = 0; is_expanded && i < argv.count; i++) {
            MUST(argv.item[i] != NULL);
        }
    }
    (void)command_takes_arguments(text);
    (void)expand_has_variable(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    if (size > 0 && memchr(data + 1, '\0', size - 1) == NULL) {
        const char *text = arena_strndup(&arena, (const char *)data + 1, size - 1);
        parse(pick(data[0]), text, &arena);
        expand(text, &arena);
    }
    arena_free(&arena);
    return 0;
}
