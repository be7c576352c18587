/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_UNIT_JUDGED_H
#define ROINIT_TESTS_UNIT_JUDGED_H

/*
 * A container that keeps its contract, for the tests of the clauses: each test changes what it is
 * about, and says which findings come of it. It is started as app, without privileges.
 */
#include "init/contract.h"
#include "tests/unit/stage.h"

#define MIB (1024ULL * 1024)
#define CAPABILITY(name_) (1ULL << CAP_##name_)

struct judged {
    struct findings findings;
    struct vars inherited;
};
extern struct judged judged;

/* A case of the suite that begins with that container, and frees it. */
TCase *judged_case(Suite *suite, const char *name);

/* Judges it; what was found before is forgotten. */
void judged_check(void);

/* The same, and fails the test unless these are the findings, a line each: "LEVEL SUBJECT: FOUND,
 * want EXPECTED". The level is error, warn, wish, or mended where the boot mends it. */
void judged_findings_are(const char *want);

/* Fails the test unless that is the mend of the first finding; NULL: none of that kind. */
void judged_mend_is(enum mend_for mend, const char *want);

#endif
