/* SPDX-License-Identifier: MIT */
#include "init/environ_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { VARIABLES_MAX = 4096 /* in one env-file */, SENTENCE_BYTES = 512 };

void
environ_wrong(struct environ_work *work, enum exit_code code, struct diag_place place,
              const char *cure, const char *format, ...)
{
    char sentence[SENTENCE_BYTES];
    va_list arguments;
    work->is_wrong = true;
    if (work->diags == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    diag_add(work->diags, DIAG_ERROR, code, place, cure, "%s", sentence);
}

/* One line, without its end. Returns whether it was a variable. */
static bool
take_line(struct environ_work *work, struct diag_place place, const char *line, size_t length)
{
    if (length > 0 && line[length - 1] == '\r') {
        length--;
    }
    size_t blanks = strspn(line, " \t");
    if (blanks >= length || line[blanks] == '#') {
        return false;
    }
    const char *equals = memchr(line, '=', length);
    if (equals == NULL || !vars_is_name(line, (size_t)(equals - line))) {
        /* The line itself is not told: it may be a part of a secret. */
        environ_wrong(work, CODE_BROKEN, place,
                      "write NAME=value, a comment that begins with #, or nothing",
                      "the line is not NAME=value");
        return false;
    }
    const char *name = arena_strndup(work->arena, line, (size_t)(equals - line));
    const char *value =
        arena_strndup(work->arena, equals + 1, length - (size_t)(equals + 1 - line));
    if (name != NULL && value != NULL) {
        vars_set(work->vars, name, value);
    }
    return true;
}

static void
take_file(struct environ_work *work, const struct environ_text *file)
{
    struct diag_place place = {.file = file->path};
    size_t count = 0;
    const char *line = file->text;
    if (strlen(file->text) != file->length) {
        environ_wrong(work, CODE_BROKEN, place, "it must be text", "a NUL byte in the file");
        return;
    }
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        place.line++;
        count += take_line(work, place, line, length) ? 1 : 0;
        if (count > VARIABLES_MAX) {
            environ_wrong(work, CODE_BROKEN, place, NULL, "more than %d variables in one file",
                          (int)VARIABLES_MAX);
            return;
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}

void
environ_layer_files(struct environ_work *work, const struct environ_text *files, size_t count)
{
    for (size_t i = 0; files != NULL && i < count; i++) {
        if (files[i].text != NULL) {
            take_file(work, &files[i]);
        }
    }
}

static void
take_secret(struct environ_work *work, const char *name, const struct environ_text *file)
{
    const struct setting *from = work->input->config->init.from[INIT_file_env];
    struct diag_place place = {.section = "init", .key = "file-env"};
    const char *variable = arena_printf(work->arena, "%s_FILE", name);
    const char *value = vars_get(work->vars, name);
    if (from != NULL) {
        place.file = from->file;
        place.line = from->line;
    }
    if (value != NULL && *value != '\0') {
        environ_wrong(work, CODE_BROKEN, place, "set one of the two",
                      "both %.60s and %.60s_FILE are set", name, name);
        return;
    }
    if (strlen(file->text) != file->length) {
        environ_wrong(work, CODE_BROKEN, place, "a variable cannot hold it",
                      "a NUL byte in \"%.200s\", the file of %.60s", file->path, name);
        return;
    }
    /* As $(cat FILE) in a shell has it: no line ends at the end. */
    size_t length = file->length;
    while (length > 0 && file->text[length - 1] == '\n') {
        length--;
    }
    const char *secret = arena_strndup(work->arena, file->text, length);
    if (variable == NULL || secret == NULL) {
        return;
    }
    vars_set(work->vars, name, secret);
    /* Gone, as images that read X_FILE by a script have it: they call both set a mistake. */
    vars_set(work->vars, variable, NULL);
}

void
environ_layer_secrets(struct environ_work *work)
{
    const struct words *names = &work->input->config->init.file_env;
    for (size_t i = 0; work->input->secret != NULL && i < names->count; i++) {
        if (work->input->secret[i].text != NULL) {
            take_secret(work, names->item[i], &work->input->secret[i]);
        }
    }
}
