/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_HARNESS_H
#define ROINIT_TESTS_PROC_HARNESS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The proc ring's stage: it starts the real binary as PID 1 of a pid and mount namespace of its own
 * (a "box"), on a read-only root that holds the binary, the puppet and the host's programs, with
 * tmpfs on /run and /tmp; reads what it says, signals it, and waits for its end. Every wait is a
 * poll with a generous limit: what passes the limit fails the test, nothing measures time.
 *
 * Whatever a test leaves behind dies with the test's process.
 */

enum {
    BOX_FILES = 6,
    BOX_UID = 10001,     /* "the" other user of these tests */
    BOX_WAIT_MS = 30000, /* for a text, a state, a short command: longer is never */
    BOX_END_MS = 60000   /* for the end of a box */
};

/* What a standard descriptor of PID 1 is. */
enum stream {
    STREAM_PIPE,     /* read (fed, for stdin) by the test; stdin begins empty and open */
    STREAM_CLOSED,   /* not open at all */
    STREAM_BROKEN,   /* a pipe whose other end is closed */
    STREAM_FULL,     /* /dev/full */
    STREAM_NULL,     /* /dev/null */
    STREAM_STUCK,    /* a pipe that nobody reads until box_read_on() */
    STREAM_SOCKET,   /* a Unix socket, read by the test */
    STREAM_TERMINAL, /* a terminal of its own; all three at once */
    STREAM_OUTPUT,   /* standard error only: the same as standard output, 2>&1 */
};

enum which { OUT, ERR };

/* How PID 1 is started. Zeros are a good default: root with the capabilities that engines give. */
struct start {
    const char *contract;      /* text of /etc/roinit.ini; NULL: none, a lone command */
    const char *name;          /* under which it is started; NULL: roinit */
    const char *const *argv;   /* roinit's arguments: WORDS(...) */
    const char *const *env;    /* besides PATH: WORDS(...) */
    const char *const *tracer; /* words before the binary: WORDS("/usr/bin/strace", ...) */
    struct box_file {          /* further files of the read-only root */
        const char *path;      /* absolute; its folder is made */
        const char *text;
        mode_t mode; /* 0: 0644 */
        uid_t uid;
        bool is_puppet; /* a copy of the puppet instead of the text */
    } file[BOX_FILES];
    uid_t uid;               /* whom PID 1 runs as; its /run belongs to him */
    const char *run_options; /* of the tmpfs on /run; NULL: mode=0755,size=16m,uid=UID */
    void (*plant)(void);     /* called at last in the box, as root, on the writable root */
    enum stream in, out, err;
    unsigned leaks;   /* descriptors left open above 2 */
    uint64_t ignored; /* signals that the caller ignores: bit N-1 */
    uint64_t blocked; /* signals that the caller blocks */
    bool drop_all;    /* the bounding set is empty: --cap-drop ALL */
    bool no_new_privs;
    bool root_is_writable;
    bool below_init;    /* not as PID 1: a small init of the harness is that */
    bool in_background; /* with below_init and a terminal: not the foreground group */
};

/* The program that is tested has a sanitizer in it, which takes time and memory of its own. */
#ifdef __SANITIZE_ADDRESS__
#define BOX_IS_SANITIZED true
#else
#define BOX_IS_SANITIZED false
#endif

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Both places that the harness mounts, declared: contracts of tests begin with it. */
#define BASE "[tmpfs /tmp]\noptional = yes\n[tmpfs /run]\noptional = yes\n"

struct said {
    int fd;
    bool is_held; /* STREAM_STUCK: not read now */
    char *text;
    size_t size;
};

/* Before one is started: box_free() may be called. */
#define BOX_NONE ((struct box){.in = -1, .pidfd = -1, .said = {{.fd = -1}, {.fd = -1}}})

struct box {
    pid_t pid; /* of PID 1, as seen from here */
    int pidfd;
    int in; /* write end of its stdin, or -1 */
    struct said said[2];
    int code; /* after box_end */
};

/* Starts one; returns when the binary has been executed. Fails the test where it can't be. */
struct box box_start(const struct start *start);

/* Waits until it has said `text` on that stream; fails the test where it ends or stays silent. */
void box_expect(struct box *box, enum which which, const char *text);

/* The same, until it has been said `count` times in all. */
void box_expect_times(struct box *box, enum which which, const char *text, size_t count);

/* Waits for its end, reading on; returns its exit code, or minus the signal that killed PID 1. */
int box_end(struct box *box);

/* Starts one, waits for its end, and holds the code against `code`. */
struct box box_run(const struct start *start, int code);

/* Ends what was started and frees what was read. */
void box_free(struct box *box);

void box_signal(const struct box *box, int signal_number);

/* How often the text stands in what it has said so far. */
size_t box_count(const struct box *box, enum which which, const char *text);

/* Fails the test unless it has said `text` (and `not`) on that stream, showing all it said. */
void box_must_say(const struct box *box, enum which which, const char *text);
void box_must_not_say(const struct box *box, enum which which, const char *text);

/* Fails the test unless `first` was said, and `then` after it. */
void box_must_say_in_order(const struct box *box, enum which which, const char *first,
                           const char *then);

/* STREAM_STUCK: reads from now on. */
void box_read_on(struct box *box, enum which which);

/* Runs the binary inside, as an engine's exec does; returns its exit code, what it printed (stdout
 * and stderr together) in `ret_text`. */
int box_exec(struct box *box, const char *const *argv, char *ret_text, size_t size);

/* The same as another user. */
int box_exec_as(struct box *box, uid_t uid, const char *const *argv, char *ret_text, size_t size);

/* Processes in the box whose line of /proc/PID/stat has the mark: ")" for all, "(NAME)", or... */
#define ALL ")"
#define ZOMBIES ") Z"
#define STOPPED ") T"
#define PUPPETS "(puppet)"
size_t box_processes(const struct box *box, const char *mark);

/* Whether PID 1 and a child of its name are seen together before the puppet runs: the child is held
 * on its way by a tracer, and a machine that is busy may not let us see it. */
bool box_shows_child(struct box *box, const char *mark);

/* Waits until there are exactly `count` of them. */
void box_await_processes(struct box *box, const char *mark, size_t count);

/* The path of a file of the box, seen from here; overwritten by the next call. */
const char *box_path(const struct box *box, const char *path);

/* How often PID 1 has gone to sleep so far. */
long box_switches(const struct box *box);

/* The same, once it has slept for a while. */
long box_await_rest(const struct box *box);

/* How many descriptors PID 1 has open. */
size_t box_descriptors(const struct box *box);

/* Waits until PID 1 has at most so many open: it closes a client's after the client has seen its
 * end. */
void box_await_descriptors(const struct box *box, size_t most);

/* Writes the text to its standard input; NULL: closes it. */
void box_feed(struct box *box, const char *text);

/* Makes an empty file there; -1 where it can't. */
int box_touch(const struct box *box, const char *path);

/* Waits until the box's file exists. */
void box_await_file(struct box *box, const char *path);

/* Milliseconds of the monotonic clock. */
int64_t proc_now_ms(void);

/* True, and a loud line, where this machine can't do it: the test then returns. */
bool proc_leaves_out(const char *test, bool is_possible, const char *why);
bool proc_has_uids(void);
bool proc_has_strace(void);
/* From here on this process has a network of its own, with a loopback: no port is taken. */
bool proc_has_own_network(void);
bool proc_has_program(const char *name); /* in /usr/bin */
#define NEEDS_UIDS()                                                                               \
    if (proc_leaves_out(__func__, proc_has_uids(), "needs root, for users of its own"))            \
    return
#define NEEDS_STRACE()                                                                             \
    if (proc_leaves_out(__func__, proc_has_strace(), "needs /usr/bin/strace"))                     \
    return

/* What the latest box has said goes with each assertion that fails. */
_Noreturn void box_assert_failed(const char *file, int line, const char *expr, const char *format,
                                 ...) __attribute__((format(printf, 4, 5)));
#define _ck_assert_failed(...) box_assert_failed(__VA_ARGS__)

/* A suite of these tests; the list ends with NULL. */
Suite *proc_suite(const char *name, const TTest *const *tests);

#include "tests/proc/suites.h"

#endif
