/* SPDX-License-Identifier: MIT */
#include "init/verbs.h"

#include "config/text.h"

/* clang-format off */
#define EVER .is_for_pid1 = true  /* a verb also as PID 1 */
#define ELSE .is_for_pid1 = false /* a command there */
#define LOCAL(cmd_)        .where = VERB_LOCAL,  .run = (cmd_)
#define OPEN(answer_)      .where = VERB_REMOTE, .answer = (answer_), .is_for_all = true
#define LATER              .where = VERB_LATER
const struct verb verb_table[] = {
    /* name          PID 1  what it is             arguments                            help */
    {"run",          EVER, .where = VERB_RUN, .run = cmd_run, .arguments = "[--] [CMD...]", .help = "run the container: the default"},
    {"lint",         EVER, LOCAL(cmd_lint),    .arguments = "[FILE] [--json]",          .help = "check the contract without a container"},
    {"show",         EVER, LOCAL(cmd_show),    .arguments = "[--json]",                 .help = "the effective contract, after drop-ins and defaults"},
    {"verify",       EVER, LOCAL(cmd_verify),  .arguments = "[--json]",                 .help = "the boot checks now; changes nothing"},
    {"prepare",      EVER, LOCAL(cmd_prepare), .arguments = "",                         .help = "the boot checks and the volumes, then end: for an init container"},
    {"probe",        EVER, LATER,              .arguments = "PROBE [--timeout T]",      .help = "one probe: not yet supported"},
    {"learn",        EVER, LATER,              .arguments = "",                         .help = "reserved: not yet supported"},
    {"explain",      EVER, LOCAL(cmd_explain), .arguments = "[SECTION[.KEY]|CODE]",     .help = "the reference; what an exit code means"},
    {"help",         EVER, LOCAL(cmd_help),    .arguments = "[VERB]",                   .help = "this text, or a verb's"},
    {"status",       ELSE, OPEN(answer_status),.arguments = "[NAME...] [--json]",       .help = "the units and the contract's verdict"},
    {"start",        ELSE, LATER,              .arguments = "NAME... [--no-wait] [--timeout T]", .help = "not yet supported"},
    {"stop",         ELSE, LATER,              .arguments = "NAME... [--no-wait] [--timeout T]", .help = "not yet supported"},
    {"restart",      ELSE, LATER,              .arguments = "NAME... [--no-wait] [--timeout T]", .help = "not yet supported"},
    {"reload",       ELSE, LATER,              .arguments = "NAME... [--no-wait] [--timeout T]", .help = "not yet supported"},
    {"signal",       ELSE, LATER,              .arguments = "SIG NAME... [--all]",      .help = "not yet supported"},
    {"wait",         ELSE, LATER,              .arguments = "[NAME...] [--for ready|final|stopped] [--timeout T]", .help = "not yet supported"},
    {"check",        ELSE, LATER,              .arguments = "[NAME...] [--level alive|ready]", .help = "not yet supported"},
    {"logs",         ELSE, LATER,              .arguments = "[NAME...] [-n N] [-f] [--json]", .help = "not yet supported"},
    {"events",       ELSE, LATER,              .arguments = "[-f] [--json]",            .help = "not yet supported"},
    {"blame",        ELSE, LATER,              .arguments = "[--svg]",                  .help = "not yet supported"},
    {"metrics",      ELSE, LATER,              .arguments = "",                         .help = "not yet supported"},
    {"shutdown",     ELSE, LATER,              .arguments = "[CODE]",                   .help = "not yet supported"},
    {"top",          ELSE, LATER,              .arguments = "",                         .help = "not yet supported"},
    {"completion",   ELSE, LATER,              .arguments = "bash|zsh|fish",            .help = "not yet supported"},
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
