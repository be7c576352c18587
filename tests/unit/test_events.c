/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "supervisor/events.h"
#include "tests/unit/suites.h"

/* 2026-11-22T11:03:07.042Z */
#define NOON 1795345387042LL

static const struct {
    struct event event;
    const char *json;
    const char *text;
} forms[] = {
    {{.kind = EVENT_UNIT, .unit = "web", .from = "starting", .to = "ready", .after_ms = 812},
     "{\"time\":\"2026-11-22T11:03:07.042Z\",\"event\":\"unit\",\"unit\":\"web\","
     "\"from\":\"starting\",\"to\":\"ready\",\"after_ms\":812}\n",
     "2026-11-22T11:03:07.042Z  web starting -> ready after 812ms\n"},
    {{.kind = EVENT_CONTAINER, .to = "stopping", .after_ms = -1, .words = "TERM: stopping"},
     "{\"time\":\"2026-11-22T11:03:07.042Z\",\"event\":\"container\",\"to\":\"stopping\","
     "\"text\":\"TERM: stopping\"}\n",
     "2026-11-22T11:03:07.042Z  container stopping: TERM: stopping\n"},
    {{.kind = EVENT_MOUNT, .unit = "/tmp", .after_ms = -1, .words = "a\"b\x1b[2J"},
     "{\"time\":\"2026-11-22T11:03:07.042Z\",\"event\":\"mount\",\"unit\":\"/tmp\","
     "\"text\":\"a\\\"b\\u001b[2J\"}\n",
     "2026-11-22T11:03:07.042Z  /tmp: a\"b\\x1b[2J\n"},
};

START_TEST(an_event_is_one_object_and_one_sentence)
{
    char bytes[1024];
    struct event event = forms[_i].event;
    event.time_ms = NOON;
    struct text out = TEXT_OVER(bytes);
    event_add_json(&event, &out);
    ck_assert_str_eq(bytes, forms[_i].json);
    out = TEXT_OVER(bytes);
    event_add_text(&event, &out);
    ck_assert_str_eq(bytes, forms[_i].text);
}
END_TEST

START_TEST(an_empty_ring_has_no_first)
{
    static struct events events;
    ck_assert_uint_eq(events_first(&events), events.count);
}
END_TEST

START_TEST(a_full_ring_forgets_the_oldest_and_keeps_the_numbers)
{
    static struct events events;
    for (int64_t i = 0; i < EVENTS_KEPT + 3; i++) {
        struct event event = {.kind = EVENT_UNIT, .after_ms = i};
        events_add(&events, &event);
    }
    ck_assert_uint_eq(events_first(&events), 3);
    ck_assert_uint_eq(events.count, EVENTS_KEPT + 3);
    for (uint64_t i = events_first(&events); i < events.count; i++) {
        ck_assert_int_eq(events_at(&events, i)->after_ms, (int64_t)i);
    }
}
END_TEST

START_TEST(what_the_fleet_tells_of_a_unit_is_an_event_and_a_long_sentence_is_cut)
{
    struct unit_config config = {.name = "init", .is_task = true};
    struct fleet_unit unit = {.config = &config};
    struct fleet fleet = {.unit = &unit, .count = 1};
    struct restart_verdict verdict = {.event = ON_EXIT_FAILED};
    struct fleet_event told = {
        .kind = TELL_UNIT, .from = LIFE_STARTING, .to = LIFE_FAILED, .verdict = &verdict};
    char words[200];
    struct event event;
    memset(words, 'w', sizeof words);
    words[sizeof words - 1] = '\0';
    ck_assert(event_of_fleet(&fleet, &told, words, NOON, &event));
    ck_assert_str_eq(event.unit, "init");
    ck_assert_str_eq(event.from, "running");
    ck_assert_str_eq(event.to, "failed");
    ck_assert_uint_eq(strlen(event.words), EVENT_WORDS_MAX - 1);
    ck_assert_str_eq(event.words + EVENT_WORDS_MAX - 5, "w..."); /* and says so */
    memcpy(words + EVENT_WORDS_MAX - 5, "\xc3\xa4", 2);          /* whole, or not at all */
    event_say(&event, words);
    ck_assert_str_eq(event.words + EVENT_WORDS_MAX - 6, "w...");
}
END_TEST

/* What the rest of its news is as an event. */
static const struct {
    enum fleet_event_kind kind;
    enum event_kind event;
    const char *unit, *from, *to;
} news[] = {
    {TELL_RUNNING, EVENT_CONTAINER, NULL, "booting", "running"},
    {TELL_STOP, EVENT_CONTAINER, NULL, NULL, "stopping"},
    {TELL_HURRY, EVENT_CONTAINER, NULL, NULL, NULL},
    {TELL_KILL, EVENT_CONTAINER, NULL, NULL, NULL},
    {TELL_END, EVENT_CONTAINER, NULL, "stopping", "over"},
    {TELL_OVERLAP, EVENT_UNIT, "web", NULL, NULL},
};

START_TEST(what_the_fleet_tells_of_itself_is_an_event)
{
    struct unit_config config = {.name = "web"};
    struct fleet_unit unit = {.config = &config};
    struct fleet fleet = {.unit = &unit, .count = 1};
    struct fleet_event told = {.kind = news[_i].kind};
    struct event event;
    ck_assert(event_of_fleet(&fleet, &told, "words", NOON, &event));
    ck_assert_int_eq((int)event.kind, (int)news[_i].event);
    ck_assert_pstr_eq(event.unit, news[_i].unit);
    ck_assert_pstr_eq(event.from, news[_i].from);
    ck_assert_pstr_eq(event.to, news[_i].to);
    ck_assert_str_eq(event.words, "words");
    ck_assert_int_eq(event.after_ms, -1);
}
END_TEST

START_TEST(the_next_command_of_a_task_is_an_event_by_its_words)
{
    struct unit_config config = {.name = "init", .is_task = true};
    struct fleet_unit unit = {.config = &config};
    struct fleet fleet = {.unit = &unit, .count = 1};
    struct restart_verdict verdict = {.event = ON_EXIT_NEXT};
    struct fleet_event told = {
        .kind = TELL_UNIT, .from = LIFE_STARTING, .to = LIFE_STARTING, .verdict = &verdict};
    struct event event;
    ck_assert(event_of_fleet(&fleet, &told, "exited with 0", NOON, &event));
    ck_assert_str_eq(event.to, "running");
    ck_assert_str_eq(event.words, "exited with 0");
}
END_TEST

START_TEST(news_for_people_alone_and_steps_without_a_word_are_no_events)
{
    struct unit_config config = {.name = "web"};
    struct fleet_unit unit = {.config = &config};
    struct fleet fleet = {.unit = &unit, .count = 1};
    struct event event;
    const struct fleet_event told[] = {
        {.kind = TELL_SLOW},
        {.kind = TELL_SWEEP},
        {.kind = TELL_UNIT, .from = LIFE_STOPPING, .to = LIFE_KILLING},
    };
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        ck_assert(!event_of_fleet(&fleet, &told[i], "words", NOON, &event));
    }
}
END_TEST

Suite *
events_suite(void)
{
    Suite *suite = suite_create("events");
    TCase *tests = tcase_create("events");
    tcase_add_loop_test(tests, an_event_is_one_object_and_one_sentence, 0,
                        sizeof forms / sizeof forms[0]);
    tcase_add_test(tests, an_empty_ring_has_no_first);
    tcase_add_test(tests, a_full_ring_forgets_the_oldest_and_keeps_the_numbers);
    tcase_add_test(tests, what_the_fleet_tells_of_a_unit_is_an_event_and_a_long_sentence_is_cut);
    tcase_add_loop_test(tests, what_the_fleet_tells_of_itself_is_an_event, 0,
                        sizeof news / sizeof news[0]);
    tcase_add_test(tests, the_next_command_of_a_task_is_an_event_by_its_words);
    tcase_add_test(tests, news_for_people_alone_and_steps_without_a_word_are_no_events);
    suite_add_tcase(suite, tests);
    return suite;
}
