/* SPDX-License-Identifier: MIT */
#include "init/status.h"

#include <stdio.h>

#include "config/signame.h"
#include "init/status_checks.h"
#include "init/status_holds.h"

enum {
    FIXED_BYTES = 16384,
    UNIT_BYTES = 640,
    MOUNT_BYTES = 1024,
    FINDING_BYTES = 4096,
    STATUS_BYTES = 1000
};

size_t
status_size(const struct status *status)
{
    size_t bytes =
        FIXED_BYTES + status->fleet->count * UNIT_BYTES + status->config->mount_count * MOUNT_BYTES;
    for (size_t u = 0; u < status->fleet->count; u++) {
        bytes += status->fleet->unit[u].status != NULL ? STATUS_BYTES : 0;
    }
    bytes += status->config->check_count * STATUS_CHECK_BYTES;
    if (status->findings != NULL) {
        bytes += status->findings->count * FINDING_BYTES;
    }
    return bytes + status_holds_size(status);
}

void
status_degrade(struct status *status, const char *what, const char *why)
{
    size_t at = 0;
    while (at < status->degraded_count && !text_equal(status->degraded[at].what, what)) {
        at++;
    }
    if (at == DEGRADED_MAX) {
        return;
    }
    status->degraded[at].what = what;
    (void)snprintf(status->degraded[at].why, sizeof status->degraded[at].why, "%s", why);
    if (at == status->degraded_count) {
        status->degraded_count++;
    }
}

void
status_restore(struct status *status, const char *what)
{
    for (size_t i = 0; i < status->degraded_count; i++) {
        if (text_equal(status->degraded[i].what, what)) {
            status->degraded[i] = status->degraded[--status->degraded_count];
            return;
        }
    }
}

bool
status_shows(const struct status_view *view, const char *name)
{
    bool is_shown = view->name_count == 0;
    for (size_t i = 0; i < view->name_count; i++) {
        is_shown |= text_equal(view->name[i], name);
    }
    return is_shown;
}

const struct fleet_unit *
status_unit(const struct status *status, const char *name)
{
    for (size_t u = 0; u < status->fleet->count; u++) {
        if (text_equal(status->fleet->unit[u].config->name, name)) {
            return &status->fleet->unit[u];
        }
    }
    return NULL;
}

unsigned
status_restarts(const struct fleet_unit *unit)
{
    return unit->starts > 1 && unit->config->schedule == NULL ? unit->starts - 1 : 0;
}

int64_t
status_wall_ms(const struct status *status, int64_t then_ms)
{
    return status->wall_ms - (status->now_ms - then_ms);
}

/* ---------------------------------------------------------------- JSON */

static void
add_utc(int64_t seconds, struct text *out)
{
    text_add(out, "\"");
    text_add_utc(out, (long long)seconds);
    text_add(out, "Z\"");
}

static void
add_time(const struct status *status, int64_t then_ms, struct text *out)
{
    add_utc(status_wall_ms(status, then_ms) / 1000, out);
}

int64_t
status_next_run_s(const struct status *status, const struct fleet_unit *unit)
{
    size_t u = (size_t)(unit - status->fleet->unit);
    return status->agenda == NULL || unit->config->schedule == NULL
               ? -1
               : agenda_due_s(status->agenda, u, status->now_ms, status->wall_ms / 1000);
}

static void
add_schedule(const struct status *status, const struct fleet_unit *unit, struct text *out)
{
    int64_t next_s = status_next_run_s(status, unit);
    if (unit->config->schedule == NULL) {
        return;
    }
    text_add(out, ",\"next\":");
    if (next_s >= 0) {
        add_utc(next_s, out);
    } else {
        text_add(out, "null");
    }
    text_addf(out, ",\"runs_skipped\":%u", unit->runs_skipped);
}

static void
add_bool(struct text *out, const char *key, bool value)
{
    text_addf(out, "\"%s\":%s", key, value ? "true" : "false");
}

static void
add_last_exit(const struct status *status, const struct fleet_unit *unit, struct text *out)
{
    char name[16];
    if (unit->ended_ms < 0) {
        text_add(out, "null");
        return;
    }
    text_addf(out, "{\"code\":%d,\"signal\":", unit->last.code);
    text_add_json(out, unit->last.signal != 0 ? signame_text(unit->last.signal, name, sizeof name)
                                              : NULL);
    text_add(out, ",\"at\":");
    add_time(status, unit->ended_ms, out);
    text_add(out, "}");
}

static void
add_unit(const struct status *status, const struct fleet_unit *unit, struct text *out)
{
    const struct unit_config *config = unit->config;
    text_add(out, "{\"name\":");
    text_add_json(out, config->name);
    text_addf(out,
              ",\"kind\":\"%s\",\"state\":\"%s\",\"pid\":", config->is_task ? "task" : "service",
              life_state_name(unit->state, config->is_task));
    if (unit->pid > 0) {
        text_addf(out, "%d", (int)unit->pid);
    } else {
        text_add(out, "null");
    }
    text_add(out, ",\"since\":");
    add_time(status, unit->since_ms, out);
    text_addf(out, ",\"restarts\":%u,", status_restarts(unit));
    add_bool(out, "essential", config->essential);
    text_add(out, ",\"status\":");
    text_add_json(out, unit->status);
    text_add(out, ",\"last_exit\":");
    add_last_exit(status, unit, out);
    add_schedule(status, unit, out);
    text_add(out, ",\"checks\":");
    status_checks_json(status, (size_t)(unit - status->fleet->unit), out);
    status_holds_json(status, unit, out);
    text_add(out, "}");
}

static void
add_options_json(const struct path_facts *path, struct text *out)
{
    text_addf(out, "[\"%s\"", path->is_read_only ? "ro" : "rw");
    text_add(out, path->is_nosuid ? ",\"nosuid\"" : "");
    text_add(out, path->is_nodev ? ",\"nodev\"" : "");
    text_add(out, path->is_noexec ? ",\"noexec\"]" : "]");
}

static bool
is_mount_ok(const struct status *status, const char *path)
{
    for (size_t i = 0; status->findings != NULL && i < status->findings->count; i++) {
        const struct finding *finding = &status->findings->item[i];
        if (finding->level == FINDING_ERROR && text_equal(finding->subject, path)) {
            return false;
        }
    }
    return true;
}

static void
add_mounts(const struct status *status, struct text *out)
{
    text_add(out, ",\"mounts\":[");
    for (size_t i = 0; i < status->config->mount_count; i++) {
        const struct mount_config *mount = &status->config->mount[i];
        const struct path_facts *path = &status->facts->mount[i];
        text_add(out, i == 0 ? "{\"path\":" : ",{\"path\":");
        text_add_json(out, mount->path);
        text_addf(out, ",\"kind\":\"%s\",\"fs\":", mount->is_tmpfs ? "tmpfs" : "volume");
        text_add_json(out, path->errnum == 0 ? path->fs : NULL);
        text_add(out, ",\"options\":");
        add_options_json(path, out);
        text_addf(out, ",\"size\":%llu,\"used\":%llu,", (unsigned long long)path->size_bytes,
                  (unsigned long long)watch_used_bytes(path));
        add_bool(out, "ok", is_mount_ok(status, mount->path));
        if (status->fill != NULL) {
            text_add(out, ",");
            add_bool(out, "above_warn_at", status->fill[i].is_above);
        }
        text_add(out, "}");
    }
    text_add(out, "]");
}

static void
add_degraded(const struct status *status, struct text *out)
{
    text_add(out, ",\"degraded\":[");
    for (size_t i = 0; i < status->degraded_count; i++) {
        text_add(out, i == 0 ? "{\"what\":" : ",{\"what\":");
        text_add_json(out, status->degraded[i].what);
        text_add(out, ",\"why\":");
        text_add_json(out, status->degraded[i].why);
        text_add(out, "}");
    }
    text_add(out, "]");
}

static bool
is_enforced(const struct status *status)
{
    return status->config->require.on_violation == VIOLATION_FAIL;
}

void
status_json(const struct status *status, const struct status_view *view, struct text *out)
{
    const struct fleet *fleet = status->fleet;
    const char *between = "\n";
    text_addf(out, "{\"v\":1,\"version\":\"%s\",\"pid\":%d,\"phase\":\"%s\",", ROINIT_VERSION,
              (int)status->facts->self.pid, fleet_phase_name(fleet->phase));
    add_bool(out, "ready", status_is_ready(status));
    text_addf(out, ",\"contract\":\"sha256:%s\",\"started\":", status->digest);
    add_time(status, fleet->boot_ms, out);
    text_addf(out, ",\"uptime_ms\":%lld,\"root\":{\"path\":\"/\",",
              (long long)(status->now_ms - fleet->boot_ms));
    add_bool(out, "ro", status->facts->root.is_read_only);
    text_add(out, "},\"verdict\":");
    findings_json_verdict(status->findings, status->diags, is_enforced(status), out);
    add_degraded(status, out);
    add_mounts(status, out);
    text_add(out, ",\"checks\":");
    status_checks_json(status, SIZE_MAX, out);
    text_addf(out,
              ",\"orphans\":%llu,\"lines_lost\":%llu,\"lines_over_rate\":%llu,\"drifts\":%llu,"
              "\"oom_kills\":%llu,\"units\":[",
              (unsigned long long)status->orphans, (unsigned long long)status->lines_lost,
              (unsigned long long)status->lines_over_rate, (unsigned long long)status->drifts,
              (unsigned long long)status->oom_kills);
    for (size_t u = 0; u < fleet->count; u++) {
        if (status_shows(view, fleet->unit[u].config->name)) {
            text_add(out, between);
            between = ",\n";
            add_unit(status, &fleet->unit[u], out);
        }
    }
    text_add(out, "]}\n");
}
