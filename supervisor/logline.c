/* SPDX-License-Identifier: MIT */
#include "supervisor/logline.h"

#include <stdint.h>
#include <string.h>

enum { ESCAPE = 0x1b, DELETE = 0x7f, LEAD = 0xc0 };

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

/* How many bytes from the start are printable ASCII: eight at a time, which is what nearly every
 * line is made of. Of a word with such bytes alone no byte has its highest bit, also not after 1 is
 * added (0x7f) or 0x20 taken away (what is below); whatever else a carry may do, it sets one. */
static size_t
ascii_length(const char *bytes, size_t length)
{
    const uint64_t ones = 0x0101010101010101;
    const uint64_t highest = 0x8080808080808080;
    size_t i = 0;
    for (uint64_t word; length - i >= sizeof word; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        if (((word | (word + ones) | (word - ones * ' ')) & highest) != 0) {
            break;
        }
    }
    while (i < length && bytes[i] >= ' ' && bytes[i] < DELETE) {
        i++;
    }
    return i;
}

/* How many bytes from the start can be written as they are. A byte from 0x80 to 0xbf is a control
 * character of some terminals unless it belongs to a whole UTF-8 character, and some characters are
 * such controls themselves, or line ends. A lone byte above is a letter in Latin-1. */
static size_t
plain_length(const char *bytes, size_t length)
{
    size_t i = ascii_length(bytes, length);
    while (i < length) {
        unsigned char byte = (unsigned char)bytes[i];
        uint32_t point = 0;
        size_t whole = text_utf8(bytes + i, length - i, &point);
        bool is_stray = whole == 0 && byte < LEAD;
        if (is_stray || (whole > 0 && byte != '\t' && text_is_control(point))) {
            break;
        }
        i += whole > 0 ? whole : 1;
        i += ascii_length(bytes + i, length - i);
    }
    return i;
}

/* Whether a colour sequence ends all colours: ESC [ m, ESC [ 0 m. */
static bool
is_reset(const char *bytes, size_t length)
{
    return length == 3 || (length == 4 && bytes[2] == '0');
}

/* A colour that a line leaves on would be the next line's, whoever wrote that: it is ended. */
static void
add_safe(struct text *out, const char *bytes, size_t length)
{
    bool is_coloured = false;
    while (length > 0) {
        size_t taken = plain_length(bytes, length);
        if (taken == 0) {
            taken = colour_length(bytes, length);
            is_coloured = taken > 0 ? !is_reset(bytes, taken) : is_coloured;
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
    text_add(out, is_coloured ? "\033[0m" : "");
}

static void
add_json_string(struct text *out, const char *bytes, size_t length)
{
    /* text_add_json() ends at a NUL: the bytes between are handed over piece by piece. */
    char piece[512];
    text_add(out, "\"");
    while (length > 0) {
        size_t taken = length < sizeof piece ? length : sizeof piece - 1;
        taken = taken < length ? text_utf8_cut(bytes, taken) : taken;
        size_t nul = strnlen(bytes, taken);
        memcpy(piece, bytes, nul);
        piece[nul] = '\0';
        size_t start = out->length;
        text_add_json(out, piece);
        /* Without the quotes of the piece. */
        if (!out->is_cut) {
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
