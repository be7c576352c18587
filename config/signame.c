/* SPDX-License-Identifier: MIT */
#include "config/signame.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "config/text.h"

/* The first row of a number is the name that is written; the others are read as well. */
/* clang-format off */
static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGHUP,    "HUP"},
    {SIGINT,    "INT"},
    {SIGQUIT,   "QUIT"},
    {SIGILL,    "ILL"},
    {SIGTRAP,   "TRAP"},
    {SIGABRT,   "ABRT"},
    {SIGABRT,   "IOT"},
    {SIGBUS,    "BUS"},
    {SIGFPE,    "FPE"},
    {SIGKILL,   "KILL"},
    {SIGUSR1,   "USR1"},
    {SIGSEGV,   "SEGV"},
    {SIGUSR2,   "USR2"},
    {SIGPIPE,   "PIPE"},
    {SIGALRM,   "ALRM"},
    {SIGTERM,   "TERM"},
    {SIGSTKFLT, "STKFLT"},
    {SIGCHLD,   "CHLD"},
    {SIGCHLD,   "CLD"},
    {SIGCONT,   "CONT"},
    {SIGSTOP,   "STOP"},
    {SIGTSTP,   "TSTP"},
    {SIGTTIN,   "TTIN"},
    {SIGTTOU,   "TTOU"},
    {SIGURG,    "URG"},
    {SIGXCPU,   "XCPU"},
    {SIGXFSZ,   "XFSZ"},
    {SIGVTALRM, "VTALRM"},
    {SIGPROF,   "PROF"},
    {SIGWINCH,  "WINCH"},
    {SIGIO,     "IO"},
    {SIGIO,     "POLL"},
    {SIGPWR,    "PWR"},
    {SIGSYS,    "SYS"},
};
/* clang-format on */
static const size_t signal_count = sizeof(signals) / sizeof(signals[0]);

static int
realtime_number(const char *name)
{
    enum { SPAN = SIGNAME_MAX - SIGNAME_RTMIN };
    unsigned long long distance = 0;
    bool is_min = text_starts_with(name, "RTMIN");
    if (!is_min && !text_starts_with(name, "RTMAX")) {
        return 0;
    }
    const char *rest = name + strlen("RTMIN");
    if (*rest != '\0' &&
        (*rest != (is_min ? '+' : '-') || !text_number(rest + 1, SPAN, &distance))) {
        return 0;
    }
    return is_min ? SIGNAME_RTMIN + (int)distance : SIGNAME_MAX - (int)distance;
}

int
signame_number(const char *name)
{
    unsigned long long number = 0;
    if (text_number(name, SIGNAME_MAX, &number)) {
        return (int)number;
    }
    if (text_starts_with(name, "SIG")) {
        name += strlen("SIG");
    }
    for (size_t i = 0; i < signal_count; i++) {
        if (strcmp(signals[i].name, name) == 0) {
            return signals[i].number;
        }
    }
    return realtime_number(name);
}

char *
signame_text(int number, char *buffer, size_t size)
{
    for (size_t i = 0; i < signal_count; i++) {
        if (signals[i].number == number) {
            (void)snprintf(buffer, size, "%s", signals[i].name);
            return buffer;
        }
    }
    if (number == SIGNAME_RTMIN) {
        (void)snprintf(buffer, size, "RTMIN");
    } else if (number > SIGNAME_RTMIN && number <= SIGNAME_MAX) {
        (void)snprintf(buffer, size, "RTMIN+%d", number - SIGNAME_RTMIN);
    } else {
        (void)snprintf(buffer, size, "%d", number);
    }
    return buffer;
}
