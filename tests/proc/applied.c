/* SPDX-License-Identifier: MIT */
#include "tests/proc/applied.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_BYTES = 256 };

struct applied applied;

void
applied_run(const char *format, const char *a, const char *b)
{
    char line[TEXT_BYTES];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    ck_assert_int_lt(snprintf(line, sizeof line, format, a, b), (int)sizeof line);
#pragma GCC diagnostic pop
    ck_assert_msg(system(line) == 0, "%s", line);
}

void
applied_setup(void)
{
    static const char folder[] = "/tmp/roinit-prepare.XXXXXX";
    (void)memcpy(applied.folder, folder, sizeof folder);
    (void)umask(022);
    ck_assert_ptr_nonnull(mkdtemp(applied.folder));
    if (geteuid() == 0 &&
        unshare(CLONE_NEWNS) == 0) { /* what a failed test has mounted goes with it */
        ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    }
    (void)snprintf(applied.top, sizeof applied.top, "%s/top", applied.folder);
    (void)snprintf(applied.seed, sizeof applied.seed, "%s/seed", applied.folder);
    (void)snprintf(applied.outside, sizeof applied.outside, "%s/outside", applied.folder);
    ck_assert_int_eq(chmod(applied.folder, 0755), 0);
    ck_assert_int_eq(mkdir(applied.top, 0755), 0);
    ck_assert_int_eq(mkdir(applied.seed, 0755), 0);
    ck_assert_int_eq(mkdir(applied.outside, 0700), 0);
    applied.findings = (struct findings){.arena = &applied.arena};
    applied.err = (struct err){0};
}

void
applied_teardown(void)
{
    applied_run("umount -l %s/%s/mounted 2>/dev/null; true", applied.folder, "top");
    applied_run("rm -rf %s%s", applied.folder, "");
    arena_free(&applied.arena);
}

const char *
applied_at(const char *base, const char *name)
{
    static char paths[4][TEXT_BYTES];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, TEXT_BYTES, "%s/%s", base, name);
    return path;
}

/* Returns what the first finding found, "", or why there is none. */
static const char *
apply(struct plan_step *step)
{
    struct plan plan = {.arena = &applied.arena, .step = step, .count = 1, .self_uid = geteuid()};
    applied.findings.count = 0;
    if (plan_apply(&plan, &applied.findings, &applied.err) != 0) {
        return applied.err.text;
    }
    return applied.findings.count == 0 ? "" : applied.findings.item[0].found;
}

const char *
applied_step(struct plan_step step)
{
    const char *found = apply(&step);
    ck_assert_msg(found != applied.err.text, "%s", applied.err.text);
    return found;
}

const char *
applied_restricted(struct plan_step step, void (*before)(void))
{
    static char text[TEXT_BYTES];
    int pipe_fd[2], status;
    memset(text, 0, sizeof text);
    ck_assert_int_eq(pipe(pipe_fd), 0);
    pid_t child = fork();
    if (child == 0) {
        before();
        const char *said = apply(&step);
        _exit(write(pipe_fd[1], said, strlen(said)) == (ssize_t)strlen(said) ? 0 : 1);
    }
    close(pipe_fd[1]);
    ck_assert_int_ge(read(pipe_fd[0], text, sizeof text - 1), 0);
    close(pipe_fd[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    return text;
}

void
applied_drop(uint32_t capabilities)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0) {
        _exit(2);
    }
    data[0].effective &= ~capabilities;
    if (syscall(SYS_capset, &header, data) != 0) {
        _exit(2);
    }
}

void
applied_is(const char *path, mode_t mode, uid_t uid)
{
    struct stat file;
    ck_assert_msg(lstat(path, &file) == 0, "%s", path);
    ck_assert_msg((file.st_mode & 07777) == mode && file.st_uid == uid && file.st_gid == uid,
                  "%s is %o %u:%u", path, file.st_mode & 07777, file.st_uid, file.st_gid);
}

bool
applied_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void
applied_holds(const char *path, const char *want)
{
    char text[TEXT_BYTES] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s", path);
    ck_assert_int_ge(read(fd, text, sizeof text - 1), 0);
    close(fd);
    ck_assert_str_eq(text, want);
}
