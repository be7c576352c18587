/* SPDX-License-Identifier: MIT */
#include "tests/proc/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct stage_paths stage_paths;

enum { MASK_BYTES = 8, LEAK_FLOOR = 3, REPORT_FD = 400, EXIT_STAGE = 120, ARGS_MAX = 64 };

static int report_fd = -1;

_Noreturn static void
give_up(const char *what)
{
    dprintf(report_fd, "stage: %s: %s\n", what, strerror(errno));
    _exit(EXIT_STAGE);
}

static void
must(long result, const char *what)
{
    if (result < 0) {
        give_up(what);
    }
}

static void
make_folder(const char *path, mode_t mode)
{
    if (mkdir(path, mode) < 0 && errno != EEXIST) {
        give_up(path);
    }
}

/* The folders above `path` (relative to the new root). */
static void
make_parents(const char *path)
{
    char part[256];
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        make_folder(part, 0755);
    }
}

static void
copy_file(const char *from, const char *to, mode_t mode, uid_t uid)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    must(source, from);
    must(target, to);
    while (sendfile(target, source, NULL, 1 << 24) > 0) {
    }
    must(uid == 0 ? 0 : fchown(target, uid, uid), to);
    must(fchmod(target, mode), to);
    close(source);
    close(target);
}

static void
write_file(const struct box_file *file)
{
    const char *path = file->path + 1;
    mode_t mode = file->mode == 0 ? 0644 : file->mode;
    make_parents(path);
    if (file->is_puppet) {
        copy_file(stage_paths.puppet, path, mode, file->uid);
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    must(fd, path);
    must(write(fd, file->text, strlen(file->text)), path);
    must(file->uid == 0 ? 0 : fchown(fd, file->uid, file->uid), path);
    must(fchmod(fd, mode), path);
    close(fd);
}

static void
make_read_only(const char *path, unsigned flags)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    must(syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attr, sizeof(attr)), "mount_setattr");
}

/* The host's programs and libraries, as they lie there: for strace, and for a binary that is not
 * static because it is built for a sanitizer. */
static void
show_host(const char *name)
{
    char host[64];
    char link[256];
    snprintf(host, sizeof(host), "/%s", name);
    ssize_t length = readlink(host, link, sizeof(link) - 1);
    if (length > 0) {
        link[length] = '\0';
        must(symlink(link, name), host);
    } else if (access(host, F_OK) == 0) {
        make_folder(name, 0755);
        must(mount(host, name, NULL, MS_BIND | MS_REC, NULL), host);
        make_read_only(name, AT_RECURSIVE);
    }
}

static void
show_devices(void)
{
    static const char *const nodes[] = {"null", "zero", "full", "tty", "random", "urandom"};
    must(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k"), "/dev");
    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        char host[32];
        snprintf(host, sizeof(host), "/dev/%s", nodes[i]);
        close(open(host + 1, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        must(mount(host, host + 1, NULL, MS_BIND, NULL), host);
    }
}

/* Where a program that is built for coverage leaves what it counted: $ROINIT_GCOV, a folder of the
 * host. Below /dev, where a mount surprises no contract. */
static void
show_counters(void)
{
    const char *folder = getenv("ROINIT_GCOV");
    if (folder != NULL) {
        make_folder("dev/shm", 0777);
        make_folder("dev/shm/counters", 0777);
        must(mount(folder, "dev/shm/counters", NULL, MS_BIND, NULL), folder);
    }
}

static void
fill_root(const struct start *start)
{
    static const char *const folders[] = {"etc", "proc", "dev", "run", "tmp", "srv"};
    static const char *const host[] = {"usr", "lib", "lib64", "bin"};
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        make_folder(folders[i], 0755);
    }
    for (size_t i = 0; i < sizeof(host) / sizeof(host[0]); i++) {
        show_host(host[i]);
    }
    copy_file(stage_paths.binary, "roinit", 0755, 0);
    copy_file(stage_paths.puppet, "puppet", 0755, 0);
    if (start->name != NULL) {
        must(link("roinit", start->name), start->name);
    }
    write_file(&(struct box_file){.path = "/etc/passwd",
                                  .text = "root:x:0:0::/root:/bin/sh\n"
                                          "app:x:10001:10001::/home/app:/bin/sh\n"
                                          "other:x:10002:10002::/home/other:/bin/sh\n"});
    write_file(&(struct box_file){.path = "/etc/group",
                                  .text = "root:x:0:\napp:x:10001:\nother:x:10002:\n"
                                          "extra:x:20001:app\nmore:x:20002:\n"});
    if (start->contract != NULL) {
        write_file(&(struct box_file){.path = "/etc/roinit.ini", .text = start->contract});
    }
    for (size_t i = 0; i < BOX_FILES && start->file[i].path != NULL; i++) {
        write_file(&start->file[i]);
    }
}

static void
build_root(const struct start *start)
{
    char run[64];
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    umask(0022);
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private propagation");
    must(mount("tmpfs", stage_paths.folder, "tmpfs", 0, "mode=755,size=64m"), "the root's tmpfs");
    must(chdir(stage_paths.folder), stage_paths.folder);
    fill_root(start);
    show_devices();
    show_counters();
    must(mount("proc", "proc", "proc", flags, NULL), "/proc");
    must(mount("tmpfs", "tmp", "tmpfs", flags, "mode=1777,size=16m"), "/tmp");
    snprintf(run, sizeof(run), "mode=0755,size=16m,uid=%u,gid=%u", start->uid, start->uid);
    must(mount("tmpfs", "run", "tmpfs", flags,
               start->run_options == NULL ? run : start->run_options),
         "/run");
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "the old root");
    must(chdir("/"), "/");
    if (start->plant != NULL) {
        start->plant();
    }
    if (!start->root_is_writable) {
        make_read_only("/", 0);
    }
}

/* The fourteen capabilities that container engines leave to root. */
static bool
is_engine_capability(int capability)
{
    static const int kept[] = {
        CAP_CHOWN,      CAP_DAC_OVERRIDE, CAP_FSETID,           CAP_FOWNER,     CAP_MKNOD,
        CAP_NET_RAW,    CAP_SETGID,       CAP_SETUID,           CAP_SETFCAP,    CAP_SETPCAP,
        CAP_SYS_CHROOT, CAP_KILL,         CAP_NET_BIND_SERVICE, CAP_AUDIT_WRITE};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (kept[i] == capability) {
            return true;
        }
    }
    return false;
}

void
stage_drop_capabilities(bool all)
{
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
        if (all || !is_engine_capability(capability)) {
            (void)prctl(PR_CAPBSET_DROP, capability);
        }
    }
}

static void
become(const struct start *start)
{
    stage_drop_capabilities(start->drop_all);
    if (start->uid != 0) {
        must(setgroups(0, NULL), "setgroups");
        must(setresgid(start->uid, start->uid, start->uid), "setresgid");
        must(setresuid(start->uid, start->uid, start->uid), "setresuid");
    }
    if (start->no_new_privs) {
        must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    }
    /* after setresuid, which clears it: a box dies with its test */
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "pdeathsig");
}

static void
set_descriptors(const struct start *start, const struct stage *stage)
{
    report_fd = fcntl(stage->report, F_DUPFD_CLOEXEC, REPORT_FD);
    close(stage->report);
    must(syscall(SYS_close_range, LEAK_FLOOR, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */), "close_range");
    for (int fd = 0; fd < 3; fd++) {
        if (stage->fd[fd] < 0) {
            close(fd);
        } else {
            must(dup2(stage->fd[fd], fd), "dup2");
        }
    }
    for (unsigned i = 0; i < start->leaks; i++) {
        must(open("/dev/null", O_RDONLY), "a leak"); /* NOLINT: inherited on purpose */
    }
}

static void
set_signals(const struct start *start)
{
    for (int number = 1; number <= 64; number++) {
        bool is_ignored = (start->ignored >> (number - 1) & 1U) != 0;
        /* The kernel's own call: the C library refuses 32 and 33, which posix_spawn(3) of whoever
         * started us leaves ignored. The handler stands first in its structure. */
        const uintptr_t action[8] = {(uintptr_t)(is_ignored ? SIG_IGN : SIG_DFL)};
        (void)syscall(SYS_rt_sigaction, number, action, NULL, MASK_BYTES);
    }
    must(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &start->blocked, NULL, MASK_BYTES), "mask");
}

_Noreturn static void
execute(const struct start *start)
{
    const char *argv[ARGS_MAX] = {NULL};
    const char *env[ARGS_MAX] = {"PATH=/usr/bin:/bin"};
    size_t count = 0;
    size_t settings = 1;
    for (size_t i = 0; start->tracer != NULL && start->tracer[i] != NULL; i++) {
        argv[count++] = start->tracer[i];
    }
    char own[64];
    snprintf(own, sizeof(own), "/%s", start->name == NULL ? "roinit" : start->name);
    argv[count++] = own;
    for (size_t i = 0; start->argv != NULL && start->argv[i] != NULL && count < ARGS_MAX - 1; i++) {
        argv[count++] = start->argv[i];
    }
    for (size_t i = 0; start->env != NULL && start->env[i] != NULL && settings < ARGS_MAX - 1;
         i++) {
        env[settings++] = start->env[i];
    }
    execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
    give_up(argv[0]);
}

static pid_t roinit_pid;

static void
hand_on(int signal_number)
{
    kill(roinit_pid, signal_number);
}

/* The harness's own PID 1: hands TERM on, reaps, and ends as roinit ended. Says what it finds
 * afterwards. */
_Noreturn static void
be_init(pid_t child, const struct stage *stage)
{
    int status = 0;
    roinit_pid = child;
    signal(SIGTERM, hand_on);
    close(report_fd);
    for (pid_t pid = 0; pid != child;) {
        pid = waitpid(-1, &status, 0);
    }
    if (stage->terminal >= 0) {
        pid_t foreground = tcgetpgrp(STDIN_FILENO);
        dprintf(STDERR_FILENO, "the foreground is %s\n",
                foreground == child      ? "roinit's group"
                : foreground == getpid() ? "the caller's group"
                                         : "another group");
    }
    if (kill(-1, 0) == 0) {
        dprintf(STDERR_FILENO, "something is left\n");
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void
go_below_init(const struct start *start, const struct stage *stage)
{
    signal(SIGTTOU, SIG_IGN); /* roinit's own is set to default by set_signals() */
    pid_t child = fork();
    must(child, "fork");
    if (child == 0) {
        child = getpid();
    }
    setpgid(child, child);
    if (stage->terminal >= 0 && !start->in_background) {
        tcsetpgrp(STDIN_FILENO, child);
    }
    if (child != getpid()) {
        be_init(child, stage);
    }
}

_Noreturn void
stage_enter(const struct start *start, const struct stage *stage)
{
    report_fd = stage->report;
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "pdeathsig"); /* and once more in become() */
    build_root(start);
    setsid();
    if (stage->terminal >= 0) {
        must(ioctl(stage->terminal, TIOCSCTTY, 0), "TIOCSCTTY");
    }
    set_descriptors(start, stage);
    become(start);
    if (start->below_init) {
        go_below_init(start, stage);
    }
    set_signals(start);
    execute(start);
}
