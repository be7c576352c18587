/* SPDX-License-Identifier: MIT */
#include "config/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/text.h"

enum { FIRST_ROOM = 8, SENTENCE_BYTES = 1024 };

static bool
is_same(const struct diag *a, const struct diag *b)
{
    return a->level == b->level && a->line == b->line && text_equal(a->file, b->file) &&
           text_equal(a->section, b->section) && text_equal(a->key, b->key) &&
           text_equal(a->text, b->text);
}

/* Most runs have none: room is made when there is something to keep. */
static bool
make_room(struct diags *diags)
{
    size_t room = diags->room == 0 ? FIRST_ROOM : 2 * diags->room;
    struct diag *item = ARENA_NEW(diags->arena, struct diag, room);
    if (item == NULL) {
        return false;
    }
    if (diags->count > 0) {
        memcpy(item, diags->item, diags->count * sizeof *item);
    }
    diags->item = item;
    diags->room = room;
    return true;
}

/* Which code counts most: what could not be read may be why something else is missing. */
static size_t
weight(enum exit_code code)
{
    static const enum exit_code rising[] = {CODE_OK, CODE_USAGE, CODE_BROKEN, CODE_CONFIG,
                                            CODE_SYSTEM};
    size_t at = 0;
    while (at + 1 < sizeof rising / sizeof rising[0] && rising[at] != code) {
        at++;
    }
    return at;
}

void
diag_add(struct diags *diags, enum diag_level level, enum exit_code code, struct diag_place place,
         const char *cure, const char *format, ...)
{
    char sentence[SENTENCE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    struct diag diag = {
        .level = level,
        .code = code,
        .file = place.file,
        .line = place.line,
        .section = place.section,
        .key = place.key,
        .text = sentence,
    };
    /* A wrong line of [defaults] is met again by every unit that takes it: told once. */
    for (size_t i = 0; i < diags->count; i++) {
        if (is_same(&diags->item[i], &diag)) {
            return;
        }
    }
    diags->errors += level == DIAG_ERROR ? 1 : 0;
    if (level == DIAG_ERROR && weight(code) > weight(diags->worst)) {
        diags->worst = code;
    }
    if (diags->count == DIAG_MAX || (diags->count == diags->room && !make_room(diags))) {
        diags->more++;
        return;
    }
    diag.text = arena_strdup(diags->arena, diag.text);
    diag.cure = cure == NULL ? NULL : arena_strdup(diags->arena, cure);
    diags->item[diags->count++] = diag;
}

/* The first that is about the same file, which may be the one itself. */
static size_t
first_of_file(const struct diags *diags, size_t i)
{
    size_t at = 0;
    while (!text_equal(diags->item[at].file, diags->item[i].file)) {
        at++;
    }
    return at;
}

void
diag_sort(struct diags *diags)
{
    size_t rank[DIAG_MAX];
    for (size_t i = 0; i < diags->count; i++) {
        rank[i] = first_of_file(diags, i);
    }
    for (size_t i = 1; i < diags->count; i++) {
        struct diag moved = diags->item[i];
        size_t its_rank = rank[i];
        size_t at = i;
        for (; at > 0 && (rank[at - 1] > its_rank ||
                          (rank[at - 1] == its_rank && diags->item[at - 1].line > moved.line));
             at--) {
            diags->item[at] = diags->item[at - 1];
            rank[at] = rank[at - 1];
        }
        diags->item[at] = moved;
        rank[at] = its_rank;
    }
}

enum exit_code
diag_code(const struct diags *diags)
{
    return diags->worst;
}
