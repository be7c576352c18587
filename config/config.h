/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_CONFIG_H
#define ROINIT_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/value.h"

/*
 * The contract as typed values: what the rest of roinit works on. Made by resolve.h from the
 * document that load.h read; lives in an arena and is passed on as const.
 */
struct setting; /* doc.h: where a value was written */
struct section;

/* The words of ENUM keys, in the order of their limits in schema.def. */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };
enum require_root { ROOT_RO, ROOT_ANY };
enum undeclared_mounts { UNDECLARED_ALLOW, UNDECLARED_WARN, UNDECLARED_DENY };
enum on_drift { DRIFT_WARN, DRIFT_SHUTDOWN };
enum on_violation { VIOLATION_FAIL, VIOLATION_WARN };
enum mount_chown { CHOWN_NEVER, CHOWN_TOP, CHOWN_ON_MISMATCH, CHOWN_ALWAYS };
enum seed_mode { SEED_EMPTY, SEED_MISSING };
enum restart_mode { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS };
enum unit_log { UNIT_LOG_RAW, UNIT_LOG_TEXT, UNIT_LOG_JSON, UNIT_LOG_NULL };
enum unit_stdin { STDIN_NULL, STDIN_INHERIT };
enum kill_mode { KILL_MIXED, KILL_GROUP, KILL_PROCESS };
enum check_failure { CHECK_IGNORE, CHECK_RESTART, CHECK_SHUTDOWN };
enum check_level { CHECK_ALIVE, CHECK_READY };
enum task_when { WHEN_START, WHEN_STOP, WHEN_STOPPED, WHEN_MANUAL };

#define FIELD(field_, key_, type_, default_, limits_, help_) VALUE_C_##type_ field_;
#define MOUNT_FIELD(field_, key_, type_, tmpfs_, volume_, limits_, help_) VALUE_C_##type_ field_;
#define INIT_ID(field_, key_, type_, default_, limits_, help_) INIT_##field_,
#define REQUIRE_ID(field_, key_, type_, default_, limits_, help_) REQUIRE_##field_,
#define MOUNT_ID(field_, key_, type_, tmpfs_, volume_, limits_, help_) MOUNT_##field_,
#define UNIT_ID(field_, key_, type_, default_, limits_, help_) UNIT_##field_,

/* `from[ID]` of each struct says where the value was written; NULL: it is the default. */
enum init_key {
#define INIT_KEY INIT_ID
#include "config/schema.def"
    INIT_KEYS
};
struct init_config {
#define INIT_KEY FIELD
#include "config/schema.def"
    const struct setting *from[INIT_KEYS];
};

enum require_key {
#define REQUIRE_KEY REQUIRE_ID
#include "config/schema.def"
    REQUIRE_KEYS
};
struct require_config {
#define REQUIRE_KEY FIELD
#include "config/schema.def"
    const struct setting *from[REQUIRE_KEYS];
};

enum mount_key {
#define MOUNT_KEY MOUNT_ID
#include "config/schema.def"
    MOUNT_KEYS
};
struct mount_config {
#define MOUNT_KEY MOUNT_FIELD
#include "config/schema.def"
    const struct setting *from[MOUNT_KEYS];
    const struct section *section;
    bool is_tmpfs; /* else a volume */
};

enum unit_key {
#define UNIT_KEY UNIT_ID
#define TASK_KEY UNIT_ID
#include "config/schema.def"
    UNIT_KEYS
};
struct unit_config {
#define UNIT_KEY FIELD
#define TASK_KEY FIELD
#include "config/schema.def"
    /* Where a value was written, unit_from() (resolve.h) tells: there are many units. */
    const struct section *section;  /* NULL: made of the arguments given to roinit */
    const struct section *defaults; /* [defaults]; NULL: there is none */
    uint64_t given;                 /* a bit for each UNIT_…: its value is not the default */
    const char *name;
    bool is_task;
    bool is_main; /* contract.md: holds "$@", else is named main, else the only service */
};
#define CHECK_ID(field_, key_, type_, default_, limits_, help_) CHECK_##field_,
enum check_key {
#define CHECK_KEY CHECK_ID
#include "config/schema.def"
    CHECK_KEYS
};
struct check_config {
#define CHECK_KEY FIELD
#include "config/schema.def"
    const struct setting *from[CHECK_KEYS];
    const struct section *section;
    const char *name;
    size_t unit; /* the service that it is about; SIZE_MAX: none */
};
#undef CHECK_ID
#undef FIELD
#undef MOUNT_FIELD
#undef INIT_ID
#undef REQUIRE_ID
#undef MOUNT_ID
#undef UNIT_ID

struct config {
    const char *file; /* the contract's path, or NULL: the built-in contract */
    bool is_lone;     /* a lone command: no contract file */
    struct init_config init;
    struct require_config require;
    struct mount_config *mount;
    size_t mount_count;
    const struct setting **env; /* [env], in order: name and text as written */
    size_t env_count;
    struct unit_config *unit;
    size_t unit_count;
    struct check_config *check;
    size_t check_count;
    struct words arguments; /* given to roinit */
    bool takes_arguments;   /* a unit holds "$@", or was made of the arguments */
};

#endif
