/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/signame.h"
#include "config/text.h"
#include "init/as.h"
#include "init/as_options.h"

/* dumb-init 1.2.5. */

enum { REWRITE_MAX = 31 };

static const char version[] = "dumb-init v1.2.5";
static const char usage[] =
    "\n"
    "roinit under the name of dumb-init: one command, its signals and its orphans.\n"
    "\n"
    "  -c, --single-child  no session of its own; signals go to the command alone\n"
    "  -r, --rewrite S:R   signal S is forwarded as R, and as none where R is 0; may\n"
    "                      be repeated\n"
    "  -v, --verbose       say on standard error what happens (DUMB_INIT_DEBUG=1)\n"
    "  -h, --help          this text\n"
    "  -V, --version       the version\n"
    "\n"
    "DUMB_INIT_SETSID=0 is as -c. Options end at the command.\n";

#define DEBUG(as_, ...)                                                                            \
    do {                                                                                           \
        if ((as_)->verbosity > 0) {                                                                \
            as_say(LOG_STDERR, "[dumb-init] " __VA_ARGS__);                                        \
        }                                                                                          \
    } while (0)

/* ---------------------------------------------------------------- the command line */

static const struct as_option options[] = {
    {'h', "help", false},    {'c', "single-child", false}, {'r', "rewrite", true},
    {'v', "verbose", false}, {'V', "version", false},      {0, NULL, false},
};

/* "S:R", both decimal; what follows R is nobody's business. */
static int
take_rewrite(struct as *as, const char *text)
{
    int from = 0;
    int to = -1;
    bool is_pair = sscanf(text, "%d:%d", &from, &to) == 2; /* NOLINT: as users wrote for it */
    if (!is_pair || from < 1 || from > REWRITE_MAX || to < 0 || to > REWRITE_MAX) {
        as_say(LOG_STDERR,
               "Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and %d.\n"
               "This option can be specified multiple times.\n"
               "Use --help for full usage.\n",
               REWRITE_MAX);
        return 1;
    }
    as->unit.forward_signals.to[from] = (uint8_t)to;
    as->manners.dropped &= ~SIGNAME_BIT(from);
    as->manners.dropped |= to == 0 ? SIGNAME_BIT(from) : 0;
    return AS_GO_ON;
}

static int
take_option(struct as *as, int letter, const struct as_scan *scan)
{
    switch (letter) {
    case 'h':
        as_say(LOG_STDERR, "%s\nUsage: %s [option] command [[arg] ...]\n%s", version, scan->argv[0],
               usage);
        return 0;
    case 'V':
        as_say(LOG_STDERR, "%s\n", version);
        return 0;
    case 'v':
        as->verbosity = 1;
        return AS_GO_ON;
    case 'c':
        as->manners.place = PLACE_OURS;
        return AS_GO_ON;
    case 'r':
        return take_rewrite(as, scan->value);
    }
    as_say(LOG_STDERR, "%s: %s\n", scan->argv[0], scan->why);
    return 1;
}

static bool
is_set_to(const char *name, const char *value)
{
    const char *is = getenv(name);
    return is != NULL && text_equal(is, value);
}

/* In a session of its own the command's group is an orphaned one, where TSTP does nothing. */
static void
settle_place(struct as *as)
{
    static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};
    as->manners.is_for_group = as->manners.place == PLACE_OWN_SESSION;
    as->manners.ends_group = true;
    for (size_t i = 0; as->manners.is_for_group && i < sizeof stops / sizeof stops[0]; i++) {
        uint8_t *to = &as->unit.forward_signals.to[stops[i]];
        bool is_dropped = (as->manners.dropped & SIGNAME_BIT(stops[i])) != 0;
        *to = *to == 0 && !is_dropped ? SIGSTOP : *to;
    }
}

static int
parse(struct as *as, char **argv)
{
    struct as_scan scan = as_scan_over(argv, options);
    int letter;
    while ((letter = as_scan_next(&scan)) != AS_OPTIONS_END) {
        int code = take_option(as, letter, &scan);
        if (code != AS_GO_ON) {
            return code;
        }
    }
    const char *name = argv[0] != NULL ? argv[0] : "dumb-init";
    if (!as_take_command(as, argv + scan.at, false)) {
        as_say(LOG_STDERR,
               "Usage: %s [option] program [args]\n"
               "Try %s --help for full usage.\n",
               name, name);
        return 1;
    }
    if (is_set_to("DUMB_INIT_DEBUG", "1")) {
        as->verbosity = 1;
        DEBUG(as, "debugging is on.\n");
    }
    if (is_set_to("DUMB_INIT_SETSID", "0")) {
        as->manners.place = PLACE_OURS;
        DEBUG(as, "no session of its own.\n");
    }
    settle_place(as);
    return AS_GO_ON;
}

/* ---------------------------------------------------------------- what it says */

static void
prepare(const struct as *as, int subreaper_errnum)
{
    (void)as;
    (void)subreaper_errnum; /* it never wants to be one */
}

static void
tell_start(const struct as *as, const struct lone_news *news)
{
    bool has_session = as->manners.place == PLACE_OWN_SESSION;
    if (has_session && news->errnum != 0) {
        DEBUG(as, "The session gets no terminal (errno=%d %s).\n", news->errnum,
              strerror(news->errnum));
    }
    if (has_session) {
        DEBUG(as, "setsid complete.\n");
    }
    DEBUG(as, "Child spawned with PID %d.\n", (int)news->pid);
}

static void
tell_terminal(const struct as *as, const struct lone_news *news)
{
    if (news->errnum != 0) {
        DEBUG(as, "No controlling terminal to leave (errno=%d %s).\n", news->errnum,
              strerror(news->errnum));
    } else if (news->is_leader) {
        DEBUG(as, "Left the controlling terminal, whose session was ours.\n");
    } else {
        DEBUG(as, "Left the controlling terminal, whose session is another's.\n");
    }
}

static void
tell_end(const struct as *as, const struct lone_news *news)
{
    if (news->died_of != 0) {
        DEBUG(as, "A child with PID %d was terminated by signal %d.\n", (int)news->pid,
              news->died_of);
    } else {
        DEBUG(as, "A child with PID %d exited with exit status %d.\n", (int)news->pid, news->code);
    }
}

static void
tell(void *context, const struct lone_news *news)
{
    const struct as *as = context;
    switch (news->kind) {
    case LONE_TERMINAL_LEFT:
        tell_terminal(as, news);
        return;
    case LONE_TOLD_BY_KERNEL:
        DEBUG(as, "Ignoring tty hand-off signal %d.\n", news->signal);
        return;
    case LONE_STARTED:
        tell_start(as, news);
        return;
    case LONE_NO_FORK:
        as_say(LOG_STDERR, "[dumb-init] Unable to fork. Exiting.\n");
        return;
    case LONE_NO_EXEC:
        as_say(LOG_STDERR, "[dumb-init] %s: %s\n", news->name, strerror(news->errnum));
        return;
    case LONE_SIGNAL:
        DEBUG(as, "Received signal %d.\n", news->signal);
        return;
    case LONE_REWRITTEN:
        DEBUG(as, "Translating signal %d to %d.\n", news->signal, news->as);
        return;
    case LONE_FORWARDED:
    case LONE_UNDELIVERED:
        DEBUG(as, "Forwarded signal %d to children.\n", news->as);
        return;
    case LONE_DROPPED:
        DEBUG(as, "Not forwarding signal %d to children (ignored).\n", news->signal);
        return;
    case LONE_STOPS:
        DEBUG(as, "Stopping as the terminal asks.\n");
        return;
    case LONE_ENDED:
        tell_end(as, news);
        return;
    case LONE_OVER:
        DEBUG(as, "Child exited with status %d. Goodbye.\n", news->code);
        return;
    case LONE_NO_MORE:
    case LONE_NEWS_COUNT:
        return;
    }
}

static const char *const names[] = {"dumb-init", NULL};

const struct personality as_dumb_init = {
    .name = names,
    .manners =
        {
            .place = PLACE_OWN_SESSION,
            .is_searched_by_libc = true,
            .dropped = AS_LIBC,
            .stops_itself = true,
            .code_not_found = 2,
            .code_not_allowed = 2,
            .code_no_exec = 2,
            .code_no_fork = 1,
        },
    .parse = parse,
    .prepare = prepare,
    .tell = tell,
};
