/* SPDX-License-Identifier: MIT */
#include "supervisor/logline.h"

#include <string.h>

enum {
    ESCAPE = 0x1b,
    DELETE = 0x7f,
    CONTINUATION = 0x80,
    LEAD = 0xc0,
    C1_LEAD = 0xc2,
    C1_END = 0xa0
};

/* The length of a colour sequence (ESC [ digits ; … m) at the start of bytes, else 0. */
static size_t
colour_length(const char *bytes, size_t length)
{
    size_t at = 2;
    if (length < 3 || bytes[0] != ESCAPE || bytes[1] != '[') {
        return 0;
    }
    while (at < length && ((bytes[at] >= '0' && bytes[at] <= '9') || bytes[at] == ';')) {
        at++;
    }
    return at < length && bytes[at] == 'm' ? at + 1 : 0;
}

/* How many bytes from the start can be written as they are. A byte from 0x80 on belongs to a UTF-8
 * character; as the first byte of all it would be a control character of some terminals. */
static size_t
plain_length(const char *bytes, size_t length)
{
    unsigned char before = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool is_c1 = byte == C1_LEAD && i + 1 < length && (unsigned char)bytes[i + 1] < C1_END;
        bool is_stray = byte >= CONTINUATION && byte < LEAD && before < CONTINUATION;
        if ((byte < ' ' && byte != '\t') || byte == DELETE || is_c1 || is_stray) {
            return i;
        }
        before = byte;
    }
    return length;
}

static void
add_safe(struct text *out, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t taken = plain_length(bytes, length);
        if (taken == 0) {
            taken = colour_length(bytes, length);
        }
        if (taken > 0) {
            text_add_bytes(out, bytes, taken);
        } else {
            text_addf(out, "\\x%02x", (unsigned)(unsigned char)bytes[0]);
            taken = 1;
        }
        bytes += taken;
        length -= taken;
    }
}

static void
add_json_string(struct text *out, const char *bytes, size_t length)
{
    /* text_add_json() ends at a NUL: the bytes between are handed over piece by piece. */
    char piece[512];
    text_add(out, "\"");
    while (length > 0) {
        size_t taken = length < sizeof piece ? length : sizeof piece - 1;
        /* A UTF-8 character must not be cut: its continuation bytes are 10xxxxxx. */
        while (taken < length && taken > 1 && ((unsigned char)bytes[taken] & 0xc0) == 0x80) {
            taken--;
        }
        size_t nul = strnlen(bytes, taken);
        memcpy(piece, bytes, nul);
        piece[nul] = '\0';
        size_t start = out->length;
        text_add_json(out, piece);
        /* Without the quotes of the piece. */
        if (!out->is_cut && out->length >= start + 2) {
            memmove(out->bytes + start, out->bytes + start + 1, out->length - start - 1);
            out->length -= 2;
            out->bytes[out->length] = '\0';
        }
        if (nul < taken) {
            text_add(out, "\\u0000");
            nul++;
        }
        bytes += nul;
        length -= nul;
    }
    text_add(out, "\"");
}

void
logline_add(struct text *out, const struct logline *logline, const char *bytes, size_t length)
{
    if (length > 0 && bytes[length - 1] == '\r') {
        length--; /* of a line that ends in CR LF */
    }
    if (logline->is_json) {
        text_add(out, "{\"time\":");
        text_add_json(out, logline->time);
        text_add(out, ",\"unit\":");
        text_add_json(out, logline->unit != NULL ? logline->unit : "roinit");
        text_add(out, ",\"stream\":");
        text_add_json(out, logline->stream);
        text_add(out, ",\"line\":");
        add_json_string(out, bytes, length);
        text_add(out, logline->is_split ? ",\"split\":true}\n" : "}\n");
        return;
    }
    text_add(out, logline->unit != NULL ? logline->unit : "roinit");
    text_add(out, ": ");
    add_safe(out, bytes, length);
    text_add(out, logline->is_split ? " [split]\n" : "\n");
}
