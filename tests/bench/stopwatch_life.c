/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stopwatch.h"

/* The figures of an init that is up: its memory, restarts, signals, orphans, its end, its idling.
 */

enum { RESTART_PAUSE_US = 1200000 };

ssize_t
read_of(pid_t pid, const char *name, char *bytes, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, bytes, size - 1) : -1;
    if (fd >= 0) {
        (void)close(fd);
    }
    bytes[length > 0 ? length : 0] = '\0';
    return length;
}

static bool
is_in(pid_t pid, const char *namespace)
{
    char path[64], link[64];
    (void)snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length <= 0) {
        return false;
    }
    link[length] = '\0';
    return strcmp(link, namespace) == 0;
}

/* All processes of the init's namespace that are (not) services. */
void
find_family(pid_t init, bool are_services, struct family *ret)
{
    char path[64], namespace[64], comm[64];
    ret->count = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)init);
    ssize_t length = readlink(path, namespace, sizeof namespace - 1);
    DIR *proc = opendir("/proc");
    if (proc == NULL) {
        die("/proc");
    }
    namespace[length > 0 ? length : 0] = '\0'; /* of an init that has ended there is none */
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || !is_in(pid, namespace) || ret->count == PIDS_MAX) {
            continue;
        }
        (void)read_of(pid, "comm", comm, sizeof comm);
        if ((strcmp(comm, "service\n") == 0) == are_services) {
            ret->pid[ret->count++] = pid;
        }
    }
    (void)closedir(proc);
}

static long
proportional_kb(pid_t pid)
{
    char text[4096];
    long kb = 0;
    (void)read_of(pid, "smaps_rollup", text, sizeof text);
    const char *at = strstr(text, "\nPss:");
    if (at != NULL) {
        (void)sscanf(at, "\nPss: %ld kB", &kb);
    }
    return kb;
}

void
run_memory(int services, const char *path, int count, char **candidate)
{
    static struct family family;
    char *argv[WORDS_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        int64_t unused;
        long kb = 0;
        split(candidate[i], argv);
        pid_t pid = start_all(services, fifo, argv, &unused);
        if (pid < 0) {
            (void)printf("%s failed failed\n", argv[0]);
            continue;
        }
        rest(SETTLE_US);
        find_family(pid, false, &family);
        for (int p = 0; p < family.count; p++) {
            kb += proportional_kb(family.pid[p]);
        }
        (void)printf("%s %ld %d\n", argv[0], kb, family.count);
        end_all(pid);
    }
}

void
run_restart(int rounds, const char *path, int count, char **candidate)
{
    static struct family family;
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    pid_t pid[CANDIDATES_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        int64_t unused;
        split(candidate[i], argv[i]);
        pid[i] = start_all(1, fifo, argv[i], &unused);
        has_failed[i] = pid[i] < 0;
    }
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            if (has_failed[i]) {
                continue;
            }
            /* Each out of the same rest: caches are cold after it, and s6 waits where a service
             * was up for less than a second. */
            rest(RESTART_PAUSE_US);
            find_family(pid[i], true, &family);
            int64_t start = now_us();
            if (family.count != 1 || kill(family.pid[0], SIGKILL) != 0 ||
                !await_bytes(fifo, 1, argv[i][0])) {
                give_up(i, pid[i], argv[i][0]);
            }
            took[i][round] = now_us() - start;
        }
    }
    for (int i = 0; i < count; i++) {
        end_all(has_failed[i] ? -1 : pid[i]);
    }
    print_medians(rounds, count, argv);
}

void
run_signal(int rounds, const char *path, int count, char **candidate)
{
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    pid_t pid[CANDIDATES_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        int64_t unused;
        split(candidate[i], argv[i]);
        pid[i] = start_all(1, fifo, argv[i], &unused);
        has_failed[i] = pid[i] < 0;
    }
    rest(SETTLE_US);
    for (int round = -10; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            if (has_failed[i]) {
                continue;
            }
            int64_t start = now_us();
            if (kill(pid[i], SIGUSR1) != 0 || !await_bytes(fifo, 1, argv[i][0])) {
                give_up(i, pid[i], argv[i][0]);
            }
            took[i][round < 0 ? 0 : round] = now_us() - start;
        }
    }
    for (int i = 0; i < count; i++) {
        end_all(has_failed[i] ? -1 : pid[i]);
    }
    print_medians(rounds, count, argv);
}

/* Nanoseconds on a processor so far. */
int64_t
cpu_ns(pid_t pid)
{
    char text[256];
    (void)read_of(pid, "schedstat", text, sizeof text);
    return strtoll(text, NULL, 10);
}

int
count_zombies(pid_t init)
{
    static struct family family;
    char text[512];
    int zombies = 0;
    for (int kind = 0; kind < 2; kind++) {
        find_family(init, kind == 1, &family);
        for (int i = 0; i < family.count; i++) {
            const char *state =
                read_of(family.pid[i], "stat", text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
            zombies += state != NULL && state[2] == 'Z';
        }
    }
    return zombies;
}

void
run_stop(int rounds, int services, const char *path, int count, char **candidate)
{
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    int signal_of[CANDIDATES_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        split(candidate[i], argv[i]);
        signal_of[i] = atoi(argv[i][0]);
        memmove(argv[i], argv[i] + 1, sizeof argv[i] - sizeof argv[i][0]);
    }
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            int64_t unused;
            int status;
            pid_t pid = has_failed[i] ? -1 : start_all(services, fifo, argv[i], &unused);
            has_failed[i] = pid < 0;
            if (has_failed[i]) {
                continue;
            }
            rest(SETTLE_US / 10);
            int64_t start = now_us();
            (void)kill(pid, signal_of[i]);
            (void)waitpid(pid, &status, 0);
            took[i][round] = now_us() - start;
        }
    }
    print_medians(rounds, count, argv);
}

/* Switches of all that is no service, and its time on a processor. */
static void
add_up(const struct family *family, int64_t *ret_switches, int64_t *ret_ns)
{
    *ret_switches = *ret_ns = 0;
    for (int i = 0; i < family->count; i++) {
        char text[4096];
        long switches = 0;
        (void)read_of(family->pid[i], "status", text, sizeof text);
        const char *at = strstr(text, "\nvoluntary_ctxt_switches:");
        if (at != NULL) {
            (void)sscanf(at, "\nvoluntary_ctxt_switches: %ld", &switches);
        }
        *ret_switches += switches;
        *ret_ns += cpu_ns(family->pid[i]);
    }
}

void
run_idle(int seconds, int services, const char *path, int count, char **candidate)
{
    static struct family family[CANDIDATES_MAX];
    char *argv[CANDIDATES_MAX][WORDS_MAX];
    int64_t switches[CANDIDATES_MAX], ns[CANDIDATES_MAX];
    pid_t pid[CANDIDATES_MAX];
    int fifo = open_fifo(path);
    for (int i = 0; i < count; i++) {
        int64_t unused;
        split(candidate[i], argv[i]);
        pid[i] = start_all(services, fifo, argv[i], &unused);
        has_failed[i] = pid[i] < 0;
    }
    rest(3 * SETTLE_US);
    for (int i = 0; i < count; i++) {
        if (has_failed[i]) {
            continue;
        }
        find_family(pid[i], false, &family[i]);
        add_up(&family[i], &switches[i], &ns[i]);
    }
    (void)sleep((unsigned)seconds);
    for (int i = 0; i < count; i++) {
        int64_t switches_now, ns_now;
        if (has_failed[i]) {
            (void)printf("%s failed failed\n", argv[i][0]);
            continue;
        }
        add_up(&family[i], &switches_now, &ns_now);
        (void)printf("%s %" PRId64 " %" PRId64 "\n", argv[i][0], switches_now - switches[i],
                     (ns_now - ns[i]) / 1000);
        end_all(pid[i]);
    }
}
