/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stopwatch.h"

/*
 * The benchmark's stopwatch. Candidates are run in turn, A B C A B C ..., each as PID 1 of a pid
 * namespace of its own, so that a machine that slows down slows down all of them. A candidate is
 * one word, split at blanks. Prints `NAME MEDIAN MINIMUM`, microseconds.
 *
 *   start ROUNDS CANDIDATE...           from the clone to the end of an init that runs `true`
 *   all ROUNDS N FIFO CANDIDATE...      from the clone until N services have each written a byte
 *   memory N FIFO CANDIDATE...          NAME KB PROCESSES of all that is no service, N being up
 *   restart ROUNDS FIFO CANDIDATE...    from the KILL of a service until it is up again
 *   signal ROUNDS FIFO CANDIDATE...     from a USR1 to the init until its command has answered
 *   orphans N FIFO CANDIDATE...         NAME NANOSECONDS ZOMBIES: CPU for each, left after a second
 *   stop ROUNDS N FIFO CANDIDATE...     from the stop signal (CANDIDATE's first word: its number)
 *                                       to the end of the init
 *   idle SECONDS N FIFO CANDIDATE...    NAME WAKEUPS MICROSECONDS of CPU, all at once
 *   mounts KIND N COMMAND...            COMMAND below N distinct or N stacked mounts
 *
 * The services: service FIFO, echo FIFO, orphaned FIFO N, lines N, and spawn N PROGRAM..., the
 * least that a supervisor can do: N posix_spawn in a loop.
 */
extern char **environ;

enum { STACK_BYTES = 65536 };

int64_t took[CANDIDATES_MAX][ROUNDS_MAX];

int64_t
now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

_Noreturn void
die(const char *what)
{
    (void)fprintf(stderr, "stopwatch: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

void
split(char *words, char *argv[WORDS_MAX])
{
    size_t count = 0;
    for (char *word = strtok(words, " "); word != NULL && count < WORDS_MAX - 1;
         word = strtok(NULL, " ")) {
        argv[count++] = word;
    }
    argv[count] = NULL;
}

static int
execute(void *argument)
{
    char *const *argv = argument;
    (void)dup2(STDERR_FILENO, STDOUT_FILENO); /* which is for figures */
    (void)execv(argv[0], argv);
    _exit(127);
}

/* From the clone to the end of an init that runs a command that does nothing. */
static int64_t
time_start(char *const *argv)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    int status = 0;
    int64_t start = now_us();
    pid_t pid = clone(execute, stack + sizeof stack,
                      CLONE_NEWPID | CLONE_VFORK | CLONE_VM | SIGCHLD, (void *)(uintptr_t)argv);
    if (pid < 0) {
        die("clone");
    }
    (void)waitpid(pid, &status, 0);
    int64_t took = now_us() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)fprintf(stderr, "stopwatch: %s ended with status %#x\n", argv[0], (unsigned)status);
        exit(EXIT_FAILURE);
    }
    return took;
}

static int
compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

void
print_medians(int rounds, int count, char *argv[CANDIDATES_MAX][WORDS_MAX])
{
    for (int i = 0; i < count; i++) {
        qsort(took[i], (size_t)rounds, sizeof took[i][0], compare);
        (void)printf("%s %" PRId64 " %" PRId64 "\n", argv[i][0], took[i][rounds / 2], took[i][0]);
    }
}

static void
run_start(int rounds, int count, char **candidate)
{
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    for (int i = 0; i < count; i++) {
        split(candidate[i], argv[i]);
        (void)time_start(argv[i]); /* the first fills the caches */
    }
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            took[i][round] = time_start(argv[i]);
        }
    }
    print_medians(rounds, count, argv);
}

static void
run_spawn(int count, char *const *argv)
{
    const char *program = argv[0];
    sigset_t set;
    posix_spawnattr_t attributes;
    (void)sigemptyset(&set);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &set);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < count; i++) {
        pid_t pid;
        if (posix_spawn(&pid, program, NULL, &attributes, argv, environ) != 0) {
            die("posix_spawn");
        }
    }
    /* And the least that a stop can do. */
    int signal;
    do {
        (void)sigwait(&set, &signal);
    } while (signal != SIGTERM);
    (void)kill(-1, SIGTERM);
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    exit(EXIT_SUCCESS);
}

static void
be_service(const char *fifo)
{
    (void)prctl(PR_SET_NAME, "service"); /* so that it is not taken for a part of the supervisor */
    int fd = open(fifo, O_WRONLY);
    if (fd < 0 || write(fd, "x", 1) != 1) {
        die(fifo);
    }
    (void)close(fd);
    for (;;) {
        (void)pause();
    }
}

void
await_bytes(int fifo, int count, const char *who)
{
    char bytes[4096];
    for (int left = count; left > 0;) {
        struct pollfd poll_fd = {.fd = fifo, .events = POLLIN};
        ssize_t got = poll(&poll_fd, 1, WAIT_MS) == 1 ? read(fifo, bytes, sizeof bytes) : -1;
        if (got <= 0) {
            (void)fprintf(stderr, "stopwatch: %s: %d of %d answers are missing\n", who, left,
                          count);
            exit(EXIT_FAILURE);
        }
        left -= (int)got;
    }
}

/* Starts an init and waits until `count` services have written. Returns its pid. */
pid_t
start_all(int count, int fifo, char *const *argv, int64_t *ret_took)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    int64_t start = now_us();
    pid_t pid = clone(execute, stack + sizeof stack,
                      CLONE_NEWPID | CLONE_VFORK | CLONE_VM | SIGCHLD, (void *)(uintptr_t)argv);
    if (pid < 0) {
        die("clone");
    }
    await_bytes(fifo, count, argv[0]);
    *ret_took = now_us() - start;
    return pid;
}

void
end_all(pid_t pid)
{
    int status;
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
}

int
open_fifo(const char *path)
{
    (void)unlink(path);
    /* Opened for both: then it never ends, whoever closes. */
    int fd = mkfifo(path, 0666) == 0 ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || chmod(path, 0666) != 0) {
        die(path);
    }
    return fd;
}

static void
run_all(int rounds, int services, const char *path, int count, char **candidate)
{
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        split(candidate[i], argv[i]);
    }
    for (int round = -1; round < rounds; round++) { /* the first fills the caches */
        for (int i = 0; i < count; i++) {
            int64_t one;
            end_all(start_all(services, fifo, argv[i], &one));
            took[i][round < 0 ? 0 : round] = one;
        }
    }
    print_medians(rounds, count, argv);
}

/* Mounts in a namespace of its own: the machine's are not touched. */
static void
run_mounts(const char *kind, int count, char **argv)
{
    bool is_stacked = strcmp(kind, "stacked") == 0;
    char path[64];
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("bench", "/srv", "tmpfs", 0, NULL) != 0 || mkdir("/srv/base", 0755) != 0) {
        die("a mount namespace");
    }
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, is_stacked ? "/srv/stack" : "/srv/m%d", i);
        (void)mkdir(path, 0755);
        if (mount("/srv/base", path, NULL, MS_BIND, NULL) != 0 ||
            mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0) {
            die(path);
        }
    }
    (void)execv(argv[0], argv);
    die(argv[0]);
}

/* What has the form `VERB ROUNDS FIFO CANDIDATE...` and its like. */
static bool
measure(int argc, char **argv)
{
    const char *verb = argv[1];
    int number = argc > 2 ? atoi(argv[2]) : 0;
    if (argc > 3 && strcmp(verb, "start") == 0) {
        run_start(number % ROUNDS_MAX, (argc - 3) % CANDIDATES_MAX, argv + 3);
    } else if (argc > 5 && strcmp(verb, "all") == 0) {
        run_all(number % ROUNDS_MAX, atoi(argv[3]), argv[4], (argc - 5) % CANDIDATES_MAX, argv + 5);
    } else if (argc > 4 && strcmp(verb, "memory") == 0) {
        run_memory(number, argv[3], (argc - 4) % CANDIDATES_MAX, argv + 4);
    } else if (argc > 4 && strcmp(verb, "restart") == 0) {
        run_restart(number % ROUNDS_MAX, argv[3], (argc - 4) % CANDIDATES_MAX, argv + 4);
    } else if (argc > 4 && strcmp(verb, "signal") == 0) {
        run_signal(number % ROUNDS_MAX, argv[3], (argc - 4) % CANDIDATES_MAX, argv + 4);
    } else if (argc > 4 && strcmp(verb, "orphans") == 0) {
        run_orphans(number, argv[3], (argc - 4) % CANDIDATES_MAX, argv + 4);
    } else if (argc > 5 && strcmp(verb, "stop") == 0) {
        run_stop(number % ROUNDS_MAX, atoi(argv[3]), argv[4], (argc - 5) % CANDIDATES_MAX,
                 argv + 5);
    } else if (argc > 5 && strcmp(verb, "idle") == 0) {
        run_idle(number, atoi(argv[3]), argv[4], (argc - 5) % CANDIDATES_MAX, argv + 5);
    } else {
        return false;
    }
    return true;
}

int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash != NULL ? slash + 1 : argv[0];
    if (strcmp(name, "run") != 0 && argc > 2 && measure(argc, argv)) {
        return EXIT_SUCCESS;
    }
    if (strcmp(name, "run") == 0) {
        be_service("/mnt/fifo"); /* as s6 and runit start it */
    } else if (argc == 3 && strcmp(argv[1], "service") == 0) {
        be_service(argv[2]);
    } else if (argc == 3 && strcmp(argv[1], "echo") == 0) {
        be_echo(argv[2]);
    } else if (argc == 4 && strcmp(argv[1], "orphaned") == 0) {
        be_orphans(argv[2], atoi(argv[3]));
    } else if (argc == 3 && strcmp(argv[1], "lines") == 0) {
        be_lines(atoi(argv[2]));
    } else if (argc > 3 && strcmp(argv[1], "spawn") == 0) {
        run_spawn(atoi(argv[2]), argv + 3);
    } else if (argc > 4 && strcmp(argv[1], "mounts") == 0) {
        run_mounts(argv[2], atoi(argv[3]), argv + 4);
    } else {
        (void)fputs("usage: see the head of stopwatch.c\n", stderr);
        return 64;
    }
    return EXIT_SUCCESS;
}
