/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "config/text.h"
#include "init/host_parts.h"

/* Memory is the child's own from here on, as PID 1's is PID 1's: what it lacks is told and ends it.
 */

static int
fail(int stage, const struct err *err, struct launch_note *ret_note)
{
    struct text about = TEXT_OVER(ret_note->about);
    ret_note->report = (struct launch_report){.stage = stage, .errnum = err->errnum};
    text_add(&about, err->text);
    return (int)err->code;
}

static int
find_out(const void *context, struct launch *ret_launch, struct launch_note *ret_note)
{
    const struct late *late = context;
    struct arena arena = ARENA_INIT; /* until the exec */
    struct launch found = {0};
    struct err err = {0};
    late->host->watch.may_hang = false; /* in this copy: whoever looks here may wait */
    if (late->asks_only_if && !host_may_start(late->host, late->unit)) {
        return fail(LAUNCH_STAGE_ONLY_IF, &err, ret_note);
    }
    int status = late->command != NULL
                     ? host_launch_beside(late->host, late->unit, late->command, late->name,
                                          late->value, &arena, &found, &err)
                     : host_launch(late->host, late->unit, late->part, &arena, &found, &err);
    if (arena.is_spent) {
        (void)err_set(&err, CODE_SYSTEM, ENOMEM, "cannot make its command and environment");
        status = -1;
    }
    if (status != 0) {
        return fail(LAUNCH_STAGE_WORDS, &err, ret_note);
    }
    ret_launch->argv = found.argv;
    ret_launch->envp = found.envp;
    ret_launch->search_path = found.search_path;
    return -1;
}

bool
host_is_late(struct late *late)
{
    const struct host *host = late->host;
    if (late->command == NULL) {
        late->asks_only_if = host->parts[late->unit].asks_only_if;
        host->parts[late->unit].asks_only_if = false;
    }
    return host->watch.may_hang &&
           (late->asks_only_if || host->config->unit[late->unit].env_file.count > 0);
}

void
host_defer(const struct late *late, struct arena *arena, struct launch *ret_launch)
{
    struct late *kept = ARENA_NEW(arena, struct late, 1);
    if (kept != NULL) { /* else the arena says so */
        *kept = *late;
        ret_launch->find_out = find_out;
        ret_launch->late = kept;
    }
}
