/* SPDX-License-Identifier: MIT */
#include "supervisor/ctlmsg.h"

#include <string.h>

enum ctlmsg_state
ctlmsg_parse(const char *bytes, size_t length, struct ctl_request *ret_request)
{
    if (length == 0) {
        return CTLMSG_MORE;
    }
    if (bytes[0] != CTLMSG_VERSION || length > CTLMSG_REQUEST_MAX) {
        return CTLMSG_BAD;
    }
    ret_request->count = 0;
    for (size_t at = 1; at < length;) {
        const char *end = memchr(bytes + at, '\0', length - at);
        if (end == NULL) {
            break;
        }
        if (end == bytes + at) { /* the empty word */
            bool is_last = at + 1 == length && ret_request->count > 0;
            ret_request->word[ret_request->count] = NULL;
            return is_last ? CTLMSG_WHOLE : CTLMSG_BAD;
        }
        if (ret_request->count == CTLMSG_WORDS_MAX) {
            return CTLMSG_BAD;
        }
        ret_request->word[ret_request->count++] = bytes + at;
        at = (size_t)(end - bytes) + 1;
    }
    return length == CTLMSG_REQUEST_MAX ? CTLMSG_BAD : CTLMSG_MORE;
}

size_t
ctlmsg_write_request(char *buffer, size_t size, const char *const *words, size_t count)
{
    size_t limit = size < CTLMSG_REQUEST_MAX ? size : CTLMSG_REQUEST_MAX;
    size_t at = 0;
    /* cppcheck-suppress knownConditionTrueFalse ; of another caller than the one it sees */
    if (limit < 2 || count == 0 || count > CTLMSG_WORDS_MAX) {
        return 0;
    }
    buffer[at++] = CTLMSG_VERSION;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        /* cppcheck-suppress knownConditionTrueFalse */
        if (length == 0 || at + length + 2 > limit) {
            return 0;
        }
        memcpy(buffer + at, words[i], length + 1);
        at += length + 1;
    }
    buffer[at++] = '\0';
    return at;
}

void
ctlmsg_write_header(unsigned char header[CTLMSG_FRAME_HEADER], enum ctlmsg_frame type,
                    uint32_t length)
{
    header[0] = (unsigned char)type;
    for (int i = 0; i < 4; i++) {
        header[1 + i] = (unsigned char)(length >> (24 - 8 * i));
    }
}

bool
ctlmsg_read_header(const unsigned char header[CTLMSG_FRAME_HEADER], enum ctlmsg_frame *ret_type,
                   uint32_t *ret_length)
{
    uint32_t length = 0;
    for (int i = 0; i < 4; i++) {
        length = length << 8 | header[1 + i];
    }
    if (header[0] != CTLMSG_OUT && header[0] != CTLMSG_ERR && header[0] != CTLMSG_EXIT) {
        return false;
    }
    *ret_type = (enum ctlmsg_frame)header[0];
    *ret_length = length;
    return length <= CTLMSG_FRAME_MAX;
}
