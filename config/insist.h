/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_INSIST_H
#define ROINIT_CONFIG_INSIST_H

#include <errno.h>

/*
 * Makes a system call again that a signal has interrupted, and says what it returned at last. Not
 * without end: a file system or a tracer that interrupts each call must hold nobody up, and EINTR
 * is then an error as any other.
 */
enum { INSIST_TIMES = 100 };

#define INSIST(call_)                                                                              \
    __extension__({                                                                                \
        long insist_result_;                                                                       \
        int insist_left_ = INSIST_TIMES;                                                           \
        do {                                                                                       \
            insist_result_ = (long)(call_);                                                        \
        } while (insist_result_ < 0 && errno == EINTR && --insist_left_ > 0);                      \
        insist_result_;                                                                            \
    })

#endif
