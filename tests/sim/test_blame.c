/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <string.h>

#include "init/blame.h"
#include "tests/sim/suites.h"

/* Where the boot's time went, told of fleets that booted in virtual time. */

static char bytes[2 * 1024 * 1024];

static struct blame
look(void)
{
    struct blame blame;
    ck_assert_int_eq(blame_build(&world.fleet, world.now_ms, &world.arena, &blame), 0);
    return blame;
}

static const char *
table(void)
{
    struct blame blame = look();
    struct text out = TEXT_OVER(bytes);
    blame_table(&blame, false, &out);
    ck_assert(!out.is_cut && out.length <= blame_size(&blame));
    return bytes;
}

/* init (3 s) and fetch (1 s), then db after init, then web after both. */
static void
boot_a_chain(void)
{
    world_begin();
    size_t web = world_add("web");
    (void)world_add_task("fetch", 1000, 0);
    size_t db = world_add_task("db", 500, 0);
    (void)world_add_task("init", 3000, 0);
    world.unit[web].after = world_names("fetch", "db");
    world.unit[db].requires = world_names("init", NULL);
    world_boot();
}

START_TEST(the_chain_leads_from_the_last_back_over_whom_each_waited_for)
{
    boot_a_chain();
    world_run_until(10000);
    ck_assert_str_eq(table(), "boot: all that starts at boot was ready or final after 3.5s; "
                              "* is the critical chain\n\n"
                              "  UNIT   STARTED   READY     TOOK      STATE     WAITED FOR\n"
                              "  fetch  +0ms      +1s       1s        done      -\n"
                              "* init   +0ms      +3s       3s        done      -\n"
                              "* db     +3s       +3.5s     500ms     done      init\n"
                              "* web    +3.5s     +3.5s     0ms       ready     db\n");
}
END_TEST

START_TEST(a_boot_that_goes_on_says_what_keeps_it)
{
    boot_a_chain();
    world_run_until(2000);
    ck_assert_str_eq(table(), "boot: going on for 2s; * is the critical chain\n\n"
                              "  UNIT   STARTED   READY     TOOK      STATE     WAITED FOR\n"
                              "  fetch  +0ms      +1s       1s        done      -\n"
                              "* init   +0ms      -         -         running   -\n"
                              "* web    -         -         -         waiting   db\n"
                              "* db     -         -         -         waiting   init\n");
}
END_TEST

START_TEST(a_restart_does_not_change_when_it_was_ready)
{
    world_begin();
    size_t web = world_add("web");
    world.unit[web].restart = RESTART_ALWAYS;
    world.script[web].runs_ms = 5000;
    world_boot();
    world_run_until(12000);
    struct blame blame = look();
    ck_assert_int_eq(blame.row[0].began_ms, 0);
    ck_assert_int_eq(blame.row[0].settled_ms, 0);
}
END_TEST

START_TEST(a_manual_unit_is_left_out_until_it_starts)
{
    world_begin();
    (void)world_add("web");
    size_t tool = world_add_task("tool", 10, 0);
    world.unit[tool].when = WHEN_MANUAL;
    world_boot();
    ck_assert_uint_eq(look().count, 1);
}
END_TEST

START_TEST(the_picture_has_a_bar_for_each_unit_and_all_that_was_opened_is_closed)
{
    boot_a_chain();
    world_run_until(10000);
    struct blame blame = look();
    struct text out = TEXT_OVER(bytes);
    size_t bars = 0;
    size_t groups = 0;
    blame_svg(&blame, &out);
    for (const char *at = bytes; (at = strstr(at, "<g class=\"")) != NULL; at++) {
        groups++;
        bars += strncmp(at, "<g class=\"critical\"", 19) == 0;
    }
    ck_assert_uint_eq(groups, 4);
    ck_assert_uint_eq(bars, 3);
    ck_assert_ptr_nonnull(strstr(bytes, "<title>web: ready, started at 3.5s, ready or final at "
                                        "3.5s, waited for db</title>"));
    ck_assert_ptr_nonnull(strstr(bytes, "</svg>\n"));
}
END_TEST

START_TEST(a_thousand_units_stay_within_the_bound)
{
    world_begin();
    for (size_t i = 0; i < 1000; i++) {
        size_t u = world_add(NULL);
        if (i > 0) {
            world.unit[u].after = world_names(world.unit[u - 1].name, NULL);
        }
    }
    world_boot();
    struct blame blame = look();
    struct text out = TEXT_OVER(bytes);
    ck_assert_uint_lt(blame_size(&blame), sizeof bytes);
    blame_svg(&blame, &out);
    ck_assert_uint_lt(out.length, blame_size(&blame));
    ck_assert_ptr_nonnull(strstr(table(), "* u999"));
}
END_TEST

Suite *
blame_suite(void)
{
    Suite *suite = suite_create("blame");
    TCase *tcase = tcase_create("blame");
    tcase_add_test(tcase, the_chain_leads_from_the_last_back_over_whom_each_waited_for);
    tcase_add_test(tcase, a_boot_that_goes_on_says_what_keeps_it);
    tcase_add_test(tcase, a_restart_does_not_change_when_it_was_ready);
    tcase_add_test(tcase, a_manual_unit_is_left_out_until_it_starts);
    tcase_add_test(tcase, the_picture_has_a_bar_for_each_unit_and_all_that_was_opened_is_closed);
    tcase_add_test(tcase, a_thousand_units_stay_within_the_bound);
    suite_add_tcase(suite, tcase);
    return suite;
}
