/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_sched.h"

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CPU_WORDS = 1024 / (8 * sizeof(unsigned long)) }; /* a machine with more is not looked at */

struct cpus {
    unsigned long word[CPU_WORDS];
    size_t bytes; /* 0: unknown */
};

static struct {
    int nice, policy;
    struct cpus cpus;
} boot;

/* Raw: the C libraries' sched_* refuse to work on processes (musl), or want other types. */
static struct cpus
read_cpus(void)
{
    struct cpus cpus = {0};
    long got = syscall(SYS_sched_getaffinity, 0, sizeof cpus.word, cpus.word);
    cpus.bytes = got > 0 ? (size_t)got : 0;
    return cpus;
}

static bool
is_within(const struct cpus *small, const struct cpus *large)
{
    for (size_t i = 0; i < CPU_WORDS; i++) {
        if ((small->word[i] & ~large->word[i]) != 0) {
            return false;
        }
    }
    return true;
}

static bool
has_lost_cpus(void)
{
    struct cpus now = read_cpus();
    if (now.bytes == 0 || boot.cpus.bytes == 0 || is_within(&boot.cpus, &now)) {
        boot.cpus = now;
        return false;
    }
    (void)syscall(SYS_sched_setaffinity, 0, boot.cpus.bytes, boot.cpus.word);
    struct cpus then = read_cpus();
    bool is_mended = memcmp(then.word, now.word, sizeof now.word) != 0;
    boot.cpus = then; /* what could not be mended is the cpuset's, and the new measure */
    return is_mended;
}

static bool
has_lower_policy(void)
{
    const struct sched_param none = {0};
    int now = (int)syscall(SYS_sched_getscheduler, 0);
    if (now < 0 || now == boot.policy) {
        return false;
    }
    if (boot.policy == SCHED_OTHER || boot.policy == SCHED_BATCH) {
        (void)syscall(SYS_sched_setscheduler, 0, boot.policy, &none);
    }
    return true;
}

void
sched_note(void)
{
    boot.nice = getpriority(PRIO_PROCESS, 0);
    boot.policy = (int)syscall(SYS_sched_getscheduler, 0);
    boot.cpus = read_cpus();
}

const char *
sched_tampered(void)
{
    const char *what = NULL;
    if (has_lost_cpus()) {
        what = "the CPUs";
    }
    if (has_lower_policy()) {
        what = "the scheduling policy";
    }
    if (getpriority(PRIO_PROCESS, 0) > boot.nice) {
        (void)setpriority(PRIO_PROCESS, 0, boot.nice);
        what = "the priority";
    }
    return what;
}
