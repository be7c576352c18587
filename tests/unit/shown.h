/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_UNIT_SHOWN_H
#define ROINIT_TESTS_UNIT_SHOWN_H

/*
 * A container made of values, for the tests of what people and programs are shown of it: each test
 * changes what it is about.
 */
#include "init/status.h"
#include "tests/runner.h"

enum { UNITS = 6, MOUNTS = 3, CHECKS = 2 };

struct shown {
    struct unit_config unit_config[UNITS];
    struct fleet_unit unit[UNITS];
    struct mount_config mount_config[MOUNTS];
    struct path_facts path[MOUNTS];
    struct mount_fill fill[MOUNTS];
    struct check_config check_config[CHECKS];
    struct check_state check[CHECKS];
    struct config config;
    struct facts facts;
    struct fleet fleet;
    struct findings findings;
    struct status status;
    char bytes[65536];
};
extern struct shown shown;

/* A case of the suite that begins with that container. */
TCase *shown_case(Suite *suite, const char *name);

/* What `roinit metrics` shows of it, in shown.bytes. */
const char *shown_metrics(void);

/* Fails the test, and prints the text, unless it has, or has not, that part. */
void shown_holds(const char *text, const char *want);
void shown_lacks(const char *text, const char *bad);

#endif
