/* SPDX-License-Identifier: MIT */
#include "init/host.h"

#include <errno.h>
#include <unistd.h>

#include "config/command.h"
#include "config/pages.h"
#include "config/resolve.h"
#include "init/held.h"
#include "init/host_parts.h"
#include "init/onlyif.h"
#include "init/privilege.h"
#include "init/sys_files.h"
#include "init/sys_watch.h"
#include "supervisor/log.h"

enum { WHY_BYTES = 200, STATUS_BYTES_MAX = 4 * 1024 * 1024 };

const char *
host_search_path(const struct vars *vars)
{
    const char *path = vars_get(vars, "PATH");
    return path != NULL ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

int
host_unit_vars(const struct host *host, size_t u, struct arena *arena, struct vars *ret_vars,
               struct err *err)
{
    const struct unit_config *unit = &host->config->unit[u];
    struct environ_text *texts = NULL;
    bool is_boot = host->loop == NULL; /* then a task may still write them */
    struct diags diags = {.arena = arena};
    struct diag_place place = {0};
    if (unit->env_file.count > 0 && !is_boot) {
        (void)files_read_env_files(&unit->env_file, place, arena, &texts, &diags);
    }
    (void)environ_unit(host->environment, u, texts, arena, ret_vars, &diags);
    if (arena->is_spent) {
        return err_set(err, CODE_SYSTEM, ENOMEM, "cannot make its environment");
    }
    if (diags.errors > 0) {
        return err_set(err, diags.item[0].code, 0, "%s", diags.item[0].text);
    }
    return 0;
}

/* ---------------------------------------------------------------- a launch */

/* Whether two lists of groups are the same set, in whatever order. */
static bool
has_same_groups(const struct identity *identity, const struct self *self)
{
    size_t found = 0;
    for (size_t i = 0; i < identity->group_count; i++) {
        for (size_t k = 0; k < self->group_count; k++) {
            if (identity->group[i] == self->group[k]) {
                found++;
                break;
            }
        }
    }
    return found == identity->group_count && identity->group_count == self->group_count;
}

/* Only what changes something is a step: without privilege even the change to what is already so
 * is refused (I13). */
static void
fill_identity(const struct host *host, size_t u, struct launch *launch)
{
    const struct identity *identity = &host->identities->unit[u];
    const struct self *self = host->self;
    launch->uid = identity->uid;
    launch->gid = identity->gid;
    launch->group = identity->group;
    launch->group_count = identity->group_count;
    launch->sets_uid = identity->uid != self->uid;
    launch->sets_gid = identity->gid != self->gid;
    /* Its own gid may stand among roinit's supplementary groups as well: nothing of that stays. */
    launch->sets_groups = self->can_switch && (launch->sets_uid || launch->sets_gid ||
                                               !has_same_groups(identity, self));
    struct privilege privilege = privilege_of(host->config, host->identities, u);
    launch->sets_capabilities = !privilege.keeps;
    launch->is_strict = privilege_is_strict(host->config, host->identities, u);
    launch->capabilities = privilege.capabilities;
    launch->sets_no_new_privs = privilege.has_no_new_privs;
    launch->is_guarded = privilege.is_guarded;
    launch->starts_clean = !host->config->is_lone;
}

static int
make_argv(const struct host *host, size_t u, size_t part, const struct vars *vars,
          struct arena *arena, struct words *ret_argv, struct err *err)
{
    const struct unit_config *unit = &host->config->unit[u];
    char why[WHY_BYTES];
    bool is_runtime = false;
    if (host->parts[u].argv != NULL) {
        *ret_argv = host->parts[u].argv[part];
        return 0;
    }
    if (command_expand(unit->command, vars, &host->config->arguments, arena, ret_argv, why,
                       sizeof why, &is_runtime) != 0) {
        return err_set(err, is_runtime ? CODE_BROKEN : CODE_CONFIG, 0, "%s", why);
    }
    if (ret_argv->count == 0) {
        return err_set(err, CODE_BROKEN, 0, "the command is empty: set its variables");
    }
    return 0;
}

static size_t
host_parts(void *context, size_t u)
{
    const struct host *host = context;
    return host->parts[u].count;
}

static const char *
host_part_name(void *context, size_t u, size_t part)
{
    const struct host *host = context;
    if (host->parts[u].argv == NULL || part >= host->parts[u].count) {
        return NULL;
    }
    const struct words *argv = &host->parts[u].argv[part];
    return argv->item[argv->count - 1]; /* behind its interpreter, where it has one */
}

/* All of a launch but its session. */
static void
fill_launch(const struct host *host, size_t u, const struct vars *vars, const struct words *argv,
            struct launch *ret_launch)
{
    const struct unit_config *unit = &host->config->unit[u];
    *ret_launch = (struct launch){
        .argv = (char *const *)(void *)argv->item,
        .envp = vars->item,
        .search_path = host_search_path(vars),
        .working_dir =
            unit->working_dir != NULL && unit->working_dir[0] != '\0' ? unit->working_dir : NULL,
        .umask = (mode_t)unit->umask,
        .limits = &unit->limits,
    };
    fill_identity(host, u, ret_launch);
}

/* Its environment and its command's words, as they are now. */
static int
find_words(const struct host *host, size_t u, size_t part, struct arena *arena,
           struct vars *ret_vars, struct words *ret_argv, struct err *err)
{
    if (host_unit_vars(host, u, arena, ret_vars, err) != 0 ||
        make_argv(host, u, part, ret_vars, arena, ret_argv, err) != 0) {
        return -1;
    }
    host_add_notify(host, u, ret_vars);
    return 0;
}

int
host_launch(void *context, size_t u, size_t part, struct arena *arena, struct launch *ret_launch,
            struct err *err)
{
    struct host *host = context;
    struct late late = {.host = host, .unit = u, .part = part};
    bool is_late = host_is_late(&late);
    struct vars vars = {0};
    struct words argv = {0};
    if (!is_late && find_words(host, u, part, arena, &vars, &argv, err) != 0) {
        return -1;
    }
    fill_launch(host, u, &vars, &argv, ret_launch);
    if (is_late) {
        host_defer(&late, arena, ret_launch);
    }
    const struct unit_config *unit = &host->config->unit[u];
    ret_launch->session = unit->is_main ? LAUNCH_OWN_GROUP : LAUNCH_OWN_SESSION;
    ret_launch->sets_oom_score = unit_from(unit, UNIT_oom_score_adj) != NULL;
    ret_launch->oom_score_adj = (int)unit->oom_score_adj;
    ret_launch->borrows_memory =
        host->config->is_lone && !ret_launch->sets_uid && !ret_launch->sets_gid;
    return 0;
}

static void
fill_beside(const struct host *host, size_t u, const struct vars *vars, const struct words *argv,
            struct launch *ret_launch)
{
    fill_launch(host, u, vars, argv, ret_launch);
    ret_launch->session = LAUNCH_OWN_SESSION;
    ret_launch->is_beside = true;
}

int
host_launch_beside(void *context, size_t u, const char *command, const char *name,
                   const char *value, struct arena *arena, struct launch *ret_launch,
                   struct err *err)
{
    const struct host *host = context;
    struct late late = {
        .host = context, .unit = u, .command = command, .name = name, .value = value};
    struct vars vars = {0};
    struct words argv = {0};
    char why[WHY_BYTES] = "";
    bool is_runtime = false;
    if (host_is_late(&late)) {
        fill_beside(host, u, &vars, &argv, ret_launch);
        host_defer(&late, arena, ret_launch);
        return 0;
    }
    if (host_unit_vars(host, u, arena, &vars, err) != 0) {
        return -1;
    }
    if (name != NULL) {
        vars_set(&vars, name, value);
    }
    if (command_expand(command, &vars, &host->config->arguments, arena, &argv, why, sizeof why,
                       &is_runtime) != 0 ||
        argv.count == 0) {
        return err_set(err, CODE_BROKEN, 0, "%s", why[0] == '\0' ? "the command is empty" : why);
    }
    fill_beside(host, u, &vars, &argv, ret_launch);
    return 0;
}

static bool
is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

bool
host_may_start(void *context, size_t u)
{
    struct host *host = context;
    struct arena arena = ARENA_INIT;
    struct vars vars;
    struct err err = {0};
    bool may_start = true;
    if (host->watch.may_hang) { /* then its child looks */
        host->parts[u].asks_only_if = host->config->unit[u].only_if.count > 0;
        return true;
    }
    /* Where its environment cannot be made, the start itself says why. */
    if (host->config->unit[u].only_if.count > 0 &&
        host_unit_vars(host, u, &arena, &vars, &err) == 0) {
        may_start = onlyif_holds(&host->config->unit[u].only_if, &vars, is_there);
    }
    arena_free(&arena);
    return may_start;
}

/* ---------------------------------------------------------------- the state */

static void
refresh(struct host *host)
{
    host->status.now_ms = loop_now_ms();
    host->status.wall_ms = loop_wall_ms();
    host->status.orphans = loop_orphans(host->loop);
    host->status.lines_lost = log_lost();
    host->status.lines_over_rate = log_over_rate();
}

static void
note_stale(struct host *host, int errnum)
{
    char when[40];
    bool is_stale = errnum != 0;
    bool was_stale = host->stale_since_ms != 0;
    if (is_stale == was_stale) {
        return;
    }
    host->stale_since_ms = is_stale ? host->status.now_ms : 0;
    state_mark_stale(&host->state, is_stale ? log_time_text(when, sizeof when) : NULL);
    if (is_stale) {
        status_degrade(&host->status, "state-dir", err_errno_text(errnum));
        log_own(LOG_WARN, "cannot write %s/status.json: %s", host->state.path,
                err_errno_text(errnum));
    } else {
        status_restore(&host->status, "state-dir");
    }
}

static bool
host_publish(void *context)
{
    struct host *host = context;
    struct arena arena = ARENA_INIT;
    if (host->state.folder_fd < 0) {
        return true;
    }
    refresh(host);
    size_t size = status_size(&host->status);
    char *bytes = size <= STATUS_BYTES_MAX ? arena_alloc(&arena, size) : NULL;
    int errnum = ENOMEM;
    if (bytes != NULL) {
        struct text out = text_over(bytes, size);
        status_json(&host->status, &(struct status_view){0}, &out);
        errnum = state_write(&host->state, "status.json", 0644, bytes, out.length) == 0 ? 0 : errno;
    }
    note_stale(host, errnum);
    arena_free(&arena);
    return errnum == 0;
}

static void
host_degrade(void *context, const char *what, const char *why)
{
    struct host *host = context;
    status_degrade(&host->status, what, why);
}

static void
host_answer(void *context, const struct ctl_request *request, const struct ctl_peer *peer,
            struct ctl_reply *reply)
{
    struct host *host = context;
    watch_refresh(host);
    refresh(host);
    struct asking asking = {
        .status = &host->status, .loop = host->loop, .now_ms = host->status.now_ms, .reply = reply};
    answer_request(&asking, host->authority, request, peer);
    if (reply->held != NULL) {
        (void)held_attend(&asking); /* most need not wait at all */
    }
}

static int64_t
host_attend(void *context, struct ctl_reply *reply)
{
    struct host *host = context;
    refresh(host);
    struct asking asking = {
        .status = &host->status, .loop = host->loop, .now_ms = host->status.now_ms, .reply = reply};
    return held_attend(&asking);
}

/* ---------------------------------------------------------------- what changes */

static QUIET_TURN int64_t
host_sample(void *context)
{
    return watch_sample(context);
}

static bool
host_may_hang(void *context)
{
    const struct host *host = context;
    return host->watch.may_hang;
}

static void
host_look_at_mounts(void *context)
{
    watch_look_at_mounts(context);
}

static bool
host_was_out_of_memory(void *context)
{
    return watch_was_out_of_memory(context);
}

static void
host_tell_memory(void *context)
{
    watch_tell_memory(context);
}

struct loop_host
host_of(struct host *host)
{
    return (struct loop_host){
        .context = host,
        .launch = host_launch,
        .launch_beside = host_launch_beside,
        .launch_probe = host_launch_probe,
        .identify = host_identify,
        .parts = host_parts,
        .part_name = host_part_name,
        .may_start = host_may_start,
        .may_hang = host_may_hang,
        .publish = host_publish,
        .degrade = host_degrade,
        .answer = host_answer,
        .attend = host_attend,
        .sample = host_sample,
        .look_at_mounts = host_look_at_mounts,
        .was_out_of_memory = host_was_out_of_memory,
        .tell_memory = host_tell_memory,
        .keep_capabilities = privilege_kept(host->config, host->identities),
        .control_fd = host->state.control_fd,
        .notify_fd = host->notify_fd,
        .outer_notify_fd = host->outer_notify_fd,
    };
}
