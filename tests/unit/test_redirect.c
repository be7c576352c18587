/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <linux/capability.h>
#include <string.h>

#include "init/redirect.h"
#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

static const struct {
    const char *word, *variable, *value;
} words[] = {
    {"tmp", "TMPDIR", "/tmp"},
    {"tmp", "TMP", "/tmp"},
    {"tmp", "TEMP", "/tmp"},
    {"home", "HOME", "/tmp/home-10001"},
    {"runtime", "XDG_RUNTIME_DIR", "/tmp/runtime-10001"},
    {"python", "PYTHONPYCACHEPREFIX", "/tmp/python-10001"},
    {"node", "npm_config_cache", "/tmp/node-10001/npm"},
    {"node", "NODE_REPL_HISTORY", "/tmp/node-10001/repl_history"},
    {"java", "JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=/tmp"},
    {"xdg", "XDG_CACHE_HOME", "/tmp/home-10001/.cache"},
    {"xdg", "XDG_STATE_HOME", "/tmp/home-10001/.local/state"},
};

START_TEST(each_word_sets_its_variables)
{
    stage.mount[STAGE_TMP].redirect = WORDS(words[_i].word);
    stage_resolve(CODE_OK);
    stage_is(stage_variable(0, words[_i].variable), words[_i].value);
}
END_TEST

START_TEST(every_variable_is_absent_without_its_word)
{
    stage_resolve(CODE_OK);
    for (size_t r = 0; r < redirect_row_count; r++) {
        if (strcmp(redirect_rows[r].variable, "HOME") != 0) {
            stage_is(stage_variable(0, redirect_rows[r].variable), NULL);
        }
    }
}
END_TEST

/* Places of /tmp and whether TMPDIR and HOME go there, for whom. */
static const struct {
    const char *what;
    mode_t mode;
    uid_t owner;
    uid_t self; /* 0: root with all capabilities */
    bool is_mount, is_read_only;
    const char *tmpdir, *home;
} places[] = {
    {"1777", 01777, 0, 0, true, false, "/tmp", "/tmp/home-10001"},
    {"emptyDir with stickyBit and fsGroup", 03777, 0, 0, true, false, "/tmp", "/tmp/home-10001"},
    {"emptyDir", 0777, 0, 0, true, false, "/tmp/tmp-10001", "/tmp/home-10001"},
    {"root's, and root prepares", 0755, 0, 0, true, false, "/tmp/tmp-10001", "/tmp/home-10001"},
    {"root's, and nobody can prepare", 0755, 0, 10001, true, false, NULL, NULL},
    {"his own", 0755, 10001, 10001, true, false, "/tmp/tmp-10001", "/tmp/home-10001"},
    {"for all, without root", 01777, 0, 10001, true, false, "/tmp", "/tmp/home-10001"},
    {"read-only", 01777, 0, 0, true, true, NULL, NULL},
    {"no mount", 01777, 0, 0, false, false, NULL, NULL},
};

START_TEST(a_word_is_set_only_where_its_mount_can_give_it)
{
    stage.mount[STAGE_TMP].redirect = WORDS("tmp", "home");
    stage.path[STAGE_TMP].mode = places[_i].mode;
    stage.path[STAGE_TMP].uid = places[_i].owner;
    stage.path[STAGE_TMP].is_mount_root = places[_i].is_mount;
    stage.path[STAGE_TMP].is_read_only = places[_i].is_read_only;
    if (places[_i].self != 0) {
        stage_start_as(places[_i].self, 20001);
    }
    stage_resolve(CODE_OK);
    stage_is(stage_variable(0, "TMPDIR"), places[_i].tmpdir);
    stage_is(stage_variable(0, "HOME"), places[_i].home == NULL ? "/home/app" : places[_i].home);
}
END_TEST

START_TEST(each_user_has_directories_of_his_own)
{
    stage.config.unit_count = 2;
    stage_set_user(1, "web", NULL);
    stage.mount[STAGE_RUN].redirect = WORDS("runtime");
    stage_resolve(CODE_OK);
    stage_is(stage_variable(0, "XDG_RUNTIME_DIR"), "/run/runtime-10001");
    stage_is(stage_variable(1, "XDG_RUNTIME_DIR"), "/run/runtime-10002");
}
END_TEST

START_TEST(what_cannot_be_given_away_is_made_for_nobody_else)
{
    stage.mount[STAGE_DATA].redirect = WORDS("tmp");
    stage.facts.cap_effective &= ~(UINT64_C(1) << CAP_CHOWN);
    stage.config.unit_count = 2; /* app, and roinit's own user */
    stage_resolve(CODE_OK);
    stage_is(stage_variable(0, "TMPDIR"), NULL);
    stage_is(stage_variable(1, "TMPDIR"), "/data/tmp-0");
}
END_TEST

START_TEST(a_private_place_of_another_user_gives_nothing)
{
    stage.mount[STAGE_DATA].redirect = WORDS("tmp");
    stage.path[STAGE_DATA].uid = 10002;
    stage.path[STAGE_DATA].mode = 0700;
    stage_resolve(CODE_OK);
    stage_is(stage_variable(0, "TMPDIR"), NULL);
}
END_TEST

Suite *
redirect_suite(void)
{
    Suite *suite = suite_create("redirect");
    TCase *tests = tcase_create("redirect");
    tcase_add_checked_fixture(tests, stage_init_app, stage_free);
    tcase_add_loop_test(tests, each_word_sets_its_variables, 0,
                        (int)(sizeof words / sizeof words[0]));
    tcase_add_test(tests, every_variable_is_absent_without_its_word);
    tcase_add_loop_test(tests, a_word_is_set_only_where_its_mount_can_give_it, 0,
                        (int)(sizeof places / sizeof places[0]));
    tcase_add_test(tests, each_user_has_directories_of_his_own);
    tcase_add_test(tests, what_cannot_be_given_away_is_made_for_nobody_else);
    tcase_add_test(tests, a_private_place_of_another_user_gives_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
