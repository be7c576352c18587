/* SPDX-License-Identifier: MIT */
#include "supervisor/httpreply.h"

#include <string.h>

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Whether the kept bytes can be the beginning of a status line. */
static bool
is_status_line(const struct httpreply *reply)
{
    static const char form[] = "HTTP/1.# ### "; /* # is a digit */
    for (size_t i = 0; i < reply->length; i++) {
        char byte = reply->line[i];
        bool is_end = i == sizeof form - 2 && (byte == ' ' || byte == '\r' || byte == '\n');
        if (form[i] == '#' ? !is_digit(byte) : (byte != form[i] && !is_end)) {
            return false;
        }
    }
    return true;
}

/* One byte of the headers of an interim reply: an empty line ends them. */
static void
take_header(struct httpreply *reply, char byte)
{
    if (byte == '\n' && reply->is_empty) {
        reply->is_interim = false;
        reply->length = 0;
    } else if (byte != '\r') {
        reply->is_empty = byte == '\n';
    }
}

static enum httpreply_state
take_status(struct httpreply *reply, char byte)
{
    reply->line[reply->length++] = byte;
    if (!is_status_line(reply)) {
        return HTTPREPLY_BAD;
    }
    if (reply->length < sizeof reply->line) {
        return HTTPREPLY_MORE;
    }
    const char *digits = reply->line + strlen("HTTP/1.1 ");
    if (digits[0] == '0') {
        return HTTPREPLY_BAD;
    }
    reply->status = (uint16_t)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0');
    reply->is_interim = digits[0] == '1';
    reply->is_empty = byte == '\n';
    return reply->is_interim ? HTTPREPLY_MORE : HTTPREPLY_WHOLE;
}

enum httpreply_state
httpreply_take(struct httpreply *reply, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (reply->taken == HTTPREPLY_MAX) {
            return HTTPREPLY_LONG;
        }
        reply->taken++;
        if (reply->is_interim) {
            take_header(reply, bytes[i]);
            continue;
        }
        enum httpreply_state state = take_status(reply, bytes[i]);
        if (state != HTTPREPLY_MORE) {
            return state;
        }
    }
    return HTTPREPLY_MORE;
}

bool
httpreply_is_well(const struct httpreply *reply)
{
    return reply->status >= 200 && reply->status < 400;
}
