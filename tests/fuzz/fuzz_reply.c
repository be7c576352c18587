/* SPDX-License-Identifier: MIT */
/* What a client reads from the control socket: anybody may listen in /tmp. The client itself, its
 * output into /dev/null. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int sink = -1;
#undef STDOUT_FILENO
#undef STDERR_FILENO
#define STDOUT_FILENO sink
#define STDERR_FILENO sink
#include "init/client.c" /* NOLINT(bugprone-suspicious-include): what is tried is static in it */

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int reply = -1;
    if (sink < 0) {
        sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
        reply = memfd_create("reply", MFD_CLOEXEC);
        MUST(sink >= 0 && reply >= 0);
    }
    MUST(ftruncate(reply, 0) == 0 && pwrite(reply, data, size, 0) == (ssize_t)size);
    MUST(lseek(reply, 0, SEEK_SET) == 0);
    int code = print_reply(reply);
    MUST(code >= -1 && code <= 255);
    return 0;
}
