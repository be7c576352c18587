/* SPDX-License-Identifier: MIT */
#include "init/sys_inode.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/stat.h> /* after sys/stat.h: musl 1.2.3 knows no struct statx */

#include "init/sys_below.h"

enum { FD_PATH_BYTES = 40, DEVICE_SHIFT = 32 };

/* Once refused, always refused: filters and kernels do not change their minds. */
static bool has_no_openat2, has_no_statx;

static bool
is_refused(int errnum)
{
    return errnum == ENOSYS || errnum == EPERM;
}

int
inode_open(int folder_fd, const char *name, int flags)
{
    const int all = flags | O_NOFOLLOW | O_CLOEXEC;
    if (!has_no_openat2) {
        struct open_how how = {
            .flags = (uint64_t)(unsigned)all,
            .resolve =
                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
        };
        long fd = syscall(SYS_openat2, folder_fd, name, &how, sizeof how);
        if (fd >= 0 || !is_refused(errno)) {
            return (int)fd;
        }
        has_no_openat2 = true;
    }
    return openat(folder_fd, name, all);
}

int
inode_open_path(int folder_fd, const char *name)
{
    return openat(folder_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static int
look_with_statx(int fd, const char *name, int flags, struct walk_inode *ret_inode)
{
    struct statx file;
    if (syscall(SYS_statx, fd, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID,
                &file) != 0) {
        return -1;
    }
    if ((file.stx_mask & STATX_MNT_ID) == 0) {
        errno = ENOSYS; /* before Linux 5.8 */
        return -1;
    }
    *ret_inode = (struct walk_inode){
        .mode = file.stx_mode,
        .uid = file.stx_uid,
        .gid = file.stx_gid,
        .link_count = file.stx_nlink,
        .mount_id = file.stx_mnt_id,
        .device = (uint64_t)file.stx_dev_major << DEVICE_SHIFT | file.stx_dev_minor,
        .number = file.stx_ino,
    };
    return 0;
}

int
inode_of_fd(int fd, struct walk_inode *ret_inode)
{
    struct stat file;
    if (!has_no_statx) {
        if (look_with_statx(fd, "", AT_EMPTY_PATH, ret_inode) == 0) {
            return 0;
        }
        if (!is_refused(errno)) {
            return -1;
        }
        has_no_statx = true;
    }
    if (fstat(fd, &file) != 0) {
        return -1;
    }
    *ret_inode = (struct walk_inode){
        .mode = file.st_mode,
        .uid = file.st_uid,
        .gid = file.st_gid,
        .link_count = file.st_nlink,
        .mount_id = below_mount_id(fd),
        .device = file.st_dev,
        .number = file.st_ino,
    };
    return 0;
}

int
inode_of_name(int folder_fd, const char *name, struct walk_inode *ret_inode)
{
    if (has_no_statx) {
        errno = ENOSYS;
        return -1;
    }
    int result = look_with_statx(folder_fd, name, AT_SYMLINK_NOFOLLOW, ret_inode);
    has_no_statx = result != 0 && is_refused(errno);
    return result;
}

int
inode_change_name(int folder_fd, const char *name, uid_t uid, gid_t gid)
{
    return fchownat(folder_fd, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

void
inode_path(int folder_fd, const char *name, char *buffer, size_t size)
{
    char link[FD_PATH_BYTES];
    char folder[PATH_MAX];
    struct text out = text_over(buffer, size);
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", folder_fd);
    ssize_t length = readlink(link, folder, sizeof folder - 1);
    folder[length > 0 ? length : 0] = '\0';
    size_t whole = strlen(folder) + 1 + strlen(name);
    /* What does not fit goes from its middle folders: people know where the volume lies. */
    size_t skip = whole + 1 > size ? whole + sizeof "..." - size : 0;
    skip = skip < strlen(folder) ? skip : strlen(folder);
    text_addf(&out, "%s%s%s%s", skip > 0 ? "..." : "", folder + skip, *name != '\0' ? "/" : "",
              name);
}
