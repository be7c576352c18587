/* SPDX-License-Identifier: MIT */
#include "tests/soak/seen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/runner.h"

long
seen_memory_kb(const struct box *box)
{
    char path[64];
    char line[256];
    char kind[5];
    bool is_program = false;
    long kb = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/smaps", (int)box->pid);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%*x-%*x %4s", kind) == 1) {
            is_program = strstr(line, "/roinit\n") != NULL;
        } else if (!is_program && strncmp(line, "Private_Dirty:", 14) == 0) {
            kb += strtol(line + 14, NULL, 10);
        }
    }
    (void)fclose(file);
    return kb;
}

int64_t
seen_waited_us(pid_t pid)
{
    char path[64];
    long long run = 0;
    long long waited = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        (void)!fscanf(file, "%lld %lld", &run, &waited);
        (void)fclose(file);
    }
    return waited / 1000;
}

size_t
seen_children(const struct box *box, pid_t child[SEEN_CHILDREN_MAX])
{
    char path[64];
    char text[8192];
    size_t count = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)box->pid, (int)box->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    (void)close(fd);
    text[length > 0 ? length : 0] = '\0';
    for (char *at = text; *at != '\0' && count < SEEN_CHILDREN_MAX;) {
        pid_t pid = (pid_t)strtol(at, &at, 10);
        at += strspn(at, " ");
        if (pid > 0) {
            child[count++] = pid;
        }
    }
    return count;
}

size_t
seen_zombies(const struct box *box)
{
    pid_t child[SEEN_CHILDREN_MAX];
    size_t zombies = 0;
    size_t count = seen_children(box, child);
    for (size_t i = 0; i < count; i++) {
        char path[64];
        char text[512] = "";
        (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)child[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        (void)!read(fd, text, sizeof text - 1);
        (void)close(fd);
        const char *state = strrchr(text, ')');
        zombies += state != NULL && state[2] == 'Z';
    }
    return zombies;
}
