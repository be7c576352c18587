/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_VALUE_H
#define ROINIT_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/arena.h"

/*
 * The types of values: text in, typed value out. Pure; nothing here knows a key. Each type of the
 * list has the C type it becomes and the words by which users read of it.
 */
struct words {
    size_t count;
    const char **item; /* NULL-terminated, count items before it */
};

/* `NAME|UID[:NAME|GID]` as written: names become numbers in init/accounts. */
struct user_spec {
    const char *user;  /* NULL: not given */
    const char *group; /* NULL: the user's own, or the uid itself where the user has no entry */
};

struct start_limit {
    int64_t starts; /* 0: no limit */
    int64_t within_ms;
};

struct success_status {
    uint64_t codes[4]; /* bit per exit code 0..255 */
    uint64_t signals;  /* SIGNAME_BIT */
};

/* Which signals to PID 1 a unit gets, and as which. */
struct forward {
    bool all;       /* as they came, but for what is rewritten in `to` */
    uint8_t to[65]; /* to[n]: what signal n is sent as; 0: not (or, with `all`, as it came) */
};

enum { LIMITS_MAX = 16 };
struct limit {
    int resource;        /* RLIMIT_… */
    uint64_t soft, hard; /* UINT64_MAX: unlimited */
};
struct limits {
    size_t count;
    struct limit *item;
};

struct schedule; /* schedule.h */

/* How one knows that something is ready, or well. */
enum probe_kind {
    PROBE_START, /* it has been executed */
    PROBE_NOTIFY,
    PROBE_FD,
    PROBE_TCP,
    PROBE_UNIX,
    PROBE_HTTP,
    PROBE_FILE,
    PROBE_EXEC,
    PROBE_KIND_COUNT
};
struct probe {
    enum probe_kind kind;
    int number;       /* of fd; the port of tcp and http */
    const char *host; /* of tcp and http: a numeric address; NULL: localhost, of both families */
    const char *path; /* of unix and file; http: what is asked for; exec: the command as written */
    const char *text; /* the whole as users read of it */
};

/* clang-format off */
#define VALUE_TYPES(X) \
    X(BOOL,      bool,                  "yes|no") \
    X(ENUM,      int,                   "one word of the list") \
    X(INT,       int64_t,               "number") \
    X(OCTAL,     int,                   "octal") \
    X(DURATION,  int64_t,               "duration")  /* ms; DURATION_NONE: "none" where allowed */ \
    X(SIZE,      int64_t,               "size")      /* bytes; -1: not given */ \
    X(PERCENT,   int,                   "percent") \
    X(STRING,    const char *,          "text") \
    X(PATH,      const char *,          "path") \
    X(PATHS,     struct words,          "paths") \
    X(WORDS,     struct words,          "words") \
    X(NAMES,     struct words,          "names") \
    X(UNITS,     struct words,          "units") \
    X(GLOBS,     struct words,          "globs") \
    X(ASSIGNS,   struct words,          "lines of NAME=value") /* as written: expanded with the environment */ \
    X(MKDIRS,    struct words,          "lines of PATH [MODE [OWNER]]") \
    X(CONDITIONS,struct words,          "conditions") \
    X(UIDS,      struct words,          "any|non-root|UID|UID-UID") \
    X(CAPS,      struct words,          "capabilities") \
    X(COMMAND,   const char *,          "command")   /* as written: expanded at each start, command.h */ \
    X(USER,      struct user_spec,      "user") \
    X(USERS,     struct words,          "users") \
    X(SIGNAL,    int,                   "signal")    /* 0: not given */ \
    X(SIGNALS,   uint64_t,              "signals")   /* SIGNAME_BIT mask */ \
    X(LIMIT,     struct start_limit,    "N/TIME")    /* starts 0: no limit */ \
    X(STATUS,    struct success_status, "codes, signals") \
    X(RLIMITS,   struct limits,         "name=soft[:hard]") \
    X(FORWARD,   struct forward,        "all|none|signals") \
    X(SCHEDULE,  const struct schedule *, "duration, or five cron fields") /* NULL: none */ \
    X(PROBE,     struct probe,          "probe")
/* clang-format on */

enum { DURATION_NONE = -1 };

#define VALUE_ENUM(type_, c_type_, notation_) VALUE_##type_,
enum value_type { VALUE_TYPES(VALUE_ENUM) VALUE_TYPE_COUNT };
#undef VALUE_ENUM

#define VALUE_TYPEDEF(type_, c_type_, notation_) typedef c_type_ VALUE_C_##type_;
VALUE_TYPES(VALUE_TYPEDEF) /* names for schema.def's struct fields; used nowhere else */
#undef VALUE_TYPEDEF

/* The words by which users read of a type ("duration"). */
const char *value_notation(enum value_type type);

/* Whether values of that type are lists: may go on over indented lines, and be added to by +=. */
bool value_is_list(enum value_type type);
/* Whether it is a list with an item a line. Pure. */
bool value_has_lines(enum value_type type);
/* The items of a list's text, not judged. Pure. */
void value_items(enum value_type type, const char *text, struct arena *arena, struct words *ret);
/* The size of the type's C type. Pure. */
size_t value_bytes(enum value_type type);

/* Whether a value of that type stays as it is written, variables included, until later. */
bool value_is_deferred(enum value_type type, const char *text);

/* The command that such a value is, or holds (`exec:COMMAND`); NULL: none. */
const char *value_command_of(enum value_type type, const char *text);

/* Sets *ret, of the C type above, to what stands for "not given": false, 0, NULL, an empty list; -1
 * for octal, size, percent, and DURATION_NONE. */
void value_none(enum value_type type, void *ret);

/* Parses `text` (already expanded) as `type`, within `limits` (schema.def's column, NULL: none),
 * into *ret, which must be of the C type above. Strings and lists are the arena's. Returns 0; or -1
 * with a sentence in `why` ("\"12\" has no unit, want a duration such as 12s"), *ret unchanged. */
int value_parse(enum value_type type, const char *limits, const char *text, struct arena *arena,
                void *ret, char *why, size_t why_size);

/* "500ms", "30s", "1h30m", "0". Returns 0 or -1. */
int value_parse_duration(const char *text, int64_t *ret_ms);
/* "64K", "10M", "1G", "512": powers of 1024. Returns 0 or -1. */
int value_parse_size(const char *text, int64_t *ret_bytes);
/* One user of `NAME|UID[:NAME|GID]`. Returns 0, or -1 with *ret unchanged. */
int value_parse_user(const char *text, struct arena *arena, struct user_spec *ret);
/* Whether `text` can be the name of a unit: [a-z0-9][a-z0-9._-]{0,39}. */
bool value_is_unit_name(const char *text);
/* Splits at blanks and line ends; *ret stays as it was where there is no memory. */
void value_split(const char *text, struct arena *arena, struct words *ret);
/* The lines of `text` that are not empty. Pure. */
void value_split_lines(const char *text, struct arena *arena, struct words *ret);
/* An absolute path without "..", with doubled and trailing slashes and "." taken out, in the arena;
 * NULL where it is none. */
const char *value_path(const char *text, struct arena *arena);

#endif
