/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_STATE_H
#define ROINIT_INIT_SYS_STATE_H

#include <stddef.h>

#include "config/err.h"
#include "config/value.h"

/*
 * The state directory: made, owned and locked by this roinit, or not used at all. What lies there
 * is for others to read; roinit never reads it back (I9, I10).
 */

/* Where it is looked for, in this order. */
extern const char *const state_folders[];
extern const size_t state_folder_count;

struct state {
    int folder_fd;  /* -1: none; everything below does nothing then */
    int stale_fd;   /* preallocated: says since when the status could not be written */
    int control_fd; /* listening; -1: none */
    char path[256];
};

/* clang-format off */
#define STATE_NONE {.folder_fd = -1, .stale_fd = -1, .control_fd = -1}
/* clang-format on */

/* Makes the first of `folders` that can be made, empties it, and listens on its control socket.
 * Returns 0; or -1 with *err, which says why the last one could not be, and *ret_state none. */
int state_open(const struct words *folders, struct state *ret_state, struct err *err);

/* Replaces a file in it atomically. Returns 0, or -1 with errno. */
int state_write(const struct state *state, const char *name, unsigned mode, const char *bytes,
                size_t length);

/* Notes in the preallocated page that the status is stale since `since` (a time as text); NULL:
 * not any more. Needs no new block, so it works on a full file system. */
void state_mark_stale(const struct state *state, const char *since);

#endif
