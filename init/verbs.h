/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_VERBS_H
#define ROINIT_INIT_VERBS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The verbs, once: the parser, help, "did you mean" and the documentation come from this table.
 */
struct options;
struct asking;

enum verb_where {
    VERB_RUN,    /* takes a command, and runs the container */
    VERB_LOCAL,  /* does its work in this process */
    VERB_REMOTE, /* is answered by the running roinit, over the control socket */
    VERB_LATER,  /* reserved: wrong usage until it exists */
};

struct verb {
    const char *name;
    enum verb_where where;
    bool is_for_pid1;                          /* a verb also as PID 1; others are commands there */
    bool is_for_all;                           /* of a remote one: nobody needs authority for it */
    int (*run)(const struct options *options); /* of a local one; returns the exit code */
    void (*answer)(struct asking *asking);     /* of a remote one, in PID 1 */
    const char *arguments;                     /* usage.h reads it, too */
    const char *help;
};

extern const struct verb verb_table[];
extern const size_t verb_count;

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

/* One file each, cmd_*.c. */
int cmd_run(const struct options *options);
int cmd_lint(const struct options *options);
int cmd_show(const struct options *options);
int cmd_verify(const struct options *options);
int cmd_prepare(const struct options *options);
int cmd_probe(const struct options *options);
int cmd_explain(const struct options *options);
int cmd_help(const struct options *options);
int cmd_top(const struct options *options);
int cmd_completion(const struct options *options);

/* The answers of PID 1, answer*.c. */
void answer_status(struct asking *asking);
void answer_start(struct asking *asking);
void answer_stop(struct asking *asking);
void answer_restart(struct asking *asking);
void answer_reload(struct asking *asking);
void answer_signal(struct asking *asking);
void answer_wait(struct asking *asking);
void answer_shutdown(struct asking *asking);
void answer_check(struct asking *asking);
void answer_blame(struct asking *asking);
void answer_metrics(struct asking *asking);
void answer_events(struct asking *asking);
void answer_logs(struct asking *asking);

#endif
