/* SPDX-License-Identifier: MIT */
#include "tests/unit/shown.h"

#include <string.h>

#include "init/metrics.h"

struct shown shown;

static void
set_up(void)
{
    static const char *const names[UNITS] = {"web", "db", "job", "cache", "mail", "cron"};
    static const char *const paths[MOUNTS] = {"/tmp", "/gone", "/data"};
    shown.config = (struct config){.unit = shown.unit_config,
                                   .mount = shown.mount_config,
                                   .check = shown.check_config,
                                   .unit_count = UNITS};
    shown.fleet = (struct fleet){.config = &shown.config,
                                 .unit = shown.unit,
                                 .count = UNITS,
                                 .phase = FLEET_RUNNING,
                                 .booted_ms = 1250};
    shown.facts = (struct facts){.mount = shown.path, .root.is_read_only = true, .self.pid = 1};
    shown.findings = (struct findings){0};
    shown.status = (struct status){.config = &shown.config,
                                   .fleet = &shown.fleet,
                                   .facts = &shown.facts,
                                   .findings = &shown.findings,
                                   .check = shown.check,
                                   .digest = "d",
                                   .now_ms = 60000,
                                   .wall_ms = 1000000000000};
    for (size_t u = 0; u < UNITS; u++) {
        shown.unit_config[u] = (struct unit_config){.name = names[u]};
        shown.unit[u] = (struct fleet_unit){
            .config = &shown.unit_config[u], .state = LIFE_READY, .pid = 10, .ended_ms = -1};
    }
    for (size_t m = 0; m < MOUNTS; m++) {
        shown.mount_config[m] = (struct mount_config){.path = paths[m], .is_tmpfs = m < 2};
        shown.path[m] = (struct path_facts){
            .path = paths[m], .fs = "tmpfs", .size_bytes = 4096, .free_bytes = 1024};
        shown.fill[m] = (struct mount_fill){.used_bytes = 3072, .percent = 75};
    }
}

TCase *
shown_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, set_up, NULL);
    suite_add_tcase(suite, tcase);
    return tcase;
}

const char *
shown_metrics(void)
{
    struct text out = TEXT_OVER(shown.bytes);
    metrics_text(&shown.status, &out);
    ck_assert(!out.is_cut);
    return shown.bytes;
}

void
shown_holds(const char *text, const char *want)
{
    ck_assert_msg(strstr(text, want) != NULL, "lacks %s:\n%s", want, text);
}

void
shown_lacks(const char *text, const char *bad)
{
    ck_assert_msg(strstr(text, bad) == NULL, "has %s:\n%s", bad, text);
}
