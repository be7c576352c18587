/* SPDX-License-Identifier: MIT */
#include "config/grow.h"

#include <string.h>

void
grow_add(struct grow *grow, const char *bytes, size_t length)
{
    if (grow->is_too_long || length > GROW_MAX - grow->length) {
        grow->is_too_long = true;
        return;
    }
    if (grow->length + length + 1 > grow->room) {
        size_t room = (grow->length + length + 1) * 2;
        char *larger = arena_alloc(grow->arena, room);
        if (larger == NULL) {
            grow->is_too_long = true;
            return;
        }
        if (grow->length > 0) {
            memcpy(larger, grow->bytes, grow->length);
        }
        grow->bytes = larger;
        grow->room = room;
    }
    if (length > 0) {
        memcpy(grow->bytes + grow->length, bytes, length);
    }
    grow->length += length;
    grow->bytes[grow->length] = '\0';
}

const char *
grow_text(struct grow *grow)
{
    return grow->bytes == NULL ? "" : grow->bytes;
}

void
grow_word(struct grow_words *grow, const char *word)
{
    if (grow->words.count + 2 > grow->room) {
        size_t room = grow->room == 0 ? 4 : grow->room * 2;
        const char **larger = ARENA_NEW(grow->arena, const char *, room);
        if (larger == NULL) {
            return;
        }
        for (size_t i = 0; i < grow->words.count; i++) {
            larger[i] = grow->words.item[i];
        }
        grow->words.item = larger;
        grow->room = room;
    }
    grow->words.item[grow->words.count++] = word;
    grow->words.item[grow->words.count] = NULL;
}
