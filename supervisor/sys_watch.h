/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_WATCH_H
#define ROINIT_SUPERVISOR_SYS_WATCH_H

#include <stdbool.h>

#include "config/err.h"

/*
 * epoll_ctl(2) and epoll_wait(2) as libev calls them, so that a descriptor which the kernel refuses
 * to watch for want of memory, or of fs.epoll.max_user_watches (all processes of a uid share it),
 * is not forgotten: libev has no words for that, and PID 1 would be deaf. Until the kernel watches
 * it, each turn of the loop looks at it.
 */

/* Whether events can be waited for here at all: 0, or -1 with CODE_SYSTEM. */
int watch_try(struct err *err);

/* Whether descriptors still wait to be watched; *ret_errnum says why. */
bool watch_is_owing(int *ret_errnum);

/* Tries them again. */
void watch_again(void);

#endif
