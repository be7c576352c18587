/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "init/blame.h"
#include "tests/unit/suites.h"

/* A boot of five units: db <- web <- edge by requires, cache for itself, and one by hand. */
enum { DB, WEB, EDGE, CACHE, HAND, UNITS };

static struct arena arena;
static struct unit_config config[UNITS];
static struct fleet_unit unit[UNITS];
static struct fleet fleet;
static struct blame blame;
static char bytes[32768];

static void
set_up(void)
{
    static const char *const names[UNITS] = {"db", "web", "edge", "cache", "hand"};
    static const char *required[] = {"db", "web"};
    static struct config contract;
    contract = (struct config){.unit = config, .unit_count = UNITS};
    arena = (struct arena)ARENA_INIT;
    for (size_t u = 0; u < UNITS; u++) {
        config[u] = (struct unit_config){.name = names[u], .autostart = u != HAND};
        unit[u] = (struct fleet_unit){
            .config = &config[u], .state = LIFE_READY, .began_ms = -1, .settled_ms = -1};
    }
    config[WEB].requires = (struct words){1, &required[0]};
    config[EDGE].after = (struct words){1, &required[1]};
    fleet = (struct fleet){
        .config = &contract, .unit = unit, .count = UNITS, .phase = FLEET_RUNNING, .boot_ms = 1000};
    order_build(&contract, &arena, &fleet.order);
    unit[DB].began_ms = 0;
    unit[DB].settled_ms = unit[WEB].began_ms = 300;
    unit[WEB].settled_ms = unit[EDGE].began_ms = 1500;
    unit[EDGE].settled_ms = 1600;
    unit[CACHE].began_ms = 1;
    unit[CACHE].settled_ms = 40;
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static const char *
table(int64_t now_ms, bool has_color)
{
    struct text out = TEXT_OVER(bytes);
    ck_assert_int_eq(blame_build(&fleet, now_ms, &arena, &blame), 0);
    blame_table(&blame, has_color, &out);
    ck_assert(!out.is_cut);
    ck_assert_uint_ge(blame_size(&blame), out.length);
    return bytes;
}

static const char *
svg(int64_t now_ms)
{
    struct text out = TEXT_OVER(bytes);
    ck_assert_int_eq(blame_build(&fleet, now_ms, &arena, &blame), 0);
    blame_svg(&blame, &out);
    ck_assert(!out.is_cut);
    ck_assert_uint_ge(blame_size(&blame), out.length);
    return bytes;
}

static void
holds(const char *text, const char *want)
{
    ck_assert_msg(strstr(text, want) != NULL, "lacks %s:\n%s", want, text);
}

START_TEST(the_chain_leads_back_from_the_unit_that_was_last)
{
    ck_assert_str_eq(
        table(9000, false),
        "boot: all that starts at boot was ready or final after 1.6s; * is the critical "
        "chain\n\n"
        "  UNIT   STARTED   READY     TOOK      STATE     WAITED FOR\n"
        "* db     +0ms      +300ms    300ms     ready     -\n"
        "  cache  +1ms      +40ms     39ms      ready     -\n"
        "* web    +300ms    +1.5s     1.2s      ready     db\n"
        "* edge   +1.5s     +1.6s     100ms     ready     web\n");
    holds(table(9000, true), "* \033[1mdb     \033[0m+0ms");
    holds(table(9000, true), "  cache  +1ms");
}
END_TEST

START_TEST(while_the_boot_goes_on_the_chain_ends_at_who_still_waits)
{
    fleet.phase = FLEET_BOOTING;
    unit[WEB].settled_ms = unit[EDGE].began_ms = unit[EDGE].settled_ms = -1;
    unit[WEB].is_wanted = unit[EDGE].is_wanted = true;
    unit[WEB].state = LIFE_STARTING;
    unit[EDGE].state = LIFE_WAITING;
    const char *text = table(3000, false);
    holds(text, "boot: going on for 2s; ");
    holds(text, "* web    +300ms    -         -         starting  db\n");
    holds(text, "* edge   -         -         -         waiting   web\n");
}
END_TEST

START_TEST(who_was_started_by_hand_counts_once_he_was_and_is_never_to_blame)
{
    unit[HAND].began_ms = 5000;
    unit[HAND].settled_ms = 9000;
    const char *text = table(9500, false);
    holds(text, "after 1.6s");
    holds(text, "  hand   +5s       +9s       4s        ready     -\n");
}
END_TEST

START_TEST(of_two_in_one_millisecond_the_one_that_waited_is_last)
{
    unit[EDGE].began_ms = unit[EDGE].settled_ms = unit[WEB].settled_ms;
    holds(table(9000, false), "* edge   +1.5s     +1.5s     0ms       ready     web\n");
    unit[CACHE].began_ms = unit[DB].began_ms;
    holds(table(9000, false), "* db     +0ms      +300ms    300ms     ready     -\n  cache  +0ms");
}
END_TEST

START_TEST(who_waits_for_several_waited_for_the_last_that_was_to_come)
{
    static const char *all[] = {"web", "db", "hand"};
    config[EDGE].requires = (struct words){3, all};
    order_build(fleet.config, &arena, &fleet.order);
    holds(table(9000, false), "* edge   +1.5s     +1.6s     100ms     ready     web\n");
    static const char *edge[] = {"edge"};
    config[EDGE].requires = (struct words){0};
    config[HAND].requires = (struct words){1, edge};
    order_build(fleet.config, &arena, &fleet.order);
    unit[HAND].began_ms = unit[HAND].settled_ms = unit[EDGE].settled_ms; /* but by hand */
    holds(table(9000, false), "  hand   +1.6s     +1.6s     0ms       ready     edge\n");
}
END_TEST

START_TEST(a_circle_that_no_contract_can_have_is_gone_through_once)
{
    static const char *web[] = {"web"}, *db[] = {"db"};
    config[DB].requires = (struct words){1, web};
    config[WEB].requires = (struct words){1, db};
    order_build(fleet.config, &arena, &fleet.order);
    unit[DB].settled_ms = unit[WEB].settled_ms = 9000;
    const char *text = table(9000, false);
    holds(text, "* db     +0ms      +9s       9s        ready     web\n");
    holds(text, "* web    +300ms    +9s       8.7s      ready     db\n");
}
END_TEST

START_TEST(who_was_skipped_took_no_time)
{
    unit[CACHE].began_ms = -1;
    unit[CACHE].state = LIFE_SKIPPED;
    holds(table(9000, false), "  cache  -         +40ms     -         skipped   -\n");
}
END_TEST

START_TEST(the_picture_has_a_bar_for_each_part_of_a_start)
{
    unit[CACHE].state = LIFE_FAILED;
    unit[HAND].began_ms = 5000; /* later than all that the picture shows */
    const char *text = svg(9000);
    holds(
        text,
        "<g class=\"critical\"><title>db: ready, started at 0ms, ready or final at 300ms</title>");
    holds(text, "<g class=\"unit bad\"><title>cache: failed");
    holds(text,
          "<title>edge: ready, started at 1.5s, ready or final at 1.6s, waited for web</title>");
    holds(text, "<rect class=\"waiting\"");
    holds(text, "<rect class=\"ready\"");
    holds(text, ">failed</text>"); /* the legend names each colour */
    holds(text, ">1.2s</text>");   /* how long web took */
    unit[EDGE].began_ms = -1;
    unit[EDGE].settled_ms = 0;
    unit[EDGE].state = LIFE_SKIPPED;
    text = svg(9000);
    holds(text, ">edge</text><text class=\"took\""); /* no bar */
    holds(text, ">skipped</text></g>");
    unit[EDGE].began_ms = unit[EDGE].settled_ms = -1;
    unit[EDGE].state = LIFE_BACKOFF;
    fleet.phase = FLEET_BOOTING;
    holds(svg(1000), "<g class=\"critical bad\"><title>edge: backoff, waited for web</title>");
    holds(svg(INT64_C(4000000000)), "</svg>");
}
END_TEST

Suite *
blame_suite(void)
{
    Suite *suite = suite_create("blame");
    TCase *tcase = tcase_create("blame");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_chain_leads_back_from_the_unit_that_was_last);
    tcase_add_test(tcase, while_the_boot_goes_on_the_chain_ends_at_who_still_waits);
    tcase_add_test(tcase, who_was_started_by_hand_counts_once_he_was_and_is_never_to_blame);
    tcase_add_test(tcase, of_two_in_one_millisecond_the_one_that_waited_is_last);
    tcase_add_test(tcase, who_waits_for_several_waited_for_the_last_that_was_to_come);
    tcase_add_test(tcase, a_circle_that_no_contract_can_have_is_gone_through_once);
    tcase_add_test(tcase, who_was_skipped_took_no_time);
    tcase_add_test(tcase, the_picture_has_a_bar_for_each_part_of_a_start);
    suite_add_tcase(suite, tcase);
    return suite;
}
