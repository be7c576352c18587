/* SPDX-License-Identifier: MIT */
#include "config/insist.h"
#include "init/sys_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether the kernel keeps people from linking to files that are not theirs: proc(5),
 * protected_hardlinks. What cannot be read counts as no. */
static bool
links_are_protected(void)
{
    char value = '0';
    int fd = open("/proc/sys/fs/protected_hardlinks", O_RDONLY | O_CLOEXEC);
    bool is_read = fd >= 0 && read(fd, &value, 1) == 1;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_read && value == '1';
}

/* What the file system holds now, and as much again as anybody adds in good faith. */
static uint64_t
inodes_max(int top_fd)
{
    enum { IN_GOOD_FAITH = 1000000 };
    struct statfs fs;
    if (fstatfs(top_fd, &fs) != 0 || fs.f_files == 0 || fs.f_ffree > fs.f_files) {
        return 0;
    }
    return (uint64_t)fs.f_files - (uint64_t)fs.f_ffree + IN_GOOD_FAITH;
}

static unsigned
count_walkers(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : count > WALKERS_MAX ? WALKERS_MAX : (unsigned)count;
}

/* Another process for a share of the walk; it ends with this one. */
static pid_t
start_walker(int top_fd, const struct walk_rule *rule, unsigned share, unsigned shares,
             struct walk_links *links, struct walk_report *report)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1); /* it has ended before that */
    }
    (void)walk_below(top_fd, rule, share, shares, links, report);
    _exit(0);
}

/* Returns 0, or -1 with errno where it did not come to its end. */
static int
await_walker(pid_t pid)
{
    int status = -1;
    (void)INSIST(waitpid(pid, &status, 0));
    errno = EINTR;
    return status == 0 ? 0 : -1;
}

int
walk_apply(int top_fd, const struct plan_step *step, struct walk_report *report,
           struct problem *problem)
{
    struct walk_rule rule = {.uid = step->uid,
                             .gid = step->gid,
                             .mount_id = below_mount_id(top_fd),
                             .links_are_protected = links_are_protected(),
                             .names_can_be_held = step->names_can_be_held,
                             .inodes_max = inodes_max(top_fd)};
    struct walk_links *links = walk_links_new();
    unsigned shares = count_walkers();
    pid_t pid[WALKERS_MAX] = {0};
    int result = 0;
    if (links == NULL) {
        return problem_set(problem, "walk through it", "");
    }
    if (rule.mount_id == 0) {
        walk_links_free(links);
        return problem_because(problem, "walk through it", "",
                               "neither statx(2) nor /proc tells where another mount begins");
    }
    for (unsigned share = 1; share < shares; share++) {
        pid[share] = start_walker(top_fd, &rule, share, shares, links, &report[share]);
    }
    for (unsigned share = 0; share < shares; share++) {
        if (pid[share] <= 0) { /* the first one, and what the system has no process for */
            (void)walk_below(top_fd, &rule, share, shares, links, &report[share]);
        }
    }
    for (unsigned share = 1; share < shares; share++) {
        if (pid[share] > 0 && await_walker(pid[share]) != 0 && result == 0) {
            result = problem_set(problem, "walk through it: a process of ours was killed", "");
        }
    }
    report->counts.linked += walk_links_left(links);
    walk_links_free(links);
    uint64_t failed = 0;
    for (unsigned share = shares; result == 0 && share-- > 0;) {
        failed += report[share].failed;
        *problem = report[share].failed > 0 ? report[share].problem : *problem;
    }
    problem->more = failed > 0 ? failed - 1 : 0;
    return failed > 0 ? -1 : result;
}
