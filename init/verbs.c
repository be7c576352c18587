/* SPDX-License-Identifier: MIT */
#include "init/verbs.h"

#include "config/text.h"

/* clang-format off */
#define EVER .is_for_pid1 = true  /* a verb also as PID 1 */
#define ELSE .is_for_pid1 = false /* a command there */
#define LOCAL(cmd_)        .where = VERB_LOCAL,  .run = (cmd_)
#define OPEN(answer_)      .where = VERB_REMOTE, .answer = (answer_), .is_for_all = true
#define RULED(answer_)     .where = VERB_REMOTE, .answer = (answer_)
#define LATER              .where = VERB_LATER
const struct verb verb_table[] = {
    /* name          PID 1  what it is             arguments                            help */
    {"run",          EVER, .where = VERB_RUN, .run = cmd_run, .arguments = "[--] [CMD...]", .help = "run the container: the default"},
    {"lint",         EVER, LOCAL(cmd_lint),    .arguments = "[FILE] [--json]",          .help = "check the contract without a container"},
    {"show",         EVER, LOCAL(cmd_show),    .arguments = "[--json]",                 .help = "the effective contract, after drop-ins and defaults"},
    {"verify",       EVER, LOCAL(cmd_verify),  .arguments = "[--json]",                 .help = "the boot checks now; changes nothing"},
    {"prepare",      EVER, LOCAL(cmd_prepare), .arguments = "",                         .help = "the boot checks and the volumes, then end: for an init container"},
    {"probe",        EVER, LOCAL(cmd_probe),   .arguments = "PROBE [--timeout T]",      .help = "one probe (tcp:, unix:, http://, file:, exec:), no contract needed: curl for images that have none"},
    {"learn",        EVER, LATER,              .arguments = "",                         .help = "reserved: does nothing yet"},
    {"explain",      EVER, LOCAL(cmd_explain), .arguments = "[SECTION[.KEY]|CODE]",     .help = "the reference; what an exit code means"},
    {"help",         EVER, LOCAL(cmd_help),    .arguments = "[VERB]",                   .help = "this text, or a verb's"},
    {"status",       ELSE, OPEN(answer_status),.arguments = "[NAME...] [--json]",       .help = "the units and the contract's verdict"},
    {"start",        ELSE, RULED(answer_start), .arguments = "NAME... [--no-wait] [--timeout T]", .help = "starts units, and what they require; waits until they are ready"},
    {"stop",         ELSE, RULED(answer_stop), .arguments = "NAME... [--no-wait] [--timeout T]", .help = "stops units, and first those that require them; waits"},
    {"restart",      ELSE, RULED(answer_restart), .arguments = "NAME... [--no-wait] [--timeout T]", .help = "stops and starts units; those that require them stay"},
    {"reload",       ELSE, RULED(answer_reload), .arguments = "NAME... [--no-wait] [--timeout T]", .help = "sends their reload-signal"},
    {"signal",       ELSE, RULED(answer_signal), .arguments = "SIG NAME... [--all]", .help = "sends a signal to their main processes, or to all of their processes"},
    {"wait",         ELSE, OPEN(answer_wait), .arguments = "[NAME...] [--for ready|final|stopped] [--timeout T]", .help = "waits for units, or for the whole container"},
    {"check",        ELSE, OPEN(answer_check), .arguments = "[NAME...] [--level alive|ready]", .help = "for HEALTHCHECK and exec probes: alive: no alive check is down; ready: it runs, every essential service is ready, no check is down"},
    {"logs",         ELSE, RULED(answer_logs), .arguments = "[NAME...] [-n N] [-f] [--json]", .help = "the last 64 KiB of their lines; -n: the last N of each, -f: and those to come"},
    {"events",       ELSE, OPEN(answer_events), .arguments = "[-f] [--json]", .help = "what happened, in order; -f: and what will"},
    {"blame",        ELSE, OPEN(answer_blame), .arguments = "[--svg]",                  .help = "where the boot's time went, as a table; --svg draws it"},
    {"metrics",      ELSE, OPEN(answer_metrics), .arguments = "",                       .help = "figures, in the text format of Prometheus"},
    {"shutdown",     ELSE, RULED(answer_shutdown), .arguments = "[CODE]", .help = "ends the container in order, with CODE; answered at once"},
    {"top",          ELSE, LOCAL(cmd_top),     .arguments = "",                         .help = "the status, live, on a terminal; q ends it"},
    {"completion",   ELSE, LOCAL(cmd_completion), .arguments = "bash|zsh|fish",         .help = "a script that completes its words: source <(roinit completion bash)"},
};
/* clang-format on */
const size_t verb_count = sizeof verb_table / sizeof verb_table[0];

const struct verb *
verb_find(const char *name)
{
    for (size_t i = 0; i < verb_count; i++) {
        if (text_equal(verb_table[i].name, name)) {
            return &verb_table[i];
        }
    }
    return NULL;
}
