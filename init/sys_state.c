/* SPDX-License-Identifier: MIT */
#include "init/sys_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

enum { STALE_BYTES = 128, BACKLOG = 64, NAME_BYTES = 256 };

/* What roinit ever makes in it: what an earlier run left is stale. */
static const char *const state_files[] = {"control",         "notify",     "status.json",
                                          "stale",           "passwd",     "group",
                                          "status.json.new", "passwd.new", "group.new"};

/* Whether only root or ourselves can have put an entry into the folder. */
static bool
is_ours_alone(const struct stat *folder)
{
    return (folder->st_uid == 0 || folder->st_uid == geteuid()) &&
           (folder->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* One component. A symbolic link is followed only where nobody else can have put it there, such as
 * /var/run in the image. Returns a descriptor, or -1 with errno. */
static int
open_component(int folder_fd, const char *name)
{
    int fd = openat(folder_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 || (errno != ENOTDIR && errno != ELOOP)) {
        return fd;
    }
    struct stat folder;
    struct stat link;
    if (fstat(folder_fd, &folder) != 0 ||
        fstatat(folder_fd, name, &link, AT_SYMLINK_NOFOLLOW) != 0) {
        return -1;
    }
    if (!S_ISLNK(link.st_mode)) {
        errno = ENOTDIR;
        return -1;
    }
    if (!is_ours_alone(&folder)) {
        errno = ELOOP;
        return -1;
    }
    return openat(folder_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The folder in which the last component of `path` lies; copies that component to `name`. */
static int
open_parent(const char *path, char name[NAME_BYTES])
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const char *at = path + strspn(path, "/");
    while (fd >= 0) {
        size_t length = strcspn(at, "/");
        const char *next = at + length + strspn(at + length, "/");
        if (length == 0 || length >= NAME_BYTES) {
            (void)close(fd);
            errno = length == 0 ? EINVAL : ENAMETOOLONG;
            return -1;
        }
        memcpy(name, at, length);
        name[length] = '\0';
        if (*next == '\0') {
            return fd;
        }
        int below = open_component(fd, name);
        int errnum = errno;
        (void)close(fd);
        errno = errnum;
        fd = below;
        at = next;
    }
    return fd;
}

/* Makes or takes over the folder: ours, 0755, and nobody's who lives. */
static int
open_folder(const char *path, struct err *err)
{
    char name[NAME_BYTES];
    int parent_fd = open_parent(path, name);
    if (parent_fd < 0) {
        return err_set(err, CODE_SYSTEM, errno, "cannot use \"%s\" as state-dir", path);
    }
    int made = mkdirat(parent_fd, name, 0755);
    int made_errnum = errno;
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int open_errnum = errno;
    (void)close(parent_fd);
    if (fd < 0) {
        bool is_missing = made != 0 && made_errnum != EEXIST;
        return err_set(err, CODE_SYSTEM, is_missing ? made_errnum : open_errnum,
                       "cannot %s \"%s\" as state-dir", is_missing ? "make" : "use", path);
    }
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        (void)close(fd);
        return err_set(err, CODE_SYSTEM, 0,
                       "\"%s\" is not used as state-dir: it belongs to uid %u with mode %04o, and "
                       "others could change it; remove it",
                       path, (unsigned)st.st_uid, (unsigned)(st.st_mode & 07777));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(fd);
        return err_set(err, CODE_SYSTEM, 0,
                       "\"%s\" is not used as state-dir: another roinit that runs holds it", path);
    }
    struct statvfs fs;
    if (fstatvfs(fd, &fs) != 0 || (fs.f_flag & ST_RDONLY) != 0) {
        (void)close(fd);
        return err_set(err, CODE_SYSTEM, EROFS, "cannot use \"%s\" as state-dir", path);
    }
    (void)fchmod(fd, 0755);
    return fd;
}

/* Listens on "control" in the folder: bound by a name relative to the working directory, so that
 * no path can be swapped under it, and without /proc. */
static int
listen_in(int folder_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "control"};
    int back_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && (fchdir(folder_fd) != 0 ||
                    bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
                    fchmodat(AT_FDCWD, "control", 0666, 0) != 0 || listen(fd, BACKLOG) != 0)) {
        (void)close(fd);
        fd = -1;
    }
    if (back_fd >= 0) {
        (void)!fchdir(back_fd);
        (void)close(back_fd);
    }
    return fd;
}

static int
open_stale(int folder_fd)
{
    int fd = openat(folder_fd, "stale", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd >= 0 && posix_fallocate(fd, 0, STALE_BYTES) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

int
state_open(const struct words *folders, struct state *ret_state, struct err *err)
{
    struct state none = STATE_NONE;
    *ret_state = none;
    for (size_t i = 0; i < folders->count; i++) {
        int fd = open_folder(folders->item[i], err);
        if (fd < 0) {
            continue;
        }
        for (size_t k = 0; k < sizeof state_files / sizeof state_files[0]; k++) {
            (void)unlinkat(fd, state_files[k], 0);
        }
        ret_state->folder_fd = fd;
        ret_state->stale_fd = open_stale(fd);
        ret_state->control_fd = listen_in(fd);
        (void)snprintf(ret_state->path, sizeof ret_state->path, "%s", folders->item[i]);
        state_mark_stale(ret_state, NULL);
        return 0;
    }
    return -1;
}

int
state_write(const struct state *state, const char *name, unsigned mode, const char *bytes,
            size_t length)
{
    char new_name[NAME_BYTES];
    if (state->folder_fd < 0) {
        errno = ENOENT;
        return -1;
    }
    (void)snprintf(new_name, sizeof new_name, "%s.new", name);
    (void)unlinkat(state->folder_fd, new_name, 0);
    int fd = openat(state->folder_fd, new_name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -1;
    }
    bool is_written = write(fd, bytes, length) == (ssize_t)length && fchmod(fd, mode) == 0;
    int errnum = is_written ? 0 : ENOSPC; /* a short write: no room for the rest */
    (void)close(fd);
    if (is_written && renameat(state->folder_fd, new_name, state->folder_fd, name) == 0) {
        return 0;
    }
    errnum = errnum != 0 ? errnum : errno;
    (void)unlinkat(state->folder_fd, new_name, 0);
    errno = errnum;
    return -1;
}

void
state_mark_stale(const struct state *state, const char *since)
{
    char page[STALE_BYTES];
    if (state->stale_fd < 0) {
        return;
    }
    memset(page, ' ', sizeof page);
    page[sizeof page - 1] = '\n';
    if (since != NULL) {
        size_t length = strlen(since);
        memcpy(page, since, length < sizeof page - 1 ? length : sizeof page - 1);
    }
    (void)!pwrite(state->stale_fd, page, sizeof page, 0);
}
