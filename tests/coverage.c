/* SPDX-License-Identifier: MIT */
/*
 * Linked into the program of the cov flavour alone (the linker's --wrap), because gcov loses what a
 * PID 1 and its children counted: a child that ends by _exit() never writes it, and one that shares
 * its parent's memory (CLONE_VM) would mark the parent's counters as written when it executes.
 *
 * Counters go below FOLDER where the stage of ring 3 has put that, and gcov is told so, and to be
 * silent, for that moment only: the program's environment and output are what the tests look at.
 */
#include <gcov.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/dev/shm/counters"

int wrap_clone(int (*start)(void *), void *stack, int flags,
               void *argument) __asm__("__wrap_clone");
int real_clone(int (*start)(void *), void *stack, int flags,
               void *argument) __asm__("__real_clone");
int wrap_execve(const char *path, char *const *argv, char *const *envp) __asm__("__wrap_execve");
int real_execve(const char *path, char *const *argv, char *const *envp) __asm__("__real_execve");
int wrap_execvp(const char *path, char *const *argv) __asm__("__wrap_execvp");
int real_execvp(const char *path, char *const *argv) __asm__("__real_execvp");
_Noreturn void wrap_exit(int code) __asm__("__wrap__exit");
_Noreturn void real_exit(int code) __asm__("__real__exit");

static bool is_shared; /* the memory is the parent's, who goes on counting there */

static void
write_counters(void)
{
    static char prefix[] = "GCOV_PREFIX=" FOLDER;
    static char silence[] = "GCOV_ERROR_FILE=/dev/null";
    static char *boxed[] = {prefix, silence, NULL};
    if (is_shared) {
        return;
    }
    char **environment = environ;
    mode_t mask = umask(0);
    if (access(FOLDER, F_OK) == 0) {
        environ = boxed;
    }
    __gcov_dump();
    __gcov_reset();
    environ = environment;
    (void)umask(mask);
}

__attribute__((constructor)) static void
write_at_exit(void)
{
    (void)atexit(write_counters);
}

int
wrap_clone(int (*start)(void *), void *stack, int flags, void *argument)
{
    is_shared = (flags & CLONE_VM) != 0;
    int pid = real_clone(start, stack, flags, argument);
    is_shared = false;
    return pid;
}

int
wrap_execve(const char *path, char *const *argv, char *const *envp)
{
    write_counters();
    return real_execve(path, argv, envp);
}

int
wrap_execvp(const char *path, char *const *argv)
{
    write_counters();
    return real_execvp(path, argv);
}

void
wrap_exit(int code)
{
    write_counters();
    real_exit(code);
}
