/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "config/schedule.h"
#include "tests/unit/shown.h"
#include "tests/unit/suites.h"

/* What Prometheus is shown of a container. */

START_TEST(metrics_count_units_checks_and_mounts)
{
    struct schedule schedule = {.every_ms = 5000};
    shown.config.check_count = CHECKS;
    shown.config.mount_count = MOUNTS;
    shown.status.fill = shown.fill;
    shown.path[1].size_bytes = 0;
    shown.check_config[0] = (struct check_config){.name = "port", .unit = 1, .level = CHECK_READY};
    shown.check_config[1] = (struct check_config){.name = "all", .unit = SIZE_MAX};
    shown.check[0] =
        (struct check_state){.config = &shown.check_config[0], .result = CHECK_IS_UP, .runs = 9};
    shown.check[1] =
        (struct check_state){.config = &shown.check_config[1], .runs = 4, .runs_failed = 4};
    shown.unit_config[2].is_task = true;
    shown.unit_config[2].schedule = &schedule;
    shown.unit[2].state = LIFE_STARTING;
    shown.unit[3].state = LIFE_STARTING;
    shown.unit[4].exits = (struct exits){.code = {0, 7}, .count = {3, 1}, .others = 2};
    const char *text = shown_metrics();
    shown_holds(text, "\nroinit_boot_duration_seconds 1.250\n");
    shown_holds(text, "roinit_units{kind=\"service\",state=\"ready\"} 4\n");
    shown_holds(text, "roinit_units{kind=\"task\",state=\"running\"} 1\n");
    shown_holds(text, "roinit_unit_up{unit=\"job\"} 1\n");
    shown_holds(text, "roinit_unit_up{unit=\"cache\"} 0\n");
    shown_holds(text, "roinit_unit_runs_skipped_total{unit=\"job\"} 0\n");
    shown_lacks(text, "runs_skipped_total{unit=\"web\"}");
    shown_holds(text, "roinit_unit_exits_total{unit=\"mail\",code=\"7\"} 1\n");
    shown_holds(text, "roinit_unit_exits_total{unit=\"mail\",code=\"other\"} 2\n");
    shown_holds(text, "roinit_check_up{check=\"port\",level=\"ready\",unit=\"db\"} 1\n");
    shown_holds(text,
                "roinit_check_probes_failed_total{check=\"all\",level=\"alive\",unit=\"\"} 4\n");
    shown_holds(text, "roinit_mount_used_bytes{path=\"/data\",kind=\"volume\"} 3072\n");
    shown_lacks(text, "roinit_mount_size_bytes{path=\"/gone\"");
    shown_holds(text, "roinit_mount_above_warn_at{path=\"/gone\"} 0\n");
    shown.fleet.booted_ms = -1;
    shown_lacks(shown_metrics(), "roinit_boot_duration_seconds");
    shown.unit[2].state = LIFE_ENDED;
    shown.path[2].errnum = 2;
    text = shown_metrics();
    shown_holds(text, "roinit_unit_up{unit=\"job\"} 0\n");
    shown_lacks(text, "roinit_mount_size_bytes{path=\"/data\"");
}
END_TEST

START_TEST(a_label_cannot_end_itself)
{
    status_degrade(&shown.status, "a\"b\\c\n\x7f", "why");
    shown_holds(shown_metrics(), "roinit_degraded{what=\"a\\\"b\\\\c\\\\x0a\\\\x7f\"} 1\n");
}
END_TEST

Suite *
metrics_suite(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tcase = shown_case(suite, "metrics");
    tcase_add_test(tcase, metrics_count_units_checks_and_mounts);
    tcase_add_test(tcase, a_label_cannot_end_itself);
    return suite;
}
