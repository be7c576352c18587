/* SPDX-License-Identifier: MIT */
#include "tests/proc/asking.h"
#include "tests/proc/raw.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What changes the container over the socket, and who may. */

enum { ADMIN_UID = 10002 };

#define STATUS "\x01status\0"
#define START "\x01start\0asker\0"

#define THREE                                                                                      \
    BASE "[defaults]\nlog = raw\n"                                                                 \
         "[service db]\ncommand = /puppet catch:1 print:db-up sleep\n"                             \
         "[service web]\nrequires = db\ncommand = /puppet print:web-up sleep\n"                    \
         "[service side]\ncommand = /puppet print:side-up sleep\n"                                 \
         "[task job]\nwhen = manual\ncommand = /puppet print:job-ran exit:0\n"                     \
         "[task bad]\nwhen = manual\ncommand = /puppet print:bad-ran exit:3\n"

/* THREE, and what its services say at their start said: a stop could come before. */
static struct box
begin_three(void)
{
    struct box box = box_running(&(struct start){.contract = THREE});
    box_expect(&box, OUT, "db-up\n");
    box_expect(&box, OUT, "web-up\n");
    return box;
}

START_TEST(a_stop_waits_names_its_dependents_and_is_no_loss)
{
    struct box box = begin_three();
    box_ask(&box, WORDS("stop", "db"), 0);
    box_answered("web: stops first");
    box_answered("db: stopped");
    box_ask(&box, WORDS("status", "db"), 3);
    box_ask(&box, WORDS("status", "web"), 3);
    box_ask(&box, WORDS("status", "side"), 0);
    box_expect(&box, ERR, "stop db: asked for by uid 0");
    box_ask(&box, WORDS("start", "web"), 0);
    box_answered("web: ready");
    box_expect_times(&box, OUT, "db-up\n", 2);
    box_expect_times(&box, OUT, "web-up\n", 2);
    box_stop(&box);
}
END_TEST

START_TEST(a_restart_keeps_whoever_requires_it)
{
    struct box box = begin_three();
    box_ask(&box, WORDS("restart", "db"), 0);
    box_answered("db: ready");
    box_expect_times(&box, OUT, "db-up\n", 2);
    ck_assert_uint_eq(box_count(&box, OUT, "web-up\n"), 1);
    box_stop(&box);
}
END_TEST

START_TEST(a_manual_task_is_started_by_hand_and_its_answer_is_its_end)
{
    struct box box = box_running(&(struct start){.contract = THREE});
    box_ask(&box, WORDS("start", "job"), 0);
    box_answered("job: done");
    box_expect(&box, OUT, "job-ran\n");
    box_ask(&box, WORDS("start", "bad"), 1);
    box_answered("bad: failed, exited with 3");
    box_ask(&box, WORDS("start", "job", "--no-wait"), 0);
    box_expect_times(&box, OUT, "job-ran\n", 2);
    box_stop(&box);
}
END_TEST

START_TEST(a_reload_sends_the_reload_signal_and_wants_what_is_up)
{
    struct box box = box_running(&(struct start){.contract = THREE});
    box_expect(&box, OUT, "db-up\n");
    box_ask(&box, WORDS("reload", "db"), 0);
    box_expect(&box, OUT, "caught 1\n");
    box_ask(&box, WORDS("stop", "side"), 0);
    box_ask(&box, WORDS("reload", "side"), 1);
    box_answered("side is not up");
    box_stop(&box);
}
END_TEST

START_TEST(a_signal_reaches_the_main_process)
{
    struct box box = box_running(&(struct start){.contract = THREE});
    box_expect(&box, OUT, "db-up\n");
    box_ask(&box, WORDS("signal", "HUP", "db"), 0);
    box_expect(&box, OUT, "caught 1\n");
    box_ask(&box, WORDS("signal", "NOSUCH", "db"), 64);
    box_ask(&box, WORDS("signal", "HUP", "nosuch"), 4);
    box_ask(&box, WORDS("signal", "HUP", "job"), 3);
    box_answered("job is not running");
    box_stop(&box);
}
END_TEST

START_TEST(a_stop_that_takes_too_long_is_75_and_goes_on)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[defaults]\nlog = raw\n"
                         "[service main]\ncommand = /puppet sleep\n"
                         "[service deaf]\nstop-timeout = 1h\n"
                         "command = /puppet catch:15 print:up until:15 await:/tmp/go exit:0\n"});
    box_expect(&box, OUT, "up\n");
    box_ask(&box, WORDS("stop", "deaf", "--timeout", "100ms"), 75);
    box_answered("deaf: stopping, and the time is over");
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_ask(&box, WORDS("wait", "deaf", "--for", "stopped", "--timeout", "25s"), 0);
    box_stop(&box);
}
END_TEST

START_TEST(wait_tells_what_it_waits_for)
{
    const struct {
        const char *const *argv;
        int code;
    } cases[] = {
        {WORDS("wait"), 0},
        {WORDS("wait", "web", "db"), 0},
        {WORDS("wait", "web", "--for", "final", "--timeout", "50ms"), 75},
        {WORDS("wait", "--for", "stopped", "--timeout", "50ms"), 75},
        {WORDS("wait", "job", "--for", "stopped"), 0},
        {WORDS("wait", "job", "--for", "ready", "--timeout", "50ms"), 75},
        {WORDS("wait", "bad", "--for", "ready"), 1},
        {WORDS("wait", "bad", "--for", "final"), 0},
        {WORDS("wait", "nosuch"), 4},
        {WORDS("wait", "--for", "ever"), 64},
        {WORDS("wait", "--timeout", "5"), 64},
        {WORDS("start", "web", "--timeout", "5"), 64},
        {WORDS("start"), 64},
        {WORDS("stop", "web", "nosuch"), 4},
        {WORDS("status", "web"), 0}, /* and nothing was stopped */
        {WORDS("shutdown", "256"), 64},
        {WORDS("shutdown", "1", "2"), 64},
    };
    struct box box = box_running(&(struct start){.contract = THREE});
    box_ask(&box, WORDS("start", "bad"), 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        box_ask(&box, cases[i].argv, cases[i].code);
        bool is_quiet = cases[i].code == 0 && cases[i].argv[0][0] == 'w';
        ck_assert_msg(!is_quiet || box_answer()[0] == '\0', "%zu said: %s", i, box_answer());
    }
    box_stop(&box);
}
END_TEST

START_TEST(shutdown_is_answered_at_once_and_gives_the_code)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[init]\nstop-timeout = 1h\n[defaults]\nlog = raw\n"
                         "[service main]\ncommand = /puppet catch:15 print:up until:15 "
                         "await:/tmp/go exit:0\n"});
    box_expect(&box, OUT, "up\n");
    box_ask(&box, WORDS("shutdown", "7"), 0);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 7);
    box_must_say(&box, ERR, "shutdown 7: asked for by uid 0");
    box_free(&box);
}
END_TEST

/* The code that ends an answer; -1: it broke off. */
static int
code_of_answer(int fd)
{
    unsigned char answer[4096];
    size_t used = 0;
    for (ssize_t got = 1; got > 0 && used < sizeof answer;) {
        got = read(fd, answer + used, sizeof answer - used);
        used += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return used >= 6 && answer[used - 6] == 'x' ? answer[used - 1] : -1;
}

START_TEST(whoever_waits_for_the_end_is_answered_by_it)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[defaults]\nlog = raw\n"
                         "[service main]\ncommand = /puppet await:/tmp/go exit:0\n"
                         "[service side]\ncommand = /puppet sleep\nessential = no\n"});
    int fd = box_dial(&box, "wait --for stopped");
    box_ask(&box, WORDS("status"), 0); /* by then it is waited for */
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(code_of_answer(fd), 0);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

/* Those of PID 1 when no client is left: its answer ends when it has closed that one, and so all
 * that came before. */
static size_t
descriptors_after(const struct box *box, const char *request, size_t size)
{
    ck_assert_int_eq(raw_request(box_path(box, "/run/roinit/control"), request, size), 0);
    size_t least = box_descriptors(box);
    for (int i = 0; i < 5; i++) { /* PID 1 may be at its status.json, for a moment */
        poll(NULL, 0, 5);
        size_t now = box_descriptors(box);
        least = now < least ? now : least;
    }
    return least;
}

/* A client within the container lives no longer than that: PID 1 waits until it has gone. */
START_TEST(whoever_waits_inside_ends_before_the_container)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[defaults]\nlog = raw\n"
                         "[service main]\ncommand = /puppet catch:10 print:up until:10 exit:0\n"});
    box_expect(&box, OUT, "up\n");
    size_t before = descriptors_after(&box, STATUS, sizeof STATUS);
    pid_t pid = fork();
    if (pid == 0) { /* lets it end when somebody waits */
        for (int i = 0; i < BOX_WAIT_MS / 5 && box_descriptors(&box) <= before; i++) {
            poll(NULL, 0, 5);
        }
        _exit(box_exec(&box, WORDS("signal", "USR1", "main"), (char[256]){0}, 256));
    }
    box_ask(&box, WORDS("wait", "--for", "stopped"), 0);
    ck_assert_int_eq(box_end(&box), 0);
    (void)waitpid(pid, NULL, 0);
    box_free(&box);
}
END_TEST

/* TERM comes to a client with the end of the container: his answer is on its way. `targets` get it.
 */
static void
tell_asker(const char *const *targets, const char *end)
{
    struct box box = box_running(&(struct start){.contract = BASE
                                                 "[defaults]\nlog = null\nrestart = no\n"
                                                 "[service main]\ncommand = /puppet sleep\n"
                                                 "[service web]\nessential = no\n"
                                                 "command = /puppet catch:15:0 file:/tmp/up sleep\n"
                                                 "[service asker]\nautostart = no\nessential = no\n"
                                                 "command = /roinit wait --for final web\n"});
    box_await_file(&box, "/tmp/up");
    size_t before = descriptors_after(&box, STATUS, sizeof STATUS);
    size_t now = descriptors_after(&box, START, sizeof START);
    for (int i = 0; i < BOX_WAIT_MS / 5 && now <= before; i++) {
        poll(NULL, 0, 5);
        now = box_descriptors(&box);
    }
    box_ask(&box, targets, 0);
    char text[4096];
    int code;
    do { /* 3: it is not up */
        code = box_exec(&box, WORDS("status", "asker", "--json"), text, sizeof text);
    } while (code == 0 && poll(NULL, 0, 5) == 0);
    ck_assert_int_eq(code, 3);
    ck_assert_msg(strstr(text, end) != NULL, "%s", text);
    box_stop(&box);
}

START_TEST(a_term_leaves_time_for_the_answer_that_is_on_its_way)
{
    tell_asker(WORDS("signal", "TERM", "asker", "web"), "{\"code\":0,\"signal\":null");
}
END_TEST

START_TEST(a_term_ends_whoever_waits_in_vain)
{
    tell_asker(WORDS("signal", "TERM", "asker"), "\"signal\":\"TERM\"");
}
END_TEST

static void
refused(struct box *box, uid_t uid, const char *const *argv)
{
    box_ask_as(box, uid, argv, 77);
    box_answered("[init] admin");
}

START_TEST(another_uid_may_look_but_change_nothing_unless_it_is_an_admin)
{
    NEEDS_UIDS();
    struct box box = box_running(&(struct start){.contract = "[init]\nadmin = 10002\n" THREE});
    refused(&box, BOX_UID, WORDS("stop", "web"));
    refused(&box, BOX_UID, WORDS("start", "job"));
    refused(&box, BOX_UID, WORDS("restart", "web"));
    refused(&box, BOX_UID, WORDS("reload", "db"));
    refused(&box, BOX_UID, WORDS("signal", "HUP", "db"));
    refused(&box, BOX_UID, WORDS("shutdown"));
    box_ask_as(&box, BOX_UID, WORDS("status"), 0);
    box_ask_as(&box, BOX_UID, WORDS("wait", "web"), 0);
    box_ask_as(&box, ADMIN_UID, WORDS("stop", "web"), 0);
    box_stop(&box);
}
END_TEST

START_TEST(a_unit_may_look_but_change_nothing_even_as_root)
{
    struct box box = box_running(&(struct start){
        .contract = BASE "[defaults]\nlog = raw\n[service main]\ncommand = /puppet print:up sleep\n"
                         "[task look]\nwhen = manual\ncommand = /roinit status\n"
                         "[task change]\nwhen = manual\ncommand = /roinit shutdown\n"});
    box_ask(&box, WORDS("start", "look"), 0);
    box_ask(&box, WORDS("start", "change"), 1);
    box_answered("change: failed, exited with 77");
    box_expect(&box, ERR, "from inside of a unit, may not shutdown");
    box_stop(&box);
}
END_TEST

/* A parent that has ended makes nobody an outsider: his chain of parents ends at PID 1. */
START_TEST(who_has_left_his_unit_behind_may_change_nothing_either)
{
    struct box box = box_running(&(struct start){
        .contract =
            BASE "[defaults]\nlog = raw\n[service main]\ncommand = /puppet print:up sleep\n"
                 "[service away]\ncommand = /bin/sh -c '( (/puppet await:/tmp/go; /roinit stop "
                 "main; echo code $?) & ); exec /puppet sleep'\n"});
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    box_expect(&box, OUT, "code 77\n");
    box_stop(&box);
}
END_TEST

START_TEST(an_admin_may_from_inside_of_a_unit_as_well)
{
    NEEDS_UIDS();
    struct box box = box_running(&(struct start){
        .contract = "[init]\nadmin = 10002\n" BASE "[defaults]\nlog = raw\n"
                    "[service main]\ncommand = /puppet print:up sleep\n"
                    "[task change]\nuser = 10002\nwhen = manual\n"
                    "command = /bin/sh -c '/puppet await:/tmp/go; exec /roinit shutdown 9'\n"});
    /* Who asked is gone before the container is. */
    box_ask(&box, WORDS("start", "change", "--no-wait"), 0);
    ck_assert_int_eq(box_touch(&box, "/tmp/go"), 0);
    ck_assert_int_eq(box_end(&box), 9);
    box_free(&box);
}
END_TEST

START_TEST(roinits_own_uid_may_from_outside_and_root_too)
{
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){.contract = THREE, .uid = BOX_UID});
    box_await_file(&box, "/run/roinit/status.json");
    box_ask(&box, WORDS("wait"), 0);
    box_ask_as(&box, BOX_UID, WORDS("stop", "web"), 0);
    box_ask(&box, WORDS("start", "web"), 0);
    refused(&box, ADMIN_UID, WORDS("stop", "web"));
    box_stop(&box);
}
END_TEST

Suite *
ask_suite(void)
{
    return proc_suite("ask", (const TTest *const[]){
                                 a_stop_waits_names_its_dependents_and_is_no_loss,
                                 a_restart_keeps_whoever_requires_it,
                                 a_manual_task_is_started_by_hand_and_its_answer_is_its_end,
                                 a_reload_sends_the_reload_signal_and_wants_what_is_up,
                                 a_signal_reaches_the_main_process,
                                 a_stop_that_takes_too_long_is_75_and_goes_on,
                                 wait_tells_what_it_waits_for,
                                 shutdown_is_answered_at_once_and_gives_the_code,
                                 whoever_waits_for_the_end_is_answered_by_it,
                                 whoever_waits_inside_ends_before_the_container,
                                 a_term_leaves_time_for_the_answer_that_is_on_its_way,
                                 a_term_ends_whoever_waits_in_vain,
                                 another_uid_may_look_but_change_nothing_unless_it_is_an_admin,
                                 a_unit_may_look_but_change_nothing_even_as_root,
                                 who_has_left_his_unit_behind_may_change_nothing_either,
                                 an_admin_may_from_inside_of_a_unit_as_well,
                                 roinits_own_uid_may_from_outside_and_root_too,
                                 NULL,
                             });
}
