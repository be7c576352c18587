/* SPDX-License-Identifier: MIT */
#include "tests/proc/raw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FRAME_BYTES = 6 }; /* the last one: x, four bytes of length, the code */

int
raw_dial(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        return fd;
    }
    close(fd);
    return -1;
}

int
raw_request(const char *path, const char *bytes, size_t size)
{
    unsigned char end[FRAME_BYTES] = ""; /* of what has come so far */
    unsigned char piece[4096];
    int fd = raw_dial(path);
    if (fd < 0 || send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size) {
        close(fd);
        return -1;
    }
    for (ssize_t got = 1; got > 0;) {
        got = read(fd, piece, sizeof(piece));
        if (got >= FRAME_BYTES) {
            memcpy(end, piece + got - FRAME_BYTES, FRAME_BYTES);
        } else if (got > 0) {
            memmove(end, end + got, FRAME_BYTES - (size_t)got);
            memcpy(end + FRAME_BYTES - got, piece, (size_t)got);
        }
    }
    close(fd);
    return end[0] == 'x' ? end[FRAME_BYTES - 1] : -1;
}

long long
raw_cpu_ns(pid_t pid)
{
    char path[64];
    char text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        (void)!fgets(text, sizeof(text), file);
        fclose(file);
    }
    return strtoll(text, NULL, 10);
}

void
raw_figure(const char *test, const char *format, ...)
{
    static const char check_adds[] = "_fn"; /* to the names of tests */
    size_t length = strlen(test);
    size_t more = sizeof(check_adds) - 1;
    va_list arguments;
    va_start(arguments, format);
    if (length > more && strcmp(test + length - more, check_adds) == 0) {
        length -= more;
    }
    printf("figure %.*s: ", (int)length, test);
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
}
