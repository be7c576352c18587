/* SPDX-License-Identifier: MIT */
/* What the harness sees and does inside of a running box: processes, and the engine's exec. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/proc/harness.h"
#include "tests/proc/stage.h"

enum { TICK_MS = 5, REST_MS = 300, EXEC_FAILED = 121 };

/* Whether the mark stands in its line of /proc/PID/stat. */
static bool
has_mark(const char *folder, const char *pid, const char *mark)
{
    char path[1024];
    char text[512];
    snprintf(path, sizeof(path), "%s/%s/stat", folder, pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0) {
        close(fd);
    }
    text[got < 0 ? 0 : got] = '\0';
    return strstr(text, mark) != NULL;
}

size_t
box_processes(const struct box *box, const char *mark)
{
    char folder[256];
    snprintf(folder, sizeof(folder), "%s", box_path(box, "/proc"));
    DIR *listing = opendir(folder);
    size_t count = 0;
    if (listing == NULL) {
        return 0;
    }
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        if (isdigit((unsigned char)entry->d_name[0]) && has_mark(folder, entry->d_name, mark)) {
            count++;
        }
    }
    closedir(listing);
    return count;
}

void
box_await_processes(struct box *box, const char *mark, size_t count)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    size_t found = box_processes(box, mark);
    while (found != count) {
        ck_assert_msg(proc_now_ms() < limit, "%zu processes \"%s\", want %zu", found, mark, count);
        poll(NULL, 0, TICK_MS);
        found = box_processes(box, mark);
    }
}

bool
box_shows_child(struct box *box, const char *mark)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    while (proc_now_ms() < limit && box_processes(box, PUPPETS) == 0) {
        if (box_processes(box, mark) == 2) {
            return true;
        }
        poll(NULL, 0, 1);
    }
    return false;
}

long
box_switches(const struct box *box)
{
    char path[64];
    char line[256];
    long count = -1;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)box->pid);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        (void)sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    }
    fclose(file);
    return count;
}

long
box_await_rest(const struct box *box)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    long before = -1;
    for (long now = box_switches(box); now != before; now = box_switches(box)) {
        ck_assert_msg(proc_now_ms() < limit, "PID 1 does not come to rest: %ld", now);
        before = now;
        poll(NULL, 0, REST_MS);
    }
    return before;
}

size_t
box_descriptors(const struct box *box)
{
    char folder[64];
    size_t count = 0;
    snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)box->pid);
    DIR *listing = opendir(folder);
    ck_assert_ptr_nonnull(listing);
    while (readdir(listing) != NULL) {
        count++;
    }
    closedir(listing);
    return count - 2; /* . and .. */
}

void
box_await_descriptors(const struct box *box, size_t most)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    for (size_t open = box_descriptors(box); open > most; open = box_descriptors(box)) {
        ck_assert_msg(proc_now_ms() < limit, "%zu descriptors, want %zu", open, most);
        poll(NULL, 0, TICK_MS);
    }
}

int
box_touch(const struct box *box, const char *path)
{
    int fd = open(box_path(box, path), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    return fd < 0 ? -1 : close(fd);
}

/* Enters the box's namespaces and becomes the client there. */
_Noreturn static void
enter_and_execute(const struct box *box, uid_t uid, const char *const *argv, int output)
{
    const char *words[16] = {"/roinit"};
    for (size_t i = 0; argv[i] != NULL && i < 14; i++) {
        words[i + 1] = argv[i];
    }
    if (setns(box->pidfd, CLONE_NEWNS | CLONE_NEWPID) < 0) {
        dprintf(output, "setns: %s\n", strerror(errno));
        _exit(EXEC_FAILED);
    }
    pid_t pid = fork(); /* only a child is in the new pid namespace */
    if (pid == 0) {
        stage_drop_capabilities(false);
        if (uid != 0 && (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)) {
            _exit(EXEC_FAILED);
        }
        dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
        dup2(output, 1);
        dup2(output, 2);
        execve("/roinit", (char *const *)(uintptr_t)words, (char *const[]){NULL});
        _exit(EXEC_FAILED);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int
box_exec(struct box *box, const char *const *argv, char *ret_text, size_t size)
{
    return box_exec_as(box, 0, argv, ret_text, size);
}

int
box_exec_as(struct box *box, uid_t uid, const char *const *argv, char *ret_text, size_t size)
{
    int ends[2];
    int status = 0;
    size_t used = 0;
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        enter_and_execute(box, uid, argv, ends[1]);
    }
    close(ends[1]);
    struct pollfd polled = {.fd = ends[0], .events = POLLIN};
    for (ssize_t got = 1; got > 0 && used < size - 1;) {
        ck_assert_msg(proc_now_ms() < limit, "roinit %s does not answer", argv[0]);
        if (poll(&polled, 1, 100) > 0) {
            got = read(ends[0], ret_text + used, size - 1 - used);
            used += got > 0 ? (size_t)got : 0;
        }
    }
    ret_text[used] = '\0';
    close(ends[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool
proc_has_own_network(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = -1;
    bool is_up = unshare(CLONE_NEWNET) == 0 && (fd = socket(AF_INET, SOCK_DGRAM, 0)) >= 0 &&
                 ioctl(fd, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags |= IFF_UP;
    is_up = is_up && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_up;
}
