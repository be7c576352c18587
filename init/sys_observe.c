/* SPDX-License-Identifier: MIT */
#include "init/sys_observe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config/text.h"
#include "init/sys_await.h"
#include "init/sys_files.h"
#include "supervisor/loop.h"

enum {
    /* One read takes as long as its lines need, and the clock is looked at between reads only. The
     * kernel fills a page at a time however much is asked for. Measured (Linux 6.18): 5,000
     * distinct mounts are listed in 9 ms; below 20,000 stacked ones the worst read takes 3 ms, and
     * OBSERVE_TABLE_MS is met within that. */
    READ_BYTES = 4096,
    STATUS_BYTES = 16384,
    TMPFS_MAGIC = 0x01021994,
    /* linux/stat.h; musl's own headers are older than the calls. */
    STATX_WANT_MNT_ID = 0x1000,
    ATTRIBUTE_MOUNT_ROOT = 0x2000,
};

/* struct statx of linux/stat.h, as far as it is looked at: the kernel's layout never changes. */
struct kernel_statx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, spare0;
    uint64_t ino, size, blocks, attributes_mask;
    uint64_t times[8];
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t mount_id;
    uint64_t spare[13];
};

/* File system names by their magic number, for where the mount table does not say. */
static const struct {
    unsigned long magic;
    const char *name;
} fs_names[] = {
    {0x01021994, "tmpfs"},    {0x794c7630, "overlay"}, {0xef53, "ext4"},    {0x58465342, "xfs"},
    {0x9123683e, "btrfs"},    {0x6969, "nfs"},         {0x9fa0, "proc"},    {0x62656572, "sysfs"},
    {0x858458f6, "ramfs"},    {0x65735546, "fuse"},    {0x2fc12fc1, "zfs"}, {0xe0f5e1e2, "erofs"},
    {0x73717368, "squashfs"},
};

/* ---------------------------------------------------------------- the mount table */

void
observe_table(struct arena *arena, struct mount_table *ret_table)
{
    *ret_table = (struct mount_table){.incomplete = "/proc/self/mountinfo cannot be read"};
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    char *bytes = malloc(OBSERVE_TABLE_BYTES); /* pages that are not reached cost nothing */
    size_t length = 0;
    int64_t until_ms = loop_now_ms() + OBSERVE_TABLE_MS;
    ssize_t got = -1;
    bool is_late = false;
    while (bytes != NULL && !is_late && length + READ_BYTES <= OBSERVE_TABLE_BYTES) {
        got = read(fd, bytes + length, READ_BYTES);
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
        is_late = loop_now_ms() >= until_ms;
    }
    (void)close(fd);
    if (bytes != NULL) {
        /* Cut at a line's end where it was not read to its end. */
        const char *end = got == 0 ? NULL : memrchr(bytes, '\n', length);
        mountinfo_parse(bytes, end != NULL ? (size_t)(end - bytes) + 1 : length, arena, ret_table);
        if (got != 0) {
            ret_table->is_complete = false;
            ret_table->incomplete = got < 0   ? "it cannot be read to its end"
                                    : is_late ? "the kernel needs too long to list it"
                                              : "it is larger than 1 MiB";
        }
    }
    free(bytes);
}

/* ---------------------------------------------------------------- paths */

static const char *
fs_name(const struct mount_table *table, uint64_t mount_id, unsigned long magic)
{
    const struct mount_entry *entry = mountinfo_by_id(table, mount_id);
    if (entry != NULL) {
        return entry->fs;
    }
    for (size_t i = 0; i < sizeof fs_names / sizeof fs_names[0]; i++) {
        if (fs_names[i].magic == magic) {
            return fs_names[i].name;
        }
    }
    return "unknown";
}

/* Whether the file system has a size of its own. Without size= a tmpfs takes half of the memory:
 * a number, but no limit that anybody chose. */
static bool
has_limit(const struct mount_table *table, const struct path_facts *path, unsigned long magic,
          uint64_t memory_bytes)
{
    if (magic != TMPFS_MAGIC) {
        return true;
    }
    const struct mount_entry *entry = mountinfo_by_id(table, path->mount_id);
    if (entry != NULL) {
        const char *size = mountinfo_super_option(entry, "size");
        return size != NULL && strtoull(size, NULL, 10) != 0; /* 0k: none */
    }
    uint64_t half = memory_bytes / 2;
    bool is_default = path->size_bytes > half - half / 64 && path->size_bytes < half + half / 64;
    return path->size_bytes != 0 && !is_default;
}

/* Owner, mode, and which mount. Where statx(2) does not tell the mount (before Linux 5.8, in
 * sandboxes, under profiles that refuse the call) the mount table does. */
static int
look_at_inode(int fd, const struct facts *facts, struct path_facts *path)
{
    struct kernel_statx stx;
    struct stat st;
    memset(&stx, 0, sizeof stx);
    if (fstat(fd, &st) != 0) {
        return -1;
    }
    path->is_directory = S_ISDIR(st.st_mode);
    path->uid = st.st_uid;
    path->gid = st.st_gid;
    path->mode = st.st_mode & 07777;
    (void)syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_WANT_MNT_ID, &stx); /* else all zero */
    path->is_mount_root = (stx.attributes & ATTRIBUTE_MOUNT_ROOT) != 0;
    path->mount_id = (stx.mask & STATX_WANT_MNT_ID) != 0 ? stx.mount_id : 0;
    if ((stx.attributes_mask & ATTRIBUTE_MOUNT_ROOT) == 0 || path->mount_id == 0) {
        const struct mount_entry *entry = mountinfo_by_path(&facts->table, path->resolved);
        path->is_mount_root = entry != NULL;
        path->mount_id = entry != NULL ? entry->id : 0;
    }
    return 0;
}

static void
look_at(int fd, const struct facts *facts, struct path_facts *path)
{
    struct statvfs fs;
    struct statfs type;
    if (look_at_inode(fd, facts, path) != 0 || fstatvfs(fd, &fs) != 0 || fstatfs(fd, &type) != 0) {
        path->errnum = errno;
        return;
    }
    path->is_read_only = (fs.f_flag & ST_RDONLY) != 0;
    path->is_noexec = (fs.f_flag & ST_NOEXEC) != 0;
    path->is_nosuid = (fs.f_flag & ST_NOSUID) != 0;
    path->is_nodev = (fs.f_flag & ST_NODEV) != 0;
    path->size_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
    path->free_bytes = fs.f_blocks == 0 ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
    path->free_inodes = fs.f_files == 0 ? UINT64_MAX : fs.f_favail;
    path->fs = fs_name(&facts->table, path->mount_id, (unsigned long)type.f_type);
    path->has_limit =
        has_limit(&facts->table, path, (unsigned long)type.f_type, facts->memory_total_bytes);
}

static void
observe_path(const char *name, const struct facts *facts, struct arena *arena,
             struct path_facts *ret_path)
{
    char resolved[PATH_MAX];
    *ret_path = (struct path_facts){.path = name};
    if (realpath(name, resolved) == NULL) {
        ret_path->errnum = errno;
        return;
    }
    ret_path->resolved = arena_strdup(arena, resolved);
    int fd = open(resolved, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        ret_path->errnum = errno;
        return;
    }
    look_at(fd, facts, ret_path);
    (void)close(fd);
}

/* ---------------------------------------------------------------- the rest */

static uint64_t
status_mask(const char *status, const char *name)
{
    const char *at = strstr(status, name);
    return at != NULL ? strtoull(at + strlen(name), NULL, 16) : 0;
}

static void
observe_process(struct facts *facts)
{
    char status[STATUS_BYTES];
    /* Without the bounding set in it, it is not what it should be, and "no capabilities" no fact.
     */
    facts->has_proc = files_read_small("/proc/self/status", status, sizeof status) &&
                      strstr(status, "\nCapBnd:") != NULL;
    if (!facts->has_proc) {
        return;
    }
    facts->cap_permitted = status_mask(status, "\nCapPrm:");
    facts->cap_effective = status_mask(status, "\nCapEff:");
    facts->cap_ambient = status_mask(status, "\nCapAmb:");
    facts->cap_bounding = status_mask(status, "\nCapBnd:");
    facts->has_seccomp = status_mask(status, "\nSeccomp:") != 0;
}

/* Which ids this user namespace knows, and where roinit itself lies. */
static void
observe_self(struct arena *arena, struct facts *facts)
{
    char text[PATH_MAX];
    if (files_read_small("/proc/self/uid_map", text, sizeof text)) {
        idmap_parse(text, &facts->uid_map);
    }
    if (files_read_small("/proc/self/gid_map", text, sizeof text)) {
        idmap_parse(text, &facts->gid_map);
    }
    ssize_t length = readlink("/proc/self/exe", text, sizeof text - 1);
    if (length > 0) {
        facts->program = arena_strndup(arena, text, (size_t)length);
    }
}

static void
observe_memory(struct facts *facts)
{
    static const char *const files[] = {"/sys/fs/cgroup/memory.max",
                                        "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    struct sysinfo info;
    char text[64];
    if (sysinfo(&info) == 0) {
        facts->memory_total_bytes = (uint64_t)info.totalram * info.mem_unit;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files_read_small(files[i], text, sizeof text)) {
            uint64_t limit = strtoull(text, NULL, 10); /* "max": 0 */
            facts->memory_limit_bytes = limit < facts->memory_total_bytes ? limit : 0;
            return;
        }
    }
}

static bool
is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* By the traces that each leaves. */
static enum platform
observe_platform(void)
{
    const char *container = getenv("container");
    if (getenv("KUBERNETES_SERVICE_HOST") != NULL ||
        is_there("/var/run/secrets/kubernetes.io/serviceaccount")) {
        return PLATFORM_KUBERNETES;
    }
    if (is_there("/run/.containerenv") ||
        text_equal(container != NULL ? container : "", "podman")) {
        return PLATFORM_PODMAN;
    }
    return is_there("/.dockerenv") ? PLATFORM_DOCKER : PLATFORM_UNKNOWN;
}

int
observe(const struct config *config, const struct self *self, struct arena *arena,
        struct facts *ret_facts, struct err *err)
{
    *ret_facts = (struct facts){
        .self = *self,
        .platform = observe_platform(),
        .mount = ARENA_NEW(arena, struct path_facts, config->mount_count),
        .required_file_errnum = ARENA_NEW(arena, int, config->require.files.count),
    };
    observe_process(ret_facts);
    observe_self(arena, ret_facts);
    observe_memory(ret_facts);
    observe_table(arena, &ret_facts->table);
    int signal = await_places(config, &ret_facts->table, err);
    if (signal != 0) {
        return signal;
    }
    observe_path("/", ret_facts, arena, &ret_facts->root);
    for (size_t i = 0; i < config->mount_count; i++) {
        observe_path(config->mount[i].path, ret_facts, arena, &ret_facts->mount[i]);
    }
    for (size_t i = 0; i < config->require.files.count; i++) {
        bool is_readable = access(config->require.files.item[i], R_OK) == 0;
        ret_facts->required_file_errnum[i] = is_readable ? 0 : errno;
    }
    return 0;
}
