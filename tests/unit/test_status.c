/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/schedule.h"
#include "init/metrics.h"
#include "init/status.h"

#define SUITE(name_) Suite *name_##_suite(void);
#include "tests/unit/suites.h"
#undef SUITE

/* What people and programs are shown of a container, made of values. */
enum { UNITS = 6, MOUNTS = 3, CHECKS = 2 };

#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"

static struct unit_config unit_config[UNITS];
static struct fleet_unit unit[UNITS];
static struct mount_config mount_config[MOUNTS];
static struct path_facts path[MOUNTS];
static struct mount_fill fill[MOUNTS];
static struct check_config check_config[CHECKS];
static struct check_state check[CHECKS];
static struct config config;
static struct facts facts;
static struct fleet fleet;
static struct findings findings;
static struct status status;
static char bytes[65536];

static void
set_up(void)
{
    static const char *const names[UNITS] = {"web", "db", "job", "cache", "mail", "cron"};
    static const char *const paths[MOUNTS] = {"/tmp", "/gone", "/data"};
    config = (struct config){
        .unit = unit_config, .mount = mount_config, .check = check_config, .unit_count = UNITS};
    fleet = (struct fleet){
        .config = &config, .unit = unit, .count = UNITS, .phase = FLEET_RUNNING, .booted_ms = 1250};
    facts = (struct facts){.mount = path, .root.is_read_only = true, .self.pid = 1};
    findings = (struct findings){0};
    status = (struct status){.config = &config,
                             .fleet = &fleet,
                             .facts = &facts,
                             .findings = &findings,
                             .check = check,
                             .digest = "d",
                             .now_ms = 60000,
                             .wall_ms = 1000000000000};
    for (size_t u = 0; u < UNITS; u++) {
        unit_config[u] = (struct unit_config){.name = names[u]};
        unit[u] = (struct fleet_unit){.config = &unit_config[u], .state = LIFE_READY, .pid = 10};
    }
    for (size_t m = 0; m < MOUNTS; m++) {
        mount_config[m] = (struct mount_config){.path = paths[m], .is_tmpfs = m < 2};
        path[m] = (struct path_facts){
            .path = paths[m], .fs = "tmpfs", .size_bytes = 4096, .free_bytes = 1024};
        fill[m] = (struct mount_fill){.used_bytes = 3072, .percent = 75};
    }
}

static const char *
table(const struct status_view *view)
{
    struct text out = TEXT_OVER(bytes);
    status_table(&status, view, &out);
    ck_assert(!out.is_cut);
    ck_assert_uint_ge(status_size(&status), out.length);
    return bytes;
}

static const char *
json(void)
{
    struct text out = TEXT_OVER(bytes);
    status_json(&status, &(struct status_view){0}, &out);
    ck_assert(!out.is_cut);
    ck_assert_uint_ge(status_size(&status), out.length);
    return bytes;
}

static const char *
metrics(void)
{
    struct text out = TEXT_OVER(bytes);
    metrics_text(&status, &out);
    ck_assert(!out.is_cut);
    return bytes;
}

static void
holds(const char *text, const char *want)
{
    ck_assert_msg(strstr(text, want) != NULL, "lacks %s:\n%s", want, text);
}

static void
lacks(const char *text, const char *bad)
{
    ck_assert_msg(strstr(text, bad) == NULL, "has %s:\n%s", bad, text);
}

/* ---------------------------------------------------------------- the table */

static const struct {
    enum life_state state;
    bool is_task;
    const char *color, *name;
} colors[] = {
    {LIFE_READY, false, GREEN, "ready"},        {LIFE_RELOADING, false, GREEN, "reloading"},
    {LIFE_ENDED, true, GREEN, "done"},          {LIFE_ENDED, false, YELLOW, "exited"},
    {LIFE_FAILED, false, RED, "failed"},        {LIFE_FAILED, true, RED, "failed"},
    {LIFE_BACKOFF, false, RED, "backoff"},      {LIFE_WAITING, false, YELLOW, "waiting"},
    {LIFE_STARTING, false, YELLOW, "starting"}, {LIFE_KILLING, true, YELLOW, "stopping"},
};

START_TEST(a_state_has_the_colour_of_what_it_means)
{
    char want[64];
    unit[0].state = colors[_i].state;
    unit_config[0].is_task = colors[_i].is_task;
    (void)snprintf(want, sizeof want, "%s%s\033[0m", colors[_i].color, colors[_i].name);
    holds(table(&(struct status_view){.has_color = true}), want);
    lacks(table(&(struct status_view){0}), "\033");
}
END_TEST

START_TEST(on_a_small_terminal_trouble_comes_first)
{
    struct status_view view = {.height = 8}; /* two lines for units */
    unit[4].state = LIFE_BACKOFF;
    unit[5].state = LIFE_STARTING;
    const char *text = table(&view);
    holds(text, "mail");
    holds(text, "cron");
    lacks(text, "web");
    holds(text, "and 4 more\n");
    lacks(text, "LAST FAILURE");
    view.height = 6; /* that has room for one, and none for mounts */
    holds(table(&view), "and 5 more\n");
    lacks(bytes, "/tmp");
    unit[5].config = &unit_config[5];
    unit_config[5].is_task = true; /* at work: calm */
    unit[1].state = LIFE_WAITING;
    view.height = 9;
    text = table(&view);
    holds(text, "db");
    lacks(text, "cron");
    view.height = 100;
    lacks(table(&view), "more");
    unit[2].state = LIFE_ENDED; /* and over */
    unit[2].pid = 0;
    unit_config[2].is_task = true;
    view.height = 11;
    text = table(&view);
    holds(text, "cache");
    lacks(text, "job");
}
END_TEST

START_TEST(a_terminal_of_any_size_gets_what_it_shows_and_no_more)
{
    status.fill = fill;
    fill[0].is_above = true;
    unit[5].state = LIFE_FAILED;
    for (unsigned height = 1; height < 20; height++) {
        for (unsigned width = 1; width < 100; width += 7) {
            struct status_view view = {.has_color = true, .height = height, .width = width};
            const char *text = table(&view);
            unsigned lines = 0;
            for (const char *at = text; *at != '\0'; lines++) {
                size_t length = strcspn(at, "\n");
                size_t shown = 0;
                bool is_color = false;
                for (size_t i = 0; i < length; i++) {
                    is_color = is_color || at[i] == '\033';
                    shown += !is_color;
                    is_color = is_color && at[i] != 'm';
                }
                ck_assert_uint_le(shown, width);
                ck_assert(!is_color);
                at += length + 1;
            }
            ck_assert_uint_lt(lines, height);
        }
    }
}
END_TEST

START_TEST(only_the_units_asked_for_are_shown_and_no_mounts_then)
{
    static const char *const names[] = {"db", "nobody"};
    status.fill = fill;
    config.mount_count = MOUNTS;
    const char *text = table(&(struct status_view){.name = names, .name_count = 2});
    holds(text, "db");
    lacks(text, "web");
    lacks(text, "/tmp");
    ck_assert_ptr_eq(status_unit(&status, "db"), &unit[1]);
    ck_assert_ptr_null(status_unit(&status, "nobody"));
    struct text out = TEXT_OVER(bytes);
    status_json(&status, &(struct status_view){.name = names, .name_count = 2}, &out);
    holds(bytes, "{\"name\":\"db\"");
    lacks(bytes, "{\"name\":\"web\"");
}
END_TEST

START_TEST(the_verdict_counts_its_findings)
{
    holds(table(&(struct status_view){0}), "root read-only, contract kept\n");
    findings.errors = 1;
    facts.root.is_read_only = false;
    holds(table(&(struct status_view){0}), "root WRITABLE, contract NOT kept: 1 finding, see");
    findings.errors = 2;
    holds(table(&(struct status_view){0}), "contract NOT kept: 2 findings, see");
    holds(metrics(), "\nroinit_contract_kept 0\n");
    status.findings = NULL;
    config.mount_count = MOUNTS;
    holds(json(), "\"used\":3072,\"ok\":true}");
    holds(table(&(struct status_view){0}), "contract kept");
    holds(metrics(), "\nroinit_contract_kept 1\n");
    holds(json(), "\"kept\":true");
}
END_TEST

START_TEST(mounts_that_have_a_size_are_shown_and_full_ones_are_red)
{
    status.fill = fill;
    config.mount_count = MOUNTS;
    path[1].errnum = 2;
    fill[2].is_above = true;
    const char *text = table(&(struct status_view){.has_color = true});
    holds(text, "\n/tmp  75%  3.0K of 4.0K\n");
    holds(text, RED "/data  75%  3.0K of 4.0K\033[0m\n");
    lacks(text, "/gone");
    text = table(&(struct status_view){0});
    holds(text, "\n/data  75%");
    path[2].size_bytes = 0;
    lacks(table(&(struct status_view){0}), "/data");
}
END_TEST

START_TEST(a_row_tells_the_last_exit_the_next_run_and_the_units_own_words)
{
    struct schedule schedule = {.every_ms = 5000};
    struct agenda_item item = {.unit = 2, .schedule = &schedule, .due = 63000};
    struct agenda agenda = {.item = &item, .count = 1};
    unit_config[2].is_task = true;
    unit_config[2].schedule = &schedule;
    unit[2] = (struct fleet_unit){.config = &unit_config[2],
                                  .state = LIFE_WAITING,
                                  .runs_skipped = 2,
                                  .starts = 7,
                                  .has_ended = true,
                                  .ended_ms = 59000,
                                  .last = {.signal = 15, .code = 143},
                                  .status = "half\nway"};
    unit_config[3].schedule = &schedule; /* and not on the agenda */
    status.agenda = &agenda;
    const char *text = table(&(struct status_view){0});
    holds(text, "; next run in 3s; 2 skipped; says: half\\x0away\n");
    text = json();
    holds(text, "\"last_exit\":{\"code\":143,\"signal\":\"TERM\",\"at\":\"2001-09-09T01:46:39Z\"}");
    holds(text, "\"next\":\"2001-09-09T01:46:43Z\",\"runs_skipped\":2");
    holds(text, "\"next\":null,\"runs_skipped\":0");
    unit[2].last = (struct outcome){.code = 3};
    holds(json(), "\"last_exit\":{\"code\":3,\"signal\":null,\"at\":\"2001");
    ck_assert_uint_eq(status_restarts(&unit[2]), 0); /* the runs of a schedule are none */
    unit[0].starts = 3;
    ck_assert_uint_eq(status_restarts(&unit[0]), 2);
}
END_TEST

START_TEST(a_time_is_the_same_whenever_it_is_asked_for)
{
    unit[0].since_ms = 59900;
    for (int64_t later_ms = 0; later_ms < 2000; later_ms += 50) {
        status.now_ms = 60000 + later_ms;
        status.wall_ms = 1000000000750 + later_ms;
        holds(json(), "\"since\":\"2001-09-09T01:46:40Z\"");
        holds(metrics(), "roinit_start_time_seconds 999999940\n");
    }
}
END_TEST

/* ---------------------------------------------------------------- what is degraded */

START_TEST(what_is_degraded_is_kept_once_until_it_is_restored)
{
    char name[DEGRADED_MAX + 2][8];
    status_degrade(&status, "state-dir", "full");
    status_degrade(&status, "log", "gone");
    status_degrade(&status, "state-dir", "still full");
    ck_assert_uint_eq(status.degraded_count, 2);
    holds(table(&(struct status_view){0}), "degraded: state-dir: still full\n");
    holds(json(),
          "\"degraded\":[{\"what\":\"state-dir\",\"why\":\"still full\"},{\"what\":\"log\"");
    holds(metrics(), "roinit_degraded{what=\"log\"} 1\n");
    status_restore(&status, "nothing of the kind");
    status_restore(&status, "state-dir");
    ck_assert_uint_eq(status.degraded_count, 1);
    ck_assert_str_eq(status.degraded[0].what, "log");
    for (size_t i = 0; i < DEGRADED_MAX + 2; i++) {
        (void)snprintf(name[i], sizeof name[i], "n%zu", i);
        status_degrade(&status, name[i], "why");
    }
    ck_assert_uint_eq(status.degraded_count, DEGRADED_MAX);
}
END_TEST

/* ---------------------------------------------------------------- programs */

START_TEST(json_judges_each_mount_by_the_findings_about_it)
{
    struct finding item[] = {
        {.level = FINDING_WARN, .subject = "/tmp", .found = "", .expected = ""},
        {.level = FINDING_ERROR, .subject = "/data", .found = "", .expected = ""}};
    findings = (struct findings){.item = item, .count = 2, .errors = 1};
    config.mount_count = MOUNTS;
    path[0].is_read_only = path[0].is_nosuid = path[0].is_nodev = path[0].is_noexec = true;
    path[1].errnum = 2;
    const char *text = json();
    holds(text,
          "{\"path\":\"/tmp\",\"kind\":\"tmpfs\",\"fs\":\"tmpfs\",\"options\":[\"ro\",\"nosuid\","
          "\"nodev\",\"noexec\"],\"size\":4096,\"used\":3072,\"ok\":true}");
    holds(text, "{\"path\":\"/gone\",\"kind\":\"tmpfs\",\"fs\":null,\"options\":[\"rw\"]");
    holds(text, "{\"path\":\"/"
                "data\",\"kind\":\"volume\",\"fs\":\"tmpfs\",\"options\":[\"rw\"],\"size\":4096,"
                "\"used\":3072,\"ok\":false}");
    status.fill = fill;
    fill[2].is_above = true;
    holds(json(), "\"ok\":false,\"above_warn_at\":true}");
    path[0].free_bytes = 8192; /* more free than there is: nothing is used */
    ck_assert_uint_eq(watch_used_bytes(&path[0]), 0);
}
END_TEST

START_TEST(metrics_count_units_checks_and_mounts)
{
    struct schedule schedule = {.every_ms = 5000};
    config.check_count = CHECKS;
    config.mount_count = MOUNTS;
    status.fill = fill;
    path[1].size_bytes = 0;
    check_config[0] = (struct check_config){.name = "port", .unit = 1, .level = CHECK_READY};
    check_config[1] = (struct check_config){.name = "all", .unit = SIZE_MAX};
    check[0] = (struct check_state){.config = &check_config[0], .result = CHECK_IS_UP, .runs = 9};
    check[1] = (struct check_state){.config = &check_config[1], .runs = 4, .runs_failed = 4};
    unit_config[2].is_task = true;
    unit_config[2].schedule = &schedule;
    unit[2].state = LIFE_STARTING;
    unit[3].state = LIFE_STARTING;
    unit[4].exits = (struct exits){.code = {0, 7}, .count = {3, 1}, .others = 2};
    const char *text = metrics();
    holds(text, "\nroinit_boot_duration_seconds 1.250\n");
    holds(text, "roinit_units{kind=\"service\",state=\"ready\"} 4\n");
    holds(text, "roinit_units{kind=\"task\",state=\"running\"} 1\n");
    holds(text, "roinit_unit_up{unit=\"job\"} 1\n");
    holds(text, "roinit_unit_up{unit=\"cache\"} 0\n");
    holds(text, "roinit_unit_runs_skipped_total{unit=\"job\"} 0\n");
    lacks(text, "runs_skipped_total{unit=\"web\"}");
    holds(text, "roinit_unit_exits_total{unit=\"mail\",code=\"7\"} 1\n");
    holds(text, "roinit_unit_exits_total{unit=\"mail\",code=\"other\"} 2\n");
    holds(text, "roinit_check_up{check=\"port\",level=\"ready\",unit=\"db\"} 1\n");
    holds(text, "roinit_check_probes_failed_total{check=\"all\",level=\"alive\",unit=\"\"} 4\n");
    holds(text, "roinit_mount_used_bytes{path=\"/data\",kind=\"volume\"} 3072\n");
    lacks(text, "roinit_mount_size_bytes{path=\"/gone\"");
    holds(text, "roinit_mount_above_warn_at{path=\"/gone\"} 0\n");
    fleet.booted_ms = -1;
    lacks(metrics(), "roinit_boot_duration_seconds");
    unit[2].state = LIFE_ENDED;
    path[2].errnum = 2;
    text = metrics();
    holds(text, "roinit_unit_up{unit=\"job\"} 0\n");
    lacks(text, "roinit_mount_size_bytes{path=\"/data\"");
}
END_TEST

START_TEST(a_label_cannot_end_itself)
{
    status_degrade(&status, "a\"b\\c\n\x7f", "why");
    holds(metrics(), "roinit_degraded{what=\"a\\\"b\\\\c\\\\x0a\\\\x7f\"} 1\n");
}
END_TEST

START_TEST(checks_are_shown_with_their_last_failure)
{
    config.check_count = CHECKS;
    check_config[0] = (struct check_config){.name = "port",
                                            .unit = 1,
                                            .level = CHECK_READY,
                                            .probe = {.kind = PROBE_TCP, .text = "tcp:80"}};
    check_config[1] = (struct check_config){.name = "all of them", .unit = SIZE_MAX};
    check[0] = (struct check_state){.config = &check_config[0],
                                    .result = CHECK_IS_DOWN,
                                    .runs_failed = 1,
                                    .failure = {PROBE_LATE, 0},
                                    .since_ms = 50000};
    check[1] = (struct check_state){.config = &check_config[1], .result = CHECK_IS_UP};
    const char *text = table(&(struct status_view){0});
    holds(text, "contract kept, 1 check down\n");
    holds(text, "port         down     10s      ready  tcp:80: ");
    holds(text, "all of them  up       1m       alive  -\n");
    holds(text, "contract kept, 1 check down\n");
    check[1].result = CHECK_IS_DOWN;
    holds(table(&(struct status_view){0}), "contract kept, 2 checks down\n");
    check[1].result = CHECK_IS_UP;
    text = json();
    holds(text, "\"ready\":false");
    holds(text, "\"checks\":{\"all of them\":\"up\"}");
    holds(text, "\"checks\":{\"port\":\"down\"}");
}
END_TEST

Suite *
status_suite(void)
{
    Suite *suite = suite_create("status");
    TCase *tcase = tcase_create("status");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_state_has_the_colour_of_what_it_means, 0,
                        sizeof colors / sizeof colors[0]);
    tcase_add_test(tcase, on_a_small_terminal_trouble_comes_first);
    tcase_add_test(tcase, a_terminal_of_any_size_gets_what_it_shows_and_no_more);
    tcase_add_test(tcase, only_the_units_asked_for_are_shown_and_no_mounts_then);
    tcase_add_test(tcase, the_verdict_counts_its_findings);
    tcase_add_test(tcase, mounts_that_have_a_size_are_shown_and_full_ones_are_red);
    tcase_add_test(tcase, a_row_tells_the_last_exit_the_next_run_and_the_units_own_words);
    tcase_add_test(tcase, a_time_is_the_same_whenever_it_is_asked_for);
    tcase_add_test(tcase, what_is_degraded_is_kept_once_until_it_is_restored);
    tcase_add_test(tcase, json_judges_each_mount_by_the_findings_about_it);
    tcase_add_test(tcase, metrics_count_units_checks_and_mounts);
    tcase_add_test(tcase, a_label_cannot_end_itself);
    tcase_add_test(tcase, checks_are_shown_with_their_last_failure);
    suite_add_tcase(suite, tcase);
    return suite;
}
