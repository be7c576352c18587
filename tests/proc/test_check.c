/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* [check], `roinit check`, drain. The file /tmp/well stands for a service that is well. */

#define RAW "[defaults]\nlog = raw\n"
#define WELL "[check well]\nprobe = file:/tmp/well\ninterval = 50ms\nretries = 2\nservice = web\n"

static int
check(struct box *box, const char *level, char *ret_text, size_t size)
{
    return level == NULL ? box_exec(box, WORDS("check"), ret_text, size)
                         : box_exec(box, WORDS("check", "--level", level), ret_text, size);
}

/* Waits until `roinit check` says that code. */
static void
await_check(struct box *box, const char *level, int code)
{
    char out[4096] = "";
    int64_t limit_ms = proc_now_ms() + BOX_WAIT_MS;
    while (check(box, level, out, sizeof out) != code) {
        ck_assert_msg(proc_now_ms() < limit_ms, "check never said %d, but %s", code, out);
        (void)poll(NULL, 0, 20);
    }
}

static void
end(struct box *box, int code)
{
    box_signal(box, SIGTERM);
    ck_assert_int_eq(box_end(box), code);
    box_free(box);
}

START_TEST(a_check_that_fails_makes_both_levels_fail_and_is_told)
{
    char out[8192];
    struct box box = box_start(&(struct start){
        .contract = BASE RAW WELL "[service web]\ncommand = /puppet file:/tmp/well await:/tmp/bad "
                                  "print:bad sleep\n"});
    box_await_status(&box, "\"checks\":{\"well\":\"up\"}");
    ck_assert_int_eq(check(&box, NULL, out, sizeof out), 0);
    ck_assert_str_eq(out, "alive\n");
    ck_assert_int_eq(check(&box, "ready", out, sizeof out), 0);
    ck_assert_str_eq(out, "ready\n");
    ck_assert_int_eq(unlink(box_path(&box, "/tmp/well")), 0);
    await_check(&box, NULL, 1);
    ck_assert_int_eq(check(&box, "ready", out, sizeof out), 1);
    ck_assert_ptr_nonnull(strstr(out, "check well is down: file:/tmp/well: no such file\n"));
    box_await_status(&box, "\"checks\":{\"well\":\"down\"}");
    box_await_status(&box, "\"ready\":false"); /* the status says what the level says */
    box_expect(&box, ERR, "check well is down: file:/tmp/well: no such file\n");
    ck_assert_int_eq(box_exec(&box, WORDS("events", "--json"), out, sizeof out), 0);
    ck_assert_ptr_nonnull(strstr(out, "\"event\":\"check\",\"unit\":\"well\",\"from\":\"up\","
                                      "\"to\":\"down\""));
    const char *first = strstr(out, "\"from\":\"unknown\"");
    ck_assert_ptr_nonnull(first);
    ck_assert_msg(strncmp(first, "\"from\":\"unknown\",\"to\":\"up\"}", 26) == 0, "%.60s", first);
    ck_assert_int_eq(box_touch(&box, "/tmp/well"), 0);
    await_check(&box, NULL, 0);
    box_expect(&box, ERR, "check well is up again\n");
    end(&box, 0);
}
END_TEST

START_TEST(a_check_of_the_level_ready_says_nothing_about_being_alive)
{
    char out[4096];
    struct box box = box_start(&(struct start){
        .contract = BASE RAW WELL "level = ready\n[service web]\ncommand = /puppet sleep\n"});
    await_check(&box, "ready", 1);
    box_await_status(&box, "\"checks\":{\"well\":\"down\"}");
    ck_assert_int_eq(check(&box, NULL, out, sizeof out), 0);
    ck_assert_int_eq(check(&box, "alive", out, sizeof out), 0);
    ck_assert_int_eq(box_exec(&box, WORDS("check", "well"), out, sizeof out), 0);
    ck_assert_int_eq(box_exec(&box, WORDS("check", "web", "--level", "ready"), out, sizeof out), 1);
    ck_assert_int_eq(box_exec(&box, WORDS("check", "other"), out, sizeof out), 64);
    ck_assert_int_eq(box_exec(&box, WORDS("check", "--level", "well"), out, sizeof out), 64);
    end(&box, 0);
}
END_TEST

START_TEST(the_container_is_awaited_until_no_check_is_down)
{
    char out[4096];
    struct box box = box_start(&(struct start){
        .contract = BASE RAW WELL "[service web]\ncommand = /puppet await:/tmp/go file:/tmp/well "
                                  "sleep\n"});
    box_await_status(&box, "\"checks\":{\"well\":\"down\"}");
    ck_assert_int_eq(box_exec(&box, WORDS("wait", "--timeout", "50ms"), out, sizeof out), 75);
    ck_assert_ptr_nonnull(strstr(out, "the container is running, a check is down, and the time"));
    ck_assert_int_eq(box_exec(&box, WORDS("wait", "web"), out, sizeof out), 0); /* of itself */
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_exec(&box, WORDS("wait", "--timeout", "30s"), out, sizeof out), 0);
    await_check(&box, "ready", 0);
    end(&box, 0);
}
END_TEST

START_TEST(the_levels_hold_without_any_check)
{
    char out[4096];
    struct box box = box_start(&(struct start){
        .contract = BASE RAW "[service web]\nready = file:/tmp/well\ncommand = /puppet print:up "
                             "await:/tmp/go file:/tmp/well sleep\n"});
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(check(&box, NULL, out, sizeof out), 0);
    ck_assert_int_eq(check(&box, "ready", out, sizeof out), 1);
    ck_assert_ptr_nonnull(strstr(out, "the container is booting\n"));
    ck_assert_ptr_nonnull(strstr(out, "web is starting\n"));
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    await_check(&box, "ready", 0);
    end(&box, 0);
}
END_TEST

START_TEST(a_check_begins_when_its_service_is_ready_and_says_nothing_before)
{
    char out[16384];
    struct box box = box_start(&(struct start){
        .contract = BASE RAW WELL "[service web]\nready = file:/tmp/up\ncommand = /puppet print:up "
                                  "await:/tmp/go file:/tmp/up sleep\n"});
    box_expect(&box, OUT, "up\n");
    (void)poll(NULL, 0, 300);
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), out, sizeof out), 0);
    ck_assert_ptr_nonnull(strstr(out, "\"checks\":{\"well\":\"unknown\"}"));
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_await_status(&box, "\"checks\":{\"well\":\"down\"}");
    end(&box, 0);
}
END_TEST

START_TEST(on_failure_restart_restarts_the_service)
{
    struct box box = box_start(&(struct start){
        .contract = BASE RAW WELL "on-failure = restart\n[service web]\nready = file:/tmp/well\n"
                                  "command = /puppet fail:/tmp/n:0:0 catch:15:0 file:/tmp/well "
                                  "await:/tmp/bad sleep\n"});
    box_expect(&box, OUT, "start 1\n");
    box_await_status(&box, "\"checks\":{\"well\":\"up\"}");
    ck_assert_int_eq(unlink(box_path(&box, "/tmp/well")), 0);
    box_expect(&box, OUT, "start 2\n");
    box_expect(&box, ERR, "web is restarted: its check well is down\n");
    box_await_status(&box, "\"checks\":{\"well\":\"up\"}");
    end(&box, 0);
}
END_TEST

START_TEST(restarts_for_a_check_count_against_start_limit)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW WELL
                                "on-failure = restart\n[service web]\nrestart-delay = 0\n"
                                "start-limit = 3/1h\nready = file:/tmp/up\nremove = /tmp/up\n"
                                "command = /puppet fail:/tmp/n:0:0 catch:15:0 file:/tmp/up "
                                "sleep\n"},
                70);
    box_must_say(&box, OUT, "start 3\n");
    box_must_not_say(&box, OUT, "start 4\n");
    box_must_say(&box, ERR, "a check of it was down, after ");
    box_must_say(&box, ERR, "; no restart: start-limit 3/1h");
    box_free(&box);
}
END_TEST

/* The program of a probe: looked for before anything starts, and by lint. */
static const struct {
    const char *probe, *why;
    int code;
} programs[] = {
    {"exec:/nowhere -q", "[check up] probe: up: \"/nowhere\" is not found", 127},
    {"exec:nosuch -q", "[check up] probe: up: \"nosuch\" is not found", 127},
    {"exec:/etc/roinit.ini", "[check up] probe: up: \"/etc/roinit.ini\" cannot be executed", 126},
    {"exec:${PROBE:?it is to be set}", "PROBE", 77},
};

START_TEST(a_command_of_a_check_that_is_not_there_is_told_before_anything_starts)
{
    static const char *const whose[] = {"", "service = web\n"};
    char contract[512];
    for (size_t i = 0; i < 2; i++) {
        snprintf(contract, sizeof contract,
                 BASE RAW "[check up]\nprobe = %s\n%s[service web]\ncommand = /puppet print:web\n",
                 programs[_i].probe, whose[i]);
        struct box box = box_run(&(struct start){.contract = contract}, programs[_i].code);
        box_must_say(&box, ERR, programs[_i].why);
        box_must_not_say(&box, OUT, "web\n");
        box_free(&box);
        if (strchr(programs[_i].probe, '$') == NULL) {
            box = box_run(&(struct start){.contract = contract, .argv = WORDS("lint")}, 78);
            box_must_say(&box, ERR, programs[_i].why);
            box_free(&box);
        }
    }
}
END_TEST

START_TEST(on_failure_shutdown_ends_the_container_with_69)
{
    struct box box =
        box_run(&(struct start){.contract = BASE RAW WELL
                                "on-failure = shutdown\n[service web]\nready = file:/tmp/up\n"
                                "command = /puppet catch:15:0 file:/tmp/up sleep\n"},
                69);
    box_must_say(&box, OUT, "caught 15\n");
    box_must_say(&box, ERR, "container ends with 69: the check well failed");
    box_free(&box);
}
END_TEST

START_TEST(a_check_without_a_service_begins_with_the_container)
{
    struct box box = box_start(
        &(struct start){.contract = BASE RAW
                        "[check up]\nprobe = exec:/puppet await:/tmp/well\ninterval = 50ms\n"
                        "timeout = 500ms\nretries = 1\n[service web]\ncommand = /puppet sleep\n"});
    await_check(&box, NULL, 1);
    box_expect(&box, ERR, "check up is down: exec:/puppet await:/tmp/well: no answer in time\n");
    ck_assert_int_eq(box_touch(&box, "/tmp/well"), 0);
    await_check(&box, NULL, 0);
    end(&box, 0);
}
END_TEST

START_TEST(a_service_on_its_way_through_a_restart_is_not_ready)
{
    struct box box = box_start(
        &(struct start){.contract = BASE RAW
                        "[service web]\nrestart = always\nrestart-delay = 30s\n"
                        "restart-max-delay = 30s\ncommand = /puppet print:up await:/tmp/go\n"});
    box_expect(&box, OUT, "up\n");
    await_check(&box, "ready", 0);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    await_check(&box, "ready", 1);
    await_check(&box, "alive", 0);
    end(&box, 0);
}
END_TEST

START_TEST(a_drain_fails_the_level_ready_before_anybody_is_told_to_stop)
{
    char out[4096];
    struct box box =
        box_start(&(struct start){.contract = "[init]\ndrain = 1h\nstop-timeout = 2h\n" BASE RAW
                                              "[service web]\ncommand = /puppet catch:15:0 "
                                              "print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    await_check(&box, "ready", 0);
    box_signal(&box, SIGTERM);
    await_check(&box, "ready", 1);
    ck_assert_int_eq(check(&box, "alive", out, sizeof out), 0);
    ck_assert_uint_eq(box_count(&box, OUT, "caught 15\n"), 0);
    box_free(&box);
}
END_TEST

START_TEST(after_the_drain_everybody_is_told_to_stop)
{
    struct box box = box_start(&(struct start){.contract = "[init]\ndrain = 200ms\n" BASE RAW
                                                           "[service web]\ncommand = /puppet "
                                                           "catch:15:0 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    int64_t before_ms = proc_now_ms();
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    ck_assert_int_ge(proc_now_ms() - before_ms, 200);
    box_must_say(&box, OUT, "caught 15\n");
    box_free(&box);
}
END_TEST

/* `roinit probe`, inside of a box whose service listens on /run/sock. */
static const struct {
    const char *probe;
    int code;
    const char *says, *timeout;
} probes[] = {
    {"unix:/run/sock", 0, "", "20s"},
    {"unix:/run/none", 1, "roinit: unix:/run/none: no such file\n", "20s"},
    {"file:/run/sock", 0, "", "20s"},
    {"exec:/puppet exit:0", 0, "", "20s"},
    {"exec:/puppet exit:3", 1, "roinit: exec:/puppet exit:3: exited with 3\n", "20s"},
    {"exec:/puppet sleep", 1, "roinit: exec:/puppet sleep: no answer in time\n", "500ms"},
    {"tcp:1", 1, "roinit: tcp:1: connection refused\n", "20s"},
    {"notify", 64, "is no probe", "20s"},
    {"tcp:x:1", 64, "is no address", "20s"},
};

START_TEST(probe_tries_once_and_needs_no_contract)
{
    char out[4096];
    struct box box = box_start(&(struct start){
        .contract = BASE RAW "[service web]\ncommand = /puppet listen:/run/sock print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    int code = box_exec(&box, WORDS("probe", probes[_i].probe, "--timeout", probes[_i].timeout),
                        out, sizeof out);
    ck_assert_msg(code == probes[_i].code, "%s: %d, %s", probes[_i].probe, code, out);
    if (code == 64 || code == 0) {
        ck_assert_ptr_nonnull(strstr(out, probes[_i].says));
    } else {
        ck_assert_str_eq(out, probes[_i].says);
    }
    end(&box, 0);
}
END_TEST

Suite *
check_suite(void)
{
    const TTest *const tests[] = {
        a_check_that_fails_makes_both_levels_fail_and_is_told,
        a_check_of_the_level_ready_says_nothing_about_being_alive,
        the_container_is_awaited_until_no_check_is_down,
        the_levels_hold_without_any_check,
        a_check_begins_when_its_service_is_ready_and_says_nothing_before,
        on_failure_restart_restarts_the_service,
        restarts_for_a_check_count_against_start_limit,
        on_failure_shutdown_ends_the_container_with_69,
        a_check_without_a_service_begins_with_the_container,
        a_service_on_its_way_through_a_restart_is_not_ready,
        a_drain_fails_the_level_ready_before_anybody_is_told_to_stop,
        after_the_drain_everybody_is_told_to_stop,
        NULL,
    };
    Suite *suite = proc_suite("check", tests);
    TCase *tcase = tcase_create("probe");
    tcase_add_loop_test(tcase, probe_tries_once_and_needs_no_contract, 0,
                        (int)(sizeof probes / sizeof probes[0]));
    tcase_add_loop_test(tcase,
                        a_command_of_a_check_that_is_not_there_is_told_before_anything_starts, 0,
                        (int)(sizeof programs / sizeof programs[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
