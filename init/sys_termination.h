/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_TERMINATION_H
#define ROINIT_INIT_SYS_TERMINATION_H

#include <stddef.h>

/*
 * Kubernetes' termination log: what `kubectl describe pod` shows of the end. Where
 * /dev/termination-log is a file that can be written, `text` replaces what it holds: at most 4,096
 * bytes, cut at a line's end with "and N more". Elsewhere nothing happens.
 */
void termination_write(const char *text, size_t length);

#endif
