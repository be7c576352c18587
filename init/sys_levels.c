/* SPDX-License-Identifier: MIT */
#include "init/sys_levels.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/sys_inode.h"

enum { BUFFER_BYTES = 32 * 1024, ROOM_STEP = 256 };

static struct levels_slot *
slot_of(struct levels *levels, size_t depth)
{
    return &levels->slot[depth % LEVELS_OPEN];
}

static void
close_slot(struct levels_slot *slot)
{
    if (slot->fd >= 0) {
        (void)close(slot->fd);
    }
    slot->fd = -1;
    slot->length = slot->at = 0;
}

void
levels_init(struct levels *levels, uint64_t mount_id)
{
    *levels = (struct levels){.mount_id = mount_id};
    for (size_t i = 0; i < LEVELS_OPEN; i++) {
        levels->slot[i].fd = -1;
    }
}

void
levels_close(struct levels *levels)
{
    for (size_t i = 0; i < LEVELS_OPEN; i++) {
        close_slot(&levels->slot[i]);
    }
    levels->depth = 0;
}

void
levels_free(struct levels *levels)
{
    levels_close(levels);
    for (size_t i = 0; i < LEVELS_OPEN; i++) {
        free(levels->slot[i].buffer);
        levels->slot[i].buffer = NULL;
    }
    free(levels->level);
    levels->level = NULL;
    levels->room = 0;
}

int
levels_enter(struct levels *levels, int fd, const struct level *level)
{
    if (levels->depth == levels->room) {
        size_t room = levels->room + ROOM_STEP;
        struct level *larger =
            room > LEVELS_MAX ? NULL : realloc(levels->level, room * sizeof *larger);
        if (larger == NULL) {
            (void)close(fd);
            errno = room > LEVELS_MAX ? E2BIG : ENOMEM;
            return -1;
        }
        levels->level = larger;
        levels->room = room;
    }
    levels->level[levels->depth] = *level;
    struct levels_slot *slot = slot_of(levels, levels->depth++);
    close_slot(slot);
    slot->fd = fd;
    return 0;
}

int
levels_fd(const struct levels *levels)
{
    return levels->slot[(levels->depth - 1) % LEVELS_OPEN].fd;
}

struct level *
levels_deepest(const struct levels *levels)
{
    return &levels->level[levels->depth - 1];
}

bool
levels_is_inside(const struct levels *levels)
{
    /* The kernel refuses the way up from what the mount does not show: path_connected() of
     * fs/namei.c. */
    return faccessat(levels_fd(levels), "..", F_OK, 0) == 0 || errno != ENOENT;
}

const struct levels_entry *
levels_next(struct levels *levels, int *ret_errnum)
{
    struct levels_slot *slot = slot_of(levels, levels->depth - 1);
    *ret_errnum = 0;
    if (slot->at >= slot->length) {
        slot->at = slot->length = 0;
        if (slot->buffer == NULL) {
            slot->buffer = malloc(BUFFER_BYTES);
        }
        if (slot->buffer == NULL) {
            *ret_errnum = ENOMEM;
        } else if (levels_is_inside(levels)) {
            slot->length = syscall(SYS_getdents64, slot->fd, slot->buffer, (size_t)BUFFER_BYTES);
            *ret_errnum = slot->length < 0 && errno != ENOENT ? errno : 0; /* removed: ENOENT */
        }
    }
    if (slot->length <= 0) {
        return NULL;
    }
    const struct levels_entry *entry = (const void *)(slot->buffer + slot->at);
    slot->at += entry->length;
    levels->level[levels->depth - 1].offset = entry->offset;
    return entry;
}

bool
levels_reach_parent(struct levels *levels)
{
    size_t depth = levels->depth - 2;
    struct levels_slot *slot = slot_of(levels, depth);
    const struct level *level = &levels->level[depth];
    struct walk_inode inode;
    if (slot->fd >= 0) {
        return true;
    }
    int fd = openat(levels_fd(levels), "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    if (inode_of_fd(fd, &inode) != 0 || inode.mount_id != levels->mount_id ||
        inode.device != level->device || inode.number != level->number ||
        lseek(fd, level->offset, SEEK_SET) < 0) {
        (void)close(fd);
        return false;
    }
    slot->fd = fd;
    return true;
}

void
levels_leave(struct levels *levels)
{
    close_slot(slot_of(levels, levels->depth - 1));
    levels->depth--;
}
