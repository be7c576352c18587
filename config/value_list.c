/* SPDX-License-Identifier: MIT */
#include "config/value.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "config/grow.h"
#include "config/signame.h"
#include "config/text.h"
#include "config/value_parse.h"
#include "config/vars.h"

/*
 * The types that are lists, and users and names of units, of which lists consist.
 */

bool
value_is_unit_name(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(text);
    return length <= 40 && strspn(text, allowed) == length &&
           strchr("._-", text[0]) == NULL; /* which finds the end of an empty one as well */
}

/* A name or a number. A number is digits only: nothing else may become an id by mistake (I14). */
static bool
is_account(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    enum { NAME_MAX_BYTES = 32 };
    size_t length = strlen(text);
    unsigned long long number = 0;
    if (length > 0 && strspn(text, "0123456789") == length) {
        return text_number(text, UINT_MAX - 1U, &number);
    }
    return length <= NAME_MAX_BYTES && strspn(text, allowed) == length &&
           strchr("-.0123456789", text[0]) == NULL; /* which finds the end of an empty one, too */
}

int
value_parse_user(const char *text, struct arena *arena, struct user_spec *ret)
{
    size_t length = strcspn(text, ":");
    const char *user = arena_strndup(arena, text, length);
    const char *group = text[length] == ':' ? arena_strdup(arena, text + length + 1) : NULL;
    if (!is_account(user) || (group != NULL && !is_account(group))) {
        return -1;
    }
    *ret = (struct user_spec){.user = user, .group = group};
    return 0;
}

/* Splits, lets `check` judge each word, and sets *ret if all are well. */
static int
parse_each(const struct value_input *in, struct words *ret,
           int (*check)(const struct value_input *in, const char **word))
{
    struct words words = {0};
    value_split(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        if (check(in, &words.item[i]) != 0) {
            return -1;
        }
    }
    *ret = words;
    return 0;
}

static int
check_path(const struct value_input *in, const char **word)
{
    bool is_optional = **word == '-' && value_has_word(in->limits, "-");
    const char *path = value_path(*word + (is_optional ? 1 : 0), in->arena);
    if (path == NULL) {
        return value_why(in, "\"%.200s\" is no path from the root: want / at its start and no ..",
                         *word);
    }
    *word = is_optional ? arena_printf(in->arena, "-%s", path) : path;
    return 0;
}

int
value_parse_paths(const struct value_input *in, void *ret)
{
    if (value_has_word(in->limits, "none") && strcmp(in->text, "none") == 0) {
        *(struct words *)ret = (struct words){.item = ARENA_NEW(in->arena, const char *, 1)};
        return 0;
    }
    return parse_each(in, ret, check_path);
}

static int
check_word(const struct value_input *in, const char **word)
{
    size_t length = strlen(*word);
    bool is_wish = (*word)[length - 1] == '?' && value_has_word(in->limits, "?");
    const char *bare = is_wish ? arena_strndup(in->arena, *word, length - 1) : *word;
    if (*in->limits == '\0' || value_has_word(in->limits, bare)) {
        return 0;
    }
    return value_why_not_one_of(in, bare, in->limits);
}

int
value_parse_words(const struct value_input *in, void *ret)
{
    return parse_each(in, ret, check_word);
}

static int
check_name(const struct value_input *in, const char **word)
{
    return vars_is_name(*word, strlen(*word))
               ? 0
               : value_why(in, "\"%.60s\" is no name of a variable", *word);
}

int
value_parse_names(const struct value_input *in, void *ret)
{
    return parse_each(in, ret, check_name);
}

static int
check_unit(const struct value_input *in, const char **word)
{
    return value_is_unit_name(*word) ? 0
                                     : value_why(in,
                                                 "\"%.60s\" is no name of a unit: want lower-case "
                                                 "letters, digits and . _ -, at most 40",
                                                 *word);
}

int
value_parse_units(const struct value_input *in, void *ret)
{
    return parse_each(in, ret, check_unit);
}

static int
check_glob(const struct value_input *in, const char **word)
{
    return strchr(*word, '=') == NULL
               ? 0
               : value_why(in, "\"%.60s\" is no pattern for names of variables", *word);
}

int
value_parse_globs(const struct value_input *in, void *ret)
{
    return parse_each(in, ret, check_glob);
}

static int
check_user(const struct value_input *in, const char **word)
{
    struct user_spec user;
    return value_parse_user(*word, in->arena, &user) == 0
               ? 0
               : value_why(in, "\"%.60s\" is no user, want a name or a number", *word);
}

int
value_parse_users(const struct value_input *in, void *ret)
{
    return parse_each(in, ret, check_user);
}

void
value_split_lines(const char *text, struct arena *arena, struct words *ret)
{
    struct grow_words lines = {.arena = arena};
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (length > 0) {
            grow_word(&lines, arena_strndup(arena, text, length));
        }
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    *ret = lines.words;
}

int
value_parse_assigns(const struct value_input *in, void *ret)
{
    struct words words = {0};
    value_split_lines(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        const char *equals = strchr(words.item[i], '=');
        if (equals == NULL || !vars_is_name(words.item[i], (size_t)(equals - words.item[i]))) {
            return value_why(in, "\"%.60s\" is no NAME=value (one a line, no blank before the =)",
                             words.item[i]);
        }
    }
    *(struct words *)ret = words;
    return 0;
}

/* What no process can catch, and what is roinit's own. */
static bool
is_never_caught(int number)
{
    return number == SIGKILL || number == SIGSTOP || number == SIGCHLD;
}

static int
never_caught(const struct value_input *in, const char *word)
{
    return value_why(in,
                     "\"%.60s\" never arrives: KILL and STOP cannot be caught, CHLD is "
                     "roinit's own",
                     word);
}

int
value_parse_signals(const struct value_input *in, void *ret)
{
    struct words words = {0};
    uint64_t mask = 0;
    value_split(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        int number = signame_number(words.item[i]);
        if (number == 0) {
            return value_why(in, "\"%.60s\" is no signal, want one such as TERM or RTMIN+3",
                             words.item[i]);
        }
        if (is_never_caught(number)) {
            return never_caught(in, words.item[i]);
        }
        mask |= SIGNAME_BIT(number);
    }
    *(uint64_t *)ret = mask;
    return 0;
}

int
value_parse_status(const struct value_input *in, void *ret)
{
    struct words words = {0};
    struct success_status status = {.codes = {1}}; /* 0 always counts */
    value_split(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        unsigned long long code = 0;
        bool is_number = strspn(words.item[i], "0123456789") == strlen(words.item[i]);
        int number = is_number ? 0 : signame_number(words.item[i]);
        if (text_number(words.item[i], 255, &code)) {
            status.codes[code / 64] |= 1ULL << (code % 64);
        } else if (number != 0) {
            status.signals |= SIGNAME_BIT(number);
        } else {
            return value_why(in, "\"%.60s\" is neither an exit code (0 to 255) nor a signal",
                             words.item[i]);
        }
    }
    *(struct success_status *)ret = status;
    return 0;
}

/* clang-format off */
static const struct {
    const char *name;
    int resource;
} resources[] = {
    {"as",         RLIMIT_AS},
    {"core",       RLIMIT_CORE},
    {"cpu",        RLIMIT_CPU},
    {"data",       RLIMIT_DATA},
    {"fsize",      RLIMIT_FSIZE},
    {"locks",      RLIMIT_LOCKS},
    {"memlock",    RLIMIT_MEMLOCK},
    {"msgqueue",   RLIMIT_MSGQUEUE},
    {"nice",       RLIMIT_NICE},
    {"nofile",     RLIMIT_NOFILE},
    {"nproc",      RLIMIT_NPROC},
    {"rss",        RLIMIT_RSS},
    {"rtprio",     RLIMIT_RTPRIO},
    {"rttime",     RLIMIT_RTTIME},
    {"sigpending", RLIMIT_SIGPENDING},
    {"stack",      RLIMIT_STACK},
};
/* clang-format on */

static bool
limit_number(const char *text, uint64_t *ret)
{
    unsigned long long number = UINT64_MAX;
    if (strcmp(text, "unlimited") != 0 && !text_number(text, UINT64_MAX - 1, &number)) {
        return false;
    }
    *ret = number;
    return true;
}

static int
parse_rlimit(const struct value_input *in, const char *word, struct limit *ret)
{
    const char *equals = strchr(word, '=');
    const char *soft = equals == NULL ? "" : equals + 1;
    const char *colon = strchr(soft, ':');
    size_t name_length = equals == NULL ? strlen(word) : (size_t)(equals - word);
    size_t row = 0;
    size_t rows = sizeof(resources) / sizeof(resources[0]);
    while (row < rows && (strlen(resources[row].name) != name_length ||
                          strncmp(resources[row].name, word, name_length) != 0)) {
        row++;
    }
    if (row == rows) {
        return value_why(in, "\"%.60s\" names no resource limit, want one such as nofile=65536",
                         word);
    }
    if (colon != NULL) {
        soft = arena_strndup(in->arena, soft, (size_t)(colon - soft));
    }
    struct limit limit = {.resource = resources[row].resource};
    if (!limit_number(soft, &limit.soft) ||
        !limit_number(colon == NULL ? soft : colon + 1, &limit.hard) || limit.soft > limit.hard) {
        return value_why(in, "\"%.60s\" is no limit, want %s=SOFT[:HARD], numbers or unlimited",
                         word, resources[row].name);
    }
    *ret = limit;
    return 0;
}

int
value_parse_rlimits(const struct value_input *in, void *ret)
{
    struct words words = {0};
    struct limits limits = {0};
    value_split(in->text, in->arena, &words);
    if (words.count > LIMITS_MAX) {
        return value_why(in, "%zu limits are more than there are", words.count);
    }
    limits.item = ARENA_NEW(in->arena, struct limit, words.count);
    for (; limits.count < words.count; limits.count++) {
        if (parse_rlimit(in, words.item[limits.count], &limits.item[limits.count]) != 0) {
            return -1;
        }
        for (size_t i = 0; i < limits.count; i++) {
            if (limits.item[i].resource == limits.item[limits.count].resource) {
                return value_why(in, "\"%.60s\" is set twice", words.item[limits.count]);
            }
        }
    }
    *(struct limits *)ret = limits;
    return 0;
}

static int
parse_rewrite(const struct value_input *in, const char *word, struct forward *forward)
{
    const char *colon = strchr(word, ':');
    const char *name =
        colon == NULL ? word : arena_strndup(in->arena, word, (size_t)(colon - word));
    int from = signame_number(name);
    int to = colon == NULL ? from : signame_number(colon + 1);
    if (from == 0 || to == 0) {
        return value_why(in, "\"%.60s\" is no signal, want one such as USR1, or TERM:QUIT", word);
    }
    if (is_never_caught(from)) {
        return never_caught(in, word);
    }
    forward->to[from] = (uint8_t)to;
    return 0;
}

int
value_parse_forward(const struct value_input *in, void *ret)
{
    struct words words = {0};
    struct forward forward = {0};
    value_split(in->text, in->arena, &words);
    for (size_t i = 0; i < words.count; i++) {
        if (strcmp(words.item[i], "all") == 0) {
            forward.all = true;
        } else if (strcmp(words.item[i], "none") == 0) {
            if (words.count > 1) {
                return value_why(in, "\"none\" stands alone");
            }
        } else if (parse_rewrite(in, words.item[i], &forward) != 0) {
            return -1;
        }
    }
    *(struct forward *)ret = forward;
    return 0;
}
