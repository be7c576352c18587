/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_RAW_H
#define ROINIT_TESTS_PROC_RAW_H

#include <stddef.h>
#include <sys/types.h>

/* Clients of the control socket that no one here calls roinit: bytes, as anybody may send them. */

/* Connects; -1 where nobody listens, or too many do. */
int raw_dial(const char *path);

/* The code that a request is answered with; its bytes end with the empty word. -1: no whole answer
 * came. */
int raw_request(const char *path, const char *bytes, size_t size);

/* Nanoseconds of a process on a processor so far. */
long long raw_cpu_ns(pid_t pid);

/* A figure of a test, for docs/reliability.md: a line "figure TEST: …" on standard output. */
void raw_figure(const char *test, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
