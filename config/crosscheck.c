/* SPDX-License-Identifier: MIT */

#include "config/command.h"
#include "config/resolve_parts.h"
#include "config/text.h"

/* What no key can be judged for alone: names, order, places. */

struct check {
    const struct config *config;
    struct diags *diags;
    struct arena *arena;
};

static struct diag_place
unit_place(const struct unit_config *unit, enum unit_key key)
{
    return doc_place(unit_from(unit, key), unit->section);
}

/* ---------------------------------------------------------------- names */

/* When a unit starts by itself. */
enum turn { TURN_BOOT, TURN_SCHEDULE, TURN_STOP, TURN_STOPPED, TURN_NEVER };

static const char *const turn_words[] = {
    [TURN_BOOT] = "starts at boot",
    [TURN_SCHEDULE] = "starts by its schedule alone",
    [TURN_STOP] = "starts when the container ends",
    [TURN_STOPPED] = "starts after the last unit",
    [TURN_NEVER] = "never starts by itself",
};

static enum turn
turn_of(const struct unit_config *unit)
{
    static const enum turn turns[] = {
        [WHEN_START] = TURN_BOOT,
        [WHEN_STOP] = TURN_STOP,
        [WHEN_STOPPED] = TURN_STOPPED,
        [WHEN_MANUAL] = TURN_NEVER,
    };
    if (!unit->autostart) {
        return TURN_NEVER;
    }
    return unit->is_task && unit->schedule != NULL ? TURN_SCHEDULE : turns[unit->when];
}

/* Whether one may require another whose turn may never have come by its own. What is started by
 * hand starts what it requires. */
static bool
waits_for_ever(enum turn own, enum turn other)
{
    bool was_before = other == TURN_BOOT || (own == TURN_STOPPED && other == TURN_STOP);
    return own != TURN_NEVER && own != other && !was_before;
}

static void
check_name(const struct check *check, const struct unit_config *unit, enum unit_key key,
           const char *name)
{
    size_t found = unit_find(check->config, name);
    struct diag_place place = unit_place(unit, key);
    if (found == SIZE_MAX) {
        resolve_tell_no_unit(check->config, name, place, check->diags);
        return;
    }
    const struct unit_config *other = &check->config->unit[found];
    if (other == unit) {
        diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, place, "remove its own name",
                 "\"%s\" waits for itself", name);
    } else if (key == UNIT_requires && waits_for_ever(turn_of(unit), turn_of(other))) {
        diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, place,
                 "let it start at boot, or use `after`", "\"%s\" %s, so \"%s\" would wait for ever",
                 name, turn_words[turn_of(other)], unit->name);
    } else if (key == UNIT_requires && turn_of(unit) == TURN_STOPPED && !other->is_task) {
        diag_add(check->diags, DIAG_WARN, CODE_CONFIG, place, "let it run before: `when = stop`",
                 "\"%s\" is stopped by then, so \"%s\" never runs", name, unit->name);
    }
}

static void
check_names(const struct check *check, const struct unit_config *unit)
{
    for (size_t i = 0; i < unit->requires.count; i++) {
        check_name(check, unit, UNIT_requires, unit->requires.item[i]);
    }
    for (size_t i = 0; i < unit->after.count; i++) {
        check_name(check, unit, UNIT_after, unit->after.item[i]);
    }
}

/* What a unit waits for, as indices. */
struct waits {
    size_t count;
    size_t *other;
};

static struct waits
unit_waits(const struct check *check, const struct unit_config *unit)
{
    const struct words *lists[] = {&unit->requires, &unit->after};
    struct waits waits = {0};
    waits.other = ARENA_NEW(check->arena, size_t, unit->requires.count + unit->after.count);
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            size_t other = unit_find(check->config, lists[k]->item[i]);
            if (other != SIZE_MAX && &check->config->unit[other] != unit) {
                waits.other[waits.count++] = other;
            }
        }
    }
    return waits;
}

/* One that it waits for and that is not in the order yet; `none` where there is none. */
static size_t
next_unplaced(const struct waits *waits, const bool *is_placed, size_t none)
{
    for (size_t i = 0; i < waits->count; i++) {
        if (!is_placed[waits->other[i]]) {
            return waits->other[i];
        }
    }
    return none;
}

/* `at` waits for others that are not in the order: following them long enough leads into a cycle,
 * and once more around tells it. */
static void
tell_cycle(const struct check *check, const struct waits *waits, const bool *is_placed, size_t at)
{
    char names[512];
    struct text text = TEXT_OVER(names);
    size_t count = check->config->unit_count;
    for (size_t step = 0; step < count; step++) {
        at = next_unplaced(&waits[at], is_placed, at);
    }
    const struct unit_config *first = &check->config->unit[at];
    size_t on = at;
    text_add(&text, first->name);
    do {
        on = next_unplaced(&waits[on], is_placed, on);
        text_addf(&text, " -> %s", check->config->unit[on].name);
    } while (on != at);
    enum unit_key key = first->requires.count > 0 ? UNIT_requires : UNIT_after;
    diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, unit_place(first, key),
             "let one of them wait for less", "units wait for each other: %s", names);
}

/* Takes units away that wait for nobody who is left; whoever stays is part of a cycle, or waits
 * for one. */
static void
check_cycles(const struct check *check)
{
    size_t count = check->config->unit_count;
    bool *is_placed = ARENA_NEW(check->arena, bool, count);
    struct waits *waits = ARENA_NEW(check->arena, struct waits, count);
    bool has_moved = true;
    for (size_t u = 0; u < count; u++) {
        waits[u] = unit_waits(check, &check->config->unit[u]);
    }
    while (has_moved) {
        has_moved = false;
        for (size_t u = 0; u < count; u++) {
            if (!is_placed[u] && next_unplaced(&waits[u], is_placed, count) == count) {
                is_placed[u] = true;
                has_moved = true;
            }
        }
    }
    for (size_t u = 0; u < count; u++) {
        if (!is_placed[u]) {
            tell_cycle(check, waits, is_placed, u);
            return;
        }
    }
}

/* ---------------------------------------------------------------- commands */

static void
check_command(const struct check *check, const struct unit_config *unit)
{
    if (unit->section == NULL) {
        return; /* the arguments are its command */
    }
    /* What is written counts even where it could not be read: that is told already. */
    bool has_command = unit_from(unit, UNIT_command) != NULL;
    bool has_folder = unit_from(unit, UNIT_command_dir) != NULL;
    if (!has_command && !has_folder && !unit->section->is_refused) {
        diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, unit_place(unit, UNIT_command),
                 unit->is_task ? "add `command = ...`, or `command-dir = ...`"
                               : "add `command = ...`",
                 "\"%s\" has no command", unit->name);
    } else if (has_command && has_folder) {
        diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, unit_place(unit, UNIT_command_dir),
                 "keep one of them", "\"%s\" has a command and a command-dir", unit->name);
    }
}

static void
check_schedule(const struct check *check, const struct unit_config *unit)
{
    if (unit->is_task && unit_from(unit, UNIT_schedule) != NULL &&
        unit_from(unit, UNIT_when) != NULL) {
        diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, unit_place(unit, UNIT_when),
                 "keep one of them", "\"%s\" has a schedule, and when says otherwise", unit->name);
    }
}

/* Keys that say nothing of a task: whoever wrote one waits for what it never brings. In [defaults]
 * they are for the services. */
static void
check_task_keys(const struct check *check, const struct unit_config *unit)
{
    static const struct {
        enum unit_key key;
        const char *name, *cure;
    } idle[] = {
        {UNIT_ready, "ready", "take it out: a task is ready when it is done"},
        {UNIT_start_timeout_ms, "start-timeout", "write `timeout`: how long the task may run"},
        {UNIT_watchdog_ms, "watchdog", "write `timeout`: how long the task may run"},
    };
    for (size_t i = 0; unit->is_task && i < sizeof idle / sizeof idle[0]; i++) {
        if (doc_setting(unit->section, idle[i].name) != NULL) {
            diag_add(check->diags, DIAG_WARN, CODE_CONFIG, unit_place(unit, idle[i].key),
                     idle[i].cure, "it says nothing of a task");
        }
    }
}

static void
check_arguments(const struct check *check)
{
    const struct unit_config *taker = NULL;
    for (size_t u = 0; u < check->config->unit_count; u++) {
        const struct unit_config *unit = &check->config->unit[u];
        if (unit->command == NULL || !command_takes_arguments(unit->command)) {
            continue;
        }
        if (taker != NULL) {
            diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, unit_place(unit, UNIT_command),
                     "let one unit take them", "both \"%s\" and \"%s\" hold \"$@\"", taker->name,
                     unit->name);
        }
        taker = unit;
    }
}

void
resolve_arguments(const struct config *config, struct diags *diags)
{
    struct diag_place place = {.file = config->file};
    bool has_arguments = config->arguments.count > 0;
    if (config->unit_count == 0) { /* arguments would be one */
        diag_add(diags, DIAG_ERROR, CODE_USAGE, place,
                 "give a command: roinit -- CMD..., or declare a [service NAME] in the contract",
                 "there is nothing to run");
    } else if (has_arguments && !config->takes_arguments) {
        diag_add(diags, DIAG_ERROR, CODE_USAGE, place,
                 "write \"$@\" into its command, or give no arguments",
                 "the arguments are for nobody: the unit main does not take them");
    }
    for (size_t u = 0; u < config->unit_count && !has_arguments; u++) {
        const struct unit_config *unit = &config->unit[u];
        if (unit->command != NULL && command_takes_arguments(unit->command)) {
            diag_add(diags, DIAG_ERROR, CODE_USAGE, unit_place(unit, UNIT_command),
                     "give a command to the container (CMD): roinit -- CMD...",
                     "\"%s\" wants the arguments given to roinit, and there are none", unit->name);
        }
    }
}

/* ---------------------------------------------------------------- places */

static bool
is_declared(const struct config *config, const char *path)
{
    for (size_t m = 0; m < config->mount_count; m++) {
        if (config->mount[m].path != NULL && text_is_within(path, config->mount[m].path)) {
            return true;
        }
    }
    return false;
}

/* What a unit, or roinit, makes there has to be allowed there. */
static void
check_declared(const struct check *check, const char *path, struct diag_place place)
{
    if (!is_declared(check->config, path)) {
        diag_add(check->diags, DIAG_ERROR, CODE_CONFIG, place,
                 "declare the mount it lies in: [tmpfs PATH] or [volume PATH]",
                 "\"%s\" lies in no declared writable place", path);
    }
}

static void
check_removals(const struct check *check, const struct unit_config *unit)
{
    for (size_t i = 0; i < unit->remove.count; i++) {
        check_declared(check, unit->remove.item[i], unit_place(unit, UNIT_remove));
    }
}

/* What says that a unit is ready is made by it, or is older than the container. */
static void
check_ready(const struct check *check, const struct unit_config *unit)
{
    if (unit->ready.kind == PROBE_UNIX || unit->ready.kind == PROBE_FILE) {
        check_declared(check, unit->ready.path, unit_place(unit, UNIT_ready));
    }
}

static void
check_state_dir(const struct check *check)
{
    const struct setting *from = check->config->init.from[INIT_state_dir];
    const struct words *folders = &check->config->init.state_dir;
    for (size_t i = 0; from != NULL && i < folders->count; i++) {
        struct diag_place place = {from->file, from->line, "init", from->name};
        check_declared(check, folders->item[i], place);
    }
}

void
resolve_whole(const struct config *config, struct diags *diags)
{
    struct arena scratch = {.out_of_memory = diags->arena->out_of_memory};
    struct check check = {config, diags, &scratch};
    for (size_t u = 0; u < config->unit_count; u++) {
        check_names(&check, &config->unit[u]);
        check_command(&check, &config->unit[u]);
        check_schedule(&check, &config->unit[u]);
        check_task_keys(&check, &config->unit[u]);
        check_removals(&check, &config->unit[u]);
        check_ready(&check, &config->unit[u]);
    }
    check_arguments(&check);
    check_cycles(&check);
    check_state_dir(&check);
    resolve_judge_mounts(config, diags);
    resolve_judge_checks(config, diags);
    arena_free(&scratch);
}
