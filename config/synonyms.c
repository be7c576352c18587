/* SPDX-License-Identifier: MIT */
#include "config/synonyms.h"

#include <stdbool.h>
#include <stddef.h>

struct synonym {
    const char *theirs; /* lower case */
    const char *ours;
};

/* clang-format off */
static const struct synonym keys[] = {
    {"exec",                 "command"},
    {"run",                  "command"},
    {"execstart",            "command"},
    {"cmd",                  "command"},
    {"entrypoint",           "command"},
    {"depends_on",           "requires"},
    {"depends-on",           "requires"},
    {"dependencies",         "requires"},
    {"bindsto",              "requires"},
    {"waits-for",            "after"},
    {"wants",                "after"},
    {"autorestart",          "restart"},
    {"environment",          "env"},
    {"environmentfile",      "env-file"},
    {"env_file",             "env-file"},
    {"directory",            "working-dir"},
    {"workingdirectory",     "working-dir"},
    {"working_dir",          "working-dir"},
    {"workdir",              "working-dir"},
    {"cwd",                  "working-dir"},
    {"stopsignal",           "stop-signal"},
    {"stop_signal",          "stop-signal"},
    {"down-signal",          "stop-signal"},
    {"killsignal",           "stop-signal"},
    {"stopwaitsecs",         "stop-timeout"},
    {"timeoutstopsec",       "stop-timeout"},
    {"stop_grace_period",    "stop-timeout"},
    {"timeout-kill",         "stop-timeout"},
    {"startsecs",            "start-timeout"},
    {"timeout-up",           "start-timeout"},
    {"timeoutstartsec",      "start-timeout"},
    {"conditionpathexists",  "only-if"},
    {"execstop",             "stop-command"},
    {"restartsec",           "restart-delay"},
    {"startretries",         "start-limit"},
    {"exitcodes",            "success-status"},
    {"successexitstatus",    "success-status"},
    {"killmode",             "kill-mode"},
    {"watchdogsec",          "watchdog"},
    {"supplementarygroups",  "groups"},
    {"ulimits",              "limits"},
    {"size",                 "size-max"},
};

static const struct synonym sections[] = {
    {"program",     "service"},
    {"services",    "service"},
    {"unit",        "service"},
    {"longrun",     "service"},
    {"oneshot",     "task"},
    {"job",         "task"},
    {"environment", "env"},
    {"supervisord", "init"},
    {"global",      "init"},
    {"volumes",     "volume"},
    {"mount",       "volume"},
    {"healthcheck", "check"},
    {"default",     "defaults"},
};
/* clang-format on */

static bool
is_same_word(const char *lower, const char *word)
{
    for (; *lower != '\0' && *word != '\0'; lower++, word++) {
        char byte = *word;
        if (byte >= 'A' && byte <= 'Z') {
            byte = (char)(byte + ('a' - 'A'));
        }
        if (byte != *lower) {
            return false;
        }
    }
    return *lower == *word;
}

static const char *
look_up(const struct synonym *table, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (is_same_word(table[i].theirs, word)) {
            return table[i].ours;
        }
    }
    return NULL;
}

const char *
synonym_key(const char *word)
{
    return look_up(keys, sizeof(keys) / sizeof(keys[0]), word);
}

const char *
synonym_section(const char *word)
{
    return look_up(sections, sizeof(sections) / sizeof(sections[0]), word);
}
