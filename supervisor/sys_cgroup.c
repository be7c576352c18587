/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, NAME_BYTES = 80 };

static int own_fd = -1;   /* of our folder */
static int above_fd = -1; /* of the one that it lies in */
static char own_name[32];

bool
cgroup_path(const char *controller, char *ret_path, size_t size)
{
    char lines[PATH_BYTES]; /* "NUMBER:CONTROLLER:/PATH" */
    char want[NAME_BYTES];
    int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t length = read(fd, lines, sizeof lines - 1);
    (void)close(fd);
    lines[length > 0 ? length : 0] = '\0';
    (void)snprintf(want, sizeof want, ":%s:/", controller);
    const char *path = strstr(lines, want);
    if (path == NULL) {
        return false;
    }
    path += strlen(want) - 1;
    int written = snprintf(ret_path, size, "%.*s", (int)strcspn(path, "\n"), path);
    return written > 0 && (size_t)written < size;
}

void
cgroup_open(void)
{
    static const char top[] = "/sys/fs/cgroup";
    char path[PATH_BYTES];
    struct statfs fs;
    struct timespec now;
    memcpy(path, top, sizeof top);
    /* "/../…": it lies outside of the cgroup namespace that is mounted here. */
    if (!cgroup_path("", path + sizeof top - 1, sizeof path - sizeof top) ||
        strstr(path, "/..") != NULL) {
        return;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    /* A name of our own: without a cgroup namespace other containers may share the place. */
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    (void)snprintf(own_name, sizeof own_name, "roinit.%llx",
                   (unsigned long long)now.tv_sec * 1000000000ULL +
                       (unsigned long long)now.tv_nsec);
    if (fstatfs(fd, &fs) != 0 || (unsigned long)fs.f_type != CGROUP2_SUPER_MAGIC ||
        mkdirat(fd, own_name, 0755) != 0) {
        (void)close(fd);
        return;
    }
    above_fd = fd;
    own_fd = openat(fd, own_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
open_of(const char *unit, const char *file)
{
    char path[NAME_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", unit, file);
    return openat(own_fd, path, O_WRONLY | O_CLOEXEC);
}

int
cgroup_entry(const char *unit)
{
    if (own_fd < 0) {
        return -1;
    }
    (void)mkdirat(own_fd, unit, 0755); /* there already, from the second start on */
    return open_of(unit, "cgroup.procs");
}

bool
cgroup_kill(const char *unit)
{
    int fd = own_fd >= 0 ? open_of(unit, "cgroup.kill") : -1;
    if (fd < 0) {
        return false;
    }
    bool is_done = write(fd, "1", 1) == 1;
    (void)close(fd);
    return is_done;
}

void
cgroup_remove(const char *unit)
{
    if (own_fd >= 0 && unit != NULL) {
        (void)unlinkat(own_fd, unit, AT_REMOVEDIR);
    } else if (own_fd >= 0) {
        (void)unlinkat(above_fd, own_name, AT_REMOVEDIR);
    }
}
