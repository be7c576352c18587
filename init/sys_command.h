/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_COMMAND_H
#define ROINIT_INIT_SYS_COMMAND_H

#include "config/arena.h"
#include "config/value.h"

/*
 * Programs before they are started: whether they are there (the root cannot change, so what is
 * missing at boot stays missing), and the files of a command-dir.
 */

/* Looks for `file` as execvpe(3) would, in `search_path` (NULL: none). Returns 0; ENOENT where
 * there is none; EACCES, EISDIR or another errno value where what is there cannot be executed. */
int command_look_up(const char *file, const char *search_path);

enum { COMMAND_DIR_MAX = 1024 };

/* One command for each file in the folder, in byte order: the file itself where it has the x bit,
 * else what its #! line names. Absent or empty: none. Memory is the arena's. Returns 0; or an errno
 * value with the file to blame in *ret_culprit: ENOEXEC neither x bit nor #!, EPERM the folder is
 * writable here, E2BIG more than COMMAND_DIR_MAX files. */
int command_list_dir(const char *folder, struct arena *arena, struct words **ret_argv,
                     size_t *ret_count, const char **ret_culprit);

#endif
