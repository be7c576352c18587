/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "supervisor/ctlmsg.h"
#include "tests/fuzz/fuzz.h"

/* What a client sends to the control socket, as it comes in: in pieces. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char again[CTLMSG_REQUEST_MAX];
    struct ctl_request request;
    if (size > CTLMSG_REQUEST_MAX) {
        size = CTLMSG_REQUEST_MAX;
    }
    /* A copy of just that size, so that a look beyond it is seen. */
    char *bytes = malloc(size == 0 ? 1 : size);
    MUST(bytes != NULL);
    if (size > 0) {
        memcpy(bytes, data, size);
    }
    enum ctlmsg_state state = ctlmsg_parse(bytes, size, &request);
    if (state == CTLMSG_WHOLE) {
        MUST(request.count <= CTLMSG_WORDS_MAX && request.word[request.count] == NULL);
        for (size_t i = 0; i < request.count; i++) {
            MUST(request.word[i] >= bytes && request.word[i] < bytes + size);
            MUST(request.word[i][0] != '\0');
        }
        size_t length = ctlmsg_write_request(again, sizeof again, request.word, request.count);
        MUST(request.count == 0 || (length <= size && memcmp(again, bytes, length) == 0));
    }
    /* What is bad stays bad, and what is whole was not whole before. */
    for (size_t part = size > 64 ? size - 64 : 0; part < size; part++) {
        enum ctlmsg_state before = ctlmsg_parse(bytes, part, &request);
        MUST(before != CTLMSG_BAD || state == CTLMSG_BAD);
        MUST(before != CTLMSG_WHOLE || state != CTLMSG_MORE);
    }
    free(bytes);
    return 0;
}
