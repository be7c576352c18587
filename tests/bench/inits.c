/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * One command under roinit, and under the inits whose names it answers to: what each costs the
 * command. Candidates take turns, A B C A B C ..., each as PID 1 of a pid namespace of its own; a
 * candidate is the init with its options, and the command is this program itself.
 *
 *   inits exec ROUNDS CANDIDATE...      µs from the clone to the first line of the command's main()
 *   inits signal ROUNDS CANDIDATE...    µs from kill(init, USR1) to the command's answer
 *   inits orphans N ROUNDS CANDIDATE... ns of the init's processor time for each of N orphans, and
 *                                       how many zombies are left
 *
 * Prints lines "CANDIDATE MEDIAN" (orphans: "CANDIDATE MEDIAN ZOMBIES").
 */
enum {
    CANDIDATES_MAX = 16,
    ROUNDS_MAX = 2000,
    WORDS_MAX = 16,
    STACK_BYTES = 65536,
    WAIT_MS = 60000,
    BATCH = 50, /* orphans that live at once */
    SETTLE_US = 200000,
};

static int64_t took[CANDIDATES_MAX][ROUNDS_MAX];
static int stamps[2];

static void
die(const char *what)
{
    (void)fprintf(stderr, "inits: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static int64_t
now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---------------------------------------------------------------- the command */

static void
stamp(void)
{
    int64_t now = now_ns();
    if (write(STDOUT_FILENO, &now, sizeof now) != (ssize_t)sizeof now) {
        _exit(EXIT_FAILURE);
    }
}

/* Blocked and waited for, so that no handler stands between. */
static void
answer_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    stamp();
    for (;;) {
        int signal_number;
        (void)sigwait(&set, &signal_number);
        stamp();
    }
}

static void
breed(long count)
{
    for (long i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(fork() < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
        }
        if (pid < 0) {
            die("fork");
        }
        (void)waitpid(pid, NULL, 0);
        if (i % BATCH == 0) {
            (void)sched_yield();
        }
    }
    stamp();
    for (;;) {
        (void)pause();
    }
}

/* ---------------------------------------------------------------- an init */

static int
execute(void *argument)
{
    char *const *argv = argument;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(stamps[1], STDOUT_FILENO);
    (void)execv(argv[0], argv);
    _exit(127);
}

/* `candidate` split, and the command behind it. */
static pid_t
start(const char *candidate, const char *mode, const char *count, int64_t *ret_start)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    static char self[] = "/proc/self/exe";
    static char program[4096];
    char words[512];
    char *argv[WORDS_MAX] = {NULL};
    size_t used = 0;
    ssize_t length = readlink(self, program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    (void)snprintf(words, sizeof words, "%s", candidate);
    for (char *word = strtok(words, " "); word != NULL && used < WORDS_MAX - 4;
         word = strtok(NULL, " ")) {
        argv[used++] = word;
    }
    argv[used++] = program;
    argv[used++] = (char *)(uintptr_t)mode;
    argv[used++] = (char *)(uintptr_t)count;
    *ret_start = now_ns();
    pid_t pid = clone(execute, stack + sizeof stack,
                      CLONE_NEWPID | CLONE_VFORK | CLONE_VM | SIGCHLD, (void *)argv);
    if (pid < 0) {
        die("clone");
    }
    return pid;
}

static int64_t
next_stamp(const char *candidate)
{
    struct pollfd wait = {.fd = stamps[0], .events = POLLIN};
    int64_t when;
    if (poll(&wait, 1, WAIT_MS) != 1 || read(stamps[0], &when, sizeof when) != sizeof when) {
        (void)fprintf(stderr, "inits: %s: its command says nothing\n", candidate);
        exit(EXIT_FAILURE);
    }
    return when;
}

static void
end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

static int
compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

static int64_t
median(int64_t *values, int count)
{
    qsort(values, (size_t)count, sizeof values[0], compare);
    return values[count / 2];
}

/* ---------------------------------------------------------------- the measures */

static void
measure_exec(int rounds, int count, char **candidate)
{
    for (int round = -1; round < rounds; round++) { /* the first fills the caches */
        for (int i = 0; i < count; i++) {
            int64_t begin;
            pid_t pid = start(candidate[i], "stamp", "0", &begin);
            took[i][round < 0 ? 0 : round] = next_stamp(candidate[i]) - begin;
            end(pid);
        }
    }
    for (int i = 0; i < count; i++) {
        (void)printf("%s %" PRId64 "\n", candidate[i], median(took[i], rounds) / 1000);
    }
}

static void
measure_signal(int rounds, int count, char **candidate)
{
    pid_t pid[CANDIDATES_MAX];
    for (int i = 0; i < count; i++) {
        int64_t unused;
        pid[i] = start(candidate[i], "answer", "0", &unused);
        (void)next_stamp(candidate[i]);
    }
    (void)usleep(SETTLE_US);
    for (int round = -10; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            int64_t begin = now_ns();
            (void)kill(pid[i], SIGUSR1);
            took[i][round < 0 ? 0 : round] = next_stamp(candidate[i]) - begin;
        }
    }
    for (int i = 0; i < count; i++) {
        end(pid[i]);
        (void)printf("%s %.1f\n", candidate[i], (double)median(took[i], rounds) / 1000.0);
    }
}

static int64_t
processor_ns(pid_t pid)
{
    char path[64];
    long long ns = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%lld", &ns) != 1) {
        die(path);
    }
    (void)fclose(file);
    return ns;
}

/* Zombies whose parent is the init. */
static int
zombies_of(pid_t init)
{
    DIR *folder = opendir("/proc");
    int found = 0;
    for (const struct dirent *at = NULL; folder != NULL && (at = readdir(folder)) != NULL;) {
        char path[300];
        char state = '?';
        int parent = 0;
        (void)snprintf(path, sizeof path, "/proc/%s/stat", at->d_name);
        FILE *file = at->d_name[0] >= '1' && at->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (file != NULL) {
            found += fscanf(file, "%*d (%*[^)]) %c %d", &state, &parent) == 2 && state == 'Z' &&
                     parent == (int)init;
            (void)fclose(file);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return found;
}

static void
measure_orphans(const char *orphans, int rounds, int count, char **candidate)
{
    int zombies[CANDIDATES_MAX] = {0};
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            int64_t unused;
            pid_t pid = start(candidate[i], "breed", orphans, &unused);
            (void)next_stamp(candidate[i]);
            (void)usleep(SETTLE_US);
            took[i][round] = processor_ns(pid) / atol(orphans);
            zombies[i] += zombies_of(pid);
            end(pid);
        }
    }
    for (int i = 0; i < count; i++) {
        (void)printf("%s %" PRId64 " %d\n", candidate[i], median(took[i], rounds), zombies[i]);
    }
}

int
main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (strcmp(mode, "stamp") == 0) {
        stamp();
        return 0;
    }
    if (strcmp(mode, "answer") == 0) {
        answer_signals();
    }
    if (strcmp(mode, "breed") == 0 && argc > 2) {
        breed(atol(argv[2]));
    }
    if (pipe2(stamps, O_CLOEXEC) != 0) {
        die("pipe");
    }
    if (strcmp(mode, "exec") == 0 && argc > 3) {
        measure_exec(atoi(argv[2]) % ROUNDS_MAX, (argc - 3) % CANDIDATES_MAX, argv + 3);
    } else if (strcmp(mode, "signal") == 0 && argc > 3) {
        measure_signal(atoi(argv[2]) % ROUNDS_MAX, (argc - 3) % CANDIDATES_MAX, argv + 3);
    } else if (strcmp(mode, "orphans") == 0 && argc > 4) {
        measure_orphans(argv[2], atoi(argv[3]) % ROUNDS_MAX, (argc - 4) % CANDIDATES_MAX, argv + 4);
    } else {
        (void)fputs("usage: see the head of inits.c\n", stderr);
        return 64;
    }
    return EXIT_SUCCESS;
}
