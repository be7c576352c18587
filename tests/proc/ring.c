/* SPDX-License-Identifier: MIT */
#include "tests/proc/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/proc/harness.h"
#include "tests/proc/stage.h"

static char folder[] = "/tmp/roinit-proc.XXXXXX";
static bool is_real_root;
static pid_t ring_pid;
static int *left_out; /* shared with the processes of the tests */

static const char *
find(const char *variable, const char *otherwise)
{
    const char *path = getenv(variable);
    char *absolute = realpath(path == NULL ? otherwise : path, NULL);
    if (absolute == NULL || access(absolute, X_OK) != 0) {
        printf("proc: %s: %s; build it, or name it in $%s\n", path == NULL ? otherwise : path,
               strerror(errno), variable);
        return NULL;
    }
    return absolute;
}

static bool
write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0) {
        close(fd);
    }
    return is_written;
}

/* Root of a user namespace: enough for mounts and pids, one uid only. */
static bool
become_root(void)
{
    char map[64];
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) {
        return false;
    }
    snprintf(map, sizeof(map), "0 %u 1\n", uid);
    if (!write_text("/proc/self/uid_map", map) || !write_text("/proc/self/setgroups", "deny")) {
        return false;
    }
    snprintf(map, sizeof(map), "0 %u 1\n", gid);
    return write_text("/proc/self/gid_map", map);
}

/* A first box, to see whether one can be built here at all. */
static bool
try_a_box(void)
{
    pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        pid_t child = unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 ? -1 : fork();
        if (child == 0) {
            const struct start start = {.argv = WORDS("--version")};
            stage_enter(&start,
                        &(struct stage){.fd = {-1, open("/dev/null", O_WRONLY | O_CLOEXEC), 2},
                                        .report = dup(1),
                                        .terminal = -1});
        }
        waitpid(child, &status, 0);
        _exit(child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The runner's own handlers end the test that runs and come here then. */
static void
on_end(int signal_number)
{
    (void)rmdir(folder);
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

bool
ring_prepare(void)
{
    ring_pid = getpid();
    setvbuf(stdout, NULL, _IOLBF, 0);
    left_out =
        mmap(NULL, sizeof(*left_out), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    stage_paths.binary = find("ROINIT", "build/roinit");
    stage_paths.puppet = find("PUPPET", "build/release/puppet");
    if (left_out == MAP_FAILED || stage_paths.binary == NULL || stage_paths.puppet == NULL) {
        return false;
    }
    is_real_root = geteuid() == 0;
    stage_paths.folder = mkdtemp(folder);
    (void)signal(SIGTERM, on_end);
    (void)signal(SIGINT, on_end);
    if (stage_paths.folder == NULL || (!is_real_root && !become_root()) || !try_a_box()) {
        printf("proc: LEFT OUT: the whole ring: no namespaces of our own here (%s); run it as "
               "root, or allow user namespaces\n",
               strerror(errno));
        rmdir(folder);
        return false;
    }
    return true;
}

int
ring_finish(void)
{
    rmdir(folder);
    if (*left_out > 0) {
        printf("proc: LEFT OUT: %d tests, for the reasons above\n", *left_out);
    }
    return *left_out;
}

/* Ends the box when nobody holds the lifeline any more. Holds nothing itself that others wait for
 * the end of. */
_Noreturn static void
keep(int pidfd, int lifeline)
{
    (void)setsid();
    (void)dup2(pidfd, STDIN_FILENO);
    (void)dup2(lifeline, STDOUT_FILENO);
    (void)syscall(SYS_close_range, STDERR_FILENO, ~0U, 0U);
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = STDOUT_FILENO, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0) {
    }
    (void)syscall(SYS_pidfd_send_signal, STDIN_FILENO, SIGKILL, NULL, 0U);
    _exit(EXIT_SUCCESS);
}

void
ring_keep(int pidfd)
{
    static int lifeline[2];
    static pid_t holder;
    if (getpid() != ring_pid && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() != ring_pid) {
        _exit(EXIT_FAILURE); /* the runner has ended already */
    }
    if (holder != getpid()) {
        holder = getpid();
        ck_assert_int_eq(pipe2(lifeline, O_CLOEXEC), 0);
    }
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        keep(pidfd, lifeline[0]);
    }
}

bool
proc_has_uids(void)
{
    return is_real_root;
}

bool
proc_has_strace(void)
{
    return access("/usr/bin/strace", X_OK) == 0;
}

bool
proc_has_program(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "/usr/bin/%s", name);
    return access(path, X_OK) == 0;
}

bool
proc_leaves_out(const char *test, bool is_possible, const char *why)
{
    if (!is_possible) {
        __atomic_add_fetch(left_out, 1, __ATOMIC_SEQ_CST);
        /* Check calls the function of a test NAME_fn */
        printf("proc: LEFT OUT: %.*s: %s\n", (int)strlen(test) - 3, test, why);
    }
    return !is_possible;
}

Suite *
proc_suite(const char *name, const TTest *const *tests)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    for (; *tests != NULL; tests++) {
        tcase_add_test(tcase, *tests);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
