/* SPDX-License-Identifier: MIT */
#include "init/boot_units.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "config/command.h"
#include "config/doc.h"
#include "config/resolve.h"
#include "init/host.h"
#include "init/sys_command.h"
#include "init/sys_files.h"
#include "supervisor/log.h"
#include "supervisor/sys_notify.h"

enum { WHY_BYTES = 512 };

/* Whose command it is, and where that is written. */
struct owner {
    const char *name;
    struct diag_place place;
    bool has_env_file; /* which may set its variables later: then it is the start that fails */
};

static struct owner
owner_of(const char *name, const struct section *section, const struct setting *from,
         bool has_env_file)
{
    return (struct owner){
        .name = name, .place = doc_place(from, section), .has_env_file = has_env_file};
}

static struct owner
unit_owner(const struct unit_config *unit, enum unit_key key)
{
    return owner_of(unit->name, unit->section, unit_from(unit, key), unit->env_file.count > 0);
}

static struct owner
check_owner(const struct boot *boot, const struct check_config *check)
{
    bool has_env_file =
        check->unit != SIZE_MAX && boot->config.unit[check->unit].env_file.count > 0;
    return owner_of(check->name, check->section, check->from[CHECK_probe], has_env_file);
}

/* What is wrong with a program, as a diagnostic: the root cannot change, so what is missing now
 * stays missing. */
static void
add_missing(struct boot *boot, const struct owner *owner, const char *file, int errnum,
            enum exit_code code)
{
    bool is_missing = errnum == ENOENT;
    diag_add(&boot->diags, DIAG_ERROR, code, owner->place,
             is_missing ? "install it in the image, or mend its path"
                        : "a command is a file with the x bit (chmod +x)",
             "%s: \"%s\" %s: %s", owner->name, file,
             is_missing ? "is not found" : "cannot be executed", err_errno_text(errnum));
}

/* A command: whether it can be made of its variables, and whether its program is there. */
static void
check_command(struct boot *boot, struct owner owner, const char *command, const struct vars *vars,
              struct arena *scratch)
{
    char why[WHY_BYTES];
    bool is_runtime = false;
    struct words argv;
    bool has_no_arguments = boot->config.arguments.count == 0 && boot->last != BOOT_SUPERVISE;
    if (command == NULL || (has_no_arguments && command_takes_arguments(command))) {
        return; /* told already; or a look without the arguments that a run would have */
    }
    if (command_expand(command, vars, &boot->config.arguments, scratch, &argv, why, sizeof why,
                       &is_runtime) != 0) {
        if (!owner.has_env_file) {
            diag_add(&boot->diags, DIAG_ERROR, is_runtime ? CODE_BROKEN : CODE_CONFIG, owner.place,
                     NULL, "%s", why);
        }
        return;
    }
    if (argv.count == 0) {
        diag_add(&boot->diags, DIAG_ERROR, CODE_BROKEN, owner.place, "set its variables",
                 "%s: the command is empty", owner.name);
        return;
    }
    int errnum = command_look_up(argv.item[0], host_search_path(vars));
    if (errnum != 0) {
        add_missing(boot, &owner, argv.item[0], errnum,
                    errnum == ENOENT ? CODE_NOT_FOUND : CODE_NOT_EXECUTABLE);
    }
}

/* The command that stops it, which is given the pid of what it stops. */
static void
check_stop_command(struct boot *boot, size_t u, struct vars *vars, struct arena *scratch)
{
    const char *command = boot->config.unit[u].stop_command;
    if (command != NULL && command[0] != '\0') {
        vars_set(vars, "MAINPID", "1");
        check_command(boot, unit_owner(&boot->config.unit[u], UNIT_stop_command), command, vars,
                      scratch);
    }
}

/* The files of a command-dir: looked at once, since where they lie nothing can change. */
static void
list_parts(struct boot *boot, size_t u)
{
    const struct unit_config *unit = &boot->config.unit[u];
    struct host_command_dir *parts = &boot->host.parts[u];
    struct owner owner = unit_owner(unit, UNIT_command_dir);
    const char *culprit = NULL;
    int errnum =
        command_list_dir(unit->command_dir, &boot->arena, &parts->argv, &parts->count, &culprit);
    if (errnum == EPERM) {
        diag_add(&boot->diags, DIAG_ERROR, CODE_BROKEN, owner.place,
                 "let it lie on the read-only root, or mount it read-only",
                 "%s: the folder \"%s\" is writable here", unit->name, unit->command_dir);
    } else if (errnum != 0) {
        add_missing(boot, &owner, culprit, errnum, CODE_NOT_EXECUTABLE);
    }
}

void
boot_resolve_unit(struct boot *boot, size_t u)
{
    struct unit_config *unit = &boot->config.unit[u];
    struct arena scratch = {.out_of_memory = boot->arena.out_of_memory};
    struct vars vars;
    /* Without its env-files, which a task may still write. */
    if (environ_unit(&boot->environment, u, NULL, &scratch, &vars, &boot->diags) == 0) {
        resolve_unit(unit, &vars, &boot->arena, &boot->diags);
        boot->host.parts[u].count = 1;
        if (unit->command_dir != NULL && unit->command_dir[0] != '\0') {
            list_parts(boot, u);
        } else {
            check_command(boot, unit_owner(unit, UNIT_command), unit->command, &vars, &scratch);
        }
        check_stop_command(boot, u, &vars, &scratch);
        if (unit->ready.kind == PROBE_EXEC) {
            check_command(boot, unit_owner(unit, UNIT_ready), unit->ready.path, &vars, &scratch);
        }
    }
    arena_free(&scratch);
}

static void
lint_command(struct boot *boot, struct owner owner, const char *command)
{
    char why[WHY_BYTES];
    bool is_runtime = false;
    struct words argv = {0};
    if (command == NULL ||
        command_expand(command, VARS_UNKNOWN, &boot->config.arguments, &boot->arena, &argv, why,
                       sizeof why, &is_runtime) != 0 ||
        argv.count == 0 || strchr(argv.item[0], '$') != NULL) {
        return;
    }
    int errnum = command_look_up(argv.item[0], host_search_path(&boot->inherited));
    if (errnum != 0) {
        add_missing(boot, &owner, argv.item[0], errnum, CODE_CONFIG);
    }
}

void
boot_resolve_checks(struct boot *boot)
{
    for (size_t c = 0; c < boot->config.check_count; c++) {
        struct check_config *check = &boot->config.check[c];
        struct arena scratch = {.out_of_memory = boot->arena.out_of_memory};
        struct vars vars;
        struct err err = {0};
        int status = check->unit != SIZE_MAX
                         ? host_unit_vars(&boot->host, check->unit, &scratch, &vars, &err)
                         : environ_base(&boot->environment, &scratch, &vars, &boot->diags);
        if (status == 0) { /* else it is told already */
            resolve_check_keys(check, &vars, &boot->arena, &boot->diags);
            if (check->probe.kind == PROBE_EXEC) {
                check_command(boot, check_owner(boot, check), check->probe.path, &vars, &scratch);
            }
        }
        arena_free(&scratch);
    }
}

void
boot_lint_commands(struct boot *boot)
{
    for (size_t u = 0; u < boot->config.unit_count; u++) {
        const struct unit_config *unit = &boot->config.unit[u];
        lint_command(boot, unit_owner(unit, UNIT_command), unit->command);
        lint_command(boot, unit_owner(unit, UNIT_stop_command), unit->stop_command);
        if (unit->ready.kind == PROBE_EXEC) {
            lint_command(boot, unit_owner(unit, UNIT_ready), unit->ready.path);
        }
    }
    for (size_t c = 0; c < boot->config.check_count; c++) {
        const struct check_config *check = &boot->config.check[c];
        if (check->probe.kind == PROBE_EXEC) {
            lint_command(boot, check_owner(boot, check), check->probe.path);
        }
    }
}

/* A warning, and not an error as with commands: a place that is not empty does not need it. */
void
boot_lint_seeds(struct boot *boot)
{
    for (size_t m = 0; m < boot->config.mount_count; m++) {
        const struct mount_config *mount = &boot->config.mount[m];
        struct stat status;
        if (mount->seed == NULL || mount->seed[0] == '\0') {
            continue;
        }
        int errnum = stat(mount->seed, &status) != 0 ? errno
                     : S_ISDIR(status.st_mode)       ? 0
                                                     : ENOTDIR;
        if (errnum != 0) {
            diag_add(&boot->diags, DIAG_WARN, CODE_CONFIG,
                     doc_place(mount->from[MOUNT_seed], mount->section),
                     "ship that folder in the image, or take the key out",
                     "\"%s\" cannot be copied from here: %s", mount->seed, err_errno_text(errnum));
        }
    }
}

int
boot_lint_users(struct boot *boot, struct err *err)
{
    /* As root that may become anybody: whether the names are there does not depend on it. */
    static const struct self root = {.pid = 1, .can_switch = true};
    struct identities *identities = &boot->identities;
    struct authority unused;
    if (files_read_accounts(&boot->arena, &boot->accounts, err) != 0) {
        return -1;
    }
    identities_resolve(&boot->config, &root, &boot->accounts, &boot->arena, identities,
                       &boot->diags);
    identities_resolve_groups(&boot->config, &boot->arena, identities, &boot->diags);
    identities_check_mkdir(&boot->config, identities, &boot->arena, &boot->diags);
    authority_resolve(&boot->config, identities, &boot->arena, &unused, &boot->diags);
    return 0;
}

/* ---------------------------------------------------------------- the state directory */

static struct words
state_candidates(struct boot *boot)
{
    const struct init_config *init = &boot->config.init;
    if (init->from[INIT_state_dir] != NULL) {
        return init->state_dir; /* none: an empty list */
    }
    struct words folders = {.item = ARENA_NEW(&boot->arena, const char *, state_folder_count + 1)};
    for (size_t i = 0; boot->self.pid == 1 && i < state_folder_count; i++) {
        folders.item[folders.count++] = state_folders[i];
    }
    return folders;
}

static void
write_view(const struct state *state, const char *name, const char *text)
{
    if (text != NULL && state_write(state, name, 0644, text, strlen(text)) != 0) {
        log_own(LOG_WARN, "cannot write %s for [init] passwd: %s; give it a writable state-dir",
                name, state->folder_fd < 0 ? "there is no state directory" : err_errno_text(errno));
    }
}

/* sd_notify, both ways. */
static void
open_notify(struct host *host, const char *outer_address)
{
    struct err err = {0};
    bool is_wanted = false;
    for (size_t u = 0; u < host->config->unit_count; u++) {
        is_wanted |= loop_notify_is_wanted(&host->config->unit[u]);
    }
    host->notify_fd = -1;
    host->outer_notify_fd = notify_connect(outer_address);
    if (is_wanted) {
        host->notify_fd = notify_open(host->state.folder_fd, host->state.path, host->notify_address,
                                      sizeof host->notify_address, &err);
    }
    if (is_wanted && host->notify_fd < 0) {
        log_own(LOG_ERROR, "%s: no unit with `ready = notify` gets ready", err.text);
    }
}

void
boot_open_state(struct boot *boot)
{
    struct err err = {0};
    struct state none = STATE_NONE;
    struct words folders = state_candidates(boot);
    struct state *state = &boot->host.state;
    *state = none;
    if (folders.count > 0 && state_open(&folders, state, &err) != 0) {
        bool was_set = boot->config.init.from[INIT_state_dir] != NULL;
        log_own(was_set ? LOG_WARN : LOG_INFO, "no status and no socket: %s", err.text);
    }
    open_notify(&boot->host, vars_get(&boot->inherited, "NOTIFY_SOCKET"));
    write_view(state, "passwd", boot->plan.passwd_view);
    write_view(state, "group", boot->plan.group_view);
}
