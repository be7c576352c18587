/* SPDX-License-Identifier: MIT */
#include "init/sys_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/sys_inode.h"
#include "init/sys_levels.h"

enum {
    RESTARTS_MAX = 8, /* where directories move away under us */
    HOPELESS = 16,    /* refused without a single success: the rest will be, too */
};

struct walker {
    struct walk_rule rule;
    unsigned share, shares;
    int top_fd;
    struct levels levels;
    struct walk_links *links;
    struct walk_report *report;
    uint64_t inodes;     /* that were met, but for those with more names than one */
    bool expects_change; /* the last one needed it: then a look beforehand is a look too many */
    bool is_hopeless;
};

/* ---------------------------------------------------------------- what went wrong */

/* Notes that an entry of the folder could not be handled, from errno. Returns -1. */
static int
note(struct walker *walker, enum below_step step, int folder_fd, const char *name)
{
    struct walk_report *report = walker->report;
    int errnum = errno;
    if (++report->failed == 1) {
        char path[PROBLEM_PATH_BYTES];
        inode_path(folder_fd, name, path, sizeof path);
        errno = errnum;
        (void)problem_of_below(&report->problem, step, path);
    }
    walker->is_hopeless = report->counts.changed == 0 && report->failed >= HOPELESS;
    return -1;
}

/* By descriptor. Returns whether it is changed. */
static bool
change(struct walker *walker, int fd, int folder_fd, const char *name)
{
    if (fchownat(fd, "", walker->rule.uid, walker->rule.gid, AT_EMPTY_PATH) == 0) {
        walker->report->counts.changed++;
        return true;
    }
    (void)note(walker, BELOW_CHOWN, folder_fd, name);
    return false;
}

/* ---------------------------------------------------------------- one entry */

/* Whether a failed look or open means that the name stands for something else by now, or for
 * nothing: whoever did that has what he wants. */
static bool
has_moved(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == EAGAIN;
}

/* More names of one inode are no more inodes. */
static void
discount(struct walker *walker, const struct walk_inode *inode)
{
    walker->inodes -= inode->link_count > 1 && !S_ISDIR(inode->mode) ? 1 : 0;
}

/* Counts what is not to be changed. Returns whether it is to be. */
static bool
is_to_change(struct walker *walker, const struct walk_inode *inode, bool is_final)
{
    struct walk_counts *counts = &walker->report->counts;
    switch (walk_judge(&walker->rule, inode)) {
    case WALK_RIGHT:
        counts->setuid += S_ISREG(inode->mode) && (inode->mode & (S_ISUID | S_ISGID)) != 0 ? 1 : 0;
        return false;
    case WALK_SPECIAL:
        counts->special++;
        return false;
    case WALK_MOUNT:
        counts->mounts++;
        return false;
    case WALK_LINKED:
        counts->linked++;
        return false;
    case WALK_COUNT:
        return !is_final || walk_links_see(walker->links, inode);
    case WALK_CHANGE:
        break;
    }
    return true;
}

static bool
is_directory_here(const struct walker *walker, const struct walk_inode *inode)
{
    return S_ISDIR(inode->mode) && inode->mount_id == walker->rule.mount_id;
}

/* Anything but a directory, where names stay: what is looked at is what is changed. Returns -1
 * where it has to be opened all the same, else as handle_file() does. */
static int
handle_held_file(struct walker *walker, int folder_fd, const char *name)
{
    const struct walk_rule *rule = &walker->rule;
    struct walk_inode inode;
    if (inode_of_name(folder_fd, name, &inode) != 0) {
        return -1;
    }
    if (is_directory_here(walker, &inode)) {
        return true;
    }
    walker->report->counts.looked++;
    discount(walker, &inode);
    if (!is_to_change(walker, &inode, true)) {
        return false;
    }
    if (inode_change_name(folder_fd, name, rule->uid, rule->gid) == 0) {
        walker->report->counts.changed++;
    } else {
        (void)note(walker, BELOW_CHOWN, folder_fd, name);
    }
    return false;
}

/* Anything but a directory. Returns true where it turns out to be one. */
static bool
handle_file(struct walker *walker, int folder_fd, const char *name)
{
    struct walk_inode inode;
    if (!walker->expects_change && inode_of_name(folder_fd, name, &inode) == 0) {
        if (is_directory_here(walker, &inode)) {
            return true;
        }
        if (!is_to_change(walker, &inode, false)) {
            walker->report->counts.looked++;
            discount(walker, &inode);
            return false;
        }
    }
    int fd = inode_open_path(folder_fd, name);
    bool is_directory = false;
    walker->expects_change = false;
    if (fd < 0 || inode_of_fd(fd, &inode) != 0) {
        if (!has_moved(errno)) {
            (void)note(walker, BELOW_LOOK, folder_fd, name);
        }
    } else if (is_directory_here(walker, &inode)) {
        is_directory = true;
    } else {
        discount(walker, &inode);
        walker->expects_change = is_to_change(walker, &inode, true);
        if (walker->expects_change) {
            change(walker, fd, folder_fd, name);
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    walker->report->counts.looked += is_directory ? 0 : 1;
    return is_directory;
}

static int
go_down(struct walker *walker, int fd, const struct level *level)
{
    if (levels_enter(&walker->levels, fd, level) == 0) {
        return 0;
    }
    int errnum = errno;
    struct problem *problem = &walker->report->problem;
    if (note(walker, BELOW_ENTER, walker->top_fd, "") != 0 && errnum == E2BIG) {
        return problem_because(problem, "walk through it", "", "folders nested 100000 deep");
    }
    return -1;
}

/* Sees to it that the names in the directory stay while it is walked, where that can be: it is
 * root's alone, or it is to be changed anyway, and is root's until then. What was renamed before is
 * renamed, and what comes later is refused: the kernel asks under the lock that a change of the
 * owner takes, too. */
static void
hold(const struct walker *walker, int fd, struct level *level, struct walk_inode *inode)
{
    level->is_held = false;
    if (!level->is_mine || !walk_may_hold(&walker->rule, inode)) {
        return;
    }
    if (inode->uid != 0 && level->is_to_change) {
        level->held_from = inode->uid;
        level->is_taken = fchownat(fd, "", 0, (gid_t)-1, AT_EMPTY_PATH) == 0;
        if (!level->is_taken || inode_of_fd(fd, inode) != 0) {
            return;
        }
    }
    level->is_held = inode->uid == 0 && walk_may_hold(&walker->rule, inode);
}

/* Where it is not to be the new owner's after all. */
static void
give_back(struct walker *walker)
{
    const struct level *level = levels_deepest(&walker->levels);
    int fd = levels_fd(&walker->levels);
    if (level->is_taken && fchownat(fd, "", level->held_from, (gid_t)-1, AT_EMPTY_PATH) != 0) {
        (void)note(walker, BELOW_CHOWN, fd, "");
    }
}

static int
handle_directory(struct walker *walker, int folder_fd, const char *name, bool is_alone)
{
    struct walk_inode inode;
    int fd = inode_open(folder_fd, name, O_RDONLY | O_DIRECTORY);
    if (fd < 0 || inode_of_fd(fd, &inode) != 0) {
        bool is_mount = fd < 0 && errno == EXDEV;
        if (!is_mount && !has_moved(errno)) {
            (void)note(walker, BELOW_ENTER, folder_fd, name);
        }
        walker->report->counts.mounts += is_mount && walker->share == 0 ? 1 : 0;
        if (fd >= 0) {
            (void)close(fd);
        }
        return 0;
    }
    bool is_mine = is_alone || walk_share(&inode, walker->shares) == walker->share;
    bool changes = is_mine && is_to_change(walker, &inode, true);
    walker->report->counts.looked += is_mine ? 1 : 0;
    if (inode.mount_id != walker->rule.mount_id) {
        (void)close(fd);
        return 0;
    }
    struct level level = {.device = inode.device,
                          .number = inode.number,
                          .is_to_change = changes,
                          .is_alone = is_alone,
                          .is_mine = is_mine};
    hold(walker, fd, &level, &inode);
    return go_down(walker, fd, &level);
}

/* Where the folder itself does not say what its entries are. */
static bool
is_directory_by_open(int folder_fd, const char *name)
{
    struct walk_inode inode;
    int fd = inode_open_path(folder_fd, name);
    bool result = fd >= 0 && inode_of_fd(fd, &inode) == 0 && S_ISDIR(inode.mode);
    if (fd >= 0) {
        (void)close(fd);
    }
    return result;
}

static int
handle(struct walker *walker, const struct levels_entry *entry)
{
    const char *name = entry->name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return 0;
    }
    int folder_fd = levels_fd(&walker->levels);
    struct level level = *levels_deepest(&walker->levels);
    bool is_directory = entry->type == LEVELS_DIRECTORY ||
                        (entry->type == LEVELS_UNKNOWN && is_directory_by_open(folder_fd, name));
    walker->inodes += is_directory || level.is_mine ? 1 : 0;
    if (!is_directory && level.is_mine) {
        int result = level.is_held ? handle_held_file(walker, folder_fd, name) : -1;
        is_directory = result < 0 ? handle_file(walker, folder_fd, name) : result == 1;
        level.is_alone = true;
    }
    return is_directory ? handle_directory(walker, folder_fd, name, level.is_alone) : 0;
}

/* Up again; the directory is changed now that its contents are. Returns 0, or 1 where the way up
 * is lost. */
static int
leave(struct walker *walker)
{
    struct levels *levels = &walker->levels;
    /* While it may still be searched: afterwards it is another's. */
    bool is_found = levels->depth == 1 || levels_reach_parent(levels);
    if (levels_deepest(levels)->is_to_change &&
        !(is_found && levels_is_inside(levels) &&
          change(walker, levels_fd(levels), levels_fd(levels), ""))) {
        give_back(walker);
    }
    levels_leave(levels);
    return is_found ? 0 : 1;
}

/* ---------------------------------------------------------------- the walk */

/* Whether more comes up than can be walked through. */
static bool
is_endless(struct walker *walker)
{
    struct walk_report *report = walker->report;
    if (walker->rule.inodes_max == 0 || walker->inodes <= walker->rule.inodes_max) {
        return false;
    }
    report->failed++;
    (void)problem_because(&report->problem, "come to its end", "",
                          "files are made there faster than they are looked at");
    return true;
}

/* Returns 0; 1 where the way up was lost; -1 where it cannot go on. */
static int
walk_once(struct walker *walker)
{
    struct walk_inode inode;
    struct levels *levels = &walker->levels;
    int fd = inode_open(walker->top_fd, ".", O_RDONLY | O_DIRECTORY);
    if (fd < 0 || inode_of_fd(fd, &inode) != 0) {
        (void)note(walker, BELOW_ENTER, walker->top_fd, "");
        if (fd >= 0) {
            (void)close(fd);
        }
        return -1;
    }
    struct level top = {.device = inode.device,
                        .number = inode.number,
                        .is_mine = walk_share(&inode, walker->shares) == walker->share};
    hold(walker, fd, &top, &inode);
    int result = go_down(walker, fd, &top);
    while (result == 0 && levels->depth > 0 && !walker->is_hopeless && !is_endless(walker)) {
        const struct levels_entry *entry = levels_next(levels, &errno);
        if (entry == NULL && errno != 0) {
            (void)note(walker, BELOW_ENTER, levels_fd(levels), "");
        }
        result = entry == NULL ? leave(walker) : handle(walker, entry);
    }
    /* Where it ends early, nobody loses what was his; a process that is killed has no time for it.
     */
    while (levels->depth > 0) {
        give_back(walker);
        if (levels->depth > 1 && !levels_reach_parent(levels)) {
            break;
        }
        levels_leave(levels);
    }
    levels_close(levels);
    return result;
}

int
walk_below(int top_fd, const struct walk_rule *rule, unsigned share, unsigned shares,
           struct walk_links *links, struct walk_report *report)
{
    struct walker walker = {.rule = *rule,
                            .share = share,
                            .shares = shares,
                            .top_fd = top_fd,
                            .links = links,
                            .report = report};
    int result = 1;
    levels_init(&walker.levels, rule->mount_id);
    for (int i = 0; i < RESTARTS_MAX && result == 1; i++) {
        result = walk_once(&walker);
        if (result == 1) {
            walk_links_close(links);
        }
    }
    if (result == 1) {
        report->failed++;
        (void)problem_because(&report->problem, "walk through it", "",
                              "its folders are being moved meanwhile");
    }
    levels_free(&walker.levels);
    return report->failed == 0 ? 0 : -1;
}
