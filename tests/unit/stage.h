/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_UNIT_STAGE_H
#define ROINIT_TESTS_UNIT_STAGE_H

/*
 * A container for the tests of identity, redirect, environ and volumes: passwd and group, a
 * contract, facts; each test changes what it is about.
 */
#include <check.h>

#include "config/doc.h"
#include "init/accounts.h"
#include "init/environ.h"
#include "init/place.h"
#include "init/volumes.h"

enum { STAGE_MOUNTS = 3, STAGE_UNITS = 3, STAGE_APP = 10001 };

/* The mounts of the stage: /tmp 1777 and /run 0755, root's; a volume /data, root's 0755. */
enum { STAGE_TMP, STAGE_RUN, STAGE_DATA };

struct stage {
    struct arena arena;
    struct accounts accounts; /* root, app 10001:20001 in groups media and audio, web 10002:10002 */
    struct self self;         /* root, pid 1, may switch */
    struct mount_config mount[STAGE_MOUNTS];
    struct path_facts path[STAGE_MOUNTS];
    struct unit_config unit[STAGE_UNITS];
    struct setting setting;            /* a place in the contract: FILE:7 */
    struct setting written[UNIT_KEYS]; /* of [defaults] */
    struct section defaults;
    struct config config; /* all mounts, one unit "one" */
    struct facts facts;   /* with all capabilities */
    struct identities identities;
    struct environ_input environment;
    struct diags diags;
};

extern struct stage stage;

/* Sets it up; the same with app as the user of unit "one". Freed by stage_free(). */
void stage_init(void);
void stage_init_app(void);
void stage_free(void);

/* Starts it as that uid and gid, without capabilities. */
void stage_start_as(uid_t uid, gid_t gid);

/* The user of a unit, as written; NULL: roinit's own. */
void stage_set_user(size_t unit, const char *user, const char *group);

/* Lets the unit have a key from [defaults]; the value is what its field holds. */
void stage_write(size_t unit, enum unit_key key);

/* A list of words, NULL-terminated: WORDS("tmp", "home"). */
#define WORDS(...) stage_words((const char *[]){__VA_ARGS__, NULL})
struct words stage_words(const char **item);

/* The environment that roinit itself was given: {ITEM("A=1"), NULL}. */
#define ITEM(text_) ((char[]){text_})
void stage_inherit(char *const *items);
#define INHERIT(...) stage_inherit((char *const[]){__VA_ARGS__, NULL})

/* An env-file of that text. */
struct environ_text stage_file(const char *text);

/* Resolves the identities; fails the test unless the diagnostics end with that code. */
void stage_resolve(enum exit_code code);

/* The first diagnostic's text, or "". */
const char *stage_first(void);

/* The value of a variable in the unit's environment; fails the test where that has errors. */
const char *stage_variable(size_t unit, const char *name);

/* What is wrong first with the environment of unit "one" and its env-files, or "". */
const char *stage_wrong(const struct environ_text *unit_files);

/* Fails the test unless the texts are the same; either may be NULL. */
#define stage_is(text_, want_) ck_assert_pstr_eq((text_), (want_))

#endif
