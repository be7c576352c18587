/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stopwatch.h"

/*
 * What the inits of the bench have to run; each is named by a word and its FIFO.
 *
 *   service FIFO           says that it is up, and waits
 *   echo FIFO              and answers each USR1
 *   orphaned FIFO N        leaves N orphans at each USR1
 *   crowd FIFO N           at the first USR1 N orphans, which all die at the second
 *   seize FIFO             at USR1 its child seizes PID 1, so that it dies with the child
 *   talk FIFO              says that it is up, writes 8 KiB to its output, and fails
 *   talks FIFO FIFO2       echo FIFO2, and beside it `talk FIFO` again and again
 *   lines N                writes N lines of 100 bytes
 *   spawn N PROGRAM...     the least that a supervisor can do: N posix_spawn in a loop
 */
enum { LINE_BYTES = 100, BLOCK_LINES = 40, FORK_PAUSE_US = 1000, TALK_BYTES = 8192 };

extern char **environ;

/* So that it is not taken for a part of the supervisor. */
static int
open_to(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        die(path);
    }
    (void)prctl(PR_SET_NAME, "service");
    return fd;
}

static void
say(int fd)
{
    (void)!write(fd, "x", 1);
}

/* USR1 is blocked and waited for, so that no handler stands between. */
static void
block_usr1(sigset_t *ret_set)
{
    (void)sigemptyset(ret_set);
    (void)sigaddset(ret_set, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, ret_set, NULL);
}

static void
await_usr1(const sigset_t *set)
{
    int signal_number;
    (void)sigwait(set, &signal_number);
}

static void
be_service(char **word)
{
    int fd = open_to(word[0]);
    say(fd);
    (void)close(fd);
    for (;;) {
        (void)pause();
    }
}

static void
be_echo(char **word)
{
    sigset_t set;
    int fd = open_to(word[0]);
    block_usr1(&set);
    for (;;) {
        say(fd);
        await_usr1(&set);
    }
}

/* A fork that lasts until there is room. */
static pid_t
fork_somehow(void)
{
    pid_t pid;
    while ((pid = fork()) < 0) {
        (void)usleep(FORK_PAUSE_US);
    }
    return pid;
}

/* A child of a child that has ended: `hold` is what it waits for before it ends, -1 nothing. */
static void
leave_orphan(int hold, int closed)
{
    char byte;
    pid_t child = fork_somehow();
    if (child != 0) {
        (void)waitpid(child, NULL, 0);
        return;
    }
    if (fork_somehow() == 0 && hold >= 0) {
        (void)close(closed);
        (void)!read(hold, &byte, 1);
    }
    _exit(EXIT_SUCCESS);
}

static void
be_orphaned(char **word)
{
    sigset_t set;
    int fd = open_to(word[0]);
    block_usr1(&set);
    for (;;) {
        say(fd);
        await_usr1(&set);
        for (int i = atoi(word[1]); i > 0; i--) {
            leave_orphan(-1, -1);
        }
    }
}

static void
be_crowd(char **word)
{
    sigset_t set;
    int fd = open_to(word[0]);
    block_usr1(&set);
    for (;;) {
        int hold[2];
        say(fd);
        await_usr1(&set);
        if (pipe2(hold, O_CLOEXEC) != 0) {
            die("pipe");
        }
        for (int i = atoi(word[1]); i > 0; i--) {
            leave_orphan(hold[0], hold[1]);
        }
        say(fd);
        await_usr1(&set);
        (void)close(hold[0]);
        (void)close(hold[1]);
    }
}

static void
be_seize(char **word)
{
    sigset_t set;
    int fd = open_to(word[0]);
    block_usr1(&set);
    for (;;) {
        say(fd);
        await_usr1(&set);
        if (fork_somehow() == 0) {
            _exit(ptrace(PTRACE_SEIZE, 1, NULL, (void *)PTRACE_O_EXITKILL) == 0 ? 0 : errno);
        }
        (void)wait(NULL);
    }
}

static void
be_talk(char **word)
{
    static char lines[TALK_BYTES];
    int fd = open_to(word[0]);
    (void)prctl(PR_SET_NAME, "talk"); /* the other one is the service */
    say(fd);
    memset(lines, 'x', sizeof lines);
    for (size_t i = LINE_BYTES; i < sizeof lines; i += LINE_BYTES) {
        lines[i] = '\n';
    }
    (void)!write(STDOUT_FILENO, lines, sizeof lines);
    exit(EXIT_FAILURE);
}

/* For inits that have one command: it is what runs services. */
static void
be_talks(char **word)
{
    if (fork_somehow() == 0) {
        for (;;) {
            if (fork_somehow() == 0) {
                be_talk(word);
            }
            (void)wait(NULL);
        }
    }
    be_echo(word + 1);
}

static void
be_lines(char **word)
{
    static char block[BLOCK_LINES * LINE_BYTES];
    memset(block, 'x', sizeof block);
    for (int i = 1; i <= BLOCK_LINES; i++) {
        block[i * LINE_BYTES - 1] = '\n';
    }
    for (int left = atoi(word[0]); left > 0; left -= BLOCK_LINES) {
        for (size_t done = 0; done < sizeof block;) {
            ssize_t written = write(STDOUT_FILENO, block + done, sizeof block - done);
            if (written < 0) {
                die("standard output");
            }
            done += (size_t)written;
        }
    }
}

static void
be_spawn(char **word)
{
    char **argv = word + 1;
    sigset_t set;
    posix_spawnattr_t attributes;
    (void)sigemptyset(&set);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &set);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = atoi(word[0]); i > 0; i--) {
        pid_t pid;
        if (posix_spawn(&pid, argv[0], NULL, &attributes, argv, environ) != 0) {
            die("posix_spawn");
        }
    }
    /* And the least that a stop can do. */
    int signal_number;
    do {
        (void)sigwait(&set, &signal_number);
    } while (signal_number != SIGTERM);
    (void)kill(-1, SIGTERM);
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    exit(EXIT_SUCCESS);
}

bool
be_something(int argc, char **argv)
{
    static const struct {
        const char *name;
        int words; /* at least, behind it */
        void (*be)(char **word);
    } services[] = {
        {"service", 1, be_service}, {"echo", 1, be_echo},   {"orphaned", 2, be_orphaned},
        {"crowd", 2, be_crowd},     {"seize", 1, be_seize}, {"talk", 1, be_talk},
        {"talks", 2, be_talks},     {"lines", 1, be_lines}, {"spawn", 2, be_spawn},
    };
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (strcmp(argv[1], services[i].name) == 0 && argc >= services[i].words + 2) {
            services[i].be(argv + 2);
            return true;
        }
    }
    return false;
}
