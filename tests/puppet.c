/* SPDX-License-Identifier: MIT */
/*
 * The puppet: a small static program whose words script what it does, one after the other. It is
 * the service of the proc ring. A word is VERB or VERB:ARGUMENT; the words between `fork[:N]` and
 * `end` are done by N children. Signals that it "catches" are blocked and taken by the waiting
 * verbs, so that no C library's idea of real-time signals stands between.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/puppet_net.h"
#include "tests/puppet_show.h"

enum { SIGNAL_COUNT = 64, TICK_MS = 5, MASK_BYTES = 8 };

static uint64_t caught;                      /* the kernel's own mask: bit N-1 is signal N */
static int code_of_signal[SIGNAL_COUNT + 1]; /* 0: print it; else end with this, less one */

static void
complain(const char *what)
{
    dprintf(STDERR_FILENO, "puppet: %s: errno %d\n", what, errno);
    _exit(99);
}

static int
number(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

/* The part after the next colon; the first part is cut there. */
static char *
split(char *text)
{
    char *colon = strchr(text, ':');
    if (colon == NULL) {
        return text + strlen(text);
    }
    *colon = '\0';
    return colon + 1;
}

static void
block(uint64_t mask)
{
    caught |= mask;
    if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, &caught, NULL, MASK_BYTES) != 0) {
        complain("sigprocmask");
    }
}

/* Waits that long (-1: for ever) for a signal that is caught, and answers it; returns it, or 0. */
static int
take_signal(int wait_ms)
{
    struct timespec limit = {.tv_sec = wait_ms / 1000, .tv_nsec = (wait_ms % 1000) * 1000000L};
    long taken =
        syscall(SYS_rt_sigtimedwait, &caught, NULL, wait_ms < 0 ? NULL : &limit, MASK_BYTES);
    if (taken <= 0) {
        return 0;
    }
    dprintf(STDOUT_FILENO, "caught %ld\n", taken);
    if (code_of_signal[taken] != 0) {
        _exit(code_of_signal[taken] - 1);
    }
    return (int)taken;
}

static void
do_catch(char *arg)
{
    if (strcmp(arg, "all") == 0) {
        uint64_t libc_internal = 3ULL << 31; /* 32 and 33 */
        block(~libc_internal & ~(1ULL << (SIGCHLD - 1)));
        return;
    }
    char *code = split(arg);
    int signal_number = number(arg);
    code_of_signal[signal_number] = *code == '\0' ? 0 : number(code) + 1;
    block(1ULL << (signal_number - 1));
}

/* until:N: catches signals, and goes on when N has come. */
static void
do_until(char *arg)
{
    block(1ULL << (number(arg) - 1));
    while (take_signal(-1) != number(arg)) {
    }
}

static void
do_sleep(char *arg)
{
    if (*arg != '\0') {
        struct timespec start;
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &start);
        do {
            (void)take_signal(TICK_MS);
            clock_gettime(CLOCK_MONOTONIC, &now);
        } while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 <
                 number(arg));
        return;
    }
    for (;;) {
        (void)take_signal(-1);
    }
}

static void
do_die(char *arg)
{
    const struct rlimit no_core = {0, 0};
    int signal_number = number(arg);
    uint64_t mask = 1ULL << (signal_number - 1);
    setrlimit(RLIMIT_CORE, &no_core);
    syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &mask, NULL, MASK_BYTES);
    kill(getpid(), signal_number);
    complain("die");
}

static void
do_print(char *arg)
{
    dprintf(STDOUT_FILENO, "%s\n", arg);
}

static void
do_say(char *arg)
{
    dprintf(STDOUT_FILENO, "%s", arg);
}

static void
do_err(char *arg)
{
    dprintf(STDERR_FILENO, "%s\n", arg);
}

static void
do_hex(char *arg)
{
    for (; arg[0] != '\0' && arg[1] != '\0'; arg += 2) {
        char pair[3] = {arg[0], arg[1], '\0'};
        char byte = (char)strtol(pair, NULL, 16);
        (void)!write(STDOUT_FILENO, &byte, 1);
    }
}

/* flood:N: N bytes without a newline. */
static void
do_flood(char *arg)
{
    char chunk[4096];
    memset(chunk, 'x', sizeof(chunk));
    for (long left = strtol(arg, NULL, 10); left > 0;) {
        ssize_t put =
            write(STDOUT_FILENO, chunk, left < (long)sizeof(chunk) ? (size_t)left : sizeof(chunk));
        if (put < 0) {
            complain("flood");
        }
        left -= put;
    }
}

/* lines:N: N numbered lines of 64 bytes. */
static void
do_lines(char *arg)
{
    for (int i = 0; i < number(arg); i++) {
        dprintf(STDOUT_FILENO, "line %06d ..................................................\n", i);
    }
}

static void
do_exit(char *arg)
{
    _exit(number(arg));
}

static void
do_ignore(char *arg)
{
    signal(number(arg), SIG_IGN);
}

/* orphans:N: N processes whose parents are gone, and which end at once. */
static void
do_orphans(char *arg)
{
    for (int i = 0; i < number(arg); i++) {
        pid_t pid = fork();
        if (pid < 0) {
            complain("fork");
        }
        if (pid == 0) {
            _exit(fork() < 0 ? 99 : 0);
        }
        waitpid(pid, NULL, 0);
    }
}

static void
do_reap(char *arg)
{
    (void)arg;
    while (wait(NULL) > 0 || errno == EINTR) {
    }
}

static void
do_setsid(char *arg)
{
    (void)arg;
    setsid();
}

static void
do_setpgid(char *arg)
{
    (void)arg;
    setpgid(0, 0);
}

static void
do_close(char *arg)
{
    close(number(arg));
}

static void
do_stop(char *arg)
{
    (void)arg;
    raise(SIGSTOP);
}

static void
do_kill(char *arg)
{
    char *target = split(arg);
    puppet_verdict("kill", kill(number(target), number(arg)));
}

static void
write_file(char *arg, int flags)
{
    char *text = split(arg);
    int fd = open(arg, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
    if (fd < 0 || dprintf(fd, "%s\n", text) < 0) {
        puppet_verdict(arg, -1);
    }
    close(fd);
}

static void
do_file(char *arg)
{
    write_file(arg, O_TRUNC);
}

static void
do_append(char *arg)
{
    write_file(arg, O_APPEND);
}

/* await:PATH: until it exists. */
static void
do_await(char *arg)
{
    while (access(arg, F_OK) != 0) {
        (void)take_signal(TICK_MS);
    }
}

/* fail:PATH:TIMES:CODE: ends with CODE the first TIMES times; PATH counts. */
static void
do_fail(char *arg)
{
    char *times = split(arg);
    char *code = split(times);
    struct stat info = {.st_size = 0};
    int fd = open(arg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, ".", 1) != 1 || fstat(fd, &info) != 0) {
        complain(arg);
    }
    close(fd);
    dprintf(STDOUT_FILENO, "start %d\n", (int)info.st_size);
    if (info.st_size <= number(times)) {
        _exit(number(code));
    }
}

static void
do_setuid(char *arg)
{
    uid_t uid = (uid_t)strtoul(arg, NULL, 10);
    puppet_verdict("setresuid", setresuid(uid, uid, uid));
}

static void
do_setgroups(char *arg)
{
    (void)arg;
    const gid_t root = 0;
    puppet_verdict("setgroups", syscall(SYS_setgroups, 1, &root));
}

/* clang-format off */
static const struct verb {
    const char *name;
    void (*act)(char *arg);
} verbs[] = {
    {"append", do_append}, {"argv", show_argv},         {"attack", show_attack},   {"await", do_await},
    {"cat", show_cat},       {"catch", do_catch},       {"close", do_close},     {"cwd", show_cwd},
    {"die", do_die},       {"env", show_env},           {"err", do_err},         {"exit", do_exit},
    {"fail", do_fail},     {"fds", show_fds},           {"file", do_file},       {"flood", do_flood},
    {"hex", do_hex},       {"ignore", do_ignore},     {"kill", do_kill},       {"limit", show_limit},
    {"lines", do_lines},   {"orphans", do_orphans},   {"print", do_print},     {"reap", do_reap},
    {"listen", net_listen}, {"newline", net_newline},   {"notify", net_notify},  {"notifyfd", net_notify_fd},
    {"flood_notify", net_flood_notify}, {"serve", net_serve},
    {"say", do_say},       {"session", show_session},   {"setgroups", do_setgroups},
    {"setpgid", do_setpgid}, {"setsid", do_setsid},   {"setuid", do_setuid},   {"sleep", do_sleep},
    {"status", show_status}, {"stop", do_stop},         {"umask", show_umask},{"until", do_until},
};
/* clang-format on */

static void
act(char *word)
{
    char *arg = split(word);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, word) == 0) {
            verbs[i].act(arg);
            return;
        }
    }
    complain(word);
}

static char **
skip_block(char **word)
{
    for (int depth = 1; *word != NULL && depth > 0; word++) {
        depth += strncmp(*word, "fork", 4) == 0 ? 1 : (strcmp(*word, "end") == 0 ? -1 : 0);
    }
    return word;
}

/* In a child the block is all that is left to do. */
static char **
fork_block(char **word)
{
    char **block_start = word + 1;
    int count = (*word)[4] == ':' ? number(*word + 5) : 1;
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            complain("fork");
        }
        if (pid == 0) {
            return block_start;
        }
    }
    return skip_block(block_start);
}

int
main(int argc, char **argv)
{
    (void)argc;
    puppet_words = argv;
    for (char **word = argv + 1; *word != NULL;) {
        if (strncmp(*word, "fork", 4) == 0) {
            word = fork_block(word);
        } else if (strcmp(*word, "end") == 0) {
            return 0; /* only a child meets it */
        } else {
            act(*word++);
        }
    }
    return 0;
}
