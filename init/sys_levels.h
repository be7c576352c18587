/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_LEVELS_H
#define ROINIT_INIT_SYS_LEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The way down a tree of any depth, with a bounded number of descriptors and buffers: the deepest
 * directories are open, those above them are found again by "..", and only where that leads to the
 * very directory that the way came through (I1, I5).
 */
enum {
    LEVELS_OPEN = 16,
    LEVELS_MAX = 100000, /* some 40 bytes each */
};

/* getdents64(2). */
struct levels_entry {
    uint64_t number;
    int64_t offset;
    unsigned short length;
    unsigned char type; /* one of these, or of a file */
    char name[];
};
enum { LEVELS_UNKNOWN = 0, LEVELS_DIRECTORY = 4 };

/* A directory on the way down: what finds it again, and goes on there. */
struct level {
    uint64_t device, number;
    int64_t offset;  /* after the entry that was handled last */
    uid_t held_from; /* whom it was taken from while it is walked, to hold its names */
    bool is_to_change;
    bool is_alone; /* the others have seen a file here: all below is this walker's */
    bool is_mine;  /* what lies in it is this walker's */
    bool is_held;  /* its names stay: nobody but root may write there */
    bool is_taken; /* held_from counts */
};

struct levels {
    uint64_t mount_id;
    struct level *level;
    size_t depth, room;
    struct levels_slot {
        int fd; /* -1: nothing is open */
        long length, at;
        char *buffer;
    } slot[LEVELS_OPEN];
};

void levels_init(struct levels *levels, uint64_t mount_id);
/* Closes what is open; the way begins anew. */
void levels_close(struct levels *levels);
void levels_free(struct levels *levels);

/* Goes down into the directory, whose descriptor is the levels' from here on. Returns 0, or -1 with
 * errno: ENOMEM, or E2BIG where it is deeper than LEVELS_MAX. */
int levels_enter(struct levels *levels, int fd, const struct level *level);

/* The deepest directory. */
int levels_fd(const struct levels *levels);
struct level *levels_deepest(const struct levels *levels);

/* Its next entry; NULL at its end (*ret_errnum 0), or where it cannot be read. It also ends where
 * it was moved out of what the mount shows. Valid until the next call. */
const struct levels_entry *levels_next(struct levels *levels, int *ret_errnum);

/* Whether the deepest directory is still in what the mount shows. */
bool levels_is_inside(const struct levels *levels);

/* Makes sure that the directory above the deepest one is open. Returns whether it is: it is not
 * where somebody has moved the deepest one elsewhere. */
bool levels_reach_parent(struct levels *levels);

/* Up again. */
void levels_leave(struct levels *levels);

#endif
