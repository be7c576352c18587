/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_EXEC_H
#define ROINIT_SUPERVISOR_SYS_EXEC_H

#include <stdbool.h>

/*
 * execvpe(3) without an allocation, for between fork and exec.
 */
struct exec_call {
    char *const *argv;
    char *const *envp;
    const char *search_path; /* PATH, for an argv[0] without a slash */
    bool takes_empty;        /* an empty part of PATH is the current folder */
    const char **shell_argv; /* "/bin/sh", a free place, argv[1]...: runs what has no #! and is no
                          program; NULL: nothing does */
};

/* Executes. Returns only where it could not, with errno. */
void exec_search(const struct exec_call *call);

#endif
