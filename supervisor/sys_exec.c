/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_exec.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/arena.h"
#include "config/pages.h"

enum { PATH_BYTES = 4096 };

static void
execute(const struct exec_call *call, const char *path)
{
    (void)execve(path, call->argv, call->envp);
    if (errno == ENOEXEC && call->shell_argv != NULL) {
        call->shell_argv[1] = path;
        (void)execve(call->shell_argv[0], (char *const *)(void *)call->shell_argv, call->envp);
        errno = ENOEXEC;
    }
}

/* What does not end the search: the folder has nothing of that name. */
static bool
is_absence(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ENODEV || errnum == ESTALE ||
           errnum == ETIMEDOUT;
}

void
exec_search(const struct exec_call *call)
{
    static OWN_PAGES char path[PATH_BYTES];
    const char *file = call->argv[0];
    size_t file_length = strlen(file);
    int errnum = ENOENT;
    if (strchr(file, '/') != NULL || file_length == 0) {
        execute(call, file);
        return;
    }
    for (const char *at = call->search_path; at != NULL;) {
        size_t length = strcspn(at, ":");
        if ((length > 0 || call->takes_empty) && length + 1 + file_length < sizeof path) {
            memcpy(path, at, length);
            path[length] = '/';
            char *name = length > 0 ? path + length + 1 : path;
            memcpy(name, file, file_length + 1);
            execute(call, path);
            if (!is_absence(errno)) {
                errnum = errno; /* found, but: told unless a later folder has it */
            }
        }
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    errno = errnum;
}
