/* SPDX-License-Identifier: MIT */
#include "init/metrics.h"

enum { FIXED_BYTES = 16384, UNIT_BYTES = 1536, MOUNT_BYTES = 1024, CHECK_BYTES = 768 };

size_t
metrics_size(const struct status *status)
{
    return FIXED_BYTES + status->fleet->count * UNIT_BYTES +
           status->config->mount_count * MOUNT_BYTES + status->config->check_count * CHECK_BYTES;
}

/* ---------------------------------------------------------------- the format */

static void
family(struct text *out, const char *name, const char *type, const char *help)
{
    text_addf(out, "# HELP roinit_%s %s\n# TYPE roinit_%s %s\n", name, help, name, type);
}

/* A label's value: a backslash stands before itself and before a quote, and what is no printable
 * ASCII is written as roinit's own lines write it. */
static void
add_label(struct text *out, const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            text_addf(out, "\\%c", byte);
        } else if (byte < ' ' || byte > '~') {
            text_addf(out, "\\\\x%02x", (unsigned)byte);
        } else {
            text_add_bytes(out, at, 1);
        }
    }
}

static void
labelled(struct text *out, const char *name, const char *label, const char *value)
{
    text_addf(out, "roinit_%s{%s=\"", name, label);
    add_label(out, value);
    text_add(out, "\"");
}

static void
add_value(struct text *out, unsigned long long value)
{
    text_addf(out, "} %llu\n", value);
}

/* A family of one sample. */
static void
single(struct text *out, const char *name, const char *type, const char *help,
       unsigned long long value)
{
    family(out, name, type, help);
    text_addf(out, "roinit_%s %llu\n", name, value);
}

static void
single_seconds(struct text *out, const char *name, const char *help, int64_t ms)
{
    family(out, name, "gauge", help);
    text_addf(out, "roinit_%s %lld.%03lld\n", name, (long long)(ms / 1000), (long long)(ms % 1000));
}

/* ---------------------------------------------------------------- the container */

static void
add_container(const struct status *status, struct text *out)
{
    const struct fleet *fleet = status->fleet;
    size_t errors = status->findings != NULL ? status->findings->errors : 0;
    family(out, "info", "gauge", "The version, as a label.");
    labelled(out, "info", "version", ROINIT_VERSION);
    add_value(out, 1);
    single(out, "contract_kept", "gauge", "Whether no error is found in the container.",
           errors == 0);
    single(out, "contract_errors", "gauge", "Findings that break the contract.", errors);
    single(out, "ready", "gauge",
           "Whether it runs, every essential service is ready, and no check is down.",
           status_is_ready(status));
    single(out, "start_time_seconds", "gauge", "When the units' boot began, since 1970.",
           (unsigned long long)(status_wall_ms(status, fleet->boot_ms) / 1000));
    if (fleet->booted_ms >= 0) {
        single_seconds(out, "boot_duration_seconds",
                       "How long it took until all that starts at boot was ready or final.",
                       fleet->booted_ms);
    }
    single(out, "orphans_reaped_total", "counter", "Processes reaped that no unit was.",
           status->orphans);
    single(out, "log_lines_dropped_total", "counter", "Lines that found no reader.",
           status->lines_lost);
    single(out, "log_lines_over_rate_total", "counter", "Lines held back by a log-rate.",
           status->lines_over_rate);
    single(out, "mount_drifts_total", "counter",
           "Changes of mounts that the contract does not allow, since the boot.", status->drifts);
    single(out, "oom_kills_total", "counter", "Processes killed for want of memory.",
           status->oom_kills);
    family(out, "degraded", "gauge", "What is not as it should be, though the container runs.");
    for (size_t i = 0; i < status->degraded_count; i++) {
        labelled(out, "degraded", "what", status->degraded[i].what);
        add_value(out, 1);
    }
}

/* Several states of the life table bear one name. */
static unsigned
count_in_state(const struct fleet *fleet, const char *name, bool is_task)
{
    unsigned count = 0;
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        count += unit->config->is_task == is_task &&
                 text_equal(life_state_name(unit->state, is_task), name);
    }
    return count;
}

static void
add_states(const struct fleet *fleet, struct text *out)
{
    family(out, "units", "gauge", "Units by state.");
    for (int kind = 0; kind < 2; kind++) {
        bool is_task = kind == 1;
        for (int state = 0; state < LIFE_STATE_COUNT; state++) {
            const char *name = life_state_name((enum life_state)state, is_task);
            bool is_again = false;
            for (int earlier = 0; earlier < state; earlier++) {
                is_again |= text_equal(life_state_name((enum life_state)earlier, is_task), name);
            }
            if (!is_again) {
                text_addf(out, "roinit_units{kind=\"%s\",state=\"%s\"} %u\n",
                          is_task ? "task" : "service", name, count_in_state(fleet, name, is_task));
            }
        }
    }
}

/* ---------------------------------------------------------------- units */

/* One figure of a unit; `has` NULL: every unit has it. */
struct unit_figure {
    const char *name, *type, *help;
    bool (*has)(const struct fleet_unit *unit);
    unsigned long long (*value)(const struct fleet_unit *unit);
};

static bool
is_scheduled(const struct fleet_unit *unit)
{
    return unit->config->schedule != NULL;
}

static unsigned long long
is_up(const struct fleet_unit *unit)
{
    bool is_running_task = unit->config->is_task && unit->state == LIFE_STARTING;
    return life_is_ready(unit->state) || is_running_task;
}

static unsigned long long
starts(const struct fleet_unit *unit)
{
    return unit->starts;
}

static unsigned long long
restarts(const struct fleet_unit *unit)
{
    return status_restarts(unit);
}

static unsigned long long
runs_skipped(const struct fleet_unit *unit)
{
    return unit->runs_skipped;
}

/* clang-format off */
static const struct unit_figure unit_figures[] = {
    {"unit_up",                 "gauge",   "Whether a service is ready, or a task runs.",       NULL,         is_up},
    {"unit_starts_total",       "counter", "Starts of a unit.",                                 NULL,         starts},
    {"unit_restarts_total",     "counter", "Starts of a unit after its first one.",             NULL,         restarts},
    {"unit_runs_skipped_total", "counter", "Scheduled runs skipped: the last was not over.",    is_scheduled, runs_skipped},
};
/* clang-format on */

static void
add_exits(const struct fleet *fleet, struct text *out)
{
    family(out, "unit_exits_total", "counter",
           "Ends of a unit's process by exit code (128 and the signal's number), the first few "
           "codes of each.");
    for (size_t u = 0; u < fleet->count; u++) {
        const struct fleet_unit *unit = &fleet->unit[u];
        for (size_t i = 0; i < EXITS_KEPT && unit->exits.count[i] > 0; i++) {
            labelled(out, "unit_exits_total", "unit", unit->config->name);
            text_addf(out, ",code=\"%u\"", (unsigned)unit->exits.code[i]);
            add_value(out, unit->exits.count[i]);
        }
        if (unit->exits.others > 0) {
            labelled(out, "unit_exits_total", "unit", unit->config->name);
            text_add(out, ",code=\"other\"");
            add_value(out, unit->exits.others);
        }
    }
}

static void
add_units(const struct fleet *fleet, struct text *out)
{
    for (size_t i = 0; i < sizeof unit_figures / sizeof unit_figures[0]; i++) {
        const struct unit_figure *figure = &unit_figures[i];
        family(out, figure->name, figure->type, figure->help);
        for (size_t u = 0; u < fleet->count; u++) {
            const struct fleet_unit *unit = &fleet->unit[u];
            if (figure->has == NULL || figure->has(unit)) {
                labelled(out, figure->name, "unit", unit->config->name);
                add_value(out, figure->value(unit));
            }
        }
    }
    add_exits(fleet, out);
}

/* ---------------------------------------------------------------- mounts */

static void
add_mounts(const struct status *status, struct text *out)
{
    static const struct {
        const char *name, *help;
        bool is_used;
    } figures[] = {
        {"mount_size_bytes", "Size of a declared mount.", false},
        {"mount_used_bytes", "What of a declared mount is in use.", true},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        family(out, figures[i].name, "gauge", figures[i].help);
        for (size_t m = 0; m < status->config->mount_count; m++) {
            const struct path_facts *path = &status->facts->mount[m];
            if (path->errnum != 0 || path->size_bytes == 0) {
                continue; /* not there, or without a size */
            }
            labelled(out, figures[i].name, "path", status->config->mount[m].path);
            text_addf(out, ",kind=\"%s\"", status->config->mount[m].is_tmpfs ? "tmpfs" : "volume");
            add_value(out, figures[i].is_used ? watch_used_bytes(path) : path->size_bytes);
        }
    }
}

static void
add_fill(const struct status *status, struct text *out)
{
    family(out, "mount_above_warn_at", "gauge",
           "Whether a declared mount is filled up to warn-at.");
    for (size_t m = 0; status->fill != NULL && m < status->config->mount_count; m++) {
        labelled(out, "mount_above_warn_at", "path", status->config->mount[m].path);
        add_value(out, status->fill[m].is_above);
    }
}

/* ---------------------------------------------------------------- checks */

static void
add_check(const struct status *status, size_t c, const char *name, unsigned long long value,
          struct text *out)
{
    const struct check_config *check = status->check[c].config;
    bool has_unit = check->unit < status->fleet->count;
    labelled(out, name, "check", check->name);
    text_addf(out, ",level=\"%s\",unit=\"%s\"", check->level == CHECK_READY ? "ready" : "alive",
              has_unit ? status->fleet->unit[check->unit].config->name : "");
    add_value(out, value);
}

static void
add_checks(const struct status *status, struct text *out)
{
    size_t count = status->config->check_count;
    family(out, "check_up", "gauge", "Whether a check's result is up.");
    for (size_t c = 0; c < count; c++) {
        add_check(status, c, "check_up", status->check[c].result == CHECK_IS_UP, out);
    }
    family(out, "check_probes_total", "counter", "Probes of a check that have ended.");
    for (size_t c = 0; c < count; c++) {
        add_check(status, c, "check_probes_total", status->check[c].runs, out);
    }
    family(out, "check_probes_failed_total", "counter", "Probes of a check that have failed.");
    for (size_t c = 0; c < count; c++) {
        add_check(status, c, "check_probes_failed_total", status->check[c].runs_failed, out);
    }
}

void
metrics_text(const struct status *status, struct text *out)
{
    add_container(status, out);
    add_states(status->fleet, out);
    add_units(status->fleet, out);
    add_mounts(status, out);
    add_fill(status, out);
    add_checks(status, out);
}
