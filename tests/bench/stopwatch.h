/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_BENCH_STOPWATCH_H
#define ROINIT_TESTS_BENCH_STOPWATCH_H

#include <stdint.h>
#include <sys/types.h>

/* What the files of the stopwatch share; its usage stands at the head of stopwatch.c. */
enum {
    CANDIDATES_MAX = 16,
    ROUNDS_MAX = 2000,
    WORDS_MAX = 32,
    WAIT_MS = 60000,
    SETTLE_US = 1500000, /* roinit gives memory back after a second of quiet */
};

extern int64_t took[CANDIDATES_MAX][ROUNDS_MAX];

int64_t now_us(void);
_Noreturn void die(const char *what);
void split(char *words, char *argv[WORDS_MAX]);
void print_medians(int rounds, int count, char *argv[CANDIDATES_MAX][WORDS_MAX]);

/* Starts an init as PID 1 of a namespace; waits for `count` bytes in the fifo. */
pid_t start_all(int count, int fifo, char *const *argv, int64_t *ret_took);
void end_all(pid_t pid);
int open_fifo(const char *path);
/* Waits for so many bytes; exits where they don't come. */
void await_bytes(int fifo, int count, const char *who);

/* The verbs of stopwatch_life.c. */
void run_memory(int services, const char *path, int count, char **candidate);
void run_restart(int rounds, const char *path, int count, char **candidate);
void run_signal(int rounds, const char *path, int count, char **candidate);
void run_orphans(int orphans, const char *path, int count, char **candidate);
void run_stop(int rounds, int services, const char *path, int count, char **candidate);
void run_idle(int seconds, int services, const char *path, int count, char **candidate);
_Noreturn void be_echo(const char *path);
_Noreturn void be_orphans(const char *path, int count);
void be_lines(int count);

#endif
