/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdbool.h>
#include <string.h>

#include "supervisor/life.h"
#include "tests/unit/suites.h"

/* The table of a unit's life, cell by cell: `_i` is the state. */

static bool
is_exit(enum life_event event)
{
    return event >= ON_EXIT_DONE && event <= ON_EXIT_FAILED;
}

START_TEST(every_cell_is_written)
{
    for (int event = 0; event < LIFE_EVENT_COUNT; event++) {
        struct life_cell cell = life_step((enum life_state)_i, (enum life_event)event);
        ck_assert_msg(cell.is_written == 1, "%s has no cell for %s",
                      life_state_name((enum life_state)_i, false),
                      life_event_name((enum life_event)event));
        ck_assert_uint_lt(cell.next, LIFE_STATE_COUNT);
        ck_assert_uint_lt(cell.actions, 1U << LIFE_ACTION_COUNT);
    }
}
END_TEST

START_TEST(stop_a_timeout_and_an_exit_lead_to_the_end_from_every_state)
{
    for (int exit = ON_EXIT_DONE; exit <= ON_EXIT_FAILED; exit++) {
        const enum life_event way[] = {ON_STOP, ON_TIMEOUT, (enum life_event)exit};
        enum life_state state = (enum life_state)_i;
        for (size_t i = 0; i < sizeof way / sizeof way[0] && !life_is_final(state); i++) {
            state = (enum life_state)life_step(state, way[i]).next;
        }
        ck_assert_msg(life_is_final(state), "from %s to %s, which is no end",
                      life_state_name((enum life_state)_i, false), life_state_name(state, false));
    }
}
END_TEST

START_TEST(kill_and_an_exit_lead_to_the_end_from_every_state)
{
    enum life_state state = (enum life_state)life_step((enum life_state)_i, ON_KILL).next;
    if (!life_is_final(state)) {
        state = (enum life_state)life_step(state, ON_EXIT_AGAIN).next;
    }
    ck_assert(life_is_final(state));
}
END_TEST

START_TEST(nothing_but_the_end_of_a_process_leads_to_another_while_it_lives)
{
    for (int event = 0; event < LIFE_EVENT_COUNT; event++) {
        struct life_cell cell = life_step((enum life_state)_i, (enum life_event)event);
        bool is_one = life_has_process((enum life_state)_i) && !is_exit((enum life_event)event);
        ck_assert_msg(!is_one || (cell.actions & DO_SPAWN) == 0, "%s spawns at %s",
                      life_state_name((enum life_state)_i, false),
                      life_event_name((enum life_event)event));
    }
}
END_TEST

START_TEST(whoever_spawns_is_starting_and_whoever_signals_had_a_process)
{
    const unsigned signals = DO_SIGNAL_STOP | DO_SIGNAL_KILL;
    for (int event = 0; event < LIFE_EVENT_COUNT; event++) {
        struct life_cell cell = life_step((enum life_state)_i, (enum life_event)event);
        ck_assert((cell.actions & DO_SPAWN) == 0 || cell.next == LIFE_STARTING);
        ck_assert((cell.actions & signals) == 0 || life_has_process((enum life_state)_i));
        ck_assert((cell.actions & signals) == 0 || life_has_process((enum life_state)cell.next));
    }
}
END_TEST

START_TEST(a_process_comes_and_goes_only_with_a_spawn_and_an_exit)
{
    bool had = life_has_process((enum life_state)_i);
    for (int event = 0; event < LIFE_EVENT_COUNT; event++) {
        struct life_cell cell = life_step((enum life_state)_i, (enum life_event)event);
        bool has = life_has_process((enum life_state)cell.next);
        bool never_ran = event == ON_NO_FORK || event == ON_SKIP;
        bool is_gone = is_exit((enum life_event)event) || never_ran;
        ck_assert(had || !has || (cell.actions & DO_SPAWN) != 0);
        ck_assert(!had || has || is_gone);
    }
}
END_TEST

START_TEST(an_end_leaves_no_timer_and_every_change_is_told)
{
    const unsigned arms = DO_ARM_RUN | DO_ARM_STOP | DO_ARM_BACKOFF | DO_ARM_FORK;
    /* In these no timer can be running: none is armed on the way to them, or it has just fired. */
    bool has_timer = life_has_process((enum life_state)_i) || _i == LIFE_BACKOFF;
    for (int event = 0; event < LIFE_EVENT_COUNT; event++) {
        struct life_cell cell = life_step((enum life_state)_i, (enum life_event)event);
        if (life_is_final((enum life_state)cell.next)) {
            ck_assert_uint_eq(cell.actions & arms, 0);
            ck_assert(!has_timer || (cell.actions & DO_DISARM) != 0);
        }
        bool is_next_part = event == ON_EXIT_NEXT; /* one task, however many commands */
        bool is_change = strcmp(life_state_name((enum life_state)_i, false),
                                life_state_name((enum life_state)cell.next, false)) != 0;
        ck_assert(!is_change || is_next_part || (cell.actions & DO_TELL) != 0);
    }
}
END_TEST

START_TEST(every_state_is_reached_from_waiting)
{
    bool is_reached[LIFE_STATE_COUNT] = {[LIFE_WAITING] = true};
    for (int round = 0; round < LIFE_STATE_COUNT; round++) {
        for (int state = 0; state < LIFE_STATE_COUNT; state++) {
            for (int event = 0; event < LIFE_EVENT_COUNT && is_reached[state]; event++) {
                is_reached[life_step((enum life_state)state, (enum life_event)event).next] = true;
            }
        }
    }
    for (int state = 0; state < LIFE_STATE_COUNT; state++) {
        ck_assert_msg(is_reached[state], "%s is never reached",
                      life_state_name((enum life_state)state, false));
    }
}
END_TEST

START_TEST(a_task_is_running_and_done_where_a_service_is_ready_and_exited)
{
    ck_assert_str_eq(life_state_name(LIFE_READY, false), "ready");
    ck_assert_str_eq(life_state_name(LIFE_STARTING, true), "running");
    ck_assert_str_eq(life_state_name(LIFE_ENDED, false), "exited");
    ck_assert_str_eq(life_state_name(LIFE_ENDED, true), "done");
    ck_assert_str_eq(life_event_name(ON_EXIT_AGAIN), "EXIT_AGAIN");
}
END_TEST

Suite *
life_suite(void)
{
    const TTest *const of_states[] = {
        every_cell_is_written,
        stop_a_timeout_and_an_exit_lead_to_the_end_from_every_state,
        kill_and_an_exit_lead_to_the_end_from_every_state,
        nothing_but_the_end_of_a_process_leads_to_another_while_it_lives,
        whoever_spawns_is_starting_and_whoever_signals_had_a_process,
        a_process_comes_and_goes_only_with_a_spawn_and_an_exit,
        an_end_leaves_no_timer_and_every_change_is_told,
    };
    Suite *suite = suite_create("life");
    TCase *tests = tcase_create("life");
    for (size_t i = 0; i < sizeof of_states / sizeof of_states[0]; i++) {
        tcase_add_loop_test(tests, of_states[i], 0, LIFE_STATE_COUNT);
    }
    tcase_add_test(tests, every_state_is_reached_from_waiting);
    tcase_add_test(tests, a_task_is_running_and_done_where_a_service_is_ready_and_exited);
    suite_add_tcase(suite, tests);
    return suite;
}
