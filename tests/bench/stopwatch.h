/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_BENCH_STOPWATCH_H
#define ROINIT_TESTS_BENCH_STOPWATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What the files of the stopwatch share; its usage stands at the head of stopwatch.c. */
enum {
    CANDIDATES_MAX = 16,
    ROUNDS_MAX = 2000,
    WORDS_MAX = 32,
    WAIT_MS = 60000, /* nothing that is measured takes so long */
    PIDS_MAX = 32768,
    SETTLE_US = 1500000, /* roinit gives memory back after a second of quiet */
};

extern int64_t took[CANDIDATES_MAX][ROUNDS_MAX];
/* Whoever did not do what was asked is told as `NAME failed`, and left out of the rounds that
 * follow. */
extern bool has_failed[CANDIDATES_MAX];
/* The uid of inits that are started from now on, and how many processes it may have. */
extern uid_t run_as;
extern rlim_t may_fork;

/* Processes of one pid namespace. */
struct family {
    int count;
    pid_t pid[PIDS_MAX];
};

int64_t now_us(void);
/* A pause, or the share of it that BENCH_HASTE=N leaves: its N-th part, for figures that mean
 * nothing. */
int64_t rest_us(int64_t us);
void rest(int64_t us);
_Noreturn void die(const char *what);
void split(char *words, char *argv[WORDS_MAX]);
/* The median of `took` of candidate `i`. */
int64_t median_of(int i, int rounds);
void print_medians(int rounds, int count, char *argv[CANDIDATES_MAX][WORDS_MAX]);

/* Starts an init as PID 1 of a namespace; waits for `count` bytes in the fifo. Returns its pid, or
 * -1 where they did not come: it is ended then. */
pid_t start_all(int count, int fifo, char *const *argv, int64_t *ret_took);
void end_all(pid_t pid);
/* Candidate `i` did not do what was asked: it is ended, and left out from now on. */
void give_up(int i, pid_t pid, const char *name);
int open_fifo(const char *path);
/* Waits for so many bytes. Returns whether they came. */
bool await_bytes(int fifo, int count, const char *who);
/* Takes what is there. Returns how many bytes. */
long drain(int fifo);

/* What /proc tells of one, as a string: at most size - 1 bytes. */
ssize_t read_of(pid_t pid, const char *name, char *bytes, size_t size);
/* All processes of the init's namespace that are (not) services. */
void find_family(pid_t init, bool are_services, struct family *ret);
int count_zombies(pid_t init);
/* Nanoseconds on a processor so far. */
int64_t cpu_ns(pid_t pid);

/* The verbs of stopwatch_life.c. */
void run_memory(int services, const char *path, int count, char **candidate);
void run_restart(int rounds, const char *path, int count, char **candidate);
void run_signal(int rounds, const char *path, int count, char **candidate);
void run_stop(int rounds, int services, const char *path, int count, char **candidate);
void run_idle(int seconds, int services, const char *path, int count, char **candidate);

/* The verbs of stopwatch_siege.c. */
void run_orphans(int orphans, const char *path, int count, char **candidate);
void run_burst(int orphans, const char *path, const char *socket_path, int count, char **candidate);
void run_seize(int rounds, const char *path, int count, char **candidate);
void run_stalled(int seconds, const char *path, const char *steady_path, int count,
                 char **candidate);
void run_fork(int seconds, const char *path, int count, char **candidate);

/* The services, in stopwatch_services.c. Returns false where `argv` names none. */
bool be_something(int argc, char **argv);

#endif
