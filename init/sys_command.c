/* SPDX-License-Identifier: MIT */
#include "init/sys_command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, SHEBANG_BYTES = 256 };

static int
judge(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return errno == ENOTDIR ? ENOENT : errno;
    }
    if (S_ISDIR(st.st_mode)) {
        return EISDIR;
    }
    /* By the bits, not by access(2): it is another user who will execute it. */
    bool is_executable = S_ISREG(st.st_mode) && (st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
    return is_executable ? 0 : EACCES;
}

int
command_look_up(const char *file, const char *search_path)
{
    char path[PATH_BYTES];
    int found = ENOENT;
    if (strchr(file, '/') != NULL) {
        return judge(file);
    }
    for (const char *at = search_path; at != NULL && *at != '\0';) {
        int length = (int)strcspn(at, ":");
        int size = snprintf(path, sizeof path, "%.*s/%s", length, at, file);
        if (length > 0 && size > 0 && (size_t)size < sizeof path) {
            int errnum = judge(path);
            if (errnum == 0) {
                return 0;
            }
            found = errnum != ENOENT ? errnum : found;
        }
        at += length + (at[length] == ':');
    }
    return found;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The interpreter and its one optional argument, as the kernel reads them (execve(2)). */
static int
read_shebang(int folder_fd, const char *name, struct arena *arena, struct words *argv)
{
    char line[SHEBANG_BYTES];
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return errno;
    }
    ssize_t length = read(fd, line, sizeof line - 1);
    (void)close(fd);
    if (length < 3 || line[0] != '#' || line[1] != '!') {
        return ENOEXEC;
    }
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    char *program = line + 2 + strspn(line + 2, " \t");
    size_t program_length = strcspn(program, " \t");
    char *argument = program + program_length + strspn(program + program_length, " \t");
    size_t argument_length = strlen(argument);
    while (argument_length > 0 &&
           (argument[argument_length - 1] == ' ' || argument[argument_length - 1] == '\t')) {
        argument_length--;
    }
    if (program_length == 0) {
        return ENOEXEC;
    }
    argv->item[argv->count++] = arena_strndup(arena, program, program_length);
    if (argument_length > 0) {
        argv->item[argv->count++] = arena_strndup(arena, argument, argument_length);
    }
    return 0;
}

static int
make_command(int folder_fd, const char *folder, const char *name, struct arena *arena,
             struct words *ret_argv)
{
    struct stat st;
    if (fstatat(folder_fd, name, &st, 0) != 0) {
        return errno;
    }
    *ret_argv = (struct words){.item = ARENA_NEW(arena, const char *, 4)};
    if ((st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
        int errnum = read_shebang(folder_fd, name, arena, ret_argv);
        if (errnum != 0) {
            return errnum;
        }
    }
    ret_argv->item[ret_argv->count++] = arena_printf(arena, "%s/%s", folder, name);
    return 0;
}

/* The names of the regular files, sorted. */
static int
list_names(DIR *dir, struct arena *arena, const char **name, size_t *ret_count)
{
    const struct dirent *entry;
    size_t count = 0;
    while ((entry = readdir(dir)) != NULL) {
        struct stat st;
        if (fstatat(dirfd(dir), entry->d_name, &st, 0) != 0 || !S_ISREG(st.st_mode)) {
            continue;
        }
        if (count == COMMAND_DIR_MAX) {
            return E2BIG;
        }
        name[count++] = arena_strdup(arena, entry->d_name);
    }
    qsort(name, count, sizeof *name, compare_names);
    *ret_count = count;
    return 0;
}

int
command_list_dir(const char *folder, struct arena *arena, struct words **ret_argv,
                 size_t *ret_count, const char **ret_culprit)
{
    *ret_culprit = folder;
    *ret_count = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    struct statvfs fs;
    if (fstatvfs(fd, &fs) != 0 || (fs.f_flag & ST_RDONLY) == 0) {
        (void)close(fd);
        return EPERM;
    }
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        (void)close(fd);
        return ENOMEM;
    }
    const char **name = ARENA_NEW(arena, const char *, COMMAND_DIR_MAX);
    size_t count = 0;
    int errnum = list_names(dir, arena, name, &count);
    *ret_argv = ARENA_NEW(arena, struct words, count);
    for (size_t i = 0; i < count && errnum == 0; i++) {
        errnum = make_command(fd, folder, name[i], arena, &(*ret_argv)[i]);
        *ret_culprit = name[i];
    }
    (void)closedir(dir);
    *ret_count = count;
    return errnum;
}
