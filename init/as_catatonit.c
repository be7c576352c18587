/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/signame.h"
#include "config/text.h"
#include "init/as.h"
#include "init/as_options.h"

/* catatonit 0.1.7, and podman-init, as which Podman mounts it. Its lines begin with the level, the
 * name and the pid; what its users read is otherwise roinit's. */

enum { ERROR, WARN, INFO, DEBUG };

static const char version[] = AS_TINI_VERSION("0.1.7");
static const char usage[] =
    "Usage: %s [-ghLPV] [--] PROGRAM [ARGUMENTS...]\n"
    "\n"
    "roinit under the name of catatonit: one command, its signals and its orphans.\n"
    "\n"
    "  -g             signals go to the process group\n"
    "  -P             run nothing, reap orphans until TERM or INT\n"
    "  -h             this text\n"
    "  -L             the licence\n"
    "  -V, --version  the version\n"
    "\n"
    "CATATONIT_DEBUG set: say on standard error what happens.\n";

#define SAY(as_, level_, ...)                                                                      \
    do {                                                                                           \
        if ((as_)->verbosity >= (level_)) {                                                        \
            say(level_, getpid(), __VA_ARGS__);                                                    \
        }                                                                                          \
    } while (0)

static void say(int level, pid_t pid, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
say(int level, pid_t pid, const char *format, ...)
{
    static const char *const words[] = {
        [ERROR] = "ERROR", [WARN] = "WARN", [INFO] = "INFO", [DEBUG] = "DEBUG"};
    char sentence[2048];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    as_say(LOG_STDERR, "%s (catatonit:%d): %s\n", words[level], (int)pid, sentence);
}

/* ---------------------------------------------------------------- the command line */

static const struct as_option options[] = {
    {'g', NULL, false}, {'h', NULL, false},      {'L', NULL, false},
    {'P', NULL, false}, {'V', "version", false}, {0, NULL, false},
};

static int
take_option(struct as *as, int letter, const struct as_scan *scan)
{
    switch (letter) {
    case 'g':
        as->manners.is_for_group = true;
        return AS_GO_ON;
    case 'P':
        as->is_pause = true;
        return AS_GO_ON;
    case 'h':
        as_say(LOG_STDERR, usage, scan->argv[0]);
        return 0;
    case 'L':
        as_say_licence(LOG_STDOUT);
        return 0;
    case 'V':
        as_say(LOG_STDOUT, "%s\n", version);
        return 0;
    }
    as_say(LOG_STDERR, "%s: %s\n", scan->argv[0], scan->why);
    as_say(LOG_STDERR, usage, scan->argv[0]);
    return 1;
}

static int
parse(struct as *as, char **argv)
{
    struct as_scan scan = as_scan_over(argv, options);
    int letter;
    as->verbosity = getenv("CATATONIT_DEBUG") != NULL ? DEBUG : ERROR;
    if (getenv("CATATONIT_LOG") != NULL) {
        SAY(as, ERROR, "CATATONIT_LOG is not supported: unset it");
        return 1;
    }
    while ((letter = as_scan_next(&scan)) != AS_OPTIONS_END) {
        int code = take_option(as, letter, &scan);
        if (code != AS_GO_ON) {
            return code;
        }
    }
    bool drops_dashes = getenv("POSIXLY_CORRECT") == NULL;
    if (!as->is_pause && !as_take_command(as, argv + scan.at, drops_dashes)) {
        SAY(as, ERROR, "missing program name");
        as_say(LOG_STDERR, usage, argv[0] != NULL ? argv[0] : "catatonit");
        return 1;
    }
    return AS_GO_ON;
}

/* ---------------------------------------------------------------- what it says */

static void
prepare(const struct as *as, int subreaper_errnum)
{
    if (subreaper_errnum != 0) {
        SAY(as, WARN, "cannot become a child subreaper: %s", strerror(subreaper_errnum));
    }
}

static void
tell(void *context, const struct lone_news *news)
{
    const struct as *as = context;
    switch (news->kind) {
    case LONE_STARTED:
        SAY(as, DEBUG, "pid %d is \"%s\"", (int)news->pid, news->name);
        return;
    case LONE_NO_FORK:
        SAY(as, ERROR, "failed to fork: %s", strerror(news->errnum));
        return;
    case LONE_NO_EXEC:
        say(ERROR, news->pid, "failed to exec pid1: %s", strerror(news->errnum));
        return;
    case LONE_SIGNAL:
        SAY(as, DEBUG, "signal %d has come", news->signal);
        return;
    case LONE_UNDELIVERED:
        SAY(as, WARN, "cannot forward signal %d: %s", news->as, strerror(news->errnum));
        return;
    case LONE_ENDED:
        SAY(as, DEBUG, "reaped pid %d (%d)", (int)news->pid, news->code);
        return;
    case LONE_OVER:
        SAY(as, DEBUG, "exiting with %d", news->code);
        return;
    case LONE_TERMINAL_LEFT:
    case LONE_TOLD_BY_KERNEL:
    case LONE_REWRITTEN:
    case LONE_FORWARDED:
    case LONE_DROPPED:
    case LONE_STOPS:
    case LONE_NO_MORE:
    case LONE_NEWS_COUNT:
        return;
    }
}

static const char *const names[] = {"catatonit", "podman-init", NULL};

const struct personality as_catatonit = {
    .name = names,
    .manners =
        {
            .place = PLACE_OWN_GROUP,
            .keeps_mask = true,
            .keeps_ignored = true,
            .moves_listen_pid = true,
            .is_searched_by_libc = true,
            .unblocked = AS_FAULTS,
            .dropped = AS_FAULTS | AS_LIBC | SIGNAME_BIT(SIGTSTP) | SIGNAME_BIT(SIGTTIN) |
                       SIGNAME_BIT(SIGTTOU),
            .code_not_found = 1,
            .code_not_allowed = 1,
            .code_no_exec = 1,
            .code_no_fork = 1,
        },
    .is_subreaper = true,
    .parse = parse,
    .prepare = prepare,
    .tell = tell,
};
