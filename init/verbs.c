/* SPDX-License-Identifier: MIT */
#include "init/verbs.h"

#include "config/text.h"

/* clang-format off */
const struct verb verb_table[] = {
    /* name        where        PID 1  run          arguments                          help */
    {"run",        VERB_RUN,    true,  cmd_run,     "[--] [CMD...]",                     "run the container: the default"},
    {"lint",       VERB_LOCAL,  true,  cmd_lint,    "[FILE] [--json]",                 "check the contract without a container"},
    {"show",       VERB_LOCAL,  true,  cmd_show,    "[--json]",                        "the effective contract, after drop-ins and defaults"},
    {"verify",     VERB_LOCAL,  true,  cmd_verify,  "[--json]",                        "the boot checks now; changes nothing"},
    {"prepare",    VERB_LOCAL,  true,  cmd_prepare, "",                                "the boot checks and the volumes, then end: for an init container"},
    {"probe",      VERB_LATER,  true,  NULL,        "PROBE [--timeout T]",             "one probe: not yet supported"},
    {"learn",      VERB_LATER,  true,  NULL,        "",                                "reserved: not yet supported"},
    {"explain",    VERB_LOCAL,  true,  cmd_explain, "[SECTION[.KEY] | CODE]",          "the reference; what an exit code means"},
    {"help",       VERB_LOCAL,  true,  cmd_help,    "[VERB]",                          "this text, or a verb's"},
    {"status",     VERB_REMOTE, false, NULL,        "[NAME...] [--json]",                "the units and the contract's verdict"},
    {"start",      VERB_LATER,  false, NULL,        "NAME...",                           "not yet supported"},
    {"stop",       VERB_LATER,  false, NULL,        "NAME...",                           "not yet supported"},
    {"restart",    VERB_LATER,  false, NULL,        "NAME...",                           "not yet supported"},
    {"reload",     VERB_LATER,  false, NULL,        "NAME...",                           "not yet supported"},
    {"signal",     VERB_LATER,  false, NULL,        "SIG NAME...",                       "not yet supported"},
    {"wait",       VERB_LATER,  false, NULL,        "[NAME...]",                         "not yet supported"},
    {"check",      VERB_LATER,  false, NULL,        "[NAME...]",                         "not yet supported"},
    {"logs",       VERB_LATER,  false, NULL,        "[NAME...]",                         "not yet supported"},
    {"events",     VERB_LATER,  false, NULL,        "",                                "not yet supported"},
    {"blame",      VERB_LATER,  false, NULL,        "",                                "not yet supported"},
    {"metrics",    VERB_LATER,  false, NULL,        "",                                "not yet supported"},
    {"shutdown",   VERB_LATER,  false, NULL,        "[CODE]",                          "not yet supported"},
    {"top",        VERB_LATER,  false, NULL,        "",                                "not yet supported"},
    {"completion", VERB_LATER,  false, NULL,        "bash|zsh|fish",                   "not yet supported"},
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
