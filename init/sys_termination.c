/* SPDX-License-Identifier: MIT */
#include "init/sys_termination.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/text.h"

/* The kubelet takes no more (Kubernetes, "Determine the Reason for Pod Failure"). */
enum { TERMINATION_BYTES = 4096, MORE_BYTES = 32 };

void
termination_write(const char *text, size_t length)
{
    struct stat st;
    int fd =
        open("/dev/termination-log", O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && ftruncate(fd, 0) == 0) {
        char more[MORE_BYTES] = "";
        size_t kept = length;
        if (length > TERMINATION_BYTES) {
            const char *end = memrchr(text, '\n', TERMINATION_BYTES - MORE_BYTES);
            kept = end != NULL ? (size_t)(end - text) + 1 : TERMINATION_BYTES - MORE_BYTES;
            (void)snprintf(more, sizeof more, "and %zu more\n",
                           text_count_lines(text + kept, length - kept));
        }
        (void)!write(fd, text, kept);
        (void)!write(fd, more, strlen(more));
    }
    (void)close(fd);
}
