/* SPDX-License-Identifier: MIT */
#include "init/host_parts.h"

#include <stdio.h>

#include "config/command.h"

enum { WHY_BYTES = 200, UMASK = 022 };

/* The environment of no unit: what all of them begin with. */
static void
base_vars(const struct host *host, struct arena *arena, struct vars *ret_vars)
{
    struct diags diags = {.arena = arena};
    (void)environ_base(host->environment, arena, ret_vars, &diags);
}

int
host_launch_probe(void *context, size_t unit, const char *command, struct arena *arena,
                  struct launch *ret_launch, struct err *err)
{
    static const struct limits no_limits;
    const struct host *host = context;
    bool is_runtime = false;
    char why[WHY_BYTES];
    struct vars vars;
    struct words argv;
    if (unit != SIZE_MAX) {
        return host_launch_beside(context, unit, command, NULL, NULL, arena, ret_launch, err);
    }
    base_vars(host, arena, &vars);
    if (command_expand(command, &vars, &host->config->arguments, arena, &argv, why, sizeof why,
                       &is_runtime) != 0) {
        return err_set(err, is_runtime ? CODE_BROKEN : CODE_CONFIG, 0, "%s", why);
    }
    if (argv.count == 0) {
        return err_set(err, CODE_BROKEN, 0, "the command is empty: set its variables");
    }
    *ret_launch = (struct launch){
        .argv = (char *const *)(void *)argv.item,
        .envp = vars.item,
        .search_path = host_search_path(&vars),
        .umask = UMASK,
        .limits = &no_limits,
        .uid = host->self->uid,
        .gid = host->self->gid,
        .sets_no_new_privs = host->config->init.no_new_privileges,
        .starts_clean = true,
    };
    return 0;
}

void
host_add_notify(const struct host *host, size_t u, struct vars *vars)
{
    const struct unit_config *unit = &host->config->unit[u];
    if (host->notify_fd < 0 || !loop_notify_is_wanted(unit)) {
        return;
    }
    vars_set(vars, "NOTIFY_SOCKET", host->notify_address);
    if (unit->watchdog_ms > 0) {
        char usec[32];
        (void)snprintf(usec, sizeof usec, "%lld000", (long long)unit->watchdog_ms);
        vars_set(vars, "WATCHDOG_USEC", usec);
    }
}

void
host_identify(void *context, size_t unit, struct probe_as *ret_as)
{
    const struct host *host = context;
    const struct identity *identity = &host->identities->unit[unit];
    *ret_as = (struct probe_as){
        .uid = identity->uid,
        .gid = identity->gid,
        .is_other = identity->uid != host->self->uid || identity->gid != host->self->gid,
    };
}
