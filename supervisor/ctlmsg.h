/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_CTLMSG_H
#define ROINIT_SUPERVISOR_CTLMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The bytes on the control socket (behaviour.md, "Control socket"). Pure.
 *
 *   request:  version byte, NUL-ended words, an empty word; at most 4 KiB in all
 *   reply:    frames of type (1 byte), length (4 bytes, big endian), payload
 */
enum {
    CTLMSG_VERSION = 1,
    CTLMSG_REQUEST_MAX = 4096,
    CTLMSG_WORDS_MAX = 256,
    CTLMSG_FRAME_HEADER = 5,
    CTLMSG_FRAME_MAX = 65536, /* payload */
};

enum ctlmsg_frame { CTLMSG_OUT = 'o', CTLMSG_ERR = 'e', CTLMSG_EXIT = 'x' };

struct ctl_request {
    size_t count;
    const char *word[CTLMSG_WORDS_MAX + 1]; /* into the request's bytes; NULL-terminated */
};

enum ctlmsg_state { CTLMSG_MORE, CTLMSG_WHOLE, CTLMSG_BAD };

/* Looks at what has come so far. CTLMSG_WHOLE: *ret_request points into `bytes`. */
enum ctlmsg_state ctlmsg_parse(const char *bytes, size_t length, struct ctl_request *ret_request);

/* Writes a request for `words`. Returns its length; 0 where it does not fit, or where a word is
 * empty. */
size_t ctlmsg_write_request(char *buffer, size_t size, const char *const *words, size_t count);

/* A frame's header, to stand before `length` bytes of payload. */
void ctlmsg_write_header(unsigned char header[CTLMSG_FRAME_HEADER], enum ctlmsg_frame type,
                         uint32_t length);
/* Reads one. Returns false for an unknown type or a payload over CTLMSG_FRAME_MAX. */
bool ctlmsg_read_header(const unsigned char header[CTLMSG_FRAME_HEADER],
                        enum ctlmsg_frame *ret_type, uint32_t *ret_length);

#endif
