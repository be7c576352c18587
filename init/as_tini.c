/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "config/signame.h"
#include "config/text.h"
#include "init/as.h"
#include "init/as_options.h"

/* tini 0.19.0, and docker-init, which is tini. */

static const char version[] = AS_TINI_VERSION("0.19.0");
static const char usage[] =
    " is roinit under the name of tini: one command under the\n"
    "supervision of a valid init process, which forwards signals and reaps orphans.\n"
    "\n"
    "Usage: tini [OPTIONS] [--] PROGRAM [ARGS]\n"
    "\n"
    "  --version  the version, if nothing else is asked\n"
    "  -h         this text\n"
    "  -l         the licence\n"
    "  -s         be a child subreaper where it is not PID 1 (TINI_SUBREAPER set)\n"
    "  -p SIGNAL  get SIGNAL when the parent ends, such as SIGTERM, and forward it\n"
    "  -g         signals go to the process group (TINI_KILL_PROCESS_GROUP set)\n"
    "  -e CODE    the program's exit code CODE, 0 to 255, becomes 0; may be repeated\n"
    "  -w         warn of each reaped orphan\n"
    "  -v         be more verbose; up to three times (TINI_VERBOSITY=N, else 1)\n"
    "\n"
    "Options end at the program. What roinit can do under its own name: roinit help\n";

enum { WARN = 1, INFO, DEBUG, TRACE };

/* The levels that go to standard output, as tini has it, from INFO on. */
#define SAY(as_, level_, name_, ...)                                                               \
    do {                                                                                           \
        if ((unsigned)(as_)->verbosity >= (level_)) {                                              \
            say((level_) >= INFO ? LOG_STDOUT : LOG_STDERR, name_, getpid(), __VA_ARGS__);         \
        }                                                                                          \
    } while (0)
#define FATAL(pid_, ...) say(LOG_STDERR, "FATAL", pid_, __VA_ARGS__)

static void say(enum log_sink sink, const char *level, pid_t pid, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void
say(enum log_sink sink, const char *level, pid_t pid, const char *format, ...)
{
    char sentence[2048];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    as_say(sink, "[%-5s tini (%d)] %s\n", level, (int)pid, sentence);
}

/* ---------------------------------------------------------------- the command line */

static const struct as_option options[] = {
    {'p', NULL, true},  {'h', NULL, false}, {'v', NULL, false},
    {'w', NULL, false}, {'g', NULL, false}, {'l', NULL, false},
    {'e', NULL, true},  {'s', NULL, false}, {0, NULL, false},
};

static void
say_usage(enum log_sink sink, const char *argv0)
{
    as_say(sink, "%s (%s)%s", argv0, version, usage);
}

/* Names of the kernel's first signals alone, written out: SIGTERM. */
static int
take_death_signal(struct as *as, const char *name)
{
    int number =
        text_starts_with(name, "SIG") && strncmp(name, "SIGRT", 5) != 0 ? signame_number(name) : 0;
    if (number == 0 || number == SIGSTKFLT || number == SIGIO || number == SIGPWR) {
        FATAL(getpid(), "Not a valid option for -p: %s", name);
        return 1;
    }
    as->death_signal = number;
    return AS_GO_ON;
}

static int
take_code(struct as *as, const char *text)
{
    char *end = NULL;
    errno = 0;
    long code = strtol(text, &end, 10); /* an empty one is 0 */
    if (*end != '\0' || code < 0 || code > 255) {
        FATAL(getpid(), "Not a valid option for -e: %s", text);
        return 1;
    }
    as->unit.success_status.codes[code / 64] |= 1ULL << (code % 64);
    return AS_GO_ON;
}

static int
take_option(struct as *as, int letter, const struct as_scan *scan)
{
    switch (letter) {
    case 'h':
        say_usage(LOG_STDOUT, scan->argv[0]);
        return 0;
    case 'l':
        as_say_licence(LOG_STDOUT);
        return 0;
    case 's':
        as->is_subreaper_wanted = true;
        return AS_GO_ON;
    case 'v':
        as->verbosity++;
        return AS_GO_ON;
    case 'w':
        as->tells_reaped = true;
        return AS_GO_ON;
    case 'g':
        as->manners.is_for_group = true;
        return AS_GO_ON;
    case 'p':
        return take_death_signal(as, scan->value);
    case 'e':
        return take_code(as, scan->value);
    }
    as_say(LOG_STDERR, "%s: %s\n", scan->argv[0], scan->why);
    say_usage(LOG_STDERR, scan->argv[0]);
    return 1;
}

static void
take_environment(struct as *as)
{
    const char *verbosity = getenv("TINI_VERBOSITY");
    as->is_subreaper_wanted |= getenv("TINI_SUBREAPER") != NULL;
    as->manners.is_for_group |= getenv("TINI_KILL_PROCESS_GROUP") != NULL;
    if (verbosity != NULL) {
        as->verbosity = (int)strtol(verbosity, NULL, 10); /* whatever it is: as atoi(3) */
    }
}

static int
parse(struct as *as, char **argv)
{
    struct as_scan scan = as_scan_over(argv, options);
    as->verbosity = WARN;
    if (argv[0] != NULL && argv[1] != NULL && text_equal(argv[1], "--version") && argv[2] == NULL) {
        as_say(LOG_STDOUT, "%s\n", version);
        return 0;
    }
    int letter;
    while ((letter = as_scan_next(&scan)) != AS_OPTIONS_END) {
        int code = take_option(as, letter, &scan);
        if (code != AS_GO_ON) {
            return code;
        }
    }
    if (!as_take_command(as, argv + scan.at, getenv("POSIXLY_CORRECT") == NULL)) {
        say_usage(LOG_STDERR, argv[0] != NULL ? argv[0] : "tini");
        return 1;
    }
    take_environment(as);
    return AS_GO_ON;
}

/* ---------------------------------------------------------------- what it says */

static void
prepare(const struct as *as, int subreaper_errnum)
{
    int is_subreaper = 0;
    if (subreaper_errnum != 0) {
        /* Orphans go elsewhere; the command does not suffer for it. */
        SAY(as, WARN, "WARN", "Cannot become a child subreaper: %s", strerror(subreaper_errnum));
    } else if (as->is_subreaper_wanted) {
        SAY(as, TRACE, "TRACE", "Now a child subreaper");
    }
    if (as->verbosity == 0 || getpid() == 1) {
        return;
    }
    if (prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper, 0, 0, 0) != 0 || is_subreaper != 1) {
        SAY(as, WARN, "WARN",
            "Tini is not running as PID 1 and isn't registered as a child subreaper.\n"
            "Orphans will not become its children, so zombie reaping won't work.\n"
            "Use -s, or set TINI_SUBREAPER, or run it as PID 1.");
    }
}

static void
tell_end(const struct as *as, const struct lone_news *news)
{
    SAY(as, DEBUG, "DEBUG", "Reaped child with pid: '%d'", (int)news->pid);
    if (!news->is_command) {
        if (as->tells_reaped) {
            SAY(as, WARN, "WARN", "Reaped zombie process with pid=%d", (int)news->pid);
        }
    } else if (news->died_of != 0) {
        SAY(as, INFO, "INFO", "Main child died of signal '%s'", strsignal(news->died_of));
    } else {
        SAY(as, INFO, "INFO", "Main child exited with '%d'", news->code);
    }
}

static void
tell(void *context, const struct lone_news *news)
{
    const struct as *as = context;
    switch (news->kind) {
    case LONE_STARTED:
        SAY(as, INFO, "INFO", "Spawned child process '%s' with pid '%d'", news->name,
            (int)news->pid);
        return;
    case LONE_NO_FORK:
        FATAL(getpid(), "fork failed: %s", strerror(news->errnum));
        return;
    case LONE_NO_EXEC:
        FATAL(news->pid, "exec %s failed: %s", news->name, strerror(news->errnum));
        return;
    case LONE_SIGNAL:
        if (news->signal == SIGCHLD) {
            SAY(as, DEBUG, "DEBUG", "Received SIGCHLD");
        } else {
            SAY(as, DEBUG, "DEBUG", "Passing signal: '%s'", strsignal(news->signal));
        }
        return;
    case LONE_UNDELIVERED:
        if (news->errnum == ESRCH) {
            SAY(as, WARN, "WARN", "Child was dead when forwarding signal");
        } else {
            SAY(as, WARN, "WARN", "Cannot forward signal '%s': %s", strsignal(news->as),
                strerror(news->errnum));
        }
        return;
    case LONE_ENDED:
        tell_end(as, news);
        return;
    case LONE_NO_MORE:
        SAY(as, TRACE, "TRACE", news->errnum == ECHILD ? "No child is left" : "No child to reap");
        return;
    case LONE_OVER:
        SAY(as, TRACE, "TRACE", "Exiting with '%d'", news->code);
        return;
    case LONE_TERMINAL_LEFT:
    case LONE_TOLD_BY_KERNEL:
    case LONE_REWRITTEN:
    case LONE_FORWARDED:
    case LONE_DROPPED:
    case LONE_STOPS:
    case LONE_NEWS_COUNT:
        return;
    }
}

static const char *const names[] = {"tini", "docker-init", NULL};

const struct personality as_tini = {
    .name = names,
    .manners =
        {
            .place = PLACE_OWN_GROUP,
            .keeps_mask = true,
            .keeps_ignored = true,
            .is_searched_by_libc = true,
            .unblocked = AS_FAULTS,
            .dropped = AS_FAULTS | AS_LIBC | SIGNAME_BIT(SIGTTIN) | SIGNAME_BIT(SIGTTOU),
            .code_not_found = 127,
            .code_not_allowed = 126,
            .code_no_exec = 1,
            .code_no_fork = 1,
        },
    .parse = parse,
    .prepare = prepare,
    .tell = tell,
};
