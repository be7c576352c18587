/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_WALK_H
#define ROINIT_INIT_SYS_WALK_H

#include "init/sys_step.h"
#include "init/walk.h"

/*
 * The walk through a volume: every inode below the top gets its owner; the top itself stays as it
 * is, the mark that the walk is not complete (I6). Nothing is decided on a name that can come to
 * stand for something else: each inode is opened as O_PATH, without following a link and without
 * leaving the mount, judged by that descriptor, and changed through it (I1, I2). Only in a
 * directory that nobody but root may write (root's own, or taken from its owner for as long as it
 * is walked) two calls by name do the same. So whoever swaps names meanwhile changes nothing but
 * what is found. Memory and descriptors are bounded whatever the tree, and nothing recurses (I5).
 */

/* What one walker tells, in memory that it may share with whoever watches it. */
struct walk_report {
    struct walk_counts counts;
    struct problem problem; /* the first one; action NULL: none */
    uint64_t failed;        /* inodes that could not be changed or entered */
};

/* Files with more names than one, counted by all walkers together, in memory that they share. */
struct walk_links;
struct walk_links *walk_links_new(void); /* NULL with errno */
void walk_links_free(struct walk_links *links);
/* Notes one more name of the inode. Returns whether all of them were seen by now. */
bool walk_links_see(struct walk_links *links, const struct walk_inode *inode);
/* From here on nothing is counted any more: somebody walks again, and would count names twice. */
void walk_links_close(struct walk_links *links);
/* How many were left as they are. */
uint64_t walk_links_left(const struct walk_links *links);

/* Walks as the share-th of `shares` walkers: each enters every directory, and handles what lies in
 * those that are its own by their number. Returns 0, or -1 with report->problem where anything
 * could not be done; what could be done then is done all the same, but for a system that fails. */
int walk_below(int top_fd, const struct walk_rule *rule, unsigned share, unsigned shares,
               struct walk_links *links, struct walk_report *report);

/* Walks with as many walkers as there are processors, at most four: the others are processes that
 * end with this one. `report` has room for WALKERS_MAX of them. Returns 0, or -1 with *problem. */
enum { WALKERS_MAX = 4 };
int walk_apply(int top_fd, const struct plan_step *step, struct walk_report *report,
               struct problem *problem);

#endif
