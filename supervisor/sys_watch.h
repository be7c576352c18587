/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_WATCH_H
#define ROINIT_SUPERVISOR_SYS_WATCH_H

#include <stdbool.h>

/*
 * epoll_ctl(2) as libev calls it, so that a descriptor which the kernel refuses to watch for want
 * of memory, or of fs.epoll.max_user_watches (all processes of a uid share it), is not forgotten:
 * libev has no words for that, and PID 1 would never again hear of it.
 */

/* Whether descriptors still wait to be watched; *ret_errnum says why. */
bool watch_is_owing(int *ret_errnum);

/* Tries them again. */
void watch_again(void);

#endif
