/* SPDX-License-Identifier: MIT */
#include "init/options.h"

#include <string.h>

#include "config/text.h"

/* Of those that exist: nobody means a word that is refused. */
static const char *
verb_name(const void *context, size_t i)
{
    (void)context;
    return verb_table[i].where != VERB_LATER ? verb_table[i].name : "";
}

static int
unknown_verb(const char *word, struct err *err)
{
    long near = text_nearest(word, verb_name, NULL, verb_count);
    if (near >= 0) {
        return err_set(err, CODE_USAGE, 0,
                       "unknown verb \"%s\"; did you mean `roinit %s`? to run a command: "
                       "roinit -- %s",
                       word, verb_table[near].name, word);
    }
    return err_set(err, CODE_USAGE, 0,
                   "unknown verb \"%s\": see `roinit help`; to run a command: roinit -- %s", word,
                   word);
}

/* Which verb the word is here; NULL: none, and so the beginning of a command. */
static const struct verb *
verb_here(const char *word, bool is_pid1)
{
    const struct verb *verb = verb_find(word);
    return verb != NULL && (verb->is_for_pid1 || !is_pid1) ? verb : NULL;
}

static int
option_word(const char *word, struct options *options, struct err *err)
{
    if (text_equal(word, "--version") || text_equal(word, "-V")) {
        options->wants_version = true;
        return 0;
    }
    if (text_equal(word, "--help") || text_equal(word, "-h")) {
        options->verb = verb_find("help");
        return 0;
    }
    return err_set(err, CODE_USAGE, 0, "unknown option \"%s\": see `roinit help`", word);
}

/* The first word that is no option: a verb, else the beginning of a command, which only PID 1 takes
 * without `--`. Returns how many words it took; options->verb NULL: it is neither. */
static int
take_verb(char *const *word, struct options *options, bool *ret_is_command)
{
    const struct verb *verb = verb_here(word[0], options->is_pid1);
    if (verb == NULL) {
        *ret_is_command = options->is_pid1;
        options->verb = options->is_pid1 ? options->verb : NULL;
        return 0;
    }
    options->verb = verb;
    *ret_is_command = verb->where == VERB_RUN;
    return *ret_is_command && text_equal(word[1], "--") ? 2 : 1;
}

const char *
options_lone_key(size_t i)
{
    static const char *const keys[OPTIONS_LONE_MAX + 1] = {"forward-signals", "kill-mode",
                                                           "success-status"};
    return keys[i];
}

/* "--KEY VALUE" or "--KEY=VALUE" of a lone command's keys. Returns how many words it takes; 0: it
 * is none of them; -1 with *err. */
static int
take_lone(char *const *word, struct options *options, struct err *err)
{
    for (size_t i = 0; i < OPTIONS_LONE_MAX; i++) {
        const char *key = options_lone_key(i);
        size_t length = strlen(key);
        if (!text_starts_with(word[0], "--") || !text_starts_with(word[0] + 2, key)) {
            continue;
        }
        const char *rest = word[0] + 2 + length;
        if (*rest != '\0' && *rest != '=') {
            continue;
        }
        const char *value = *rest == '=' ? rest + 1 : word[1];
        if (value == NULL || strpbrk(value, "\n\r") != NULL) {
            return err_set(err, CODE_USAGE, 0,
                           "--%s wants a value: see `roinit explain service.%s`", key, key);
        }
        options->lone[i] = value;
        return *rest == '=' ? 1 : 2;
    }
    return 0;
}

/* What may stand before everything else. Returns the next word's index, or -1 with *err. */
static int
take_first(int argc, char *const *argv, struct options *options, struct err *err)
{
    int at = 1;
    for (int taken = 1; at < argc && taken > 0; at += taken) {
        if (text_equal(argv[at], "-c")) {
            options->file = argv[at + 1];
            taken = 2;
            if (options->file == NULL) {
                return err_set(err, CODE_USAGE, 0, "-c wants a file: roinit -c FILE ...");
            }
            continue;
        }
        taken = take_lone(argv + at, options, err);
        if (taken < 0) {
            return -1;
        }
    }
    return at;
}

int
options_parse(int argc, char *const *argv, bool is_pid1, struct options *ret_options,
              struct err *err)
{
    struct options options = {.verb = verb_find("run"), .is_pid1 = is_pid1};
    int at = take_first(argc, argv, &options, err);
    if (at < 0) {
        return -1;
    }
    bool is_command = false;
    if (at < argc && text_equal(argv[at], "--")) {
        is_command = true;
        at++;
    } else if (at < argc && argv[at][0] == '-' && argv[at][1] != '\0') {
        if (option_word(argv[at++], &options, err) != 0) {
            return -1;
        }
    } else if (at < argc) {
        at += take_verb(argv + at, &options, &is_command);
        if (!is_command && options.verb == NULL) {
            return unknown_verb(argv[at], err);
        }
    }
    options.word = argv + at;
    options.word_count = at < argc ? (size_t)(argc - at) : 0;
    /* A verb that does not exist yet says so, whatever follows it. */
    bool has_usage = !is_command && !options.wants_version && options.verb->where != VERB_LATER &&
                     options.verb->where != VERB_RUN;
    if (has_usage && usage_parse(options.verb, (const char *const *)options.word,
                                 options.word_count, &options.usage, err) != 0) {
        return -1;
    }
    options.is_json = options.usage.option[USAGE_JSON] != NULL;
    *ret_options = options;
    return 0;
}
