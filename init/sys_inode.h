/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_INODE_H
#define ROINIT_INIT_SYS_INODE_H

#include <stddef.h>

#include "init/walk.h"

/*
 * The two system calls that a walk makes for each inode, openat2(2) and statx(2), with what stands
 * in for them where the kernel or a seccomp filter has not got them.
 */

/* Opens one name of a folder, close-on-exec, never through a symbolic link and never on another
 * mount: -1 with errno EXDEV then, where openat2(2) is to be had; else the caller's look at the
 * mount finds it. `name` is a single component, or ".". */
int inode_open(int folder_fd, const char *name, int flags);

/* The same as O_PATH, which opens nothing, triggers nothing and cannot hang: for all but
 * directories one component without following it is as good as openat2(2) and faster, since the
 * look that comes next tells the mount. */
int inode_open_path(int folder_fd, const char *name);

/* What the descriptor, or the name itself and not what it links to, stands for. Returns 0, or -1
 * with errno; by name also ENOSYS where the mount cannot be told without opening it. */
int inode_of_fd(int fd, struct walk_inode *ret_inode);
int inode_of_name(int folder_fd, const char *name, struct walk_inode *ret_inode);

/* Gives what the name stands for, and not what it links to, an owner. */
int inode_change_name(int folder_fd, const char *name, uid_t uid, gid_t gid);

/* The path of a name in a folder, as /proc has it, for people; the end of it where it is longer. */
void inode_path(int folder_fd, const char *name, char *buffer, size_t size);

#endif
