/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_LONE_H
#define ROINIT_SUPERVISOR_LONE_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"
#include "supervisor/manners.h"
#include "supervisor/sys_lone.h"

/*
 * A lone command without pipes, sockets or checks: there is nothing to wait for but signals, and so
 * the fleet is turned by sigtimedwait(2) alone. No event loop is made, no descriptor is opened, and
 * when nothing happens nothing wakes up.
 */

/* What happened, for those manners that tell of it. */
/* clang-format off */
#define LONE_NEWS(X) \
    X(TERMINAL_LEFT) /* for the command's session; errnum: it could not be */ \
    X(TOLD_BY_KERNEL)/* of that: signal */ \
    X(STARTED)       /* pid; errnum: why its session has no terminal */ \
    X(NO_FORK)       /* errnum */ \
    X(NO_EXEC)       /* pid, errnum */ \
    X(SIGNAL)        /* has come */ \
    X(REWRITTEN)     /* signal, as */ \
    X(FORWARDED)     /* signal, as */ \
    X(DROPPED)       /* signal */ \
    X(UNDELIVERED)   /* signal, as, errnum */ \
    X(STOPS)         /* we do, as the command does */ \
    X(ENDED)         /* pid, outcome; is_command */ \
    X(NO_MORE)       /* have ended; errnum ECHILD: no child is left */ \
    X(OVER)          /* code */
/* clang-format on */
#define LONE_NEWS_ENUM(name_) LONE_##name_,
enum lone_news_kind { LONE_NEWS(LONE_NEWS_ENUM) LONE_NEWS_COUNT };
#undef LONE_NEWS_ENUM

struct lone_news {
    enum lone_news_kind kind;
    pid_t pid;
    bool is_command, is_leader;
    int signal, as;
    int errnum;
    int code;         /* of the end; of a death 128 + its signal */
    int died_of;      /* 0: it exited */
    const char *name; /* the command's argv[0] */
};

struct lone_start {
    const struct config *config; /* of one unit, is_lone */
    const struct manners *manners;
    struct caller caller;
    char *const *argv;
    char *const *envp;
    const char *search_path;
    /* Says it, or not. */
    void (*tell)(void *context, const struct lone_news *news);
    void *context;
};

/* Runs the command to its end, between lone_guard() and the exit. Returns the exit code. */
int lone_run(const struct lone_start *start, struct arena *arena);

/* Runs nothing: reaps for ever, until TERM or INT. Returns the exit code. */
int lone_pause(void);

#endif
