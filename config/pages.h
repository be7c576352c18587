/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_PAGES_H
#define ROINIT_CONFIG_PAGES_H

/*
 * Where things lie in memory, which is what a process that sleeps most of the time costs: a page
 * counts as soon as one byte of it was reached.
 */

/* For large static buffers: on pages of their own, so that what is small and always in use shares
 * few pages, and what is never reached costs none. */
#define OWN_PAGES __attribute__((aligned(4096)))

/* For functions that run in a turn of the loop in which nothing happens, such as the look at the
 * fill levels: the linker lays them side by side (supervisor/quiet.ld), and the rest can leave the
 * memory. */
#define QUIET_TURN __attribute__((hot))

#endif
