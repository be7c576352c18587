/* SPDX-License-Identifier: MIT */
#include "tests/proc/field.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct field field = {.folder = "/tmp/roinit-walk.XXXXXX"};

void
field_run(const char *format, const char *where)
{
    char line[TEXT_BYTES * 4];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(line, sizeof line, format, where);
#pragma GCC diagnostic pop
    ck_assert_msg(system(line) == 0, "%s", line);
}

void
field_setup(void)
{
    (void)strcpy(field.folder + sizeof field.folder - 7, "XXXXXX");
    (void)umask(022);
    ck_assert_ptr_nonnull(mkdtemp(field.folder));
    (void)snprintf(field.top, sizeof field.top, "%s/top", field.folder);
    (void)snprintf(field.real, sizeof field.real, "%s/real", field.folder);
    (void)snprintf(field.outside, sizeof field.outside, "%s/outside", field.folder);
    if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0) {
        ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
        ck_assert_int_eq(mount("tmpfs", field.folder, "tmpfs", 0, "mode=755,size=512m"), 0);
    }
    ck_assert_int_eq(mkdir(field.top, 0755), 0);
    ck_assert_int_eq(mkdir(field.real, 0755), 0);
    ck_assert_int_eq(mkdir(field.outside, 0755), 0);
    (void)mount(field.real, field.top, NULL, MS_BIND, NULL);
    field_run("cd %s && echo secret >sentinel && chmod 0600 sentinel && mkdir folder && "
              "echo secret >folder/sentinel",
              field.outside);
    field.findings = (struct findings){.arena = &field.arena};
    field.err = (struct err){0};
    field.holds_names = false;
}

void
field_teardown(void)
{
    field_run("umount -l %s 2>/dev/null; true", field.top);
    field_run("umount -l %s 2>/dev/null; true", field.folder);
    field_run("rm -rf %s", field.folder);
    arena_free(&field.arena);
}

const char *
field_at(const char *base, const char *name)
{
    static char paths[4][TEXT_BYTES * 2];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", base, name);
    return path;
}

uid_t
field_owner(const char *path)
{
    struct stat file;
    ck_assert_msg(lstat(path, &file) == 0, "%s", path);
    return file.st_uid;
}

bool
field_protects_links(void)
{
    char value = '0';
    int fd = open("/proc/sys/fs/protected_hardlinks", O_RDONLY | O_CLOEXEC);
    bool result = fd >= 0 && read(fd, &value, 1) == 1 && value == '1';
    close(fd);
    return result;
}

struct plan_step
field_walking(uid_t uid)
{
    return (struct plan_step){.kind = PLAN_WALK,
                              .top = field.top,
                              .path = "",
                              .uid = uid,
                              .gid = uid,
                              .sets_owner = true,
                              .names_can_be_held = field.holds_names};
}

const char *
field_walk(uid_t uid)
{
    struct plan_step step = field_walking(uid);
    struct plan plan = {.arena = &field.arena, .step = &step, .count = 1};
    struct prepared *prepared = prepared_new(&plan);
    field.findings.count = 0;
    ck_assert_ptr_nonnull(prepared);
    plan_run(&plan, prepared);
    ck_assert_msg(plan_tell(&plan, prepared, &field.findings, &field.err) == 0, "%s",
                  field.err.text);
    field.counts = (struct walk_counts){0};
    for (size_t i = 0; i < WALKERS_MAX; i++) {
        walk_counts_add(&field.counts, &prepared->walk[i].counts);
    }
    prepared_free(&plan, prepared);
    return field.findings.count == 0 ? "" : field.findings.item[0].found;
}

int
field_walk_alone(int top_fd, const struct walk_rule *rule, struct walk_report *report)
{
    struct walk_links *links = walk_links_new();
    ck_assert_ptr_nonnull(links);
    int result = walk_below(top_fd, rule, 0, 1, links, report);
    report->counts.linked += walk_links_left(links);
    walk_links_free(links);
    return result;
}

void
field_is_untouched(void)
{
    ck_assert_uint_eq(field_owner(field.outside), 0);
    ck_assert_uint_eq(field_owner(field_at(field.outside, "sentinel")), 0);
    ck_assert_uint_eq(field_owner(field_at(field.outside, "folder")), 0);
    ck_assert_uint_eq(field_owner(field_at(field.outside, "folder/sentinel")), 0);
}

void
field_is_his(uid_t uid, const char *except)
{
    char line[TEXT_BYTES];
    (void)snprintf(line, sizeof line,
                   "test -z \"$(find %s -mindepth 1 %s ! -uid %u -print -quit)\"", field.top,
                   except, uid);
    ck_assert_msg(system(line) == 0, "%s", line);
}

void
field_refuse(const int *numbers, size_t count, int errnum)
{
    for (size_t i = 0; i < count; i++) {
        struct sock_filter filter[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)numbers[i], 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
            _exit(2);
        }
    }
}
