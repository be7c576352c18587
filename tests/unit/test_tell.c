/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "supervisor/tell.h"
#include "tests/unit/suites.h"

/* Now, and what began five seconds ago. */
enum { NOW = 60000, BEGAN = NOW - 5000, NONE = -1 };

/* clang-format off */
#define VERDICT(...) .verdict = &(const struct restart_verdict){__VA_ARGS__}
/* clang-format on */

static struct unit_config config[2];
static struct fleet_unit unit[2];
static struct config contract;
static struct fleet fleet;

static void
setup(void)
{
    config[0] = config[1] = (struct unit_config){.name = "web",
                                                 .start_limit = {5, 120000},
                                                 .start_timeout_ms = 20000,
                                                 .timeout_ms = 30000,
                                                 .ready.kind = PROBE_NOTIFY};
    config[1].name = "job";
    config[1].is_task = true;
    unit[0] = (struct fleet_unit){.config = &config[0], .state = LIFE_STOPPED, .ended_ms = NONE};
    unit[1] = (struct fleet_unit){.config = &config[1], .state = LIFE_ENDED};
    contract = (struct config){.unit = config, .unit_count = 2};
    fleet = (struct fleet){.config = &contract,
                           .unit = unit,
                           .count = 2,
                           .boot_ms = BEGAN,
                           .deadline_ms = INT64_MAX,
                           .first_bad_code = NONE};
}

static void
is_told(const struct fleet_event *event, enum log_level want_level, const char *want)
{
    char bytes[512];
    struct text out = TEXT_OVER(bytes);
    enum log_level level = LOG_DEBUG;
    tell_event(&fleet, event, NOW, &level, &out);
    ck_assert_str_eq(bytes, want);
    ck_assert_int_eq((int)level, (int)want_level);
}

/* ---------------------------------------------------------------- a unit */

/* `u`: 0 is web, a service; 1 is job, a task. */
/* clang-format off */
static const struct {
    size_t u;
    struct fleet_event event;
    struct fleet_unit unit;
    enum log_level level;
    const char *want;
} units[] = {
    {0, {.to = LIFE_READY}, {.pid = 7}, LOG_INFO, "web is ready (pid 7)"},
    {0, {.to = LIFE_STARTING}, {0}, LOG_INFO, "web is starting"},
    {1, {.to = LIFE_STARTING}, {0}, LOG_INFO, "job is running"},
    {0, {.to = LIFE_SKIPPED}, {0}, LOG_INFO, "web is skipped: only-if does not hold"},
    {0, {.from = LIFE_STARTING, .to = LIFE_BACKOFF}, {0},
     LOG_WARN, "web waits for a process, and is tried again"},
    {0, {.from = LIFE_READY, .to = LIFE_BACKOFF}, {0},
     LOG_INFO, "web waits for a process, and is tried again"},
    {0, {.from = LIFE_WAITING, .to = LIFE_STOPPED}, {.cause = 1},
     LOG_WARN, "web is stopped: it needs job, which is done"},
    {0, {.from = LIFE_WAITING, .to = LIFE_STOPPED}, {.cause = 0}, LOG_INFO, "web is stopped"},
    /* Too late. */
    {0, {.to = LIFE_EXPIRING}, {0},
     LOG_WARN, "web is stopping: it was not ready within its start-timeout of 20s"},
    {0, {.to = LIFE_EXPIRING, .detail = "tcp:80: no answer"}, {0},
     LOG_WARN,
     "web is stopping: it was not ready within its start-timeout of 20s: tcp:80: no answer"},
    {1, {.to = LIFE_EXPIRING}, {0}, LOG_WARN, "job is stopping: it ran over its timeout of 30s"},
    {0, {.to = LIFE_EXPIRING}, {.fault = FAULT_UNWELL},
     LOG_INFO, "web is stopping: a check of it is down"},
    {0, {.to = LIFE_EXPIRING}, {.fault = FAULT_HUNG, .watch_ms = 1500},
     LOG_WARN, "web is stopping: its watchdog of 1.5s ran out: ABRT"},
    {0, {.to = LIFE_EXPIRING}, {.fault = FAULT_HUNG},
     LOG_WARN, "web is stopping: its watchdog ran out: ABRT"},
    /* Ends. */
    {0, {.from = LIFE_READY, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last_pid = 7, .last = {.code = 3}},
     LOG_WARN, "web (pid 7) exited with 3 after 5s"},
    {0, {.from = LIFE_READY, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last_pid = 7, .last = {.code = 137, .signal = 9, .is_out_of_memory = true}},
     LOG_WARN, "web (pid 7) died of KILL, out of memory, after 5s"},
    {0, {.from = LIFE_EXPIRING, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last_pid = 7, .last = {.code = 134, .signal = 6, .fault = FAULT_HUNG}},
     LOG_WARN, "web (pid 7) died of ABRT, its watchdog ran out, after 5s"},
    {0, {.from = LIFE_EXPIRING, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last_pid = 7, .last = {.code = 0, .fault = FAULT_UNWELL}},
     LOG_WARN, "web (pid 7) exited with 0, a check of it was down, after 5s"},
    {1, {.from = LIFE_EXPIRING, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last_pid = 7, .last = {.code = 143, .signal = 15, .fault = FAULT_LATE}},
     LOG_WARN, "job (pid 7) ran over its time after 5s"},
    {1, {.from = LIFE_STARTING, .to = LIFE_ENDED, VERDICT(.event = ON_EXIT_DONE)}, {.last_pid = 7},
     LOG_INFO, "job (pid 7) exited with 0 after 5s"},
    {1, {.from = LIFE_STARTING, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last_pid = 7, .last = {.code = 1}},
     LOG_WARN, "job (pid 7) exited with 1 after 5s"},
    {0, {.from = LIFE_READY, .to = LIFE_ENDED, VERDICT(.event = ON_EXIT_DONE)}, {.last_pid = 7},
     LOG_WARN, "web (pid 7) exited with 0 after 5s"},
    {0, {.from = LIFE_STOPPING, .to = LIFE_STOPPED, VERDICT(.event = ON_EXIT_DONE)},
     {.last_pid = 7},
     LOG_INFO, "web (pid 7) exited with 0 after 5s"},
    {0, {.from = LIFE_KILLING, .to = LIFE_STOPPED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last_pid = 7, .last = {.code = 137, .signal = 9}},
     LOG_INFO, "web (pid 7) died of KILL after 5s"},
    {1,
     {.from = LIFE_STARTING, .to = LIFE_ENDED,
      VERDICT(.event = ON_EXIT_DONE, .is_success = true)},
     {0},
     LOG_INFO, "job has nothing to run"},
    {0, {.from = LIFE_STARTING, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED)},
     {.last = {.code = 127}},
     LOG_WARN, "web cannot be started (127)"},
    {0, {.from = LIFE_STARTING, .to = LIFE_ENDED, VERDICT(.event = ON_EXIT_DONE)}, {.last_pid = 7},
     LOG_WARN, "web (pid 7) exited with 0 after 5s, before it was ready"},
    {1,
     {.from = LIFE_STARTING, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED),
      .detail = "/etc/init.parts/20-b"},
     {.last_pid = 7, .last = {.code = 1}},
     LOG_WARN, "job (pid 7) exited with 1 in /etc/init.parts/20-b after 5s"},
    /* … and what follows them. */
    {0, {.from = LIFE_READY, .to = LIFE_BACKOFF, VERDICT(.event = ON_EXIT_AGAIN, .delay_ms = 500)},
     {.last_pid = 7, .last = {.code = 3}, .history.count = 2},
     LOG_WARN, "web (pid 7) exited with 3 after 5s; restart 2 of 5 in 500ms"},
    {0, {.from = LIFE_STOPPING, .to = LIFE_STOPPED, VERDICT(.event = ON_EXIT_AGAIN)},
     {.last_pid = 7},
     LOG_INFO, "web (pid 7) exited with 0 after 5s"},
    {0, {.from = LIFE_READY, .to = LIFE_FAILED, VERDICT(.event = ON_EXIT_FAILED, .is_limit = true)},
     {.last_pid = 7, .last = {.code = 3}},
     LOG_WARN, "web (pid 7) exited with 3 after 5s; no restart: start-limit 5/2m"},
    /* While the boot waits. */
    {0, {.kind = TELL_SLOW, .after_ms = 20000}, {.state = LIFE_STARTING},
     LOG_WARN, "still waiting for web: starting for 20s"},
    {0, {.kind = TELL_SLOW, .after_ms = 20000, .detail = "unix:/run/s: no such file"},
     {.state = LIFE_STARTING},
     LOG_WARN, "still waiting for web: unix:/run/s: no such file (20s)"},
    {0, {.kind = TELL_SLOW, .after_ms = 20000, .detail = "unix:/run/s: no such file"},
     {.state = LIFE_STARTING, .since_ms = 1000, .due_ms = 61000},
     LOG_WARN, "still waiting for web: unix:/run/s: no such file (20s of 60s)"},
    {0, {.kind = TELL_SLOW, .after_ms = 20000, .detail = "no READY=1 yet"},
     {.state = LIFE_STARTING, .since_ms = 1000, .due_ms = 1000 + 300000},
     LOG_WARN, "still waiting for web: no READY=1 yet (20s of 5m)"},
    {0, {.kind = TELL_SLOW, .after_ms = 100, .detail = "no READY=1 yet"},
     {.state = LIFE_STARTING, .since_ms = 1000, .due_ms = 1000 + 1500},
     LOG_WARN, "still waiting for web: no READY=1 yet (100ms of 1.5s)"},
    {1, {.kind = TELL_OVERLAP}, {.state = LIFE_STARTING, .runs_skipped = 1},
     LOG_WARN, "job is running: a run that was due is skipped, 1 so far"},
    {1, {.kind = TELL_OVERLAP},
     {.state = LIFE_STARTING, .runs_skipped = 2, .is_overlap_told = true},
     LOG_INFO, "job is running: a run that was due is skipped, 2 so far"},
};
/* clang-format on */

START_TEST(what_a_unit_does_is_a_sentence_and_what_nobody_asked_for_is_a_warning)
{
    struct fleet_event event = units[_i].event;
    event.unit = units[_i].u;
    unit[event.unit] = units[_i].unit;
    unit[event.unit].config = &config[event.unit];
    unit[event.unit].started_ms = BEGAN;
    is_told(&event, units[_i].level, units[_i].want);
}
END_TEST

START_TEST(without_a_start_limit_restarts_are_not_counted)
{
    const struct restart_verdict verdict = {.event = ON_EXIT_AGAIN, .delay_ms = 500};
    struct fleet_event event = {.from = LIFE_READY, .to = LIFE_BACKOFF, .verdict = &verdict};
    unit[0].started_ms = BEGAN;
    unit[0].last_pid = 7;
    config[0].start_limit.starts = 0;
    config[0].ready.kind = PROBE_START;
    event.from = LIFE_STARTING; /* which counts from its exec */
    is_told(&event, LOG_WARN, "web (pid 7) exited with 0 after 5s; restart in 500ms");
}
END_TEST

START_TEST(a_lone_command_is_never_warned_about)
{
    struct fleet_event event = {.kind = TELL_HURRY};
    is_told(&event, LOG_WARN,
            "two thirds of the stop timeout are gone: every unit gets its stop signal");
    contract.is_lone = true;
    is_told(&event, LOG_INFO,
            "two thirds of the stop timeout are gone: every unit gets its stop signal");
    event.kind = TELL_SWEEP;
    is_told(&event, LOG_INFO, "processes remain after the last unit: TERM to them");
}
END_TEST

/* ---------------------------------------------------------------- the container */

static const struct {
    struct fleet fleet;
    struct fleet_unit unit; /* web */
    enum log_level stop_level;
    const char *cause;
} causes[] = {
    {{.cause = CAUSE_SIGNAL, .stop_signal = 15}, {0}, LOG_WARN, "TERM from outside the container"},
    {{.cause = CAUSE_SIGNAL, .stop_signal = 2, .stop_sender = 9}, {0}, LOG_WARN, "INT from pid 9"},
    {{.cause = CAUSE_LOST}, {.last = {.code = 3}}, LOG_INFO, "web exited with 3"},
    {{.cause = CAUSE_LOST}, {.ended_ms = NONE}, LOG_INFO, "web was stopped"},
    {{.cause = CAUSE_LOST},
     {.is_limit = true, .last = {.code = 137, .signal = 9}},
     LOG_INFO,
     "web died of KILL (start-limit 5/2m)"},
    {{.cause = CAUSE_ASKED}, {0}, LOG_WARN, "shutdown was asked for"},
    {{.cause = CAUSE_CHECK, .cause_check = "port"}, {0}, LOG_WARN, "the check port failed"},
    {{.cause = CAUSE_DRIFT, .cause_mount = "/tmp"},
     {0},
     LOG_WARN,
     "the contract is broken since it was verified: /tmp"},
    {{.cause = CAUSE_ALL_FINAL}, {0}, LOG_INFO, "all units have ended"},
    {{.cause = CAUSE_NONE}, {0}, LOG_WARN, ""},
};

START_TEST(the_end_names_its_cause_when_it_begins_and_when_it_is_there)
{
    char want[256];
    struct text text = TEXT_OVER(want);
    fleet.cause = causes[_i].fleet.cause;
    fleet.stop_signal = causes[_i].fleet.stop_signal;
    fleet.stop_sender = causes[_i].fleet.stop_sender;
    fleet.cause_check = causes[_i].fleet.cause_check;
    fleet.cause_mount = causes[_i].fleet.cause_mount;
    unit[0] = causes[_i].unit;
    unit[0].config = &config[0];
    text_addf(&text, "%s: stopping", causes[_i].cause);
    is_told(&(struct fleet_event){.kind = TELL_STOP}, causes[_i].stop_level, want);
    fleet.stop_ms = NOW - 3;
    fleet.deadline_ms = fleet.stop_ms + 9000;
    text_add(&text, ", 9s");
    is_told(&(struct fleet_event){.kind = TELL_STOP}, causes[_i].stop_level, want);
    text = TEXT_OVER(want);
    text_addf(&text, "container ends with 0: %s", causes[_i].cause);
    is_told(&(struct fleet_event){.kind = TELL_END},
            fleet.cause == CAUSE_ALL_FINAL ? LOG_INFO : LOG_WARN, want);
}
END_TEST

START_TEST(the_end_names_the_first_unit_that_did_not_end_well_and_why_all_were_killed)
{
    struct fleet_event end = {.kind = TELL_END};
    fleet.cause = CAUSE_ASKED;
    fleet.code = 3;
    fleet.first_bad_code = 3;
    fleet.first_bad_unit = 1;
    unit[1].last.code = 3;
    is_told(&end, LOG_WARN, "container ends with 3: shutdown was asked for; job exited with 3");
    unit[1].state = LIFE_KILLING;
    fleet.is_killed = true;
    is_told(&end, LOG_WARN,
            "container ends with 3: shutdown was asked for; job outlived KILL; the clock ran out");
    fleet.kill_reason = KILLED_BY_SIGNAL;
    fleet.cause = CAUSE_LOST; /* it is the cause itself */
    is_told(&end, LOG_WARN, "container ends with 3: web was stopped; a second signal came");
    fleet.kill_reason = KILLED_AS_STRAYS;
    is_told(&(struct fleet_event){.kind = TELL_KILL}, LOG_WARN,
            "processes remained after the last unit: KILL to all that is left");
}
END_TEST

/* Where tasks did their work, and that was all, nobody asks why. */
static const struct {
    enum life_state web, job;
    int code;
    enum log_level level;
} ends[] = {
    {LIFE_STOPPED, LIFE_ENDED, 0, LOG_INFO},  {LIFE_STOPPED, LIFE_SKIPPED, 0, LOG_INFO},
    {LIFE_ENDED, LIFE_ENDED, 0, LOG_WARN},    {LIFE_FAILED, LIFE_ENDED, 0, LOG_WARN},
    {LIFE_STOPPED, LIFE_FAILED, 0, LOG_WARN}, {LIFE_STOPPED, LIFE_ENDED, 3, LOG_WARN},
};

START_TEST(an_end_that_was_expected_is_no_warning)
{
    char want[64];
    struct text text = TEXT_OVER(want);
    fleet.cause = CAUSE_ALL_FINAL;
    fleet.code = ends[_i].code;
    unit[0].state = ends[_i].web;
    unit[1].state = ends[_i].job;
    text_addf(&text, "container ends with %d: all units have ended", ends[_i].code);
    is_told(&(struct fleet_event){.kind = TELL_END}, ends[_i].level, want);
}
END_TEST

START_TEST(the_boot_and_what_remains_after_the_last_unit_are_told)
{
    is_told(&(struct fleet_event){.kind = TELL_RUNNING}, LOG_INFO, "the boot is over after 5s");
    is_told(&(struct fleet_event){.kind = TELL_SWEEP}, LOG_INFO,
            "processes remain after the last unit: TERM to them");
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
tell_suite(void)
{
    Suite *suite = suite_create("tell");
    TCase *tests = tcase_create("tell");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests,
                        what_a_unit_does_is_a_sentence_and_what_nobody_asked_for_is_a_warning, 0,
                        COUNT(units));
    tcase_add_test(tests, without_a_start_limit_restarts_are_not_counted);
    tcase_add_test(tests, a_lone_command_is_never_warned_about);
    tcase_add_loop_test(tests, the_end_names_its_cause_when_it_begins_and_when_it_is_there, 0,
                        COUNT(causes));
    tcase_add_test(tests,
                   the_end_names_the_first_unit_that_did_not_end_well_and_why_all_were_killed);
    tcase_add_loop_test(tests, an_end_that_was_expected_is_no_warning, 0, COUNT(ends));
    tcase_add_test(tests, the_boot_and_what_remains_after_the_last_unit_are_told);
    suite_add_tcase(suite, tests);
    return suite;
}
