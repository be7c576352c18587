/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "supervisor/notifymsg.h"
#include "tests/fuzz/fuzz.h"

/* A datagram that a service, or anybody who finds the socket, sends. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct notifymsg message;
    memset(&message, 0x5a, sizeof message);
    if (size > NOTIFYMSG_MAX) {
        size = NOTIFYMSG_MAX;
    }
    char *bytes = malloc(size == 0 ? 1 : size);
    MUST(bytes != NULL);
    if (size > 0) {
        memcpy(bytes, data, size);
    }
    notifymsg_parse(bytes, size, &message);
    MUST(memchr(message.status, '\0', sizeof message.status) != NULL);
    MUST(message.main_pid >= 0);
    MUST(!message.has_watchdog || message.watchdog_ms >= 0);
    MUST(!message.has_extension || message.extension_ms >= 0);
    free(bytes);
    return 0;
}
