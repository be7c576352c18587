/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stopwatch.h"

/*
 * The benchmark's stopwatch. Candidates are run in turn, A B C A B C ..., each as PID 1 of a pid
 * namespace of its own, so that a machine that slows down slows down all of them. A candidate is
 * one word, split at blanks. Prints `NAME MEDIAN MINIMUM`, microseconds; of whoever did not do what
 * was asked `NAME failed`.
 *
 *   start ROUNDS CANDIDATE...           from the clone to the end of an init that runs `true`
 *   all ROUNDS N FIFO CANDIDATE...      from the clone until N services have each written a byte:
 *                                       NAME MEDIAN MEDIAN-OF-THE-FIRST
 *   memory N FIFO CANDIDATE...          NAME KB PROCESSES of all that is no service, N being up
 *   restart ROUNDS FIFO CANDIDATE...    from the KILL of a service until it is up again
 *   signal ROUNDS FIFO CANDIDATE...     from a USR1 to the init until its command has answered
 *   stop ROUNDS N FIFO CANDIDATE...     from the stop signal (CANDIDATE's first word: its number)
 *                                       to the end of the init
 *   idle SECONDS N FIFO CANDIDATE...    NAME WAKEUPS MICROSECONDS of CPU, all at once
 *   mounts KIND N COMMAND...            COMMAND below N distinct or N stacked mounts
 *
 * Under siege (stopwatch_siege.c):
 *
 *   orphans N FIFO CANDIDATE...         NAME NANOSECONDS ZOMBIES BACKLOG: CPU for each, left after
 * a second, and the most that were there at once burst N FIFO SOCKET CANDIDATE...    N die at once:
 * NAME MICROSECONDS ZOMBIES STATUS: until none is left, left after a second, the longest answer of
 * SOCKET (or -) seize ROUNDS FIFO CANDIDATE...      PTRACE_SEIZE with EXITKILL by its uid: NAME
 * lives|killed stalled SECONDS FIFO FIFO2 CANDIDATE... nobody reads its output, and services crash
 * in a loop: NAME STARTS MICROSECONDS BLOCKED: in a second, the longest that a signal or restart
 * took, how often PID 1 was found in a write fork SECONDS FIFO CANDIDATE...      fork(2) fails for
 * so long, and the service dies: NAME MICROSECONDS until it is up again, or `ends`
 *
 * The services are in stopwatch_services.c, and so is the least that a supervisor can do.
 */
enum { STACK_BYTES = 65536 };

int64_t took[CANDIDATES_MAX][ROUNDS_MAX];
bool has_failed[CANDIDATES_MAX];
uid_t run_as;
rlim_t may_fork;

int64_t
now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
rest_us(int64_t us)
{
    const char *haste = getenv("BENCH_HASTE");
    return haste != NULL && atoi(haste) > 0 ? us / atoi(haste) : us;
}

void
rest(int64_t us)
{
    (void)usleep((useconds_t)rest_us(us));
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
    const struct rlimit forks = {may_fork, may_fork};
    if (may_fork != 0) {
        (void)setrlimit(RLIMIT_NPROC, &forks);
    }
    if (run_as != 0 && (setgroups(0, NULL) != 0 || setgid(run_as) != 0 || setuid(run_as) != 0)) {
        _exit(126);
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO); /* which is for figures */
    (void)execv(argv[0], argv);
    _exit(127);
}

static pid_t
start_init(char *const *argv)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    pid_t pid = clone(execute, stack + sizeof stack,
                      CLONE_NEWPID | CLONE_VFORK | CLONE_VM | SIGCHLD, (void *)(uintptr_t)argv);
    if (pid < 0) {
        die("clone");
    }
    return pid;
}

/* From the clone to the end of an init that runs a command that does nothing. */
static int64_t
time_start(char *const *argv)
{
    int status = 0;
    int64_t start = now_us();
    pid_t pid = start_init(argv);
    (void)waitpid(pid, &status, 0);
    int64_t took = now_us() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)fprintf(stderr, "stopwatch: %s ended with status %#x\n", argv[0], (unsigned)status);
        return -1;
    }
    return took;
}

static int
compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

int64_t
median_of(int i, int rounds)
{
    qsort(took[i], (size_t)rounds, sizeof took[i][0], compare);
    return took[i][rounds / 2];
}

void
print_medians(int rounds, int count, char *argv[CANDIDATES_MAX][WORDS_MAX])
{
    for (int i = 0; i < count; i++) {
        if (has_failed[i]) {
            (void)printf("%s failed failed\n", argv[i][0]);
            continue;
        }
        int64_t median = median_of(i, rounds);
        (void)printf("%s %" PRId64 " %" PRId64 "\n", argv[i][0], median, took[i][0]);
    }
}

static void
run_start(int rounds, int count, char **candidate)
{
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    for (int i = 0; i < count; i++) {
        split(candidate[i], argv[i]);
        has_failed[i] = time_start(argv[i]) < 0; /* the first fills the caches */
    }
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            took[i][round] = has_failed[i] ? -1 : time_start(argv[i]);
            has_failed[i] = took[i][round] < 0;
        }
    }
    print_medians(rounds, count, argv);
}

long
drain(int fifo)
{
    char bytes[4096];
    long all = 0;
    struct pollfd poll_fd = {.fd = fifo, .events = POLLIN};
    for (ssize_t got = 1; got > 0 && poll(&poll_fd, 1, 0) == 1; all += got > 0 ? got : 0) {
        got = read(fifo, bytes, sizeof bytes);
    }
    return all;
}

bool
await_bytes(int fifo, int count, const char *who)
{
    char bytes[4096];
    for (int left = count; left > 0;) {
        struct pollfd poll_fd = {.fd = fifo, .events = POLLIN};
        size_t wanted = (size_t)left < sizeof bytes ? (size_t)left : sizeof bytes;
        ssize_t got = poll(&poll_fd, 1, WAIT_MS) == 1 ? read(fifo, bytes, wanted) : -1;
        if (got <= 0) {
            (void)fprintf(stderr, "stopwatch: %s: %d of %d answers are missing\n", who, left,
                          count);
            return false;
        }
        left -= (int)got;
    }
    return true;
}

/* Starts an init and waits until `count` services have written. */
pid_t
start_all(int count, int fifo, char *const *argv, int64_t *ret_took)
{
    (void)drain(fifo);
    int64_t start = now_us();
    pid_t pid = start_init(argv);
    if (!await_bytes(fifo, count, argv[0])) {
        end_all(pid);
        return -1;
    }
    *ret_took = now_us() - start;
    return pid;
}

void
end_all(pid_t pid)
{
    int status;
    if (pid > 0) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, &status, 0);
    }
}

void
give_up(int i, pid_t pid, const char *name)
{
    (void)fprintf(stderr, "stopwatch: %s is left out from here\n", name);
    has_failed[i] = true;
    end_all(pid);
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

/* One round of one: the time until all are up, and until the first is. */
static bool
time_all(int services, int fifo, char *const *argv, int64_t *ret_all, int64_t *ret_first)
{
    int64_t start = now_us();
    pid_t pid = start_all(1, fifo, argv, ret_first);
    bool are_up = pid > 0 && await_bytes(fifo, services - 1, argv[0]);
    *ret_all = now_us() - start;
    end_all(pid);
    return are_up;
}

static void
run_all(int rounds, int services, const char *path, int count, char **candidate)
{
    static int64_t first[CANDIDATES_MAX][ROUNDS_MAX];
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        split(candidate[i], argv[i]);
    }
    for (int round = -1; round < rounds; round++) { /* the first fills the caches */
        for (int i = 0; i < count; i++) {
            int at = round < 0 ? 0 : round;
            has_failed[i] =
                has_failed[i] || !time_all(services, fifo, argv[i], &took[i][at], &first[i][at]);
        }
    }
    for (int i = 0; i < count; i++) {
        if (has_failed[i]) {
            (void)printf("%s failed failed\n", argv[i][0]);
            continue;
        }
        int64_t median = median_of(i, rounds);
        qsort(first[i], (size_t)rounds, sizeof first[i][0], compare);
        (void)printf("%s %" PRId64 " %" PRId64 "\n", argv[i][0], median, first[i][rounds / 2]);
    }
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

/* What has the form `VERB NUMBER [N] [FIFO [WORD]] CANDIDATE...`. */
static bool
measure(int argc, char **argv)
{
    static const struct {
        const char *verb;
        void (*run)(int number, const char *path, int count, char **candidate);
        void (*run_n)(int number, int n, const char *path, int count, char **candidate);
        void (*run_word)(int number, const char *path, const char *word, int count,
                         char **candidate);
        int most; /* the number is of rounds */
    } verbs[] = {
        {.verb = "memory", .run = run_memory},
        {.verb = "orphans", .run = run_orphans},
        {.verb = "fork", .run = run_fork},
        {.verb = "restart", .run = run_restart, .most = ROUNDS_MAX - 1},
        {.verb = "signal", .run = run_signal, .most = ROUNDS_MAX - 1},
        {.verb = "seize", .run = run_seize, .most = ROUNDS_MAX - 1},
        {.verb = "all", .run_n = run_all, .most = ROUNDS_MAX - 1},
        {.verb = "stop", .run_n = run_stop, .most = ROUNDS_MAX - 1},
        {.verb = "idle", .run_n = run_idle},
        {.verb = "burst", .run_word = run_burst},
        {.verb = "stalled", .run_word = run_stalled},
    };
    int number = atoi(argv[2]);
    if (argc > 3 && strcmp(argv[1], "start") == 0) {
        run_start(number < ROUNDS_MAX ? number : ROUNDS_MAX - 1, argc - 3, argv + 3);
        return true;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        int words = verbs[i].run != NULL ? 4 : 5;
        if (strcmp(argv[1], verbs[i].verb) != 0 || argc <= words || argc - words > CANDIDATES_MAX) {
            continue;
        }
        number = verbs[i].most > 0 && number > verbs[i].most ? verbs[i].most : number;
        if (verbs[i].run != NULL) {
            verbs[i].run(number, argv[3], argc - words, argv + words);
        } else if (verbs[i].run_n != NULL) {
            verbs[i].run_n(number, atoi(argv[3]), argv[4], argc - words, argv + words);
        } else {
            verbs[i].run_word(number, argv[3], argv[4], argc - words, argv + words);
        }
        return true;
    }
    return false;
}

int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    if (strcmp(slash != NULL ? slash + 1 : argv[0], "run") == 0) { /* as s6 and runit start it */
        char *words[] = {argv[0], "service", "/mnt/fifo", NULL};
        (void)be_something(3, words);
    } else if (argc > 4 && strcmp(argv[1], "mounts") == 0) {
        run_mounts(argv[2], atoi(argv[3]), argv + 4);
    } else if (argc < 3 || !(measure(argc, argv) || be_something(argc, argv))) {
        (void)fputs("usage: see the head of stopwatch.c\n", stderr);
        return 64;
    }
    return EXIT_SUCCESS;
}
