/* SPDX-License-Identifier: MIT */
#include "config/insist.h"
#include "config/pages.h"
#include "init/sys_below.h"

#include <linux/fs.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "config/arena.h"

enum { PIECE = 1024 * 1024 * 1024, BUFFER_BYTES = 64 * 1024, NAMES_BYTES = 64 * 1024 };

/* One buffer for both jobs: the helper does one thing at a time. */
static OWN_PAGES char buffer[BUFFER_BYTES];

static int
write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = INSIST(write(fd, bytes, length));
        if (written < 0) {
            return -1;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Both files stand at the same offset. */
static int
copy_by_hand(int from, int to)
{
    for (;;) {
        ssize_t got = INSIST(read(from, buffer, sizeof buffer));
        if (got <= 0) {
            return (int)got;
        }
        if (write_all(to, buffer, (size_t)got) != 0) {
            return -1;
        }
    }
}

int
below_copy(int from, int to)
{
    if (ioctl(to, FICLONE, from) == 0) {
        return 0;
    }
    for (;;) {
        long copied = INSIST(syscall(SYS_copy_file_range, from, NULL, to, NULL, (size_t)PIECE, 0U));
        /* 0 may be its end, or a file system that only seems to know the call: reading tells. A
         * refusal of any kind is met again by hand, or isn't one. */
        if (copied <= 0) {
            return copy_by_hand(from, to);
        }
    }
}

int
below_copy_xattrs(int from, int to)
{
    static OWN_PAGES char names[NAMES_BYTES];
    ssize_t length = flistxattr(from, names, sizeof names);
    for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
        const char *name = names + at;
        if (strncmp(name, "trusted.", strlen("trusted.")) == 0) {
            continue; /* the overlay's own */
        }
        ssize_t size = fgetxattr(from, name, buffer, sizeof buffer);
        if (size >= 0 && fsetxattr(to, name, buffer, (size_t)size, 0) != 0 &&
            strcmp(name, "security.capability") == 0) {
            return -1;
        }
    }
    return 0;
}
