/* SPDX-License-Identifier: MIT */
#include "init/sys_below.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/stat.h> /* after sys/stat.h: musl 1.2.3 knows no struct statx */

enum { FD_PATH_BYTES = 32, FDINFO_BYTES = 512, MODE_BITS = 07777 };

/* Before Linux 5.8, and under filters that refuse statx(2): proc_pid_fdinfo(5). */
static uint64_t
mount_id_of_fdinfo(int fd)
{
    char text[FDINFO_BYTES];
    (void)snprintf(text, sizeof text, "/proc/self/fdinfo/%d", fd);
    int info = open(text, O_RDONLY | O_CLOEXEC);
    ssize_t length = info < 0 ? -1 : read(info, text, sizeof text - 1);
    if (info >= 0) {
        (void)close(info);
    }
    text[length > 0 ? length : 0] = '\0';
    const char *at = strstr(text, "mnt_id:");
    return at == NULL ? 0 : strtoull(at + strlen("mnt_id:"), NULL, 10);
}

uint64_t
below_mount_id(int fd)
{
    struct statx file;
    memset(&file, 0, sizeof file);
    if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &file) != 0 ||
        (file.stx_mask & STATX_MNT_ID) == 0) {
        return mount_id_of_fdinfo(fd);
    }
    return file.stx_mnt_id;
}

/* Without openat2(2): a single component cannot lead up or far, and the mount is compared. */
static int
open_without_openat2(int folder_fd, const char *name, int flags)
{
    if (strchr(name, '/') != NULL || strcmp(name, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    int fd = openat(folder_fd, name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && below_mount_id(fd) != below_mount_id(folder_fd)) {
        (void)close(fd);
        errno = EXDEV;
        return -1;
    }
    return fd;
}

int
below_open(int folder_fd, const char *name, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    long fd = syscall(SYS_openat2, folder_fd, name, &how, sizeof how);
    /* Seccomp profiles that do not know the call answer either. */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        return open_without_openat2(folder_fd, name, flags);
    }
    return (int)fd;
}

int
below_open_directory(int folder_fd, const char *name)
{
    int fd = below_open(folder_fd, name, O_RDONLY | O_DIRECTORY);
    if (fd < 0 && errno == EACCES) {
        fd = below_open(folder_fd, name, O_PATH | O_DIRECTORY);
    }
    return fd;
}

static int
change_mode(int fd, mode_t mode)
{
    char path[FD_PATH_BYTES];
    if (fchmod(fd, mode) == 0) {
        return 0;
    }
    if (errno != EBADF) {
        return -1;
    }
    /* An O_PATH descriptor; fchmodat2(2) is too new for many profiles. */
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return chmod(path, mode);
}

enum below_step
below_set(int fd, const struct below_attributes *attributes)
{
    struct stat file;
    if (fstat(fd, &file) != 0) {
        return BELOW_LOOK;
    }
    bool is_owner_right = !attributes->sets_owner ||
                          (file.st_uid == attributes->uid && file.st_gid == attributes->gid);
    bool is_mode_right = !attributes->sets_mode || (file.st_mode & MODE_BITS) == attributes->mode;
    if (is_owner_right && is_mode_right) {
        return BELOW_DONE; /* what is right is not written (I3) */
    }
    if (!is_mode_right && change_mode(fd, attributes->mode) != 0) {
        return BELOW_CHMOD;
    }
    if (!is_owner_right && fchownat(fd, "", attributes->uid, attributes->gid, AT_EMPTY_PATH) != 0) {
        return BELOW_CHOWN;
    }
    /* A change of owner clears the setuid bit (I7). */
    if (fstat(fd, &file) != 0) {
        return BELOW_LOOK;
    }
    if (attributes->sets_mode && (file.st_mode & MODE_BITS) != attributes->mode &&
        (change_mode(fd, attributes->mode) != 0 || fstat(fd, &file) != 0)) {
        return BELOW_CHMOD;
    }
    errno = EPERM;
    if ((attributes->sets_mode && (file.st_mode & MODE_BITS) != attributes->mode) ||
        (attributes->sets_owner &&
         (file.st_uid != attributes->uid || file.st_gid != attributes->gid))) {
        return BELOW_VERIFY;
    }
    return BELOW_DONE;
}

int
below_rename(int folder_fd, const char *from, const char *to)
{
    enum { NO_REPLACE = 1 }; /* RENAME_NOREPLACE: glibc and the kernel both define it */
    if (syscall(SYS_renameat2, folder_fd, from, folder_fd, to, NO_REPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS && errno != EPERM) {
        return -1;
    }
    /* A file system without it, such as NFS: a link never replaces either. */
    if (linkat(folder_fd, from, folder_fd, to, 0) != 0) {
        return -1;
    }
    return unlinkat(folder_fd, from, 0);
}
