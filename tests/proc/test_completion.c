/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Completions, each loaded and asked by its own shell; and the table that they read units from. */

static char text[65536];
static char answer[16384];
static char table[64];

/* Runs the script by that shell, with $ROINIT and $TABLE; what it prints is in `answer`. */
static void
run(const char *shell, const char *script)
{
    char path[] = "/tmp/roinit-completion-XXXXXX";
    char command[256];
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, script, strlen(script)), (ssize_t)strlen(script));
    (void)close(fd);
    (void)snprintf(command, sizeof command, "%s %s 2>&1", shell, path);
    FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c): the test's own words
    ck_assert_ptr_nonnull(pipe);
    size_t length = fread(answer, 1, sizeof answer - 1, pipe);
    answer[length] = '\0';
    int status = pclose(pipe);
    (void)unlink(path);
    ck_assert_msg(status == 0, "%s: %d: %s", shell, status, answer);
}

/* Whether a line begins with that word. */
static bool
offers(const char *word)
{
    size_t length = strlen(word);
    for (const char *at = answer; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, word, length) == 0 && strchr("\n\t", at[length]) != NULL) {
            return true;
        }
    }
    return false;
}

static void
must_offer(const char *const *words, const char *not_offered)
{
    for (; *words != NULL; words++) {
        ck_assert_msg(offers(*words), "lacks %s: %s", *words, answer);
    }
    ck_assert_msg(!offers(not_offered), "offers %s: %s", not_offered, answer);
}

/* A real table, where the scripts find it as the answer of `roinit status`. */
static void
save_table(void)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\ncommand = /puppet print:up sleep\n"
                         "[task once]\ncommand = /puppet exit:0\n"});
    box_expect(&box, OUT, "up\n");
    box_await_file(&box, "/run/roinit/control");
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof text), 0);
    box_free(&box);
    (void)snprintf(table, sizeof table, "/tmp/roinit-table-%d", (int)getpid());
    FILE *file = fopen(table, "we");
    ck_assert_ptr_nonnull(file);
    (void)fputs(text, file);
    (void)fclose(file);
    (void)setenv("TABLE", table, 1);
}

#define BASH(words_, at_)                                                                          \
    "source <(\"$ROINIT\" completion bash)\nroinit() { cat \"$TABLE\"; }\n"                        \
    "COMP_WORDS=(" words_ ")\nCOMP_CWORD=" at_ "\n_roinit\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"

START_TEST(bash_completes)
{
    save_table();
    run("bash", BASH("roinit ''", "1"));
    must_offer(WORDS("lint", "status", "metrics", "completion", "--version"), "learn");
    run("bash", BASH("roinit -c /x st", "3"));
    must_offer(WORDS("status", "start", "stop"), "lint");
    run("bash", BASH("roinit stop ''", "2"));
    must_offer(WORDS("web", "once", "--no-wait"), "UNIT");
    run("bash", BASH("roinit wait --for ''", "3"));
    must_offer(WORDS("ready", "final", "stopped"), "web");
    run("bash", BASH("roinit signal ''", "2"));
    must_offer(WORDS("HUP", "TERM"), "status");
    (void)unlink(table);
}
END_TEST

/* compadd belongs to a line that is being edited; a function of that name sees what it would. */
#define ZSH(words_, at_)                                                                           \
    "autoload -Uz compinit\ncompinit -u -D\nsource <(\"$ROINIT\" completion zsh)\n"                \
    "roinit() { cat \"$TABLE\" }\ncompadd() { print -l -- \"$@\" }\n"                              \
    "words=(" words_ ")\nCURRENT=" at_ "\n_roinit\nprint -- $_comps[roinit]\n"

START_TEST(zsh_completes)
{
    if (proc_leaves_out(__func__, proc_has_program("zsh"), "needs zsh")) {
        return;
    }
    save_table();
    run("zsh -f", ZSH("roinit ''", "2"));
    must_offer(WORDS("lint", "status", "metrics", "--version", "_roinit"), "learn");
    run("zsh -f", ZSH("roinit stop ''", "3"));
    must_offer(WORDS("web", "once", "--no-wait"), "UNIT");
    run("zsh -f", ZSH("roinit wait --for ''", "4"));
    must_offer(WORDS("ready", "final", "stopped"), "web");
    (void)unlink(table);
}
END_TEST

/* A line that is really edited: the name of the table but its last letter, a tab, return. */
START_TEST(zsh_completes_the_names_of_files)
{
    static const char *const lines[] = {"lint ", "-c "};
    if (proc_leaves_out(__func__, proc_has_program("zsh"), "needs zsh")) {
        return;
    }
    save_table();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char script[512];
        (void)snprintf(script, sizeof script,
                       "zmodload zsh/zpty\nzpty z zsh -f -i\n"
                       "zpty -w z 'autoload -Uz compinit; compinit -u -D'\n"
                       "zpty -w z 'source <(\"$ROINIT\" completion zsh)'\n"
                       "zpty -w z 'roinit() { print \"got-$2 $_comps[roinit].\" }'\n"
                       "zpty -n -w z \"roinit %s${TABLE%%?}\"$'\\t\\r'\n"
                       "zpty -r z said '*got-/*.*'\n"
                       "print -r -- ${${said##*got-}%%%%.*}\n",
                       lines[i]);
        run("timeout 60 zsh -f", script);
        (void)snprintf(script, sizeof script, "%s _roinit", table);
        must_offer(WORDS(script), "UNIT");
    }
    (void)unlink(table);
}
END_TEST

#define FISH(line_)                                                                                \
    "$ROINIT completion fish | source\nfunction roinit\n  cat $TABLE\nend\ncomplete -C '" line_    \
    "'\n"

START_TEST(fish_completes)
{
    if (proc_leaves_out(__func__, proc_has_program("fish"), "needs fish")) {
        return;
    }
    save_table();
    (void)setenv("HOME", "/tmp", 1);
    run("fish --no-config", FISH("roinit "));
    must_offer(WORDS("lint", "status", "metrics", "completion"), "learn");
    run("fish --no-config", FISH("roinit stop "));
    must_offer(WORDS("web", "once"), "UNIT");
    run("fish --no-config", FISH("roinit wait --for "));
    must_offer(WORDS("ready", "final", "stopped"), "web");
    run("fish --no-config", FISH("roinit status --"));
    must_offer(WORDS("--json"), "--svg");
    (void)unlink(table);
}
END_TEST

Suite *
completion_suite(void)
{
    return proc_suite("completion", (const TTest *const[]){bash_completes, zsh_completes,
                                                           zsh_completes_the_names_of_files,
                                                           fish_completes, NULL});
}
