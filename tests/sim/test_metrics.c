/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <string.h>

#include "init/metrics.h"
#include "tests/sim/suites.h"

/* Figures of fleets that live in virtual time. */

static char bytes[4 * 1024 * 1024];
static struct path_facts paths[1];
static struct mount_config mounts[1];
static struct facts facts;

static const char *
figures(void)
{
    struct status status = {
        .config = &world.config,
        .fleet = &world.fleet,
        .facts = &facts,
        .now_ms = world.now_ms,
        .wall_ms = 1000000000,
    };
    struct text out = TEXT_OVER(bytes);
    metrics_text(&status, &out);
    ck_assert_uint_le(out.length, metrics_size(&status));
    ck_assert(!out.is_cut);
    return bytes;
}

static void
must_have(const char *line)
{
    ck_assert_msg(strstr(figures(), line) != NULL, "lacks %s: %s", line, bytes);
}

START_TEST(a_fifth_code_is_counted_with_the_others)
{
    world_begin();
    size_t web = world_add("web");
    (void)world_add("db");
    world.unit[web].restart = RESTART_ALWAYS;
    world.unit[web].start_limit = (struct start_limit){0};
    world.unit[web].restart_delay_ms = 0;
    world.script[web].runs_ms = 1000;
    world_boot();
    for (int code = 1; code <= 6; code++) {
        world.outcome[web].code = code;
        world_run_until(world.now_ms + 1000);
    }
    must_have("roinit_unit_exits_total{unit=\"web\",code=\"1\"} 1\n");
    must_have("roinit_unit_exits_total{unit=\"web\",code=\"4\"} 1\n");
    must_have("roinit_unit_exits_total{unit=\"web\",code=\"other\"} 2\n");
    must_have("roinit_unit_restarts_total{unit=\"web\"} 6\n");
}
END_TEST

START_TEST(states_that_bear_one_name_are_one_sample)
{
    world_begin();
    size_t web = world_add("web");
    world.script[web].stops_ms = WORLD_FOR_EVER;
    world_boot();
    world_run_until(10);
    world_term();
    world_run_until(20);
    must_have("roinit_units{kind=\"service\",state=\"stopping\"} 1\n");
    const char *first = strstr(bytes, "kind=\"service\",state=\"stopping\"");
    ck_assert_ptr_null(strstr(first + 1, "kind=\"service\",state=\"stopping\""));
}
END_TEST

START_TEST(a_path_cannot_break_out_of_its_label)
{
    world_begin();
    (void)world_add("web");
    mounts[0] = (struct mount_config){.path = "/a\"} 1\n\\b", .is_tmpfs = true};
    paths[0] = (struct path_facts){.size_bytes = 100, .free_bytes = 60};
    facts.mount = paths;
    world.config.mount = mounts;
    world.config.mount_count = 1;
    world_boot();
    must_have("roinit_mount_used_bytes{path=\"/a\\\"} 1\\\\x0a\\\\b\",kind=\"tmpfs\"} 40\n");
}
END_TEST

START_TEST(a_thousand_units_stay_within_the_bound)
{
    world_begin();
    for (size_t i = 0; i < 1000; i++) {
        size_t u = world_add(NULL);
        world.script[u].runs_ms = 1000;
        world.unit[u].restart = RESTART_ALWAYS;
        world.unit[u].name = "a-name-of-forty-bytes-is-the-longest-one-";
    }
    world_boot();
    world_run_until(10000);
    ck_assert_uint_lt(strlen(figures()), 4 * 1024 * 1024 - 65536);
}
END_TEST

START_TEST(a_table_fits_its_terminal_and_shows_trouble_first)
{
    world_begin();
    for (size_t i = 0; i < 1000; i++) {
        (void)world_add(NULL);
    }
    world.script[999].runs_ms = 1000;
    world.script[999].code = 3;
    world.unit[999].essential = false;
    world_boot();
    world_run_until(2000);
    struct status status = {
        .config = &world.config, .fleet = &world.fleet, .facts = &facts, .now_ms = world.now_ms};
    struct status_view view = {.height = 24};
    struct text out = TEXT_OVER(bytes);
    size_t lines = 0;
    status_table(&status, &view, &out);
    for (size_t i = 0; i < out.length; i++) {
        lines += bytes[i] == '\n';
    }
    ck_assert_uint_lt(lines, 24);
    ck_assert_uint_gt(lines, 20);
    ck_assert_ptr_nonnull(strstr(bytes, "\nu999 "));
    ck_assert_ptr_nonnull(strstr(bytes, " more\n"));
}
END_TEST

Suite *
metrics_suite(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tcase = tcase_create("metrics");
    tcase_add_test(tcase, a_fifth_code_is_counted_with_the_others);
    tcase_add_test(tcase, states_that_bear_one_name_are_one_sample);
    tcase_add_test(tcase, a_path_cannot_break_out_of_its_label);
    tcase_add_test(tcase, a_thousand_units_stay_within_the_bound);
    tcase_add_test(tcase, a_table_fits_its_terminal_and_shows_trouble_first);
    suite_add_tcase(suite, tcase);
    return suite;
}
