/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_origin.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHAIN_MAX = 1024, STAT_BYTES = 512 };

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

pid_t
origin_parent(pid_t pid, struct kin *ret_kin)
{
    char path[32];
    char line[STAT_BYTES];
    long number[3]; /* parent, group, session */
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    ssize_t length = read(fd, line, sizeof line - 1);
    (void)close(fd);
    line[length > 0 ? length : 0] = '\0';
    /* "PID (NAME) STATE PPID …": the name may hold anything, so it is the last bracket that ends
     * it, proc_pid_stat(5). */
    const char *at = strrchr(line, ')');
    if (at == NULL || strlen(at) < sizeof ") S ") {
        return -1;
    }
    at += sizeof ") S";
    for (int i = 0; i < 3; i++) {
        char *end;
        number[i] = strtol(at, &end, 10);
        if (end == at) {
            return -1;
        }
        at = end;
    }
    if (ret_kin != NULL) {
        *ret_kin = (struct kin){(pid_t)number[1], (pid_t)number[2]};
    }
    return (pid_t)number[0];
}

/* Whether the peer's process still is the one that connected: its number may be another's by now.
 * Kernels before 6.5 cannot tell. */
static bool
is_still_there(int fd)
{
    int pidfd = -1;
    socklen_t size = sizeof pidfd;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) != 0 || pidfd < 0) {
        return true;
    }
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    bool is_there = poll(&ended, 1, 0) == 0;
    (void)close(pidfd);
    return is_there;
}

bool
origin_is_outside(int fd, pid_t pid)
{
    pid_t own = getpid();
    pid_t at = pid;
    for (int steps = 0; at > 0; steps++) {
        if (at == own || steps == CHAIN_MAX) {
            return false;
        }
        at = origin_parent(at, NULL);
    }
    return at == 0 && is_still_there(fd);
}
