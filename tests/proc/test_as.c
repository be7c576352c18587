/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Under the names of others: options, streams, exit codes and messages as they have them. */

enum { NAMES = 5 };
static const char *const names[NAMES] = {"tini", "docker-init", "dumb-init", "catatonit",
                                         "podman-init"};

static uint64_t
bit(int signal_number)
{
    return 1ULL << (signal_number - 1);
}

/* ---------------------------------------------------------------- what is asked and told */

static void
must_say_or_be_silent(const struct box *box, enum which which, const char *text)
{
    if (text != NULL) {
        box_must_say(box, which, text);
    } else {
        ck_assert_uint_eq(box->said[which].size, 0);
    }
}

static const struct {
    const char *name;
    const char *argv[6];
    int code;
    const char *out, *err; /* what is said there; NULL: nothing at all */
} answers[] = {
    {"tini", {"--version"}, 0, "tini version 0.19.0_roinit\n", NULL},
    {"tini-static-amd64", {"--version"}, 0, "tini version 0.19.0_roinit\n", NULL},
    {"docker-init", {"--version"}, 0, "tini version 0.19.0_roinit\n", NULL},
    {"tini", {"--version", "x"}, 1, NULL, "tini: invalid option -- '-'\n"},
    {"tini", {"-h"}, 0, "-e CODE", NULL},
    {"tini", {"-l"}, 0, "MIT License", NULL},
    {"tini", {"-z"}, 1, NULL, "tini: invalid option -- 'z'\n"},
    {"tini", {NULL}, 1, NULL, "Usage: tini"},
    {"tini", {"-w"}, 1, NULL, "Usage: tini"},
    {"tini", {"-p"}, 1, NULL, "option requires an argument -- 'p'"},
    {"tini", {"-p", "TERM", "x"}, 1, NULL, "[FATAL tini (1)] Not a valid option for -p: TERM\n"},
    {"tini", {"-p", "SIGPWR", "x"}, 1, NULL, "Not a valid option for -p: SIGPWR\n"},
    {"tini", {"-p", "SIGRTMIN", "x"}, 1, NULL, "Not a valid option for -p: SIGRTMIN\n"},
    {"tini", {"-e", "256", "x"}, 1, NULL, "Not a valid option for -e: 256\n"},
    {"tini", {"-e", "-1", "x"}, 1, NULL, "Not a valid option for -e: -1\n"},
    {"tini", {"-e", "7x", "x"}, 1, NULL, "Not a valid option for -e: 7x\n"},
    {"dumb-init", {"-V"}, 0, NULL, "dumb-init v1.2.5\n"},
    {"dumb-init", {"--version", "x"}, 0, NULL, "dumb-init v1.2.5\n"},
    {"dumb-init", {"--help"}, 0, NULL, "--single-child"},
    {"dumb-init", {NULL}, 1, NULL, "Usage: /dumb-init [option] program [args]\n"},
    {"dumb-init", {"--yolo", "x"}, 1, NULL, "/dumb-init: unrecognized option '--yolo'\n"},
    {"dumb-init", {"--ver", "x"}, 1, NULL, "option '--ver' is ambiguous"},
    {"dumb-init", {"--verbose=1", "x"}, 1, NULL, "option '--verbose' doesn't allow an argument"},
    {"dumb-init", {"--rewrite"}, 1, NULL, "option '--rewrite' requires an argument"},
    {"dumb-init", {"-r", "15", "x"}, 1, NULL, "Usage: -r option takes <signum>:<signum>"},
    {"dumb-init", {"-r", "0:1", "x"}, 1, NULL, "Usage: -r option"},
    {"dumb-init", {"-r", "1:32", "x"}, 1, NULL, "Usage: -r option"},
    {"catatonit", {"-V"}, 0, "tini version 0.1.7_roinit\n", NULL},
    {"catatonit", {"--ver"}, 0, "tini version 0.1.7_roinit\n", NULL},
    {"podman-init", {"--version"}, 0, "tini version 0.1.7_roinit\n", NULL},
    {"catatonit", {"-h"}, 0, NULL, "Usage: /catatonit"},
    {"catatonit", {"--help"}, 1, NULL, "unrecognized option '--help'"},
    {"catatonit", {"-L"}, 0, "MIT License", NULL},
    {"catatonit", {NULL}, 1, NULL, "ERROR (catatonit:1): missing program name\n"},
};

START_TEST(each_name_answers_as_its_program_does)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct box box = box_run(&(struct start){.name = answers[i].name, .argv = answers[i].argv},
                                 answers[i].code);
        must_say_or_be_silent(&box, OUT, answers[i].out);
        must_say_or_be_silent(&box, ERR, answers[i].err);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_command_that_cannot_be_executed_has_the_codes_of_the_name)
{
    static const struct {
        const char *name;
        const char *command;
        int code;
        const char *err;
    } rows[] = {
        {"tini", "/nothing", 127,
         "[FATAL tini (2)] exec /nothing failed: No such file or directory\n"},
        {"tini", "nothing", 127, "exec nothing failed"},
        {"tini", "/etc", 126, "exec /etc failed: Permission denied\n"},
        {"tini", "/etc/passwd", 126, "exec /etc/passwd failed"},
        {"tini", "/etc/passwd/x", 1, "exec /etc/passwd/x failed: Not a directory\n"},
        {"tini", "/srv/bad", 127, "exec /srv/bad failed"},
        {"tini", "--", 127, "exec -- failed"},
        {"dumb-init", "/nothing", 2, "[dumb-init] /nothing: No such file or directory\n"},
        {"dumb-init", "/etc", 2, "[dumb-init] /etc: Permission denied\n"},
        {"dumb-init", "/etc/passwd/x", 2, "[dumb-init] /etc/passwd/x"},
        {"catatonit", "/nothing", 1,
         "ERROR (catatonit:2): failed to exec pid1: No such file or directory\n"},
        {"catatonit", "/etc", 1, "failed to exec pid1: Permission denied\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct box box = box_run(
            &(struct start){.name = rows[i].name,
                            .argv = WORDS("--", rows[i].command),
                            .file = {{.path = "/srv/bad", .text = "#!/nowhere\n", .mode = 0755}}},
            rows[i].code);
        box_must_say(&box, ERR, rows[i].err);
        box_free(&box);
    }
}
END_TEST

START_TEST(a_script_without_an_interpreter_is_run_by_the_shell)
{
    for (int i = 0; i < NAMES; i++) {
        struct box box = box_run(&(struct start){.name = names[i],
                                                 .argv = WORDS("/srv/myscript", "a b"),
                                                 .file = {{.path = "/srv/myscript",
                                                           .text = "echo \"[$1]\"; exit 12\n",
                                                           .mode = 0755}}},
                                 12);
        box_must_say(&box, OUT, "[a b]\n");
        box_free(&box);
    }
}
END_TEST

START_TEST(exit_codes_and_deaths_are_passed_on)
{
    for (int i = 0; i < NAMES; i++) {
        static const struct {
            const char *word;
            int code;
        } rows[] = {{"exit:0", 0},  {"exit:1", 1},   {"exit:255", 255}, {"die:15", 143},
                    {"die:9", 137}, {"die:34", 162}, {"die:64", 192},   {"die:11", 139}};
        for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
            struct box box =
                box_run(&(struct start){.name = names[i], .argv = WORDS("/puppet", rows[row].word)},
                        rows[row].code);
            ck_assert_uint_eq(box.said[ERR].size, 0);
            box_free(&box);
        }
    }
}
END_TEST

START_TEST(tini_maps_the_codes_that_it_is_told)
{
    struct box box = box_run(
        &(struct start){.name = "tini", .argv = WORDS("-e", "3", "-e143", "/puppet", "exit:3")}, 0);
    box_free(&box);
    box = box_run(
        &(struct start){.name = "tini", .argv = WORDS("-e", "3", "-e143", "/puppet", "die:15")}, 0);
    box_free(&box);
    box =
        box_run(&(struct start){.name = "tini", .argv = WORDS("-e", "3", "/puppet", "exit:4")}, 4);
    box_free(&box);
}
END_TEST

START_TEST(the_dashes_of_tinis_own_usage_are_dropped)
{
    struct box box =
        box_run(&(struct start){.name = "tini", .argv = WORDS("/bin/echo", "--", "-x", "--")}, 0);
    box_must_say(&box, OUT, "-x --\n");
    box_must_not_say(&box, OUT, "-- -x");
    box_free(&box);
    box = box_run(&(struct start){.name = "dumb-init", .argv = WORDS("/bin/echo", "--", "-x")}, 0);
    box_must_say(&box, OUT, "-- -x\n");
    box_free(&box);
}
END_TEST

START_TEST(tini_tells_on_both_streams_by_its_levels)
{
    struct box box =
        box_run(&(struct start){.name = "tini",
                                .argv = WORDS("-vvv", "-w", "/puppet", "orphans:1", "exit:2")},
                2);
    box_must_say(&box, OUT, "[INFO  tini (1)] Spawned child process '/puppet' with pid '2'\n");
    box_must_say(&box, OUT, "[DEBUG tini (1)] Received SIGCHLD\n");
    box_free(&box);
    box =
        box_run(&(struct start){.name = "tini",
                                .argv = WORDS("-w", "/puppet", "orphans:1", "sleep:200", "exit:2")},
                2);
    box_must_say(&box, ERR, "[WARN  tini (1)] Reaped zombie process with pid=4\n");
    ck_assert_uint_eq(box.said[OUT].size, 0);
    box_free(&box);
    box = box_run(&(struct start){.name = "tini",
                                  .argv = WORDS("-vvv", "/puppet", "exit:2"),
                                  .env = WORDS("TINI_VERBOSITY=none")},
                  2);
    ck_assert_uint_eq(box.said[OUT].size, 0);
    box_free(&box);
}
END_TEST

START_TEST(tini_warns_where_orphans_go_elsewhere)
{
    struct box box = box_run(
        &(struct start){.name = "tini", .argv = WORDS("/puppet", "exit:2"), .below_init = true}, 2);
    box_must_say(&box, ERR, "zombie reaping won't work");
    box_free(&box);
    box = box_run(&(struct start){.name = "tini",
                                  .argv = WORDS("-s", "/puppet", "exit:2"),
                                  .below_init = true},
                  2);
    ck_assert_uint_eq(box.said[ERR].size, 0);
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- what the command finds */

START_TEST(the_command_finds_signals_as_the_name_has_it)
{
    static const struct {
        const char *name, *ignored, *blocked;
    } rows[] = {
        {"tini", "SigIgn: 0000000000000001\n", "SigBlk: 0000000000000200\n"},
        {"dumb-init", "SigIgn: 0000000000000000\n", "SigBlk: 0000000000000000\n"},
        {"catatonit", "SigIgn: 0000000000000001\n", "SigBlk: 0000000000000200\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct box box = box_run(&(struct start){.name = rows[i].name,
                                                 .argv = WORDS("--", "/puppet", "status"),
                                                 .ignored = bit(SIGHUP),
                                                 .blocked = bit(SIGUSR1)},
                                 0);
        box_must_say(&box, OUT, rows[i].ignored);
        box_must_say(&box, OUT, rows[i].blocked);
        box_free(&box);
    }
}
END_TEST

START_TEST(an_ignored_sigchld_stays_so_for_the_command)
{
    struct box box = box_run(&(struct start){.name = "tini",
                                             .argv = WORDS("--", "/puppet", "status"),
                                             .ignored = bit(SIGCHLD)},
                             0);
    box_must_say(&box, OUT, "SigIgn: 0000000000010000\n");
    box_free(&box);
}
END_TEST

START_TEST(the_environment_is_the_callers)
{
    for (int i = 0; i < NAMES; i++) {
        struct box box = box_run(&(struct start){.name = names[i],
                                                 .argv = WORDS("--", "/puppet", "env"),
                                                 .env = WORDS("A=1", "LISTEN_PID=1")},
                                 0);
        bool is_moved = strstr("catatonit podman-init", names[i]) != NULL;
        char all[128];
        snprintf(all, sizeof(all), "env PATH=/usr/bin:/bin\nenv A=1\nenv LISTEN_PID=%d\n",
                 is_moved ? 2 : 1);
        ck_assert_str_eq(box.said[OUT].text, all);
        box_free(&box);
    }
}
END_TEST

START_TEST(the_command_has_its_place)
{
    static const struct {
        const char *name, *option, *place;
    } rows[] = {
        {"tini", "-w", "session other, group own, foreground own"},
        {"catatonit", "-g", "session other, group own, foreground own"},
        {"dumb-init", "-v", "session own, group own, foreground own"},
        {"dumb-init", "-c", "session other, group other, foreground own"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct box box =
            box_run(&(struct start){.name = rows[i].name,
                                    .argv = WORDS(rows[i].option, "--", "/puppet", "session"),
                                    .in = STREAM_TERMINAL,
                                    .out = STREAM_TERMINAL,
                                    .err = STREAM_TERMINAL},
                    0);
        box_must_say(&box, OUT, rows[i].place);
        box_free(&box);
    }
}
END_TEST

START_TEST(no_contract_is_read_and_nothing_is_verified)
{
    for (int i = 0; i < NAMES; i++) {
        struct box box = box_run(&(struct start){.name = names[i],
                                                 .contract = "[nonsense]\n",
                                                 .argv = WORDS("/puppet", "exit:3"),
                                                 .root_is_writable = true},
                                 3);
        ck_assert_uint_eq(box.said[ERR].size, 0);
        ck_assert_int_ne(access(box_path(&box, "/run/roinit"), F_OK), 0);
        box_free(&box);
    }
}
END_TEST

Suite *
as_suite(void)
{
    return proc_suite("as", (const TTest *const[]){
                                each_name_answers_as_its_program_does,
                                a_command_that_cannot_be_executed_has_the_codes_of_the_name,
                                a_script_without_an_interpreter_is_run_by_the_shell,
                                exit_codes_and_deaths_are_passed_on,
                                tini_maps_the_codes_that_it_is_told,
                                the_dashes_of_tinis_own_usage_are_dropped,
                                tini_tells_on_both_streams_by_its_levels,
                                tini_warns_where_orphans_go_elsewhere,
                                the_command_finds_signals_as_the_name_has_it,
                                an_ignored_sigchld_stays_so_for_the_command,
                                the_environment_is_the_callers,
                                the_command_has_its_place,
                                no_contract_is_read_and_nothing_is_verified,
                                NULL,
                            });
}
