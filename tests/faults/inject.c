/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * inject ROOT BOX WHEN SECONDS STRACE-WORD…
 *
 * Runs ROOT/roinit as PID 1 of namespaces of its own, with strace (outside of them) attached to it,
 * and prints `CODE UPS MS SENTENCE`: its exit code (`hang` after SECONDS, or `signal N`), how often
 * its service said "up", how long it took, and the last line that roinit said.
 *
 *   BOX   well, or what is wrong with it: writable (the root), missing (no /tmp), undeclared (a
 *         mount more), noexec (/run, which the contract wants exec), read-only (/tmp); volume is
 * well, and has one on /srv, with files of another owner WHEN  boot: strace is there from before
 * exec on; running: it comes when the service is up, and then /tmp/again is made, for which the
 * service waits; asked: the same, and the box is told to end (TERM) when somebody in it has said
 * "done"
 */
enum { STACK_BYTES = 65536, SAID_BYTES = 65536, ATTACH_MS = 60000, FOR_STRACE = 32 };

struct said {
    int fd;
    size_t length;
    char text[SAID_BYTES];
};

static struct said out, err, tracer;
static const char *root, *box;
static int gate[2], ready[2];

_Noreturn static void
die(const char *what)
{
    (void)fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
    _exit(EXIT_FAILURE);
}

static void
must(long result, const char *what)
{
    if (result < 0) {
        die(what);
    }
}

static int64_t
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
is_box(const char *name)
{
    return strcmp(box, name) == 0;
}

static void
build_box(void)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV;
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private propagation");
    must(chdir(root), root);
    must(mount("proc", "proc", "proc", flags, NULL), "/proc");
    must(mount("tmpfs", "run", "tmpfs", flags | (is_box("noexec") ? MS_NOEXEC : 0),
               "mode=755,size=1m"),
         "/run");
    if (!is_box("missing")) {
        must(mount("tmpfs", "tmp", "tmpfs",
                   flags | MS_NOEXEC | (is_box("read-only") ? MS_RDONLY : 0), "mode=1777,size=1m"),
             "/tmp");
    }
    if (is_box("undeclared") || is_box("volume")) {
        must(mount("tmpfs", "srv", "tmpfs", flags, "size=1m"), "/srv");
    }
    if (is_box("volume")) {
        must(mkdir("srv/folder", 0755), "/srv/folder");
        must(open("srv/folder/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644), "/srv/folder/file");
    }
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "the old root");
    must(chdir("/"), "/");
    if (is_box("writable")) {
        must(mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT, NULL), "a writable root");
    }
}

static int
be_pid1(void *unused)
{
    const char *argv[] = {"/roinit", NULL};
    char fail_alloc[64];
    const char *env[] = {"PATH=/usr/bin:/bin", fail_alloc, NULL};
    const char *number = getenv("FAIL_ALLOC"); /* for oom.c */
    (void)snprintf(fail_alloc, sizeof fail_alloc, "FAIL_ALLOC=%s", number == NULL ? "" : number);
    char byte;
    build_box();
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    must(dup2(null, STDIN_FILENO), "stdin");
    must(dup2(out.fd, STDOUT_FILENO), "stdout");
    must(dup2(err.fd, STDERR_FILENO), "stderr");
    must(syscall(SYS_close_range, 3, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */), "close_range");
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "pdeathsig"); /* a box ends with who looks at it */
    must(write(ready[1], "", 1), "ready");
    (void)!read(gate[0], &byte, 1);
    (void)execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
    (void)unused;
    die(argv[0]);
}

static pid_t
start_pid1(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    int pipe_out[2], pipe_err[2];
    char byte;
    if (pipe2(pipe_out, O_CLOEXEC) != 0 || pipe2(pipe_err, O_CLOEXEC) != 0 ||
        pipe2(gate, O_CLOEXEC) != 0 || pipe2(ready, O_CLOEXEC) != 0) {
        die("pipe");
    }
    out.fd = pipe_out[1];
    err.fd = pipe_err[1];
    pid_t pid = clone(be_pid1, stack + sizeof stack, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL);
    must(pid, "clone");
    (void)close(ready[1]);
    must(read(ready[0], &byte, 1) - 1, "the box");
    (void)close(pipe_out[1]);
    (void)close(pipe_err[1]);
    out.fd = pipe_out[0];
    err.fd = pipe_err[0];
    return pid;
}

/* Reads what there is; false at its end. */
static bool
listen_to(struct said *said)
{
    ssize_t length = said->length < SAID_BYTES - 1
                         ? read(said->fd, said->text + said->length, SAID_BYTES - 1 - said->length)
                         : 0;
    if (length <= 0) {
        (void)close(said->fd);
        said->fd = -1;
        return false;
    }
    said->length += (size_t)length;
    return true;
}

/* Reads all that is said, until `text` stands in `what`, or the end, or the time. */
static bool
wait_for(const struct said *what, const char *text, int64_t until)
{
    while (text == NULL || strstr(what->text, text) == NULL) {
        struct pollfd poll_fd[] = {{.fd = out.fd, .events = POLLIN},
                                   {.fd = err.fd, .events = POLLIN},
                                   {.fd = tracer.fd, .events = POLLIN}};
        struct said *said[] = {&out, &err, &tracer};
        int64_t left = until - now_ms();
        if ((out.fd < 0 && err.fd < 0) || left <= 0 || poll(poll_fd, 3, (int)left) < 0) {
            return text == NULL && left > 0;
        }
        for (int i = 0; i < 3; i++) {
            if (poll_fd[i].revents != 0) {
                (void)listen_to(said[i]);
            }
        }
    }
    return true;
}

static pid_t
attach(pid_t pid, char **word, int count)
{
    const char *argv[FOR_STRACE] = {"strace"};
    char number[16];
    int talk[2];
    int used = 1;
    for (int i = 0; i < count && used < FOR_STRACE - 3; i++) {
        argv[used++] = word[i];
    }
    (void)snprintf(number, sizeof number, "%d", (int)pid);
    argv[used++] = "-p";
    argv[used++] = number;
    must(pipe2(talk, O_CLOEXEC), "pipe");
    pid_t child = fork();
    must(child, "fork");
    if (child == 0) {
        (void)dup2(talk[1], STDERR_FILENO);
        (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
        die(argv[0]);
    }
    (void)close(talk[1]);
    tracer.fd = talk[0];
    if (!wait_for(&tracer, "attached", now_ms() + ATTACH_MS)) {
        (void)fprintf(stderr, "%s", tracer.text);
        (void)kill(pid, SIGKILL);
        die("strace did not attach");
    }
    return child;
}

static int
count_ups(void)
{
    int ups = 0;
    for (const char *at = out.text; (at = strstr(at, "up\n")) != NULL; at++) {
        ups++;
    }
    return ups;
}

/* The last line of roinit's own. */
static void
print_sentence(void)
{
    const char *last = NULL;
    for (const char *at = err.text; (at = strstr(at, "roinit: ")) != NULL; at++) {
        last = at;
    }
    (void)printf("%.*s\n", last == NULL ? 0 : (int)strcspn(last, "\n"), last == NULL ? "" : last);
}

int
main(int argc, char **argv)
{
    char path[64];
    int status = 0;
    if (argc < 5) {
        (void)fputs("usage: see the head of inject.c\n", stderr);
        return 64;
    }
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "pdeathsig");
    root = argv[1];
    box = argv[2];
    bool is_boot = strcmp(argv[3], "boot") == 0;
    int64_t limit_ms = (int64_t)atoi(argv[4]) * 1000;
    tracer.fd = -1;
    pid_t pid = start_pid1();
    pid_t strace = is_boot ? attach(pid, argv + 5, argc - 5) : 0;
    int64_t start = now_ms();
    must(write(gate[1], "", 1), "the gate");
    if (!is_boot) {
        if (!wait_for(&out, "up\n", start + limit_ms)) {
            (void)fprintf(stderr, "inject: it did not boot: %s\n", err.text);
            (void)kill(pid, SIGKILL);
            return EXIT_FAILURE;
        }
        strace = attach(pid, argv + 5, argc - 5);
        (void)snprintf(path, sizeof path, "/proc/%d/root/tmp/again", (int)pid);
        (void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
        start = now_ms();
    }
    if (strcmp(argv[3], "asked") == 0 && wait_for(&out, "done\n", start + limit_ms)) {
        (void)kill(pid, SIGTERM);
    }
    bool has_ended = wait_for(&out, NULL, start + limit_ms);
    int64_t took = now_ms() - start;
    if (!has_ended) {
        (void)kill(pid, SIGKILL);
    }
    (void)waitpid(pid, &status, 0);
    (void)waitpid(strace, NULL, 0);
    (void)printf("%s%d %d %lld ",
                 !has_ended            ? "hang:"
                 : WIFSIGNALED(status) ? "signal:"
                                       : "",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), count_ups(),
                 (long long)took);
    print_sentence();
    return EXIT_SUCCESS;
}
