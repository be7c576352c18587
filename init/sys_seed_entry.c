/* SPDX-License-Identifier: MIT */
#include "init/sys_seed_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

const char seed_fresh[] = ".roinit-seed.new";

/* As the image has it; only root can give owners. */
static int
set_attributes(struct seeder *seeder, int fd, const struct stat *file, const char *name)
{
    struct below_attributes attributes = {
        .sets_owner = seeder->self_uid == 0,
        .sets_mode = true,
        .uid = file->st_uid,
        .gid = file->st_gid,
        .mode = file->st_mode & SEED_MODE_BITS,
    };
    return problem_of_below(seeder->problem, below_set(fd, &attributes), name);
}

static int
set_times(int fd, const struct stat *file)
{
    const struct timespec times[2] = {file->st_atim, file->st_mtim};
    return futimens(fd, times);
}

/* All that a file has beside its bytes. Extended attributes come after the owner, whose change
 * clears file capabilities. */
int
seed_finish(struct seeder *seeder, int from, int to, const struct stat *file, const char *name)
{
    if (set_attributes(seeder, to, file, name) != 0) {
        return -1;
    }
    if (below_copy_xattrs(from, to) != 0 && seeder->self_uid == 0) {
        (void)problem_set(seeder->problem, "set its file capabilities", name);
        seeder->problem->capability = "SETFCAP";
        return -1;
    }
    (void)set_times(to, file); /* as root, or of our own: cannot fail for a reason of the user's */
    return 0;
}

/* Gives the complete copy its name. Where one has come up meanwhile, that stays. */
static int
settle(struct seeder *seeder, int folder_fd, const char *name)
{
    if (below_rename(folder_fd, seed_fresh, name) == 0) {
        return 0;
    }
    bool exists = errno == EEXIST;
    (void)problem_set(seeder->problem, "name it", name);
    (void)unlinkat(folder_fd, seed_fresh, 0);
    return exists ? 0 : -1;
}

static int
copy_file(struct seeder *seeder, const struct seed_level *at, const char *name)
{
    struct stat file;
    int from = below_open(dirfd(at->from), name, O_RDONLY | O_NONBLOCK);
    if (from < 0 && errno == EXDEV) {
        return 0; /* a file mounted over the image's: not of the image */
    }
    if (from < 0 || fstat(from, &file) != 0) {
        (void)problem_set(seeder->problem, "read it in the image", name);
        if (from >= 0) {
            (void)close(from);
        }
        return -1;
    }
    int to = openat(at->to, seed_fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    SEED_FILE_MODE);
    int result;
    if (to < 0) {
        result = problem_set(seeder->problem, "make it", name);
    } else if (below_copy(from, to) != 0) {
        result = problem_set(seeder->problem, "write it", name);
    } else {
        result = seed_finish(seeder, from, to, &file, name);
    }
    if (to >= 0 && close(to) != 0 && result == 0) {
        result = problem_set(seeder->problem, "write it", name);
    }
    (void)close(from);
    return result == 0 ? settle(seeder, at->to, name) : -1;
}

/* What was made under the hidden name and cannot be opened for writing: owner, mode and times, by a
 * descriptor of the very inode, then its name. */
static int
complete_made(struct seeder *seeder, const struct seed_level *at, const char *name,
              const struct stat *file)
{
    const struct timespec times[2] = {file->st_atim, file->st_mtim};
    struct stat made;
    int fd = below_open(at->to, seed_fresh, O_PATH);
    int result;
    if (fd < 0 || fstat(fd, &made) != 0) {
        result = problem_set(seeder->problem, "look at it", name);
    } else if ((made.st_mode & S_IFMT) != (file->st_mode & S_IFMT) || made.st_nlink != 1 ||
               made.st_uid != seeder->self_uid) {
        result = problem_because(seeder->problem, "make it", name, "somebody else interferes");
    } else {
        struct below_attributes attributes = {
            .sets_owner = seeder->self_uid == 0,
            .sets_mode = !S_ISLNK(file->st_mode),
            .uid = file->st_uid,
            .gid = file->st_gid,
            .mode = file->st_mode & SEED_MODE_BITS,
        };
        result = problem_of_below(seeder->problem, below_set(fd, &attributes), name);
        (void)utimensat(at->to, seed_fresh, times, AT_SYMLINK_NOFOLLOW);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return result == 0 ? settle(seeder, at->to, name) : -1;
}

static int
copy_link(struct seeder *seeder, const struct seed_level *at, const char *name,
          const struct stat *file)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(dirfd(at->from), name, target, sizeof target - 1);
    if (length < 0) {
        return problem_set(seeder->problem, "read it in the image", name);
    }
    target[length] = '\0';
    if (symlinkat(target, at->to, seed_fresh) != 0) {
        return problem_set(seeder->problem, "make it", name);
    }
    return complete_made(seeder, at, name, file);
}

/* A FIFO, a socket, or a device, which only the privileged can make. */
static int
copy_special(struct seeder *seeder, const struct seed_level *at, const char *name,
             const struct stat *file)
{
    if (mknodat(at->to, seed_fresh, (file->st_mode & S_IFMT) | SEED_FILE_MODE, file->st_rdev) ==
        0) {
        return complete_made(seeder, at, name, file);
    }
    if (errno == EPERM && seeder->self_uid != 0) {
        seeder->counts->special++; /* told at the end: what he runs cannot use one either */
        return 0;
    }
    (void)problem_set(seeder->problem, "make it", name);
    seeder->problem->capability = seeder->problem->errnum == EPERM ? "MKNOD" : NULL;
    return -1;
}

int
seed_copy_entry(struct seeder *seeder, const struct seed_level *at, const char *name,
                const struct stat *file)
{
    struct stat there;
    bool has_more_names = S_ISREG(file->st_mode) && file->st_nlink > 1;
    if (fstatat(at->to, name, &there, AT_SYMLINK_NOFOLLOW) == 0) {
        if (has_more_names && S_ISREG(there.st_mode) && there.st_size == file->st_size &&
            there.st_mtim.tv_sec == file->st_mtim.tv_sec) {
            seed_link_note(seeder, at, name, file); /* the copy of an interrupted run */
        }
        return 0; /* nothing is ever overwritten */
    }
    (void)unlinkat(at->to, seed_fresh, 0); /* of an interrupted run */
    seeder->counts->changed++;
    if (S_ISLNK(file->st_mode)) {
        return copy_link(seeder, at, name, file);
    }
    if (!S_ISREG(file->st_mode)) {
        return copy_special(seeder, at, name, file);
    }
    if (has_more_names && seed_link_again(seeder, at, file)) {
        return settle(seeder, at->to, name);
    }
    int result = copy_file(seeder, at, name);
    if (result == 0 && has_more_names) {
        seed_link_note(seeder, at, name, file);
    }
    return result;
}
