/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_FILES_H
#define ROINIT_INIT_SYS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "config/arena.h"
#include "config/diag.h"
#include "config/err.h"
#include "init/accounts.h"
#include "init/environ.h"

/*
 * Whole files, read within a bound: passwd, group, env-files, secrets. Only regular files: a FIFO
 * or a device would hold up the boot.
 */
/* Reads the beginning of a small file of /proc or /sys into `buffer`, NUL-terminated; "" where that
 * fails. Returns whether anything was read. */
bool files_read_small(const char *path, char *buffer, size_t size);

/* Reads /etc/passwd.image and /etc/group.image where they exist, else /etc/passwd and /etc/group;
 * the view in a state directory is never read back. A file that isn't there is an empty one.
 * Returns 0, or -1 with *err. */
int files_read_accounts(struct arena *arena, struct accounts *ret_accounts, struct err *err);

/* Reads a list of env-files, in which a leading - makes one optional, into an array parallel to
 * `paths`. What cannot be read is added to `diags` (77). Returns 0 or -1. */
int files_read_env_files(const struct words *paths, struct diag_place place, struct arena *arena,
                         struct environ_text **ret_texts, struct diags *diags);

/* Reads what [init] env-file and file-env name, into input->env_file and input->secret. */
int files_read_environment(struct environ_input *input, struct arena *arena, struct diags *diags);

#endif
