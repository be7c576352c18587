/* SPDX-License-Identifier: MIT */
#include "init/sys_seed_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A seed is copied so that an interrupted run is seen and finished by the next one: a file comes
 * under a hidden name and is renamed when it is complete; a directory that is not complete bears a
 * mode that nobody else gives; and while an empty place is being filled, a hidden file lies in it.
 */
enum {
    ENTRIES_MAX = 1000000, /* of the whole seed */
    UNFINISHED_MODE = 01700,
};

static const char mark[] = ".roinit-seed";

static bool
is_skipped(const char *name)
{
    static const char *const skipped[] = {".", "..", "lost+found", mark, seed_fresh};
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
        if (strcmp(name, skipped[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- directories */

/* Whether a directory that was there is one that an earlier run did not complete. */
static bool
is_unfinished(int fd, uid_t self_uid)
{
    struct stat file;
    return fstat(fd, &file) == 0 && file.st_uid == self_uid &&
           (file.st_mode & SEED_MODE_BITS) == UNFINISHED_MODE;
}

/* Goes down into `from`, which the seeder closes from here on. */
static int
enter(struct seeder *seeder, int from, int to, bool is_ours, const char *name)
{
    DIR *folder = NULL;
    if (seeder->depth == SEED_DEPTH_MAX) {
        (void)problem_because(seeder->problem, "seed it", name, "folders nested too deep");
    } else {
        folder = fdopendir(from);
        if (folder == NULL) {
            (void)problem_set(seeder->problem, "read it in the image", name);
        }
    }
    if (folder == NULL) {
        (void)close(from);
        (void)close(to);
        return -1;
    }
    struct seed_level *level = &seeder->level[seeder->depth++];
    *level = (struct seed_level){.from = folder, .to = to, .is_ours = is_ours};
    struct text text = TEXT_OVER(level->name);
    text_add(&text, name);
    return 0;
}

static int
open_folder(struct seeder *seeder, const struct seed_level *at, const char *name)
{
    int from = below_open(dirfd(at->from), name, O_RDONLY | O_DIRECTORY);
    if (from < 0) {
        /* A mount in the image's tree is not the image's. */
        return errno == EXDEV ? 0 : problem_set(seeder->problem, "read it in the image", name);
    }
    bool is_new = mkdirat(at->to, name, UNFINISHED_MODE) == 0;
    if (!is_new && errno != EEXIST) {
        (void)problem_set(seeder->problem, "make it", name);
        (void)close(from);
        return -1;
    }
    int to = below_open(at->to, name, O_RDONLY | O_DIRECTORY);
    if (to < 0) {
        bool is_other = !is_new && (errno == ENOTDIR || errno == ELOOP || errno == EXDEV);
        (void)problem_set(seeder->problem, "open it", name);
        (void)close(from);
        return is_other ? 0 : -1; /* what is there stays */
    }
    return enter(seeder, from, to, is_new || is_unfinished(to, seeder->self_uid), name);
}

/* Puts the folders on the way in front of the problem's path. */
static void
locate_problem(const struct seeder *seeder)
{
    struct problem *problem = seeder->problem;
    char name[PROBLEM_PATH_BYTES];
    memcpy(name, problem->path, sizeof name);
    struct text text = TEXT_OVER(problem->path);
    for (size_t i = 1; i < seeder->depth; i++) {
        text_addf(&text, "%s/", seeder->level[i].name);
    }
    text_add(&text, name);
}

/* Up again: the directory gets what the image's has, now that nothing more goes into it. */
static int
leave(struct seeder *seeder)
{
    struct seed_level at = seeder->level[--seeder->depth];
    struct stat file;
    int result = 0;
    if (at.is_ours && fstat(dirfd(at.from), &file) == 0) {
        result = seed_finish(seeder, dirfd(at.from), at.to, &file, at.name);
    }
    (void)closedir(at.from);
    (void)close(at.to);
    return result;
}

static int
copy_entry(struct seeder *seeder, const char *name)
{
    const struct seed_level *at = &seeder->level[seeder->depth - 1];
    struct stat file;
    seeder->counts->looked++;
    if (++seeder->entries > ENTRIES_MAX) {
        return problem_because(seeder->problem, "seed it", name, "more than 1000000 files");
    }
    if (fstatat(dirfd(at->from), name, &file, AT_SYMLINK_NOFOLLOW) != 0) {
        return problem_set(seeder->problem, "look at it in the image", name);
    }
    if (S_ISDIR(file.st_mode)) {
        return open_folder(seeder, at, name);
    }
    return seed_copy_entry(seeder, at, name, &file);
}

static int
copy_tree(struct seeder *seeder)
{
    while (seeder->depth > 0) {
        errno = 0;
        const struct dirent *entry = readdir(seeder->level[seeder->depth - 1].from);
        int result = 0;
        if (entry == NULL && errno != 0) {
            result = problem_set(seeder->problem, "read it in the image", "");
        } else if (entry == NULL) {
            result = leave(seeder);
        } else if (!is_skipped(entry->d_name)) {
            result = copy_entry(seeder, entry->d_name);
        }
        if (result != 0) {
            locate_problem(seeder);
            while (seeder->depth > 0) {
                seeder->level[seeder->depth - 1].is_ours = false; /* stays unfinished */
                (void)leave(seeder);
            }
            return -1;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- the seed as a whole */

/* Whether nothing lies in it that counts. Returns 1, 0, or -1 with *problem. */
static int
is_empty(int top_fd, struct problem *problem)
{
    int fd = below_open(top_fd, ".", O_RDONLY | O_DIRECTORY);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        (void)problem_set(problem, "read it", "");
        if (fd >= 0) {
            (void)close(fd);
        }
        return -1;
    }
    int result = 1;
    for (const struct dirent *entry = readdir(folder); entry != NULL && result == 1;
         entry = readdir(folder)) {
        result = is_skipped(entry->d_name) ? 1 : 0;
    }
    (void)closedir(folder);
    return result;
}

/* Whether an earlier run of ours was interrupted here. */
static bool
is_marked(int top_fd, uid_t self_uid)
{
    struct stat file;
    return fstatat(top_fd, mark, &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(file.st_mode) &&
           file.st_uid == self_uid;
}

static int
set_mark(int top_fd, struct problem *problem)
{
    int fd =
        openat(top_fd, mark, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, SEED_FILE_MODE);
    if (fd < 0) {
        return problem_set(problem, "make it", mark);
    }
    (void)close(fd);
    return 0;
}

/* Opens both sides and copies. */
static int
copy_all(struct seeder *seeder, int from)
{
    int to = below_open(seeder->top_fd, ".", O_RDONLY | O_DIRECTORY);
    if (to < 0) {
        (void)close(from);
        return problem_set(seeder->problem, "open it", "");
    }
    int result = enter(seeder, from, to, false, "") != 0 ? -1 : copy_tree(seeder);
    seed_links_free(seeder);
    return result;
}

bool
seed_is_under_way(int top_fd, uid_t self_uid)
{
    return is_marked(top_fd, self_uid);
}

int
seed_apply(int top_fd, const struct plan_step *step, uid_t self_uid, struct walk_counts *counts,
           struct problem *problem)
{
    bool is_resumed = is_marked(top_fd, self_uid);
    bool needs_mark = step->seed_mode == SEED_EMPTY || step->is_after_walk;
    if (step->seed_mode == SEED_EMPTY && !is_resumed) {
        int empty = is_empty(top_fd, problem);
        if (empty != 1) {
            return empty;
        }
    }
    int from = open(step->seed, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0) {
        return problem_set(problem, "read the seed", step->seed);
    }
    if (needs_mark && !is_resumed && set_mark(top_fd, problem) != 0) {
        (void)close(from);
        return -1;
    }
    struct seeder seeder = {
        .self_uid = self_uid, .top_fd = top_fd, .problem = problem, .counts = counts};
    if (copy_all(&seeder, from) != 0) {
        return -1;
    }
    /* Before the mark goes, what it stands for must be on the disk. */
    if ((needs_mark || is_resumed) && (syncfs(top_fd) != 0 || unlinkat(top_fd, mark, 0) != 0)) {
        return problem_set(problem, "complete the seed", mark);
    }
    return 0;
}
