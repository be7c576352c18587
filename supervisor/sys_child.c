/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config/text.h"
#include "supervisor/sys_caps.h"
#include "supervisor/sys_exec.h"
#include "supervisor/sys_guard.h"
#include "supervisor/sys_strays.h"
#include "supervisor/sys_tty.h"
#include "supervisor/sys_promise.h"

enum { FD_FALLBACK_MAX = 65536, GROUPS_MAX = 1024 };

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int
proc_get_limit(int resource, struct proc_limit *ret_limit)
{
    return (int)syscall(SYS_prlimit64, 0, resource, NULL, ret_limit);
}

int
proc_set_limit(int resource, const struct proc_limit *limit)
{
    return (int)syscall(SYS_prlimit64, 0, resource, limit, NULL);
}

void
proc_close_from(int first)
{
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0) {
        return;
    }
    struct proc_limit limit = {FD_FALLBACK_MAX, FD_FALLBACK_MAX};
    (void)proc_get_limit(RLIMIT_NOFILE, &limit);
    int end = limit.soft < FD_FALLBACK_MAX ? (int)limit.soft : FD_FALLBACK_MAX;
    for (int fd = first; fd < end; fd++) {
        (void)close(fd);
    }
}

/* ---------------------------------------------------------------- the steps */

static int
set_session(const struct launch *launch)
{
    if (launch->session == LAUNCH_OWN_SESSION) {
        return setsid() < 0 ? -1 : 0;
    }
    return tty_take_group(launch->tty_fd);
}

static int
set_descriptor(int from, int to)
{
    if (from < 0) {
        return 0;
    }
    if (from == to) {
        int flags = fcntl(to, F_GETFD);
        return flags < 0 ? -1 : fcntl(to, F_SETFD, flags & ~FD_CLOEXEC);
    }
    return dup2(from, to) < 0 ? -1 : 0;
}

static int
set_stdio(const struct launch *launch)
{
    int null_fd = -1;
    if (launch->has_null_stdin || launch->has_null_output) {
        null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null_fd < 0) {
            return -1;
        }
    }
    if (set_descriptor(launch->has_null_stdin ? null_fd : launch->in_fd, 0) != 0) {
        return -1;
    }
    if (set_descriptor(launch->has_null_output ? null_fd : launch->out_fd, 1) != 0) {
        return -1;
    }
    return set_descriptor(launch->has_null_output ? null_fd : launch->err_fd, 2);
}

/* A limit of the boot that somebody has lowered since, and that only SYS_RESOURCE could raise: as
 * far as it goes, since a start that fails is what he would like. */
static int
set_lowered(int resource, struct proc_limit want, const struct proc_limit *now)
{
    want.hard = now->hard < want.hard ? now->hard : want.hard;
    want.soft = want.soft < want.hard ? want.soft : want.hard;
    return proc_set_limit(resource, &want);
}

static int
set_limits(const struct launch *launch, const struct proc_limit *boot_limits)
{
    struct proc_limit want[LAUNCH_RLIMITS];
    bool is_written[LAUNCH_RLIMITS] = {false};
    memcpy(want, boot_limits, sizeof want);
    for (size_t i = 0; i < launch->limits->count; i++) {
        const struct limit *limit = &launch->limits->item[i];
        want[limit->resource] = (struct proc_limit){limit->soft, limit->hard};
        is_written[limit->resource] = true;
    }
    for (int resource = 0; resource < LAUNCH_RLIMITS; resource++) {
        struct proc_limit now;
        if (proc_get_limit(resource, &now) != 0) {
            continue; /* unknown to this kernel */
        }
        bool is_right = now.soft == want[resource].soft && now.hard == want[resource].hard;
        if (is_right || proc_set_limit(resource, &want[resource]) == 0) {
            continue;
        }
        if (is_written[resource] || set_lowered(resource, want[resource], &now) != 0) {
            return -1;
        }
    }
    return 0;
}

static int
set_working_dir(const struct launch *launch)
{
    (void)umask(launch->umask);
    (void)proc_set_mask(0); /* of a mask there is nothing to refuse; from here on it may wait */
    return launch->working_dir == NULL ? 0 : chdir(launch->working_dir);
}

/* Raw, since the C libraries' wrappers speak to threads that a child does not have. */
static int
set_groups(const struct launch *launch)
{
    return launch->sets_groups ? (int)syscall(SYS_setgroups, launch->group_count, launch->group)
                               : 0;
}

static int
set_gid(const struct launch *launch)
{
    return launch->sets_gid ? (int)syscall(SYS_setresgid, launch->gid, launch->gid, launch->gid)
                            : 0;
}

static int
set_uid(const struct launch *launch)
{
    return launch->sets_uid ? (int)syscall(SYS_setresuid, launch->uid, launch->uid, launch->uid)
                            : 0;
}

/* A session keyring of its own, and of its user: that of PID 1 may hold what the runtime gave it,
 * or what a service has put in its place (KEYCTL_SESSION_TO_PARENT). Refused where nobody has any.
 */
static void
leave_keyring(const struct launch *launch)
{
    if (launch->starts_clean) {
        (void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    }
}

/* A change of ids has set it to fs.suid_dumpable: until the exec this is PID 1's memory (I35). */
static int
hide(const struct launch *launch)
{
    leave_keyring(launch);
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int
verify_groups(const struct launch *launch)
{
    gid_t group[GROUPS_MAX];
    int count = getgroups(GROUPS_MAX, group);
    if (count < 0 || (size_t)count != launch->group_count) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        bool is_wanted = false;
        for (size_t k = 0; k < launch->group_count; k++) {
            is_wanted |= group[i] == launch->group[k];
        }
        if (!is_wanted) {
            return -1;
        }
    }
    return 0;
}

/* Reads back what the steps before have set, and tries the way back. */
static int
verify_privileges(const struct launch *launch)
{
    uid_t real_uid;
    uid_t effective_uid;
    uid_t saved_uid;
    gid_t real_gid;
    gid_t effective_gid;
    gid_t saved_gid;
    errno = EPERM;
    if (getresuid(&real_uid, &effective_uid, &saved_uid) != 0 ||
        getresgid(&real_gid, &effective_gid, &saved_gid) != 0) {
        return -1;
    }
    if (launch->sets_gid &&
        (real_gid != launch->gid || effective_gid != launch->gid || saved_gid != launch->gid)) {
        return -1;
    }
    if (launch->sets_uid &&
        (real_uid != launch->uid || effective_uid != launch->uid || saved_uid != launch->uid)) {
        return -1;
    }
    if (launch->sets_uid && launch->uid != 0 && syscall(SYS_setresuid, 0, 0, 0) == 0) {
        return -1;
    }
    if (launch->sets_groups && verify_groups(launch) != 0) {
        return -1;
    }
    return caps_verify(launch);
}

static void fail(int report_fd, enum launch_stage stage) __attribute__((noreturn));

static void
fail(int report_fd, enum launch_stage stage)
{
    struct launch_note note = {.report = {.stage = (int)stage, .errnum = errno}};
    (void)!write(report_fd, &note, sizeof note);
    _exit(launch_exit_code(&note.report));
}

/* Here and not in PID 1, which a file server that does not answer must not hold up. */
static void
remove_stale(const struct launch *launch, int report_fd)
{
    for (size_t i = 0; launch->remove != NULL && i < launch->remove->count; i++) {
        const char *path = launch->remove->item[i];
        if (unlink(path) != 0 && errno != ENOENT) {
            struct launch_note note = {.report = {.stage = LAUNCH_STAGE_REMOVE, .errnum = errno}};
            struct text about = TEXT_OVER(note.about);
            text_add(&about, path);
            (void)!write(report_fd, &note, sizeof note);
        }
    }
}

/* What looks at paths of others, as PID 1, before the rest. Signals end it: nobody waits for more
 * than that where the file system does not answer. */
static void
look_first(struct launch *launch, int report_fd)
{
    uint64_t before = proc_swap_mask(0);
    remove_stale(launch, report_fd);
    if (launch->find_out != NULL) {
        struct launch_note note = {0};
        int code = launch->find_out(launch->late, launch, &note);
        if (code >= 0) {
            (void)!write(report_fd, &note, sizeof note);
            _exit(code);
        }
    }
    (void)proc_set_mask(before);
}

void
child_execute(const struct launch *as_known, const struct proc_limit boot_limits[LAUNCH_RLIMITS],
              int report_fd)
{
    static const struct step {
        enum launch_stage stage;
        int (*take)(const struct launch *launch);
    } steps[] = {
        {LAUNCH_STAGE_SESSION, set_session},
        {LAUNCH_STAGE_STDIO, set_stdio},
        {LAUNCH_STAGE_BOUNDING, caps_set_bounding},
        {LAUNCH_STAGE_SECUREBITS, caps_set_securebits},
        {LAUNCH_STAGE_GROUPS, set_groups},
        {LAUNCH_STAGE_GID, set_gid},
        {LAUNCH_STAGE_UID, set_uid},
        {LAUNCH_STAGE_HIDE, hide},
        {LAUNCH_STAGE_CAPS, caps_set},
        {LAUNCH_STAGE_AMBIENT, caps_set_ambient},
        {LAUNCH_STAGE_NO_NEW_PRIVS, caps_set_no_new_privs},
        {LAUNCH_STAGE_VERIFY, verify_privileges},
        {LAUNCH_STAGE_WORKING_DIR, set_working_dir}, /* as the user who will work there */
        {LAUNCH_STAGE_GUARD, guard_set},
    };
    struct launch whole;
    const struct launch *launch = as_known;
    if (launch->cgroup_fd > 0) {
        (void)!write(launch->cgroup_fd, "0", 1); /* without it the unit runs all the same */
    }
    if (launch->remove != NULL || launch->find_out != NULL) {
        whole = *launch;
        look_first(&whole, report_fd);
        launch = &whole;
    }
    if (launch->sets_oom_score) {
        (void)strays_set_oom(getpid(), launch->oom_score_adj); /* refused: PID 1 tries after exec */
    }
    /* While root still may: a unit may be promised a higher limit. */
    if (set_limits(launch, boot_limits) != 0) {
        fail(report_fd, LAUNCH_STAGE_LIMITS);
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i].take(launch) != 0) {
            fail(report_fd, steps[i].stage);
        }
    }
    int moved_fd = promise_descriptors(launch, report_fd);
    if (moved_fd < 0) {
        fail(report_fd, LAUNCH_STAGE_PROMISE);
    }
    exec_search(&(struct exec_call){
        .argv = launch->argv, .envp = launch->envp, .search_path = launch->search_path});
    fail(moved_fd, LAUNCH_STAGE_EXEC);
}
