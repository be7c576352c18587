/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_NOTIFY_H
#define ROINIT_SUPERVISOR_SYS_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/err.h"

/*
 * The socket to which units say how they are (sd_notify), and the one to which roinit itself says
 * it. Who sends is told by the kernel (SCM_CREDENTIALS); no descriptor that comes along is kept.
 */

/* Opens it as "notify" in the folder, whose path is `path`; where there is none (-1), or it takes
 * no socket, under an abstract name. `address` gets what NOTIFY_SOCKET is to hold. Returns the
 * descriptor, or -1 with *err. */
int notify_open(int folder_fd, const char *path, char *address, size_t size, struct err *err);

struct notify_sender {
    pid_t pid; /* 0: outside of this pid namespace */
    uid_t uid;
    int fd; /* the last descriptor that came along: a barrier, open until its message is taken; -1
             */
};

/* Takes one datagram of at most `size` bytes. Returns its length; -1 where none waits; -2 for one
 * that is too long or without a sender, which is dropped. The sender is to be let go. */
ssize_t notify_receive(int fd, char *bytes, size_t size, struct notify_sender *ret_sender);
/* His message is taken: whoever waits for a barrier goes on, and may end. */
void notify_let_go(struct notify_sender *sender);

/* Connects to the socket that NOTIFY_SOCKET names. Returns a descriptor, or -1. */
int notify_connect(const char *name);
/* Says it there, if it can be said without waiting. */
void notify_say(int fd, const char *text);

/* A descriptor that can be read when the process has ended; -1: none is to be had. */
int notify_watch(pid_t pid);

#endif
