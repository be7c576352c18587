/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_MEND_H
#define ROINIT_INIT_MEND_H

#include "init/finding.h"
#include "init/judge.h"

/*
 * The mends: what whoever runs the image has to write, on each platform, complete enough to be
 * pasted. Pure; strings are the findings' arena's.
 */

/* The one sentence of each platform for things that need no more than that. */
enum mend_kind {
    MEND_READ_ONLY_ROOT,
    MEND_DROP_ADMIN,
    MEND_SECCOMP,
    MEND_KINDS,
};
void mend_fixed(struct finding *finding, enum mend_kind kind);

/* How to mount the mount-th declared path so that every clause holds: kind, options, size, owner.
 */
void mend_mount(const struct judge *judge, size_t m, struct finding *finding);
/* The same as Docker's flag alone, for a command line. */
const char *mend_mount_flag(const struct judge *judge, size_t m);
/* The same where only the mount option `word` is missing: not every platform can set one. */
void mend_option(const struct judge *judge, size_t m, const char *word, struct finding *finding);

/* How the container gets memory enough for tmpfs of that size. */
void mend_memory(const struct judge *judge, const char *size, struct finding *finding);

/* How its top directory gets the mode. */
void mend_mode(const struct judge *judge, size_t m, struct finding *finding);

/* How it gets more free room. */
void mend_free(const struct judge *judge, size_t m, struct finding *finding);

/* The name of the volume: where the engine keeps it ("…/volumes/NAME/_data"), else a guess, the
 * last component of its path. */
const char *mend_volume_name(const struct judge *judge, size_t m);

/* Puts in front what gives the mount to its owner in the contract's own way: the same image's
 * `prepare`, run once as root, or the capabilities that root lacks. */
void mend_prepare(const struct judge *judge, size_t m, struct finding *finding);

/* How its owner gets to write there. */
void mend_owner(const struct judge *judge, size_t m, struct finding *finding);

/* How roinit gets to run as that user ("10001:10001"). */
void mend_user(const struct judge *judge, const char *user, struct finding *finding);

/* How a variable gets its value. */
void mend_env(const struct judge *judge, const char *name, struct finding *finding);

/* How the capabilities of this bounding set go. */
void mend_capabilities(const struct judge *judge, const char *keep, struct finding *finding);

/* How roinit gets to hold these capabilities. */
void mend_held(const struct judge *judge, const char *more, struct finding *finding);

#endif
