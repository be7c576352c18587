/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "supervisor/logline.h"
#include "tests/fuzz/fuzz.h"

/* What a service says: it forges no line, and no name in front of one. */

enum { ROOM = 64 * 1024, LINE_MAX_BYTES = 8192 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char bytes[ROOM];
    if (size == 0 || size > LINE_MAX_BYTES) {
        return 0;
    }
    struct logline logline = {.time = "2026-11-22T11:03:07.123Z",
                              .unit = "web",
                              .stream = "stdout",
                              .is_json = (data[0] & 1U) != 0,
                              .is_split = (data[0] & 2U) != 0};
    struct text out = TEXT_OVER(bytes);
    logline_add(&out, &logline, (const char *)data + 1, size - 1);
    MUST(out.length > 0 && bytes[out.length - 1] == '\n');
    MUST(memchr(bytes, '\n', out.length) == bytes + out.length - 1);
    MUST(strlen(bytes) == out.length); /* no NUL within */
    MUST(memchr(bytes, '\r', out.length) == NULL);
    MUST(strncmp(bytes, logline.is_json ? "{\"" : "web: ", logline.is_json ? 2 : 5) == 0);
    for (size_t i = 0; i < out.length; i++) {
        MUST(bytes[i] != '\x7f' && bytes[i] != '\b');
        MUST(bytes[i] != '\x1b' || (!logline.is_json && bytes[i + 1] == '['));
    }
    return 0;
}
