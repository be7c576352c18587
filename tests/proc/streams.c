/* SPDX-License-Identifier: MIT */
/* Both ends of a box's standard descriptors. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/proc/harness.h"
#include "tests/proc/stage.h"

int
stream_open_output(enum stream stream, int terminal, int *ret_inside)
{
    int ends[2] = {-1, -1};
    switch (stream) {
    case STREAM_CLOSED:
    case STREAM_OUTPUT:
        break;
    case STREAM_FULL:
        ends[1] = open("/dev/full", O_WRONLY | O_CLOEXEC);
        break;
    case STREAM_NULL:
        ends[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
        break;
    case STREAM_TERMINAL:
        ends[1] = dup(terminal);
        break;
    case STREAM_SOCKET:
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        break;
    case STREAM_PIPE:
    case STREAM_STUCK:
    case STREAM_BROKEN:
        ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
        if (stream == STREAM_BROKEN) {
            close(ends[0]);
            ends[0] = -1;
        }
        break;
    }
    *ret_inside = ends[1];
    return ends[0];
}

int
stream_open_input(enum stream stream, int terminal, int *ret_inside)
{
    int ends[2] = {-1, -1};
    if (stream == STREAM_PIPE || stream == STREAM_BROKEN) {
        ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
        if (stream == STREAM_BROKEN) {
            close(ends[1]);
            ends[1] = -1;
        }
        *ret_inside = ends[0];
        return ends[1];
    }
    return stream_open_output(stream, terminal, ret_inside);
}

int
stream_open_terminal(int *ret_inside)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char name[64];
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master), 0);
    ck_assert_int_eq(unlockpt(master), 0);
    ck_assert_int_eq(ptsname_r(master, name, sizeof(name)), 0);
    *ret_inside = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(*ret_inside, 0);
    return master;
}
