/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_promise.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/sys_child.h"

/* Everything is close-on-exec at birth; this is for what a mistake left open. */
static void
close_between(int first, int last)
{
    for (int fd = first; fd <= last; fd++) {
        (void)close(fd); /* at most a thousand: value_probe.c */
    }
}

int
promise_descriptors(const struct launch *launch, int report_fd)
{
    int promised = launch->promised_fd;
    int low = promised == 3 ? 4 : 3;
    if (promised <= 0) {
        if (dup2(report_fd, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC) != 0) {
            return -1;
        }
        proc_close_from(4);
        return 3;
    }
    /* Out of the way of both numbers first. */
    int report = fcntl(report_fd, F_DUPFD_CLOEXEC, promised + 2);
    int pipe_fd = fcntl(launch->promise_fd, F_DUPFD_CLOEXEC, promised + 2);
    if (report < 0 || pipe_fd < 0 || dup2(pipe_fd, promised) < 0 || dup2(report, low) < 0 ||
        fcntl(low, F_SETFD, FD_CLOEXEC) != 0) {
        return -1;
    }
    close_between(low + 1, promised - 1);
    proc_close_from(promised > low ? promised + 1 : low + 1);
    return low;
}
