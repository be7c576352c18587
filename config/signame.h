/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_SIGNAME_H
#define ROINIT_CONFIG_SIGNAME_H

#include <stddef.h>

/*
 * Names of signals, one table. Real-time signals are counted from the kernel's 34, whatever the C
 * library calls SIGRTMIN (musl: 35), so RTMIN+3 is 37 for every build. Pure.
 */
enum { SIGNAME_RTMIN = 34, SIGNAME_MAX = 64 };

/* The number of "TERM", "SIGTERM", "RTMIN+3" or "RTMAX-1" (upper case), or a number from 1 to 64;
 * 0 where it is none. */
int signame_number(const char *name);

/* Writes the name without SIG ("TERM", "RTMIN+3") into `buffer` and returns it. `buffer` holds at
 * least 16 bytes. */
char *signame_text(int number, char *buffer, size_t size);

/* The bit of a signal in the 64-bit masks that this program (and the kernel) uses. */
#define SIGNAME_BIT(number_) (1ULL << ((number_)-1))

#endif
