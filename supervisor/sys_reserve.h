/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_RESERVE_H
#define ROINIT_SUPERVISOR_SYS_RESERVE_H

/*
 * libev's allocator: where the system has no memory, a reserve is used up, since libev ends the
 * program when it gets none, and with it the container.
 */

/* As realloc(3), but that a size of 0 frees. */
void *reserve_realloc(void *memory, long size);

#endif
