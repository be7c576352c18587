/* SPDX-License-Identifier: MIT */
#include "init/sys_seed_parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files of a seed that have more names than one stay one file: the first copy is found again by its
 * path below the top, each step as carefully as on the way there. */

enum { FD_PATH_BYTES = 40 };

static struct seed_link *
find(const struct seeder *seeder, const struct stat *file)
{
    for (size_t i = 0; i < seeder->link_count; i++) {
        struct seed_link *link = &seeder->link[i];
        if (link->number == file->st_ino && link->device == file->st_dev) {
            return link;
        }
    }
    return NULL;
}

void
seed_link_note(struct seeder *seeder, const struct seed_level *at, const char *name,
               const struct stat *file)
{
    struct stat copy;
    char path[PATH_MAX];
    struct text text = TEXT_OVER(path);
    if (seeder->link == NULL) {
        seeder->link = calloc(SEED_LINKS_MAX, sizeof *seeder->link);
    }
    if (seeder->link == NULL || seeder->link_count == SEED_LINKS_MAX ||
        find(seeder, file) != NULL || fstatat(at->to, name, &copy, AT_SYMLINK_NOFOLLOW) != 0) {
        return; /* further names become files of their own */
    }
    for (size_t i = 1; i < seeder->depth; i++) {
        text_addf(&text, "%s/", seeder->level[i].name);
    }
    text_add(&text, name);
    char *kept = text.is_cut ? NULL : strdup(path);
    if (kept != NULL) {
        seeder->link[seeder->link_count++] = (struct seed_link){
            .device = file->st_dev, .number = file->st_ino, .copy = copy.st_ino, .path = kept};
    }
}

/* Opens the copy as O_PATH, or returns -1. */
static int
open_copy(const struct seeder *seeder, const struct seed_link *link)
{
    char path[PATH_MAX];
    struct stat file;
    struct text text = TEXT_OVER(path);
    text_add(&text, link->path);
    int fd = below_open(seeder->top_fd, ".", O_PATH | O_DIRECTORY);
    char *rest = path;
    for (char *name = strsep(&rest, "/"); fd >= 0 && name != NULL; name = strsep(&rest, "/")) {
        int next = below_open(fd, name, O_PATH);
        (void)close(fd);
        fd = next;
    }
    if (fd >= 0 && (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_ino != link->copy)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

bool
seed_link_again(struct seeder *seeder, const struct seed_level *at, const struct stat *file)
{
    const struct seed_link *link = find(seeder, file);
    char path[FD_PATH_BYTES];
    int fd = link == NULL ? -1 : open_copy(seeder, link);
    if (fd < 0) {
        return false;
    }
    /* With DAC_READ_SEARCH, or else through /proc. */
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool is_linked = linkat(fd, "", at->to, seed_fresh, AT_EMPTY_PATH) == 0 ||
                     linkat(AT_FDCWD, path, at->to, seed_fresh, AT_SYMLINK_FOLLOW) == 0;
    (void)close(fd);
    return is_linked;
}

void
seed_links_free(struct seeder *seeder)
{
    for (size_t i = 0; i < seeder->link_count; i++) {
        free(seeder->link[i].path);
    }
    free(seeder->link);
    seeder->link = NULL;
    seeder->link_count = 0;
}
