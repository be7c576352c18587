/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stopwatch.h"

/* Inits under siege: orphans, an attacker of their uid, a reader that stands still, a fork that
 * fails. */

enum {
    TURNS = 10, /* that the orphans of one candidate come in */
    SIEGE_UID = 2000,
    SIEGE_FORKS = 50, /* processes that it may have */
    SECOND_US = 1000000,
    STALL_PAUSE_US = 1200000, /* some wait where a service was up for less than a second */
};

static struct family family;

/* How many children an init has, zombies among them (proc(5), /proc/pid/task/tid/children). */
static long
count_children(pid_t init)
{
    char path[64], bytes[65536];
    long words = 0;
    ssize_t length;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)init, (int)init);
    int fd = open(path, O_RDONLY | O_CLOEXEC); /* of an init that has ended there is none */
    while (fd >= 0 && (length = read(fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < length; i++) {
            words += bytes[i] == ' '; /* one behind each */
        }
    }
    (void)close(fd);
    return words;
}

/* The one service of an init, or -1. */
static pid_t
service_of(pid_t init)
{
    find_family(init, true, &family);
    return family.count == 1 ? family.pid[0] : -1;
}

/* One turn: USR1 to the service, and its answer. Returns the most children over `base`, or -1. */
static long
take_turn(pid_t init, pid_t service, int fifo)
{
    long base = count_children(init), most = 0;
    struct pollfd poll_fd = {.fd = fifo, .events = POLLIN};
    int64_t end = now_us() + (int64_t)WAIT_MS * 1000;
    (void)kill(service, SIGUSR1);
    while (poll(&poll_fd, 1, 2) == 0) {
        long now = count_children(init) - base;
        most = now > most ? now : most;
        if (now_us() > end) {
            return -1;
        }
    }
    return await_bytes(fifo, 1, "orphans") ? most : -1;
}

void
run_orphans(int orphans, const char *path, int count, char **candidate)
{
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    pid_t pid[CANDIDATES_MAX], service[CANDIDATES_MAX];
    long most[CANDIDATES_MAX] = {0};
    int zombies[CANDIDATES_MAX] = {0};
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        int64_t unused;
        split(candidate[i], argv[i]);
        pid[i] = start_all(1, fifo, argv[i], &unused);
        service[i] = pid[i] > 0 ? service_of(pid[i]) : -1;
        has_failed[i] = service[i] < 0;
    }
    for (int turn = 0; turn < TURNS; turn++) {
        for (int i = 0; i < count; i++) {
            if (has_failed[i]) {
                continue;
            }
            int64_t before = cpu_ns(pid[i]);
            long seen = take_turn(pid[i], service[i], fifo);
            if (seen < 0) {
                give_up(i, pid[i], argv[i][0]);
                continue;
            }
            rest(SECOND_US / 10);
            took[i][turn] = (cpu_ns(pid[i]) - before) * TURNS / orphans;
            most[i] = seen > most[i] ? seen : most[i];
            if (turn == TURNS - 1) {
                rest(SECOND_US - SECOND_US / 10);
                zombies[i] = count_zombies(pid[i]);
            }
        }
    }
    for (int i = 0; i < count; i++) {
        int64_t median = median_of(i, TURNS);
        if (has_failed[i]) {
            (void)printf("%s failed failed failed\n", argv[i][0]);
        } else {
            (void)printf("%s %" PRId64 " %d %ld\n", argv[i][0], median, zombies[i], most[i]);
            end_all(pid[i]);
        }
    }
}

/* One `status` over the socket: microseconds until the whole answer is there; -1: none. */
static int64_t
ask(const char *socket_path)
{
    static const char request[] = "\1status\0"; /* with the NUL of the literal: the empty word */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char bytes[4096];
    ssize_t got = -1;
    int64_t start = now_us();
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        write(fd, request, sizeof request) == (ssize_t)sizeof request) {
        long all = 0;
        while ((got = read(fd, bytes, sizeof bytes)) > 0) {
            all += got;
        }
        got = all > 0 ? 0 : -1;
    }
    (void)close(fd);
    return got == 0 ? now_us() - start : -1;
}

/* They die: until all are gone, and the longest answer meanwhile. */
static int64_t
time_burst(pid_t init, pid_t service, long base, const char *socket_path, int64_t *ret_longest)
{
    int64_t start = now_us(), end = start + (int64_t)WAIT_MS * 1000;
    *ret_longest = 0;
    (void)kill(service, SIGUSR1);
    while (count_children(init) > base && now_us() < end) {
        int64_t answer = socket_path[0] == '/' ? ask(socket_path) : 0;
        *ret_longest = answer > *ret_longest ? answer : *ret_longest;
        rest(SECOND_US / 1000);
    }
    return now_us() - start;
}

void
run_burst(int orphans, const char *path, const char *socket_path, int count, char **candidate)
{
    char *argv[WORDS_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        int64_t unused, longest = 0;
        split(candidate[i], argv);
        pid_t pid = start_all(1, fifo, argv, &unused);
        pid_t service = pid > 0 ? service_of(pid) : -1;
        long base = service > 0 ? count_children(pid) : 0;
        if (service < 0 || kill(service, SIGUSR1) != 0 || !await_bytes(fifo, 1, argv[0]) ||
            count_children(pid) - base < orphans) {
            (void)fprintf(stderr, "stopwatch: %s: its orphans did not come\n", argv[0]);
            (void)printf("%s failed failed failed\n", argv[0]);
            end_all(pid);
            continue;
        }
        int64_t burst = time_burst(pid, service, base, socket_path, &longest);
        rest(burst < SECOND_US ? SECOND_US - burst : 0);
        (void)printf("%s %" PRId64 " %d %" PRId64 "\n", argv[0], burst, count_zombies(pid),
                     longest);
        end_all(pid);
        (void)drain(fifo);
    }
}

void
run_seize(int rounds, const char *path, int count, char **candidate)
{
    char *argv[WORDS_MAX];
    int fifo = open_fifo(path);
    run_as = SIEGE_UID;
    for (int i = 0; i < count; i++) {
        int killed = 0, tried = 0;
        split(candidate[i], argv);
        for (int round = 0; round < rounds; round++) {
            int64_t unused;
            int status = 0;
            pid_t pid = start_all(1, fifo, argv, &unused);
            pid_t service = pid > 0 ? service_of(pid) : -1;
            if (service < 0) {
                end_all(pid);
                continue;
            }
            tried++;
            (void)kill(service, SIGUSR1);
            rest(SECOND_US / 5);
            if (waitpid(pid, &status, WNOHANG) == pid) {
                killed++;
            } else {
                end_all(pid);
            }
        }
        (void)printf("%s %s\n", argv[0], tried == 0 ? "failed" : killed > 0 ? "killed" : "lives");
    }
}

/* Is PID 1 in a write that waits? /proc/pid/syscall begins with the number of the call. */
static bool
is_in_write(pid_t pid)
{
    char text[256];
    (void)read_of(pid, "syscall", text, sizeof text);
    long number = text[0] >= '0' && text[0] <= '9' ? strtol(text, NULL, 10) : -1;
    return number == SYS_write || number == SYS_writev;
}

/* One candidate whose output nobody reads. The service is killed, or (is_lone) PID 1 gets USR1. */
static bool
besiege(pid_t pid, bool is_lone, int seconds, const int fifo[2], long *ret_starts,
        int64_t *ret_longest, int *ret_blocked)
{
    *ret_starts = *ret_longest = *ret_blocked = 0;
    rest(SETTLE_US); /* the pipe is full by now */
    (void)drain(fifo[0]);
    int64_t end = now_us() + (int64_t)seconds * SECOND_US, pause_end = 0;
    while (now_us() < end) {
        int64_t start = now_us();
        pid_t aim = is_lone ? pid : service_of(pid);
        if (start >= pause_end) {
            pause_end = start + (is_lone ? SECOND_US / 5 : rest_us(STALL_PAUSE_US));
            if (aim <= 0 || kill(aim, is_lone ? SIGUSR1 : SIGKILL) != 0 ||
                !await_bytes(fifo[1], 1, "besieged")) {
                return false;
            }
            int64_t one = now_us() - start;
            *ret_longest = one > *ret_longest ? one : *ret_longest;
        }
        *ret_starts += drain(fifo[0]);
        *ret_blocked += is_in_write(pid);
        rest(SECOND_US / 50);
    }
    return true;
}

void
run_stalled(int seconds, const char *path, const char *steady_path, int count, char **candidate)
{
    char *argv[WORDS_MAX];
    int fifo[2] = {open_fifo(path), open_fifo(steady_path)};
    int said = dup(STDERR_FILENO);
    for (int i = 0; i < count; i++) {
        int64_t unused, longest;
        long starts;
        int full[2], blocked;
        split(candidate[i], argv);
        bool is_lone = strcmp(argv[0], "lone") == 0;
        if (pipe2(full, O_CLOEXEC) != 0) {
            die("pipe");
        }
        (void)dup2(full[1], STDERR_FILENO); /* an init's output is the stopwatch's stderr */
        pid_t pid = start_all(1, fifo[1], is_lone ? argv + 1 : argv, &unused);
        (void)dup2(said, STDERR_FILENO);
        bool is_well = pid > 0 && besiege(pid, is_lone, seconds, fifo, &starts, &longest, &blocked);
        if (is_well) {
            (void)printf("%s %ld %" PRId64 " %d\n", argv[is_lone], starts / seconds, longest,
                         blocked);
        } else {
            (void)printf("%s failed failed failed\n", argv[is_lone]);
        }
        end_all(pid);
        (void)close(full[0]);
        (void)close(full[1]);
        (void)drain(fifo[0]);
    }
}

static void
wait_for(int signal_number)
{
    sigset_t set;
    int caught;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, signal_number);
    (void)sigwait(&set, &caught);
}

/* Takes all processes that the uid of the inits may have, until it hears TERM: then fork(2) fails
 * for whoever has that limit. Returns its pid once they are there. */
static pid_t
take_all_forks(void)
{
    int ready[2];
    char byte;
    sigset_t set, old;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, &old);
    if (pipe2(ready, O_CLOEXEC) != 0) {
        die("pipe");
    }
    pid_t pid = fork();
    if (pid == 0) {
        pid_t taken[SIEGE_FORKS];
        if (setgroups(0, NULL) != 0 || setgid(SIEGE_UID) != 0 || setuid(SIEGE_UID) != 0) {
            die("setuid");
        }
        for (int i = 0; i < SIEGE_FORKS; i++) {
            taken[i] = fork();
            if (taken[i] == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
                wait_for(SIGTERM);
                _exit(EXIT_SUCCESS);
            }
        }
        (void)!write(ready[1], "x", 1);
        wait_for(SIGTERM);
        for (int i = 0; i < SIEGE_FORKS; i++) {
            (void)kill(taken[i], SIGTERM);
            (void)waitpid(taken[i], NULL, 0);
        }
        _exit(EXIT_SUCCESS);
    }
    (void)sigprocmask(SIG_SETMASK, &old, NULL);
    (void)close(ready[1]);
    (void)!read(ready[0], &byte, 1);
    (void)close(ready[0]);
    return pid;
}

static void
end_thief(pid_t pid)
{
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
}

void
run_fork(int seconds, const char *path, int count, char **candidate)
{
    char *argv[WORDS_MAX];
    int fifo = open_fifo(path);
    run_as = SIEGE_UID;
    may_fork = SIEGE_FORKS;
    for (int i = 0; i < count; i++) {
        int64_t unused;
        int status;
        split(candidate[i], argv);
        pid_t pid = start_all(1, fifo, argv, &unused);
        rest(pid > 0 ? STALL_PAUSE_US : 0);
        pid_t service = pid > 0 ? service_of(pid) : -1;
        if (service < 0) {
            (void)printf("%s failed\n", argv[0]);
            end_all(pid);
            continue;
        }
        pid_t thief = take_all_forks();
        (void)kill(service, SIGKILL);
        rest(SECOND_US / 5);
        if (waitpid(pid, &status, WNOHANG) == pid) {
            (void)printf("%s ends\n", argv[0]);
            end_thief(thief);
            continue;
        }
        (void)sleep((unsigned)seconds);
        if (drain(fifo) > 0) {
            (void)fprintf(stderr, "stopwatch: %s: fork did not fail\n", argv[0]);
            (void)printf("%s failed\n", argv[0]);
            end_all(pid);
            end_thief(thief);
            continue;
        }
        int64_t start = now_us();
        end_thief(thief);
        bool is_back = await_bytes(fifo, 1, argv[0]);
        if (is_back) {
            (void)printf("%s %" PRId64 "\n", argv[0], now_us() - start);
        } else {
            (void)printf("%s never\n", argv[0]);
        }
        end_all(pid);
    }
}
