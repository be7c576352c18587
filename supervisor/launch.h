/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LAUNCH_H
#define ROINIT_SUPERVISOR_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/value.h"

struct launch_note;

/*
 * Everything that the child of a start needs, worked out before the fork, so that nothing between
 * fork and exec allocates or can fail badly. Plain values; memory is the caller's.
 */
enum { LAUNCH_RLIMITS = 16 }; /* RLIM_NLIMITS of Linux */

enum launch_session {
    LAUNCH_OWN_SESSION, /* setsid: no terminal */
    LAUNCH_OWN_GROUP,   /* a process group in PID 1's session: a lone command and main */
};

struct launch {
    char *const *argv;
    char *const *envp;
    const char *search_path;    /* PATH, for an argv[0] without a slash */
    const char *working_dir;    /* NULL: stays */
    const struct words *remove; /* stale files, which go first; NULL: none */
    /* Called in the child where `argv` and `envp` depend on files that PID 1 must not look at: sets
     * them in *ret_launch. Returns -1, or the exit code with *ret_note. NULL: all is known. */
    int (*find_out)(const void *late, struct launch *ret_launch, struct launch_note *ret_note);
    const void *late;
    enum launch_session session;
    int tty_fd;          /* whose foreground the group takes; -1: none */
    bool borrows_memory; /* PID 1's, which sleeps until the exec: for a lone command that stays with
                            its user, since then nothing else waits for PID 1 */

    /* Only what changes something is a step (I13). */
    bool sets_groups, sets_gid, sets_uid;
    uid_t uid;
    gid_t gid;
    const gid_t *group;
    size_t group_count;
    bool sets_capabilities; /* to exactly those below; else they stay as the kernel leaves them */
    bool is_strict; /* a bounding set that cannot be made smaller is a failure, without no_new_privs
                     */
    uint64_t capabilities; /* by number: bounding, permitted and ambient */
    bool sets_no_new_privs;
    bool is_guarded; /* sys_guard.h; wants no_new_privs */
    bool is_beside;  /* no start of the unit but a command about it, which may have to signal it */
    bool starts_clean; /* nothing of PID 1's keyring and securebits: all but a lone command */

    bool sets_oom_score;
    int oom_score_adj;
    mode_t umask;
    const struct limits *limits;
    int in_fd, out_fd, err_fd; /* become 0, 1 and 2; -1: stay */
    bool has_null_stdin, has_null_output;
    int cgroup_fd;   /* cgroup.procs of the unit's own; 0: it has none */
    int promised_fd; /* a descriptor above 2 that it is promised; 0: none */
    int promise_fd;  /* what that one is in PID 1 */
};

/* The steps between fork and exec, in their fixed order: what an exec report names. */
/* clang-format off */
#define LAUNCH_STAGES(X) \
    X(REMOVE,      "remove") \
    X(ONLY_IF,     "start where only-if does not hold") /* no failure: it is skipped */ \
    X(WORDS,       "make its command and environment") \
    X(SESSION,     "start a session") \
    X(STDIO,       "set up standard input and output") \
    X(LIMITS,      "set resource limits") \
    X(WORKING_DIR, "change to the working directory") \
    X(BOUNDING,    "drop the capability bounding set") \
    X(SECUREBITS,  "set securebits") \
    X(GROUPS,      "set supplementary groups") \
    X(GID,         "set the group id") \
    X(UID,         "set the user id") \
    X(HIDE,        "be hidden from processes of its user") \
    X(CAPS,        "set capabilities") \
    X(AMBIENT,     "set ambient capabilities") \
    X(NO_NEW_PRIVS,"set no_new_privs") \
    X(VERIFY,      "verify the dropped privileges") \
    X(GUARD,       "guard PID 1 from it") \
    X(PROMISE,     "hand over the descriptor of `ready = fd:N`, which its limit nofile has to allow") \
    X(EXEC,        "execute the command")
/* clang-format on */
#define LAUNCH_STAGE_ENUM(name_, text_) LAUNCH_STAGE_##name_,
enum launch_stage { LAUNCH_STAGES(LAUNCH_STAGE_ENUM) LAUNCH_STAGE_COUNT };
#undef LAUNCH_STAGE_ENUM

/* Which step failed. */
struct launch_report {
    int stage; /* enum launch_stage */
    int errnum;
};

/* What comes back by the close-on-exec pipe: notes; of a step that fails it is the last one, and
 * end of file without it: executed. */
enum { LAUNCH_ABOUT_BYTES = 240 };
struct launch_note {
    struct launch_report report;
    char about[LAUNCH_ABOUT_BYTES]; /* which file; "": the unit's key says it */
};

const char *launch_stage_text(int stage);

/* The exit code for a failure: 127 not found, 126 cannot be executed, else 71. */
int launch_exit_code(const struct launch_report *report);

#endif
