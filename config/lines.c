/* SPDX-License-Identifier: MIT */
#include "config/lines.h"

#include <string.h>

/* Bytes that a line cannot hold, since control bytes are refused. */
enum { MARK_START = 0x01, MARK_END = 0x02, SEMICOLON = 0x03, HASH = 0x04 };

struct lines
lines_over(const char *bytes, size_t length)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t mark_length = strlen(mark);
    bool has_mark = length >= mark_length && memcmp(bytes, mark, mark_length) == 0;
    return (struct lines){.bytes = bytes, .length = length, .at = has_mark ? mark_length : 0};
}

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static void
trim(const char **bytes, size_t *length)
{
    while (*length > 0 && is_blank(**bytes)) {
        (*bytes)++;
        (*length)--;
    }
    while (*length > 0 && is_blank((*bytes)[*length - 1])) {
        (*length)--;
    }
}

static bool
has_control(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool
is_name(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char byte = bytes[i];
        bool is_allowed = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
        if (!is_allowed) {
            return false;
        }
    }
    return length > 0;
}

static void
bad(struct line *line, const char *problem, const char *cure)
{
    line->kind = LINE_BAD;
    line->problem = problem;
    line->cure = cure;
}

static void
read_section(struct line *line, const char *bytes, size_t length)
{
    const char *end = memchr(bytes, ']', length);
    line->kind = LINE_SECTION;
    if (end == NULL) {
        bad(line, "a section without its closing bracket", "write [section] or [section NAME]");
        return;
    }
    if (end != bytes + length - 1) {
        bad(line, "something stands after the section's bracket",
            "end the line with ]; a comment takes a line of its own");
        return;
    }
    line->name = bytes + 1;
    line->name_length = (size_t)(end - bytes - 1);
    trim(&line->name, &line->name_length);
    if (line->name_length > LINES_NAME_MAX) {
        bad(line, "the section's name is longer than 49 bytes",
            "give it a short label, and say `path = ...` where it is a mount");
    }
}

static void
read_value(struct line *line, const char *value, size_t length)
{
    trim(&value, &length);
    line->value = value;
    line->value_length = length;
    if (length > LINES_VALUE_MAX) {
        bad(line, "the value is longer than 4095 bytes",
            "go on in indented lines where it is a list, or put it into a file");
    }
}

static void
read_key(struct line *line, const char *bytes, size_t length)
{
    const char *equals = memchr(bytes, '=', length);
    line->kind = LINE_KEY;
    if (equals == NULL) {
        bad(line, "neither a section, a key with its =, nor a comment",
            "write key = value; # at the start of a line begins a comment");
        return;
    }
    line->name = bytes;
    line->name_length = (size_t)(equals - bytes);
    if (line->name_length > 0 && equals[-1] == '+') {
        line->is_append = true;
        line->name_length--;
    }
    trim(&line->name, &line->name_length);
    if (!is_name(line->name, line->name_length)) {
        bad(line, "what stands before the = is no key", "write key = value");
        return;
    }
    if (line->name_length > LINES_NAME_MAX) {
        bad(line, "the key is longer than 49 bytes", "shorten it");
        return;
    }
    read_value(line, equals + 1, (size_t)(bytes + length - equals - 1));
}

static void
read_indented(struct lines *lines, struct line *line, const char *bytes, size_t length)
{
    line->kind = LINE_MORE;
    trim(&bytes, &length);
    if (!lines->has_key) {
        bad(line, "an indented line with no key before it", "begin it in the first column");
    } else if (*bytes == '#' || *bytes == ';') {
        bad(line, "an indented comment", "begin it in the first column");
    } else {
        read_value(line, bytes, length);
    }
}

struct line
lines_next(struct lines *lines)
{
    struct line line = {.kind = LINE_END};
    if (lines->at >= lines->length) {
        return line;
    }
    const char *bytes = lines->bytes + lines->at;
    size_t left = lines->length - lines->at;
    const char *end = memchr(bytes, '\n', left);
    size_t length = end == NULL ? left : (size_t)(end - bytes);
    lines->at += length + (end == NULL ? 0 : 1);
    line.number = ++lines->number;
    if (length > 0 && bytes[length - 1] == '\r') {
        length--;
    }
    const char *content = bytes;
    size_t content_length = length;
    trim(&content, &content_length);
    if (content_length == 0 || *bytes == '#' || *bytes == ';') {
        line.kind = LINE_NOTHING;
        return line;
    }
    line.tried = is_blank(*bytes) ? LINE_MORE : *bytes == '[' ? LINE_SECTION : LINE_KEY;
    if (has_control(bytes, length)) {
        bad(&line, "a control byte", "take it out; a contract is plain text");
    } else if (line.tried == LINE_MORE) {
        read_indented(lines, &line, bytes, length);
    } else if (line.tried == LINE_SECTION) {
        read_section(&line, content, content_length);
    } else {
        read_key(&line, content, content_length);
    }
    /* A bad key counts as one, so that what goes on from it is not told as well. */
    lines->has_key = line.tried == LINE_MORE ? lines->has_key : line.tried == LINE_KEY;
    return line;
}

bool
lines_piece(const struct line *line, const char *name, size_t name_length, size_t *at, char *buffer,
            size_t size)
{
    enum { AROUND = 5 }; /* =, two marks, line end, NUL */
    if (size < name_length + AROUND + 1) {
        return false;
    }
    size_t room = size - name_length - AROUND;
    size_t length = line->value_length - *at;
    length = length < room ? length : room;
    memcpy(buffer, name, name_length);
    char *out = buffer + name_length;
    *out++ = '=';
    *out++ = MARK_START;
    for (size_t i = 0; i < length; i++) {
        char byte = line->value[*at + i];
        *out++ = (char)(byte == ';' ? SEMICOLON : byte == '#' ? HASH : byte);
    }
    *out++ = MARK_END;
    *out++ = '\n';
    *out = '\0';
    *at += length;
    return true;
}

const char *
lines_unwrap(char *piece, size_t *ret_length)
{
    size_t length = strlen(piece);
    if (length < 2 || piece[0] != MARK_START || piece[length - 1] != MARK_END) {
        return NULL;
    }
    for (size_t i = 1; i < length - 1; i++) {
        piece[i] = (char)(piece[i] == SEMICOLON ? ';' : piece[i] == HASH ? '#' : piece[i]);
    }
    *ret_length = length - 2;
    return piece + 1;
}
