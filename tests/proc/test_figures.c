/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Figures that other programs read: each is held against a reader that nobody here wrote. */

#define CONTRACT                                                                                   \
    BASE "[service web]\nrequires = once\nlog = raw\ncommand = /puppet print:up sleep\n"           \
         "[task once]\ncommand = /puppet exit:0\n"

static char text[65536];

static struct box
start_one(const char *contract)
{
    struct box box = box_start(&(struct start){.contract = contract});
    box_expect(&box, OUT, "up\n");
    box_await_file(&box, "/run/roinit/control");
    ck_assert_int_eq(box_exec(&box, WORDS("wait"), text, sizeof text), 0);
    return box;
}

static void
ask(struct box *box, const char *const *words)
{
    int code = box_exec(box, words, text, sizeof text);
    ck_assert_msg(code == 0, "%s: code %d: %s", words[0], code, text);
}

/* The command takes what was answered on its standard input, and is content. */
static void
must_please(const char *command)
{
    FILE *pipe = popen(command, "w"); // NOLINT(cert-env33-c): the test's own words
    ck_assert_ptr_nonnull(pipe);
    (void)fputs(text, pipe);
    int status = pclose(pipe);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: %d: %s", command, status,
                  text);
}

START_TEST(blame_tells_the_boot)
{
    struct box box = start_one(CONTRACT);
    ask(&box, WORDS("blame"));
    ck_assert_ptr_nonnull(strstr(text, "* once"));
    ck_assert_ptr_nonnull(strstr(text, "* web"));
    box_free(&box);
}
END_TEST

START_TEST(blame_as_svg_is_well_formed)
{
    if (proc_leaves_out(__func__, proc_has_program("xmllint"), "needs xmllint")) {
        return;
    }
    struct box box = start_one(CONTRACT);
    ask(&box, WORDS("blame", "--svg"));
    ck_assert_ptr_nonnull(strstr(text, "<svg xmlns="));
    must_please("xmllint --noout -");
    box_free(&box);
}
END_TEST

START_TEST(metrics_are_what_prometheus_reads)
{
    static const char *const wanted[] = {
        "\nroinit_contract_kept 1\n",
        "\nroinit_ready 1\n",
        "\nroinit_boot_duration_seconds ",
        "\nroinit_units{kind=\"service\",state=\"ready\"} 1\n",
        "\nroinit_units{kind=\"task\",state=\"done\"} 1\n",
        "\nroinit_unit_up{unit=\"web\"} 1\n",
        "\nroinit_unit_starts_total{unit=\"crash\"} 3\n",
        "\nroinit_unit_restarts_total{unit=\"crash\"} 2\n",
        "\nroinit_unit_exits_total{unit=\"crash\",code=\"7\"} 3\n",
        "\nroinit_unit_exits_total{unit=\"once\",code=\"0\"} 1\n",
        "\nroinit_mount_size_bytes{path=\"/tmp\",kind=\"tmpfs\"} ",
        "\nroinit_mount_used_bytes{path=\"/tmp\",kind=\"tmpfs\"} ",
        "\nroinit_check_up{check=\"file\",level=\"alive\",unit=\"web\"} 1\n",
        "\nroinit_check_probes_failed_total{check=\"file\",level=\"alive\",unit=\"web\"} 0\n",
        "\nroinit_orphans_reaped_total ",
        "\nroinit_log_lines_dropped_total 0\n",
    };
    if (proc_leaves_out(__func__, proc_has_program("promtool"), "needs promtool (prometheus)")) {
        return;
    }
    struct box box = start_one(CONTRACT "[service crash]\nrestart = on-failure\nrestart-delay = 0\n"
                                        "start-limit = 3/1h\nessential = no\nlog = raw\n"
                                        "command = /puppet exit:7\n"
                                        "[check file]\nprobe = file:/puppet\nservice = web\n"
                                        "interval = 100ms\n");
    box_expect(&box, ERR, "no restart");
    do {
        ask(&box, WORDS("metrics"));
    } while (strstr(text, "check_up{check=\"file\",level=\"alive\",unit=\"web\"} 1") == NULL);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        ck_assert_msg(strstr(text, wanted[i]) != NULL, "lacks %s: %s", wanted[i], text);
    }
    must_please("promtool check metrics");
    box_free(&box);
}
END_TEST

START_TEST(top_that_has_no_terminal_is_the_status_once)
{
    struct box box = start_one(CONTRACT);
    ask(&box, WORDS("top"));
    ck_assert_int_eq(strncmp(text, "roinit ", 7), 0);
    ck_assert_ptr_nonnull(strstr(text, "\nweb "));
    ck_assert_ptr_null(strchr(text, '\033'));
    box_free(&box);
}
END_TEST

START_TEST(a_dumb_terminal_gets_letters_alone)
{
    NEEDS_UIDS();
    static const char *const verbs[] = {"top", "status"};
    struct box box = start_one(CONTRACT);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        char command[256];
        (void)snprintf(command, sizeof command,
                       "TERM=dumb script -qec 'nsenter -t %d -m -p /roinit %s' /dev/null",
                       (int)box.pid, verbs[i]);
        FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c): the test's own words
        ck_assert_ptr_nonnull(pipe);
        text[fread(text, 1, sizeof text - 1, pipe)] = '\0';
        ck_assert_int_eq(pclose(pipe), 0);
        ck_assert_ptr_nonnull(strstr(text, "\nweb "));
        ck_assert_ptr_null(strchr(text, '\033'));
    }
    box_free(&box);
}
END_TEST

/* Reads on until `wanted` frames have come, or the end; returns how many have. */
static size_t
read_frames(int fd, size_t *used, size_t wanted)
{
    size_t frames = 0;
    for (ssize_t got = 1; got > 0 && frames < wanted && *used < sizeof text - 1;) {
        got = read(fd, text + *used, sizeof text - 1 - *used);
        *used += got > 0 ? (size_t)got : 0;
        text[*used] = '\0';
        frames = 0;
        for (const char *at = text; (at = strstr(at, "\033[H\033[J")) != NULL; at++) {
            frames++;
        }
    }
    return frames;
}

/* `top` on a terminal of script(1), whose keyboard is keys[1]. */
static FILE *
start_top(const struct box *box, int keys[2], size_t *ret_used)
{
    char command[256];
    ck_assert_int_eq(pipe2(keys, O_CLOEXEC), 0);
    (void)snprintf(command, sizeof command,
                   "TERM=xterm script -qec 'nsenter -t %d -m -p /roinit top' /dev/null "
                   "</proc/%d/fd/%d",
                   (int)box->pid, (int)getpid(), keys[0]);
    FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c): the test's own words
    ck_assert_ptr_nonnull(pipe);
    *ret_used = 0;
    size_t frames = read_frames(fileno(pipe), ret_used, 3);
    ck_assert_msg(frames >= 3, "%zu frames: %s", frames, text);
    return pipe;
}

static void
must_leave_the_terminal_as_it_was(FILE *pipe, const int keys[2], size_t used, int other_code)
{
    (void)read_frames(fileno(pipe), &used, SIZE_MAX);
    int code = WEXITSTATUS(pclose(pipe));
    ck_assert_msg(code == 0 || code == other_code, "%d: %s", code, text);
    ck_assert_ptr_nonnull(strstr(text, "web"));
    ck_assert_ptr_nonnull(strstr(text, "\033[?7h\033[?25h\033[?1049l"));
    close(keys[0]);
    close(keys[1]);
}

START_TEST(top_is_live_on_a_terminal_and_leaves_it_as_it_was)
{
    NEEDS_UIDS();
    int keys[2];
    size_t used;
    struct box box = start_one(CONTRACT);
    size_t before = box_descriptors(&box);
    FILE *pipe = start_top(&box, keys, &used);
    ck_assert_int_eq(write(keys[1], "q", 1), 1);
    must_leave_the_terminal_as_it_was(pipe, keys, used, 0);
    box_await_descriptors(&box, before); /* no client is left behind */
    box_free(&box);
}
END_TEST

/* The end of PID 1 kills it: it has to have gone before. */
START_TEST(top_leaves_the_terminal_as_it_was_when_the_container_ends)
{
    NEEDS_UIDS();
    int keys[2];
    size_t used;
    struct box box = start_one(CONTRACT);
    FILE *pipe = start_top(&box, keys, &used);
    box_signal(&box, SIGTERM);
    (void)box_end(&box);
    must_leave_the_terminal_as_it_was(pipe, keys, used, 69); /* where it was about to ask */
    box_free(&box);
}
END_TEST

Suite *
figures_suite(void)
{
    return proc_suite(
        "figures",
        (const TTest *const[]){
            blame_tells_the_boot, blame_as_svg_is_well_formed, metrics_are_what_prometheus_reads,
            top_that_has_no_terminal_is_the_status_once, a_dumb_terminal_gets_letters_alone,
            top_is_live_on_a_terminal_and_leaves_it_as_it_was,
            top_leaves_the_terminal_as_it_was_when_the_container_ends, NULL});
}
