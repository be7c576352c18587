/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_ACCOUNTS_H
#define ROINIT_INIT_ACCOUNTS_H

#include <stddef.h>
#include <sys/types.h>

#include "config/arena.h"

/*
 * passwd(5) and group(5) as values: text in, values out. Pure. No NSS: a static program would need
 * the C library's shared objects for it, and a read-only image holds all there is in two files.
 * Lines that make no sense are left out: an image may ship them, and nobody is found by them.
 */
struct account {
    const char *name;
    uid_t uid;
    gid_t gid;
    const char *home; /* "" where the line has none */
};

struct account_group {
    const char *name;
    gid_t gid;
    const char *members; /* names, separated by commas */
};

struct accounts {
    struct account *user;
    size_t user_count;
    struct account_group *group;
    size_t group_count;
    const char *passwd_text; /* as they came, for the view; NUL-terminated, never NULL */
    const char *group_text;
};

/* Parses both texts, which must be NUL-terminated; NULL is an empty one. Memory is the
 * arena's, which is one of the boot: it ends the program where there is no more. */
void accounts_parse(const char *passwd_text, const char *group_text, struct arena *arena,
                    struct accounts *ret_accounts);

/* The first entry of that name or number, as getpwnam(3) and its kin have it; else NULL. Pure. */
const struct account *accounts_user(const struct accounts *accounts, const char *name);
const struct account *accounts_user_by_uid(const struct accounts *accounts, uid_t uid);
const struct account_group *accounts_group(const struct accounts *accounts, const char *name);

/* The groups that list `name` as a member, without `gid`, each once: at most `max` of them.
 * Returns their number. `name` NULL: none. Pure. */
size_t accounts_groups_of(const struct accounts *accounts, const char *name, gid_t gid,
                          gid_t *ret_groups, size_t max);

/* The view of `[init] passwd = NAME`: the image's files, with NAME as uid, gid and home in place of
 * what they said of that name. Its line comes first, so that a look-up by number finds it whatever
 * other name has that number. The arena's. Pure. */
const char *accounts_passwd_view(const struct accounts *accounts, const char *name, uid_t uid,
                                 gid_t gid, const char *home, struct arena *arena);
const char *accounts_group_view(const struct accounts *accounts, const char *name, gid_t gid,
                                struct arena *arena);

#endif
