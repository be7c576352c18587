/* SPDX-License-Identifier: MIT */
#include "init/sys_watch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "config/pages.h"
#include "init/contract.h"
#include "init/drift.h"
#include "init/sys_files.h"
#include "init/sys_observe.h"
#include "supervisor/log.h"
#include "supervisor/sys_cgroup.h"

enum {
    SAMPLE_MS = 10000,
    FRESH_MS = 1000,       /* whoever asks gets figures no older than that */
    SAMPLE_SOON_MS = 2000, /* after a mount's use has changed by a hundredth of its size */
    STAT_BYTES = 8192,     /* of memory.stat */
    CGROUP_BYTES = 4096,
    DRIFTS_TOLD = 16, /* at one time */
};

static void
tell(struct host *host, enum log_level level, enum event_kind kind, const char *path,
     const char *sentence)
{
    struct event event = {
        .kind = kind, .time_ms = loop_wall_ms(), .after_ms = -1, .unit = path, .to = NULL};
    event_say(&event, sentence);
    events_add(loop_events(host->loop), &event);
    log_own(host->config->is_lone && level == LOG_WARN ? LOG_INFO : level, "%s", sentence);
    loop_publish_soon(host->loop);
}

/* ---------------------------------------------------------------- how full */

/* Takes a new look at one place. Returns whether it is filling or being emptied. */
static bool
sample_mount(struct host *host, size_t m, bool *ret_has_drifted)
{
    const struct mount_config *config = &host->config->mount[m];
    struct path_facts *path = &host->facts->mount[m];
    struct mount_fill *fill = &host->watch.fill[m];
    struct statvfs fs;
    char line[512];
    struct text out = TEXT_OVER(line);
    if (path->errnum != 0 || !path->is_mount_root || fill->may_hang ||
        statvfs(path->resolved, &fs) != 0) {
        return false;
    }
    uint64_t before = fill->used_bytes;
    path->size_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
    path->free_bytes = fs.f_blocks == 0 ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
    path->free_inodes = fs.f_files == 0 ? UINT64_MAX : fs.f_favail;
    *ret_has_drifted |= fill->flags != 0 && fill->flags != fs.f_flag;
    fill->flags = fs.f_flag;
    if (watch_fill(fill, path, fs.f_files, config->warn_at_percent)) {
        watch_add_fill(fill, path, config->warn_at_percent, &out);
        tell(host, fill->is_above ? LOG_WARN : LOG_INFO, EVENT_MOUNT, config->path, line);
    }
    uint64_t change =
        fill->used_bytes > before ? fill->used_bytes - before : before - fill->used_bytes;
    return path->size_bytes > 0 && change > path->size_bytes / 100;
}

QUIET_TURN int64_t
watch_sample(struct host *host)
{
    host->watch.sampled_ms = loop_now_ms();
    bool is_moving = false;
    bool has_drifted = false;
    struct statvfs fs;
    for (size_t m = 0; m < host->config->mount_count; m++) {
        is_moving |= sample_mount(host, m, &has_drifted);
    }
    if (!watch_may_hang(host->facts->root.fs) && statvfs("/", &fs) == 0) {
        has_drifted |= ((fs.f_flag & ST_RDONLY) != 0) != host->facts->root.is_read_only;
    }
    if (has_drifted) {
        watch_look_at_mounts(host);
    }
    if (watch_was_out_of_memory(host)) { /* no unit's own process: those are asked about */
        tell(host, LOG_WARN, EVENT_MEMORY, NULL,
             "the kernel has killed a process for want of memory, below a unit that goes on");
        watch_tell_memory(host);
    }
    return is_moving ? SAMPLE_SOON_MS : SAMPLE_MS;
}

void
watch_refresh(struct host *host)
{
    if (!host->config->is_lone && loop_now_ms() - host->watch.sampled_ms >= FRESH_MS) {
        (void)watch_sample(host);
    }
}

/* ---------------------------------------------------------------- drift */

/* What may keep waiting who looks. */
static void
note_servers(struct host *host, const struct mount_table *table)
{
    host->watch.may_hang = watch_way_may_hang(table, NULL);
    for (size_t m = 0; m < host->config->mount_count; m++) {
        const struct path_facts *path = &host->facts->mount[m];
        host->watch.fill[m].may_hang =
            path->errnum == 0 &&
            (watch_may_hang(path->fs) ||
             (host->watch.may_hang && watch_way_may_hang(table, path->resolved)));
    }
}

static void
check(struct host *host, const struct mount_table *table, struct findings *findings)
{
    struct facts facts;
    drift_facts(host->facts, host->config->mount_count, table, findings->arena, &facts);
    contract_check_drift(host->config, &facts, host->identities, findings);
    if (table == &host->facts->table || findings->arena->is_spent) {
        return; /* of half a look the next sample sees that it has to be taken again */
    }
    host->facts->root.is_read_only = facts.root.is_read_only;
    for (size_t m = 0; m < host->config->mount_count; m++) {
        struct path_facts *path = &host->facts->mount[m];
        path->is_read_only = facts.mount[m].is_read_only;
        path->is_noexec = facts.mount[m].is_noexec;
        path->is_nosuid = facts.mount[m].is_nosuid;
        path->is_nodev = facts.mount[m].is_nodev;
    }
}

static void
tell_finding(struct host *host, const struct finding *finding, bool is_gone)
{
    char line[512];
    struct text out = TEXT_OVER(line);
    text_add(&out, is_gone ? "as it was again: " : "a mount has changed: ");
    text_add_escaped(&out, finding->subject, strlen(finding->subject));
    text_add(&out, is_gone ? " is no longer " : " is ");
    text_add_escaped(&out, finding->found, strlen(finding->found));
    if (!is_gone && finding->expected != NULL) {
        text_add(&out, ", want ");
        text_add_escaped(&out, finding->expected, strlen(finding->expected));
    }
    tell(host, is_gone ? LOG_INFO : LOG_WARN, EVENT_DRIFT, NULL, line);
}

/* What the status shows: the findings of the boot, and what mounts have done since. */
static void
show(struct host *host, const struct findings *base, struct arena *arena)
{
    struct watch *watch = &host->watch;
    struct findings fresh = {.arena = arena};
    drift_new(base, &watch->seen, &fresh);
    watch->shown = (struct findings){.arena = arena};
    for (size_t i = 0; i < host->findings->count; i++) {
        findings_add(&watch->shown, &host->findings->item[i]);
    }
    for (size_t i = 0; i < fresh.count; i++) {
        findings_add(&watch->shown, &fresh.item[i]);
    }
    host->status.findings = &watch->shown;
}

void
watch_look_at_mounts(struct host *host)
{
    struct watch *watch = &host->watch;
    struct arena arena = ARENA_INIT;
    struct arena scratch = ARENA_INIT;
    struct mount_table table;
    struct findings base = {.arena = &scratch};
    struct findings now = {.arena = &arena};
    struct findings fresh = {.arena = &scratch};
    struct findings gone = {.arena = &scratch};
    check(host, &host->facts->table, &base);
    observe_table(&arena, &table);
    note_servers(host, &table);
    check(host, &table, &now);
    drift_new(watch->has_seen ? &watch->seen : &base, &now, &fresh);
    drift_new(&now, watch->has_seen ? &watch->seen : &base, &gone);
    if (arena.is_spent || scratch.is_spent) {
        arena_free(&arena);
        arena_free(&scratch);
        return;
    }
    for (size_t i = 0; i < fresh.count && i < DRIFTS_TOLD; i++) {
        tell_finding(host, &fresh.item[i], false);
    }
    for (size_t i = 0; i < gone.count && i < DRIFTS_TOLD; i++) {
        tell_finding(host, &gone.item[i], true);
    }
    host->status.drifts += fresh.count;
    struct arena old = watch->arena;
    watch->arena = arena;
    watch->seen = now;
    watch->seen.arena = &watch->arena;
    watch->has_seen = true;
    show(host, &base, &watch->arena);
    if (fresh.count > 0 && host->config->require.on_drift == DRIFT_SHUTDOWN) {
        (void)snprintf(watch->cause, sizeof watch->cause, "%s is %s", fresh.item[0].subject,
                       fresh.item[0].found);
        fleet_drifted(loop_fleet_to_ask(host->loop), watch->cause, loop_now_ms());
    }
    arena_free(&old);
    arena_free(&scratch);
}

/* ---------------------------------------------------------------- memory */

/* A file of the cgroup's folder. */
static bool
read_of(const struct watch *watch, const char *name, char *buffer, size_t size)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", watch->folder, name);
    return files_read_small(path, buffer, size);
}

/* The counter in the cgroup's own folder, as far as it can be seen from here. */
static bool
open_counter(struct watch *watch, const char *top, const char *below, bool is_v1)
{
    char path[256];
    (void)snprintf(watch->folder, sizeof watch->folder, "%s%s", top, below);
    (void)snprintf(path, sizeof path, "%s/%s", watch->folder,
                   is_v1 ? "memory.oom_control" : "memory.events");
    watch->oom_fd = open(path, O_RDONLY | O_CLOEXEC);
    watch->is_v1 = is_v1;
    return watch->oom_fd >= 0;
}

static void
find_counter(struct watch *watch)
{
    static const char v1_top[] = "/sys/fs/cgroup/memory";
    static const char v2_top[] = "/sys/fs/cgroup";
    char path[CGROUP_BYTES];
    bool is_v1 = cgroup_path("memory", path, sizeof path);
    const char *top = is_v1 ? v1_top : v2_top;
    if (!is_v1 && !cgroup_path("", path, sizeof path)) {
        path[0] = '\0';
    }
    (void)(open_counter(watch, top, path, is_v1) || open_counter(watch, top, "", is_v1));
}

static QUIET_TURN uint64_t
read_counter(const struct watch *watch)
{
    char text[512];
    ssize_t length = watch->oom_fd < 0 ? -1 : pread(watch->oom_fd, text, sizeof text - 1, 0);
    if (length <= 0) {
        return watch->oom_seen;
    }
    text[length] = '\0';
    return watch_number(text, "oom_kill");
}

QUIET_TURN bool
watch_was_out_of_memory(struct host *host)
{
    struct watch *watch = &host->watch;
    uint64_t count = read_counter(watch);
    bool was_it = count > watch->oom_seen;
    host->status.oom_kills += was_it ? count - watch->oom_seen : 0;
    watch->oom_seen = count;
    return was_it;
}

void
watch_tell_memory(struct host *host)
{
    const struct watch *watch = &host->watch;
    char text[STAT_BYTES];
    char line[256];
    struct text out = TEXT_OVER(line);
    struct memory_use memory = {0};
    if (read_of(watch, watch->is_v1 ? "memory.limit_in_bytes" : "memory.max", text, sizeof text)) {
        memory.limit_bytes = strtoull(text, NULL, 10); /* "max": 0 */
    }
    if (read_of(watch, "memory.stat", text, sizeof text)) {
        memory.tmpfs_bytes = watch_number(text, "shmem");
    }
    if (memory.limit_bytes == 0 || memory.limit_bytes > host->facts->memory_total_bytes) {
        memory.limit_bytes = host->facts->memory_total_bytes;
    }
    if (watch_add_memory(&memory, &out)) {
        tell(host, LOG_WARN, EVENT_MEMORY, NULL, line);
    }
}

void
watch_init(struct host *host, struct arena *arena)
{
    host->watch = (struct watch){
        .fill = ARENA_NEW(arena, struct mount_fill, host->config->mount_count),
        .oom_fd = -1,
    };
    host->status.fill = host->watch.fill;
    note_servers(host, &host->facts->table);
    find_counter(&host->watch);
    host->watch.oom_seen = read_counter(&host->watch);
}
