/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/schedule.h"
#include "tests/unit/shown.h"
#include "tests/unit/suites.h"

/* What people and programs are shown of a container, made of values. */

#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"

static const char *
table(const struct status_view *view)
{
    struct text out = TEXT_OVER(shown.bytes);
    status_table(&shown.status, view, &out);
    ck_assert(!out.is_cut);
    ck_assert_uint_ge(status_size(&shown.status), out.length);
    return shown.bytes;
}

static const char *
json(void)
{
    struct text out = TEXT_OVER(shown.bytes);
    status_json(&shown.status, &(struct status_view){0}, &out);
    ck_assert(!out.is_cut);
    ck_assert_uint_ge(status_size(&shown.status), out.length);
    return shown.bytes;
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
    shown.unit[0].state = colors[_i].state;
    shown.unit_config[0].is_task = colors[_i].is_task;
    (void)snprintf(want, sizeof want, "%s%s\033[0m", colors[_i].color, colors[_i].name);
    shown_holds(table(&(struct status_view){.has_color = true}), want);
    shown_lacks(table(&(struct status_view){0}), "\033");
}
END_TEST

START_TEST(on_a_small_terminal_trouble_comes_first)
{
    struct status_view view = {.height = 8}; /* two lines for units */
    shown.unit[4].state = LIFE_BACKOFF;
    shown.unit[5].state = LIFE_STARTING;
    const char *text = table(&view);
    shown_holds(text, "mail");
    shown_holds(text, "cron");
    shown_lacks(text, "web");
    shown_holds(text, "and 4 more\n");
    shown_lacks(text, "LAST FAILURE");
    view.height = 6; /* that has room for one, and none for mounts */
    shown_holds(table(&view), "and 5 more\n");
    shown_lacks(shown.bytes, "/tmp");
    shown.unit[5].config = &shown.unit_config[5];
    shown.unit_config[5].is_task = true; /* at work: calm */
    shown.unit[1].state = LIFE_WAITING;
    view.height = 9;
    text = table(&view);
    shown_holds(text, "db");
    shown_lacks(text, "cron");
    view.height = 100;
    shown_lacks(table(&view), "more");
    shown.unit[2].state = LIFE_ENDED; /* and over */
    shown.unit[2].pid = 0;
    shown.unit_config[2].is_task = true;
    view.height = 11;
    text = table(&view);
    shown_holds(text, "cache");
    shown_lacks(text, "job");
}
END_TEST

START_TEST(a_terminal_of_any_size_gets_what_it_shows_and_no_more)
{
    shown.status.fill = shown.fill;
    shown.fill[0].is_above = true;
    shown.unit[5].state = LIFE_FAILED;
    for (unsigned height = 1; height < 20; height++) {
        for (unsigned width = 1; width < 100; width += 7) {
            struct status_view view = {.has_color = true, .height = height, .width = width};
            const char *text = table(&view);
            unsigned lines = 0;
            for (const char *at = text; *at != '\0'; lines++) {
                size_t length = strcspn(at, "\n");
                size_t columns = 0;
                bool is_color = false;
                for (size_t i = 0; i < length; i++) {
                    is_color = is_color || at[i] == '\033';
                    columns += !is_color;
                    is_color = is_color && at[i] != 'm';
                }
                ck_assert_uint_le(columns, width);
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
    shown.status.fill = shown.fill;
    shown.config.mount_count = MOUNTS;
    const char *text = table(&(struct status_view){.name = names, .name_count = 2});
    shown_holds(text, "db");
    shown_lacks(text, "web");
    shown_lacks(text, "/tmp");
    ck_assert_ptr_eq(status_unit(&shown.status, "db"), &shown.unit[1]);
    ck_assert_ptr_null(status_unit(&shown.status, "nobody"));
    struct text out = TEXT_OVER(shown.bytes);
    status_json(&shown.status, &(struct status_view){.name = names, .name_count = 2}, &out);
    shown_holds(shown.bytes, "{\"name\":\"db\"");
    shown_lacks(shown.bytes, "{\"name\":\"web\"");
}
END_TEST

START_TEST(the_verdict_counts_its_findings)
{
    shown_holds(table(&(struct status_view){0}), "root read-only, contract kept\n");
    shown.findings.errors = 1;
    shown.facts.root.is_read_only = false;
    shown_holds(table(&(struct status_view){0}),
                "root WRITABLE, contract NOT kept: 1 finding, see");
    shown.findings.errors = 2;
    shown_holds(table(&(struct status_view){0}), "contract NOT kept: 2 findings, see");
    shown_holds(shown_metrics(), "\nroinit_contract_kept 0\n");
    shown.status.findings = NULL;
    shown.config.mount_count = MOUNTS;
    shown_holds(json(), "\"used\":3072,\"ok\":true}");
    shown_holds(table(&(struct status_view){0}), "contract kept");
    shown_holds(shown_metrics(), "\nroinit_contract_kept 1\n");
    shown_holds(json(), "\"kept\":true");
}
END_TEST

START_TEST(mounts_that_have_a_size_are_shown_and_full_ones_are_red)
{
    shown.status.fill = shown.fill;
    shown.config.mount_count = MOUNTS;
    shown.path[1].errnum = 2;
    shown.fill[2].is_above = true;
    const char *text = table(&(struct status_view){.has_color = true});
    shown_holds(text, "\n/tmp  75%  3.0K of 4.0K\n");
    shown_holds(text, RED "/data  75%  3.0K of 4.0K\033[0m\n");
    shown_lacks(text, "/gone");
    text = table(&(struct status_view){0});
    shown_holds(text, "\n/data  75%");
    shown.path[2].size_bytes = 0;
    shown_lacks(table(&(struct status_view){0}), "/data");
}
END_TEST

START_TEST(a_row_tells_the_last_exit_the_next_run_and_the_units_own_words)
{
    struct schedule schedule = {.every_ms = 5000};
    struct agenda_item item = {.unit = 2, .schedule = &schedule, .due = 63000};
    struct agenda agenda = {.item = &item, .count = 1};
    shown.unit_config[2].is_task = true;
    shown.unit_config[2].schedule = &schedule;
    shown.unit[2] = (struct fleet_unit){.config = &shown.unit_config[2],
                                        .state = LIFE_WAITING,
                                        .runs_skipped = 2,
                                        .starts = 7,
                                        .ended_ms = 59000,
                                        .last = {.signal = 15, .code = 143},
                                        .status = "half\nway"};
    shown.unit_config[3].schedule = &schedule; /* and not on the agenda */
    shown.status.agenda = &agenda;
    const char *text = table(&(struct status_view){0});
    shown_holds(text, "; next run in 3s; 2 skipped; says: half\\x0away\n");
    text = json();
    shown_holds(text,
                "\"last_exit\":{\"code\":143,\"signal\":\"TERM\",\"at\":\"2001-09-09T01:46:39Z\"}");
    shown_holds(text, "\"next\":\"2001-09-09T01:46:43Z\",\"runs_skipped\":2");
    shown_holds(text, "\"next\":null,\"runs_skipped\":0");
    shown.unit[2].last = (struct outcome){.code = 3};
    shown_holds(json(), "\"last_exit\":{\"code\":3,\"signal\":null,\"at\":\"2001");
    ck_assert_uint_eq(status_restarts(&shown.unit[2]), 0); /* the runs of a schedule are none */
    shown.unit[0].starts = 3;
    ck_assert_uint_eq(status_restarts(&shown.unit[0]), 2);
}
END_TEST

START_TEST(a_time_is_the_same_whenever_it_is_asked_for)
{
    shown.unit[0].since_ms = 59900;
    for (int64_t later_ms = 0; later_ms < 2000; later_ms += 50) {
        shown.status.now_ms = 60000 + later_ms;
        shown.status.wall_ms = 1000000000750 + later_ms;
        shown_holds(json(), "\"since\":\"2001-09-09T01:46:40Z\"");
        shown_holds(shown_metrics(), "roinit_start_time_seconds 999999940\n");
    }
}
END_TEST

/* ---------------------------------------------------------------- what is degraded */

START_TEST(what_is_degraded_is_kept_once_until_it_is_restored)
{
    char name[DEGRADED_MAX + 2][8];
    status_degrade(&shown.status, "state-dir", "full");
    status_degrade(&shown.status, "log", "gone");
    status_degrade(&shown.status, "state-dir", "still full");
    ck_assert_uint_eq(shown.status.degraded_count, 2);
    shown_holds(table(&(struct status_view){0}), "degraded: state-dir: still full\n");
    shown_holds(json(),
                "\"degraded\":[{\"what\":\"state-dir\",\"why\":\"still full\"},{\"what\":\"log\"");
    shown_holds(shown_metrics(), "roinit_degraded{what=\"log\"} 1\n");
    status_restore(&shown.status, "nothing of the kind");
    status_restore(&shown.status, "state-dir");
    ck_assert_uint_eq(shown.status.degraded_count, 1);
    ck_assert_str_eq(shown.status.degraded[0].what, "log");
    for (size_t i = 0; i < DEGRADED_MAX + 2; i++) {
        (void)snprintf(name[i], sizeof name[i], "n%zu", i);
        status_degrade(&shown.status, name[i], "why");
    }
    ck_assert_uint_eq(shown.status.degraded_count, DEGRADED_MAX);
}
END_TEST

/* ---------------------------------------------------------------- programs */

START_TEST(json_judges_each_mount_by_the_findings_about_it)
{
    struct finding item[] = {
        {.level = FINDING_WARN, .subject = "/tmp", .found = "", .expected = ""},
        {.level = FINDING_ERROR, .subject = "/data", .found = "", .expected = ""}};
    shown.findings = (struct findings){.item = item, .count = 2, .errors = 1};
    shown.config.mount_count = MOUNTS;
    shown.path[0].is_read_only = shown.path[0].is_nosuid = shown.path[0].is_nodev =
        shown.path[0].is_noexec = true;
    shown.path[1].errnum = 2;
    const char *text = json();
    shown_holds(
        text,
        "{\"path\":\"/tmp\",\"kind\":\"tmpfs\",\"fs\":\"tmpfs\",\"options\":[\"ro\",\"nosuid\","
        "\"nodev\",\"noexec\"],\"size\":4096,\"used\":3072,\"ok\":true}");
    shown_holds(text, "{\"path\":\"/gone\",\"kind\":\"tmpfs\",\"fs\":null,\"options\":[\"rw\"]");
    shown_holds(text,
                "{\"path\":\"/"
                "data\",\"kind\":\"volume\",\"fs\":\"tmpfs\",\"options\":[\"rw\"],\"size\":4096,"
                "\"used\":3072,\"ok\":false}");
    shown.status.fill = shown.fill;
    shown.fill[2].is_above = true;
    shown_holds(json(), "\"ok\":false,\"above_warn_at\":true}");
    shown.path[0].free_bytes = 8192; /* more free than there is: nothing is used */
    ck_assert_uint_eq(watch_used_bytes(&shown.path[0]), 0);
}
END_TEST

START_TEST(checks_are_shown_with_their_last_failure)
{
    shown.config.check_count = CHECKS;
    shown.check_config[0] = (struct check_config){.name = "port",
                                                  .unit = 1,
                                                  .level = CHECK_READY,
                                                  .probe = {.kind = PROBE_TCP, .text = "tcp:80"}};
    shown.check_config[1] = (struct check_config){.name = "all of them", .unit = SIZE_MAX};
    shown.check[0] = (struct check_state){.config = &shown.check_config[0],
                                          .result = CHECK_IS_DOWN,
                                          .runs_failed = 1,
                                          .failure = {PROBE_LATE, 0},
                                          .since_ms = 50000};
    shown.check[1] = (struct check_state){.config = &shown.check_config[1], .result = CHECK_IS_UP};
    const char *text = table(&(struct status_view){0});
    shown_holds(text, "contract kept, 1 check down\n");
    shown_holds(text, "port         down     10s      ready  tcp:80: ");
    shown_holds(text, "all of them  up       1m       alive  -\n");
    shown_holds(text, "contract kept, 1 check down\n");
    shown.check[1].result = CHECK_IS_DOWN;
    shown_holds(table(&(struct status_view){0}), "contract kept, 2 checks down\n");
    shown.check[1].result = CHECK_IS_UP;
    text = json();
    shown_holds(text, "\"ready\":false");
    shown_holds(text, "\"checks\":{\"all of them\":\"up\"}");
    shown_holds(text, "\"checks\":{\"port\":\"down\"}");
}
END_TEST

Suite *
status_suite(void)
{
    Suite *suite = suite_create("status");
    TCase *tcase = shown_case(suite, "status");
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
    tcase_add_test(tcase, checks_are_shown_with_their_last_failure);
    return suite;
}
