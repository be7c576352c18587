/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_BELOW_H
#define ROINIT_INIT_SYS_BELOW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Work below an open directory on which others may write: nothing here follows a symbolic link or
 * leaves the mount, and what is decided is decided on a descriptor (I1, I2, I11).
 */

/* The mount on which the descriptor lies (STATX_MNT_ID, else /proc/self/fdinfo), or 0 where nothing
 * says it. */
uint64_t below_mount_id(int fd);

/* Opens one component of a path in `folder_fd`, close-on-exec. Returns a descriptor, or -1 with
 * errno: ELOOP or ENOTDIR for a symbolic link, EXDEV for a mount. */
int below_open(int folder_fd, const char *name, int flags);

/* A directory, to be read where that is allowed, else as O_PATH. */
int below_open_directory(int folder_fd, const char *name);

/* Owner and mode that a file is to have. */
struct below_attributes {
    bool sets_owner, sets_mode;
    uid_t uid;
    gid_t gid;
    mode_t mode;
};

enum below_step {
    BELOW_DONE,
    BELOW_LOOK,
    BELOW_ENTER,
    BELOW_CHMOD,
    BELOW_CHOWN,
    BELOW_VERIFY,
};

/* Sets what differs: the mode first, since afterwards it may be another's, then the owner; then
 * looks whether it is so. Returns BELOW_DONE, or the step that failed with errno. */
enum below_step below_set(int fd, const struct below_attributes *attributes);

/* Like renameat2(2) in one folder, never over an existing name. Returns 0, or -1 with errno. */
int below_rename(int folder_fd, const char *from, const char *to);

/* Copies all that is left of the regular file `from` to `to`, sharing its blocks where the file
 * system can. Returns 0, or -1 with errno. */
int below_copy(int from, int to);

/* Copies the extended attributes that the file system takes. Returns 0, or -1 with errno where file
 * capabilities would get lost. */
int below_copy_xattrs(int from, int to);

#endif
