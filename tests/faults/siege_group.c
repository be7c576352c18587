/* SPDX-License-Identifier: MIT */
#include "tests/faults/siege_group.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TICK_MS = 20 };

static char group[256];

bool
siege_write_group(const char *name, const char *value)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", group, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_written;
}

bool
siege_make_group(const char *controller, const char *file)
{
    char path[512];
    (void)snprintf(group, sizeof group, "/sys/fs/cgroup/%s/roinit-siege-%d", controller, getpid());
    if (mkdir(group, 0755) != 0 && errno != EEXIST) {
        (void)snprintf(group, sizeof group, "/sys/fs/cgroup/roinit-siege-%d", getpid());
        int fd = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
        if (fd >= 0) {
            (void)dprintf(fd, "+%s", controller);
            (void)close(fd);
        }
        (void)mkdir(group, 0755);
    }
    (void)snprintf(path, sizeof path, "%s/%s", group, file);
    return access(path, W_OK) == 0;
}

void
siege_remove_group(void)
{
    for (int i = 0; i < 100 && rmdir(group) != 0 && errno == EBUSY; i++) {
        (void)poll(NULL, 0, TICK_MS);
    }
}

void
siege_enter_group(const struct box *box)
{
    char number[32];
    (void)snprintf(number, sizeof number, "%d", (int)box->pid);
    ck_assert(siege_write_group("cgroup.procs", number));
}

pid_t
siege_refuse_forks(const struct box *box)
{
    char number[16];
    char path[64];
    char text[1024] = "";
    (void)snprintf(number, sizeof number, "%d", (int)box->pid);
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)box->pid);
    pid_t pid = fork();
    if (pid == 0) {
        (void)execl("/usr/bin/strace", "strace", "-qq", "-o", "/dev/null", "-e",
                    "inject=fork,vfork,clone,clone3:error=EAGAIN", "-p", number, (char *)NULL);
        _exit(EXIT_FAILURE);
    }
    for (int64_t limit_ms = proc_now_ms() + BOX_WAIT_MS;
         strstr(text, "TracerPid:\t0\n") != NULL || strstr(text, "TracerPid:") == NULL;) {
        ck_assert_int_lt(proc_now_ms(), limit_ms);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t length = read(fd, text, sizeof text - 1);
        text[length > 0 ? length : 0] = '\0';
        (void)close(fd);
        (void)poll(NULL, 0, TICK_MS);
    }
    return pid;
}
