/* SPDX-License-Identifier: MIT */
#include "tests/puppet_show.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

char **puppet_words;

void
puppet_verdict(const char *what, long result)
{
    if (result < 0) {
        dprintf(STDOUT_FILENO, "%s: refused (errno %d)\n", what, errno);
    } else {
        dprintf(STDOUT_FILENO, "%s: done\n", what);
    }
}

void
show_env(char *arg)
{
    if (*arg != '\0') {
        const char *value = getenv(arg);
        dprintf(STDOUT_FILENO, value == NULL ? "%s unset\n" : "%s=%s\n", arg, value);
        return;
    }
    for (char **item = environ; *item != NULL; item++) {
        dprintf(STDOUT_FILENO, "env %s\n", *item);
    }
}

void
show_argv(char *arg)
{
    (void)arg;
    for (char **word = puppet_words; *word != NULL; word++) {
        dprintf(STDOUT_FILENO, "argv [%s]\n", *word);
    }
}

void
show_fds(char *arg)
{
    (void)arg;
    char line[4096] = "fds";
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        _exit(99);
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        size_t used = strlen(line);
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder)) {
            snprintf(line + used, sizeof(line) - used, " %s", entry->d_name);
        }
    }
    closedir(folder);
    dprintf(STDOUT_FILENO, "%s\n", line);
}

/* status:PREFIX: the lines of /proc/self/status that begin so, their tabs as blanks. */
void
show_status(char *arg)
{
    char line[1024];
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        for (char *tab = strchr(line, '\t'); tab != NULL; tab = strchr(tab, '\t')) {
            *tab = ' ';
        }
        if (strncmp(line, arg, strlen(arg)) == 0) {
            dprintf(STDOUT_FILENO, "%s", line);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* cat:PATH */
void
show_cat(char *arg)
{
    char text[4096];
    int fd = open(arg, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (got < 0) {
        puppet_verdict(arg, -1);
    } else {
        dprintf(STDOUT_FILENO, "%.*s", (int)got, text);
    }
    close(fd);
}

void
show_session(char *arg)
{
    (void)arg;
    pid_t self = getpid();
    dprintf(STDOUT_FILENO, "session %s, group %s, foreground %s, parent %d\n",
            getsid(0) == self ? "own" : "other", getpgrp() == self ? "own" : "other",
            tcgetpgrp(STDIN_FILENO) == getpgrp() ? "own" : "other", (int)getppid());
}

void
show_umask(char *arg)
{
    (void)arg;
    dprintf(STDOUT_FILENO, "umask %04o\n", (unsigned)umask(0));
}

void
show_limit(char *arg)
{
    struct rlimit limit;
    if (getrlimit((strcmp(arg, "nofile") == 0) ? RLIMIT_NOFILE : RLIMIT_CORE, &limit) != 0) {
        _exit(99);
    }
    dprintf(STDOUT_FILENO, "%s %lld %lld\n", arg, (long long)limit.rlim_cur,
            (long long)limit.rlim_max);
}

void
show_cwd(char *arg)
{
    (void)arg;
    char path[4096];
    dprintf(STDOUT_FILENO, "cwd %s\n", getcwd(path, sizeof(path)) == NULL ? "?" : path);
}
