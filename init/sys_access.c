/* SPDX-License-Identifier: MIT */
#include "init/sys_access.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "config/insist.h"
#include "init/place.h"

enum { CALL_FACCESSAT2 = 439, EFFECTIVE_IDS = 0x200 /* AT_EACCESS */ };

/* With the credentials that this process has now. By descriptor: what counts is the place, not the
 * way to it. */
static enum access_answer
ask(int fd)
{
    if (syscall(CALL_FACCESSAT2, fd, "", W_OK | X_OK, EFFECTIVE_IDS | AT_EMPTY_PATH) == 0) {
        return ACCESS_YES;
    }
    return errno == EACCES ? ACCESS_NO : ACCESS_UNASKED;
}

static int
open_place(const struct path_facts *path)
{
    return open(path->resolved, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Becomes him as far as permissions go, and asks. The saved ids bring the process back. */
static enum access_answer
ask_as(const struct path_facts *path, const struct identity *who)
{
    const gid_t no_gid = (gid_t)-1;
    const uid_t no_uid = (uid_t)-1;
    enum access_answer answer = ACCESS_UNASKED;
    int fd = open_place(path);
    if (fd < 0) {
        return answer;
    }
    if (syscall(SYS_setgroups, who->group_count, who->group) == 0 &&
        syscall(SYS_setresgid, no_gid, who->gid, no_gid) == 0 &&
        syscall(SYS_setresuid, no_uid, who->uid, no_uid) == 0) {
        answer = ask(fd);
    }
    (void)close(fd);
    if (syscall(SYS_setresuid, no_uid, 0, no_uid) != 0) {
        _exit(1);
    }
    return answer;
}

/* Whether the answer may differ from what the permission bits say, and can be had. */
static bool
is_asked(const struct config *config, const struct identities *identities,
         const struct facts *facts, size_t m)
{
    return identities->mount[m].is_known && place_now(facts, m).is_there &&
           !config->mount[m].is_tmpfs;
}

/* Whether more than owner, group and mode decides there: an ACL, or a server behind the file
 * system. Else the answer is known without a process. */
static bool
is_deep(const struct path_facts *path)
{
    return !place_is_local(path->fs) ||
           getxattr(path->resolved, "system.posix_acl_access", NULL, 0) >= 0;
}

/* In a process of its own: one byte for each mount. */
static void
ask_as_others(const struct config *config, const struct identities *identities, struct facts *facts)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        for (size_t m = 0; m < config->mount_count; m++) {
            struct identity who = place_owner(config, identities, m);
            unsigned char byte = ACCESS_UNASKED;
            if (who.uid != facts->self.uid && is_asked(config, identities, facts, m) &&
                is_deep(&facts->mount[m])) {
                byte = (unsigned char)ask_as(&facts->mount[m], &who);
            }
            if (write(ends[1], &byte, 1) != 1) {
                _exit(1);
            }
        }
        _exit(0);
    }
    (void)close(ends[1]);
    for (size_t m = 0; pid > 0 && m < config->mount_count; m++) {
        unsigned char byte;
        if (read(ends[0], &byte, 1) != 1) {
            break;
        }
        if (byte != ACCESS_UNASKED) {
            facts->mount[m].owner_access = (enum access_answer)byte;
        }
    }
    (void)close(ends[0]);
    if (pid > 0) {
        (void)INSIST(waitpid(pid, NULL, 0));
    }
}

void
access_ask(const struct config *config, const struct identities *identities, struct facts *facts)
{
    bool has_others = false;
    for (size_t m = 0; m < config->mount_count; m++) {
        if (!is_asked(config, identities, facts, m)) {
            continue;
        }
        if (identities->mount[m].uid != facts->self.uid) {
            has_others = has_others || is_deep(&facts->mount[m]);
        } else {
            int fd = open_place(&facts->mount[m]);
            facts->mount[m].owner_access = fd < 0 ? ACCESS_UNASKED : ask(fd);
            if (fd >= 0) {
                (void)close(fd);
            }
        }
    }
    if (has_others && facts->self.uid == 0 && facts->self.can_switch) {
        ask_as_others(config, identities, facts);
    }
}
