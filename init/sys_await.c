/* SPDX-License-Identifier: MIT */
#include "init/sys_await.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/statvfs.h>

#include "init/sys_helper.h"
#include "init/watch.h"
#include "supervisor/log.h"
#include "supervisor/loop.h"

enum { FIRST_LINE_MS = 10000, MS_PER_S = 1000 };

struct awaiting {
    const struct config *config;
    volatile size_t *at; /* the place that is looked at, in memory that both processes share */
    int64_t start_ms, line_ms; /* after which the next line is due; it doubles */
};

/* The i-th place that the contract names, or NULL: there are no more. */
static const char *
place(const struct config *config, size_t i)
{
    const struct words *files = &config->require.files;
    if (i < config->mount_count) {
        return config->mount[i].path;
    }
    i -= config->mount_count;
    return i < files->count ? files->item[i] : NULL;
}

static void
look(void *context)
{
    const struct awaiting *awaiting = context;
    struct statvfs fs;
    for (const char *path; (path = place(awaiting->config, *awaiting->at)) != NULL;) {
        (void)statvfs(path, &fs); /* its answer is nobody's: whoever judges it asks again */
        *awaiting->at += 1;
    }
}

static void
show(void *context)
{
    struct awaiting *awaiting = context;
    const char *path = place(awaiting->config, *awaiting->at);
    if (path != NULL && loop_now_ms() - awaiting->start_ms >= awaiting->line_ms) {
        log_own(LOG_WARN, "still waiting for %s: its file system does not answer (%llds)", path,
                (long long)(awaiting->line_ms / MS_PER_S));
        awaiting->line_ms *= 2;
    }
}

int
await_places(const struct config *config, const struct mount_table *table, struct err *err)
{
    if (place(config, 0) == NULL || !watch_way_may_hang(table, NULL)) {
        return 0;
    }
    void *shared =
        mmap(NULL, sizeof(size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return err_set(err, CODE_SYSTEM, errno, "cannot look at the mounts");
    }
    struct awaiting awaiting = {
        .config = config, .at = shared, .start_ms = loop_now_ms(), .line_ms = FIRST_LINE_MS};
    int result = helper_run(&(struct helper_job){.run = look,
                                                 .show = show,
                                                 .context = &awaiting,
                                                 .does = "looks at the mounts",
                                                 .after = ""},
                            config->init.stop_signals, err);
    (void)munmap(shared, sizeof(size_t));
    return result;
}
