/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_strays.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config/arena.h"
#include "config/pages.h"
#include "supervisor/sys_caps.h"
#include "supervisor/sys_origin.h"
#include "supervisor/sys_proc.h"

enum {
    SCAN_MAX = 8192,       /* processes looked at in one search */
    FOUND_MAX = 1024,      /* … and found */
    PASSES_MAX = 4,        /* a process may fork while it is being looked for */
    ENVIRON_MAX = 1 << 20, /* bytes of one environment */
    MARK_BYTES = 64,       /* "ROINIT_UNIT=", a unit's name, and the NULs around */
    LISTING_BYTES = 32768,
};

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

/* getdents64(2) */
struct directory_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

struct count {
    size_t known, seen;
};

static bool
count_child(void *context, pid_t pid)
{
    struct count *count = context;
    (void)pid;
    count->seen++;
    return count->seen <= count->known;
}

bool
strays_may_exist(size_t known)
{
    struct count count = {.known = known};
    return !proc_each_child(count_child, &count) || count.seen > known;
}

/* ---------------------------------------------------------------- whose files they are */

/* Opens /proc/PID/NAME, as its owner where we are not let in. */
static int
open_of(pid_t pid, const char *name, int flags)
{
    char path[48];
    struct stat st;
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, flags | O_CLOEXEC);
    if (fd >= 0 || (errno != EACCES && errno != EPERM)) {
        return fd;
    }
    (void)snprintf(path, sizeof path, "/proc/%d", (int)pid);
    if (stat(path, &st) != 0) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    proc_take_fs_ids(st.st_uid, st.st_gid);
    fd = open(path, flags | O_CLOEXEC);
    int errnum = errno;
    proc_take_fs_ids(geteuid(), getegid());
    errno = errnum;
    return fd;
}

int
strays_set_oom(pid_t pid, int adj)
{
    char text[16];
    char now[16];
    int length = snprintf(text, sizeof text, "%d\n", adj);
    int fd = open_of(pid, "oom_score_adj", O_RDONLY);
    bool is_set =
        fd >= 0 && read(fd, now, sizeof now) == length && memcmp(now, text, (size_t)length) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    fd = is_set ? -1 : open_of(pid, "oom_score_adj", O_WRONLY);
    if (fd < 0) {
        return is_set ? 0 : errno;
    }
    int errnum = write(fd, text, (size_t)length) == length ? 0 : errno;
    (void)close(fd);
    return errnum;
}

/* ---------------------------------------------------------------- whose they are */

/* Whether the environment holds the mark, which begins and ends with a NUL: one is put before the
 * first variable. */
static bool
has_mark(pid_t pid, const char *mark, size_t mark_length)
{
    static OWN_PAGES char bytes[MARK_BYTES + 4096];
    size_t kept = 1;
    size_t total = 0;
    int fd = open_of(pid, "environ", O_RDONLY);
    bool has_it = false;
    if (fd < 0) {
        return false;
    }
    bytes[0] = '\0';
    while (!has_it && total < ENVIRON_MAX) {
        ssize_t length = read(fd, bytes + kept, sizeof bytes - kept);
        if (length <= 0) {
            break;
        }
        size_t here = kept + (size_t)length;
        has_it = memmem(bytes, here, mark, mark_length) != NULL;
        total += (size_t)length;
        kept = here < MARK_BYTES ? here : MARK_BYTES;
        memmove(bytes, bytes + here - kept, kept);
    }
    (void)close(fd);
    return has_it;
}

/* Writes the mark of the unit. Returns its length with the NULs at both ends; 0: no room. */
static size_t
make_mark(const char *unit, char mark[MARK_BYTES])
{
    int length = snprintf(mark, MARK_BYTES, "%cROINIT_UNIT=%s", '\0', unit);
    return length < 0 || length + 1 >= MARK_BYTES ? 0 : (size_t)length + 1;
}

bool
strays_is_marked(pid_t pid, const char *unit)
{
    char mark[MARK_BYTES];
    size_t length = make_mark(unit, mark);
    return length > 0 && has_mark(pid, mark, length);
}

struct search {
    const struct strays_of *of;
    char mark[MARK_BYTES];
    size_t mark_length;
    pid_t own;
    int signal;
    size_t looked_at, count, fresh; /* fresh: found in this pass for the first time */
    pid_t found[FOUND_MAX];
};

static bool
is_found(const struct search *search, pid_t pid)
{
    for (size_t i = 0; i < search->count; i++) {
        if (search->found[i] == pid) {
            return true;
        }
    }
    return false;
}

static bool
is_of_unit(const struct search *search, pid_t pid)
{
    if (has_mark(pid, search->mark, search->mark_length)) {
        return true;
    }
    pid_t parent = origin_parent(pid, NULL);
    return is_found(search, parent) ||
           (search->of->group > 0 && getpgid(parent) == search->of->group);
}

/* Signals it if it is the unit's. The descriptor is opened before the look, so that a number that
 * is another's by now is not hit (I30). */
static void
look_at(struct search *search, pid_t pid)
{
    const struct strays_of *of = search->of;
    if ((of->group > 0 && getpgid(pid) == of->group) || of->is_of_other(of->context, getsid(pid))) {
        return;
    }
    if (!is_of_unit(search, pid)) {
        return;
    }
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd >= 0) {
        if (is_of_unit(search, pid)) {
            (void)syscall(SYS_pidfd_send_signal, pidfd, search->signal, NULL, 0);
        }
        (void)close(pidfd);
    } else if (errno == ENOSYS || errno == EPERM) {
        (void)kill(pid, search->signal); /* a kernel or a filter without pidfds */
    }
    if (!is_found(search, pid) && search->count < FOUND_MAX) {
        search->found[search->count++] = pid;
        search->fresh++;
    }
}

static void
pass(struct search *search)
{
    static OWN_PAGES char bytes[LISTING_BYTES];
    int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    search->looked_at = 0;
    search->fresh = 0;
    if (fd < 0) {
        return;
    }
    for (long length; search->looked_at < SCAN_MAX &&
                      (length = syscall(SYS_getdents64, fd, bytes, sizeof bytes)) > 0;) {
        for (long at = 0; at < length;) {
            const struct directory_entry *entry =
                (const struct directory_entry *)(const void *)(bytes + at);
            at += entry->length;
            pid_t pid = (pid_t)strtol(entry->name, NULL, 10);
            if (pid > 1 && pid != search->own) {
                search->looked_at++;
                look_at(search, pid);
            }
        }
    }
    (void)close(fd);
}

size_t
strays_signal(const struct strays_of *of, int signal)
{
    static OWN_PAGES struct search search;
    search = (struct search){.of = of, .own = getpid(), .signal = signal};
    search.mark_length = make_mark(of->unit, search.mark);
    if (search.mark_length == 0) {
        return 0;
    }
    for (int passes = 0; passes < PASSES_MAX; passes++) {
        pass(&search);
        if (search.fresh == 0 || signal != SIGKILL) {
            break;
        }
    }
    return search.count;
}
