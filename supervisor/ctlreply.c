/* SPDX-License-Identifier: MIT */
#include "supervisor/ctlserver.h"

#include <stdlib.h>
#include <string.h>

/* Replies: frames one after the other, bounded. */

static bool
reserve(struct ctl_reply *reply, size_t more)
{
    if (reply->is_full || reply->length + more > CTL_REPLY_MAX) {
        reply->is_full = true;
        return false;
    }
    if (reply->length + more > reply->room) {
        size_t room = reply->room == 0 ? 4096 : reply->room;
        while (room < reply->length + more) {
            room *= 2;
        }
        char *grown = reply->is_borrowed ? malloc(room) : realloc(reply->bytes, room);
        if (grown == NULL) {
            reply->is_full = true;
            return false;
        }
        if (reply->is_borrowed) {
            memcpy(grown, reply->bytes, reply->length);
        }
        reply->is_borrowed = false;
        reply->bytes = grown;
        reply->room = room;
    }
    return true;
}

void
ctl_reply_add(struct ctl_reply *reply, enum ctlmsg_frame type, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t piece = length < CTLMSG_FRAME_MAX ? length : CTLMSG_FRAME_MAX;
        if (!reserve(reply, piece + CTLMSG_FRAME_HEADER)) {
            return;
        }
        unsigned char header[CTLMSG_FRAME_HEADER];
        ctlmsg_write_header(header, type, (uint32_t)piece);
        memcpy(reply->bytes + reply->length, header, sizeof header);
        memcpy(reply->bytes + reply->length + sizeof header, bytes, piece);
        reply->length += sizeof header + piece;
        bytes += piece;
        length -= piece;
    }
}

void
ctl_reply_exit(struct ctl_reply *reply, int code)
{
    char byte = (char)code;
    ctl_reply_add(reply, CTLMSG_EXIT, &byte, 1);
}

bool
ctl_reply_own(struct ctl_reply *reply)
{
    return !reply->is_borrowed || reserve(reply, reply->room);
}

void
ctl_reply_free(struct ctl_reply *reply)
{
    if (!reply->is_borrowed) {
        free(reply->bytes);
    }
    reply->bytes = NULL;
    reply->is_borrowed = false;
    reply->length = reply->room = 0;
}
