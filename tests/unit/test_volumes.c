/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

/* Fails the test unless the plan is that, line by line, and the diagnostics end with the code. */
static void
plan_is(const char *want, enum exit_code code)
{
    static char printed[4096];
    struct text text = TEXT_OVER(printed);
    struct plan plan;
    stage_resolve(CODE_OK);
    volumes_plan(&stage.config, &stage.facts, &stage.identities, &stage.environment, &stage.arena,
                 &plan, &stage.diags);
    plan_text(&plan, &text);
    ck_assert_str_eq(printed, want);
    ck_assert_int_eq(diag_code(&stage.diags), code);
}

START_TEST(what_is_right_needs_no_step)
{
    plan_is("", CODE_OK);
}
END_TEST

START_TEST(redirected_directories_are_made_the_deepest_first)
{
    stage.mount[STAGE_TMP].redirect = WORDS("tmp", "home", "xdg", "node");
    plan_is("/tmp: make home-10001/.local/share mode 0700 owner 10001:20001\n"
            "/tmp: make home-10001/.local/state mode 0700 owner 10001:20001\n"
            "/tmp: make home-10001/.cache mode 0700 owner 10001:20001\n"
            "/tmp: make home-10001/.config mode 0700 owner 10001:20001\n"
            "/tmp: make node-10001/npm mode 0700 owner 10001:20001\n"
            "/tmp: make home-10001/.local mode 0700 owner 10001:20001\n"
            "/tmp: make home-10001 mode 0700 owner 10001:20001\n"
            "/tmp: make node-10001 mode 0700 owner 10001:20001\n",
            CODE_OK);
}
END_TEST

START_TEST(directories_are_made_where_the_variables_end_up)
{
    /* Elsewhere in the same mount, or unset: nothing of roinit's is needed. */
    stage.mount[STAGE_DATA].redirect = WORDS("home", "xdg", "tmp");
    stage.unit[0].env = WORDS("HOME=/data/app", "TMPDIR=", "TMP=/data/tmp");
    plan_is("/data: make tmp-10001 mode 0700 owner 10001:20001\n", CODE_OK); /* TEMP's */
}
END_TEST

START_TEST(java_needs_its_temporary_directory_alone)
{
    stage.mount[STAGE_DATA].redirect = WORDS("java");
    stage.unit[0].env = WORDS("HOME=/data/app");
    plan_is("/data: make tmp-10001 mode 0700 owner 10001:20001\n", CODE_OK);
}
END_TEST

START_TEST(directories_in_the_root_itself_have_no_slash_before_them)
{
    stage.mount[STAGE_DATA].path = stage.path[STAGE_DATA].resolved = "/";
    stage.mount[STAGE_DATA].redirect = WORDS("runtime");
    plan_is("/: make runtime-10001 mode 0700 owner 10001:20001\n", CODE_OK);
}
END_TEST

START_TEST(a_plan_may_have_any_number_of_steps)
{
    static const char *lines[41];
    static char line[40][8];
    static char want[4096];
    struct text text = TEXT_OVER(want);
    for (size_t i = 0; i < 40; i++) {
        (void)snprintf(line[i], sizeof line[i], "d%zu", i);
        lines[i] = line[i];
        text_addf(&text, "/run: make d%zu mode 0755 owner 10001:20001\n", i);
    }
    stage.mount[STAGE_RUN].mkdir = stage_words(lines);
    plan_is(want, CODE_OK);
}
END_TEST

START_TEST(each_user_that_runs_a_unit_gets_his_once)
{
    stage.config.unit_count = 3;
    stage_set_user(1, "app", "media");
    stage_set_user(2, "web", NULL);
    stage.mount[STAGE_RUN].redirect = WORDS("runtime");
    plan_is("/run: make runtime-10001 mode 0700 owner 10001:20001\n"
            "/run: make runtime-10002 mode 0700 owner 10002:10002\n",
            CODE_OK);
}
END_TEST

START_TEST(a_variable_that_a_stronger_layer_sets_needs_no_directory)
{
    stage.mount[STAGE_TMP].redirect = WORDS("home");
    stage.unit[0].env = WORDS("HOME=/data");
    plan_is("", CODE_OK);
}
END_TEST

START_TEST(mkdir_makes_directories_of_the_units_user_unless_one_is_named)
{
    stage.mount[STAGE_RUN].mkdir = WORDS("php 0750", "a/b/ 2770 web:media", "nginx");
    plan_is("/run: make a/b mode 2770 owner 10002:44\n"
            "/run: make php mode 0750 owner 10001:20001\n"
            "/run: make nginx mode 0755 owner 10001:20001\n"
            "/run: make a mode 2770 owner 10002:44\n",
            CODE_OK);
}
END_TEST

static const char *const bad_lines[] = {
    "/abs", "../up", "a/../b",        ".", "a 999", "a 0755 nobody", "a 0755 app more", "a 17777",
    "a b",  "",      "a 0755 app:x:y"};

START_TEST(a_mkdir_line_that_makes_no_sense_is_an_error)
{
    stage.mount[STAGE_RUN].mkdir = WORDS(bad_lines[_i]);
    plan_is("", CODE_CONFIG);
}
END_TEST

START_TEST(mkdir_of_several_users_belongs_to_the_mounts_owner)
{
    stage.config.unit_count = 2;
    stage_set_user(1, "web", NULL);
    stage.mount[STAGE_DATA].owner.user = "web";
    stage.mount[STAGE_DATA].mkdir = WORDS("x");
    stage.mount[STAGE_RUN].mkdir = WORDS("y");
    plan_is("/run: make y mode 0755 owner 0:0\n"
            "/data: make x mode 0755 owner 10002:10002\n",
            CODE_OK);
}
END_TEST

START_TEST(a_mount_that_is_not_there_is_left_alone)
{
    stage.mount[STAGE_RUN].mkdir = WORDS("php");
    stage.mount[STAGE_RUN].redirect = WORDS("home");
    stage.mount[STAGE_RUN].seed = "/usr/share/seed";
    stage.mount[STAGE_RUN].mode = 0700;
    stage.path[STAGE_RUN].is_mount_root = false;
    plan_is("", CODE_OK);
}
END_TEST

/* Who gets the top of /data. */
static const struct {
    const char *what;
    int chown;
    const char *owner; /* NULL: the default */
    mode_t mode;
    uid_t uid;
    bool has_privilege;
    const char *plan;
} tops[] = {
    {"top, where he cannot write", CHOWN_TOP, "web", 0755, 0, true,
     "/data: set owner 10002:10002\n"},
    {"top, by default his", CHOWN_TOP, NULL, 0755, 0, true, "/data: set owner 10001:20001\n"},
    {"top, where the mode would not let him either", CHOWN_TOP, "web", 0555, 0, true,
     "/data: set mode 0755 owner 10002:10002\n"},
    {"never", CHOWN_NEVER, "web", 0755, 0, true, ""},
    {"on-mismatch walks", CHOWN_ON_MISMATCH, "web", 0755, 0, true,
     "/data: give all that lies in it owner 10002:10002\n/data: set owner 10002:10002\n"},
    {"on-mismatch looks at the top alone", CHOWN_ON_MISMATCH, "web", 0777, 0, true, ""},
    {"on-mismatch, where it is his and only the mode is wrong", CHOWN_ON_MISMATCH, "web", 0555,
     10002, true, "/data: set mode 0755\n"},
    {"always walks, whoever can write", CHOWN_ALWAYS, "web", 0777, 0, true,
     "/data: give all that lies in it owner 10002:10002\n/data: set owner 10002:10002\n"},
    {"always walks, where the top is right", CHOWN_ALWAYS, "web", 0755, 10002, true,
     "/data: give all that lies in it owner 10002:10002\n"},
    {"always, but a 1777 stays", CHOWN_ALWAYS, "web", 01777, 0, true, ""},
    {"always without the privilege", CHOWN_ALWAYS, "web", 0755, 0, false, ""},
    {"he can write", CHOWN_TOP, "web", 0777, 0, true, ""},
    {"it is his", CHOWN_TOP, "web", 0755, 10002, true, ""},
    {"a 1777 stays", CHOWN_TOP, "web", 01777, 0, true, ""},
    {"without the privilege", CHOWN_TOP, "web", 0755, 0, false, ""},
};

START_TEST(the_top_is_given_to_its_owner_where_he_cannot_write)
{
    stage.mount[STAGE_DATA].chown = tops[_i].chown;
    stage.mount[STAGE_DATA].owner.user = tops[_i].owner;
    stage.path[STAGE_DATA].mode = tops[_i].mode;
    stage.path[STAGE_DATA].uid = tops[_i].uid;
    stage.path[STAGE_DATA].gid = tops[_i].uid;
    if (!tops[_i].has_privilege) {
        stage.facts.cap_effective &= ~(UINT64_C(1) << CAP_CHOWN);
    }
    plan_is(tops[_i].plan, CODE_OK);
}
END_TEST

START_TEST(a_seed_keeps_its_owners_but_where_all_is_the_owners_at_every_start)
{
    stage.mount[STAGE_DATA].chown = _i == 0 ? CHOWN_ON_MISMATCH : CHOWN_ALWAYS;
    stage.mount[STAGE_DATA].owner.user = "web";
    stage.mount[STAGE_DATA].seed = "/usr/share/seed";
    stage.mount[STAGE_DATA].mkdir = WORDS("x 0700 app");
    stage.path[STAGE_DATA].uid = 0;
    plan_is(_i == 0 ? "/data: give all that lies in it owner 10002:10002\n"
                      "/data: seed from /usr/share/seed where it is empty\n"
                      "/data: make x mode 0700 owner 10001:20001\n"
                      "/data: set owner 10002:10002\n"
                    : "/data: seed from /usr/share/seed where it is empty\n"
                      "/data: give all that lies in it owner 10002:10002\n"
                      "/data: make x mode 0700 owner 10001:20001\n"
                      "/data: set owner 10002:10002\n",
            CODE_OK);
}
END_TEST

static const char *const unwalked[] = {"/", "/run", "/tmp", "/etc", "/proc/x", "/sys", "/dev/shm"};

START_TEST(where_the_systems_own_things_lie_nothing_walks)
{
    stage.mount[STAGE_DATA].chown = CHOWN_ALWAYS;
    stage.mount[STAGE_DATA].owner.user = "web";
    stage.path[STAGE_DATA].uid = 0;
    stage.path[STAGE_DATA].resolved = unwalked[_i];
    char want[64];
    (void)snprintf(want, sizeof want, "%s: set owner 10002:10002\n", unwalked[_i]);
    plan_is(want, CODE_OK);
}
END_TEST

START_TEST(his_groups_count)
{
    stage.mount[STAGE_DATA].chown = CHOWN_TOP;
    stage.path[STAGE_DATA].mode = 02770;
    stage.path[STAGE_DATA].gid = 44; /* media, of which app is a member */
    plan_is("", CODE_OK);
}
END_TEST

START_TEST(the_mount_that_holds_the_state_directory_stays)
{
    stage.mount[STAGE_RUN].owner.user = "app";
    plan_is("", CODE_OK);
    /* Not as PID 1: there is no state directory. */
    stage.self.pid = 7;
    plan_is("/run: set owner 10001:20001\n", CODE_OK);
}
END_TEST

START_TEST(the_mode_is_set_where_it_differs)
{
    stage.mount[STAGE_TMP].mode = 01777;
    stage.mount[STAGE_DATA].mode = 0750;
    plan_is("/data: set mode 0750\n", CODE_OK);
}
END_TEST

/* Which plans take long, so that the boot tells how far they are. */
static const struct {
    const char *seed;
    int chown;
    bool is_long;
} plans[] = {
    {NULL, CHOWN_TOP, false},
    {NULL, CHOWN_ALWAYS, true},
    {"/usr/share/seed", CHOWN_TOP, true},
};

START_TEST(walks_and_seeds_take_long)
{
    struct plan plan;
    stage.mount[STAGE_DATA].chown = plans[_i].chown;
    stage.mount[STAGE_DATA].seed = plans[_i].seed;
    stage.mount[STAGE_DATA].owner.user = "web";
    stage.path[STAGE_DATA].uid = 0;
    stage_resolve(CODE_OK);
    volumes_plan(&stage.config, &stage.facts, &stage.identities, &stage.environment, &stage.arena,
                 &plan, &stage.diags);
    ck_assert_uint_gt(plan.count, 0);
    ck_assert_int_eq(plan_is_long(&plan), plans[_i].is_long);
}
END_TEST

START_TEST(a_seed_may_bring_what_is_missing)
{
    stage.mount[STAGE_DATA].seed = "/usr/share/seed";
    stage.mount[STAGE_DATA].seed_mode = SEED_MISSING;
    plan_is("/data: seed from /usr/share/seed where files are missing\n", CODE_OK);
}
END_TEST

START_TEST(the_seed_comes_first_and_the_top_last)
{
    stage.mount[STAGE_DATA].seed = "/usr/share/seed";
    stage.mount[STAGE_DATA].mkdir = WORDS("x 0700");
    stage.mount[STAGE_DATA].mode = 0700;
    plan_is("/data: seed from /usr/share/seed where it is empty\n"
            "/data: make x mode 0700 owner 10001:20001\n"
            "/data: set mode 0700\n",
            CODE_OK);
}
END_TEST

START_TEST(the_view_has_the_final_home)
{
    struct plan plan;
    stage.config.init.passwd = "postgres";
    stage.mount[STAGE_TMP].redirect = WORDS("home");
    stage_start_as(1000650000, 0);
    stage_resolve(CODE_OK);
    volumes_plan(&stage.config, &stage.facts, &stage.identities, &stage.environment, &stage.arena,
                 &plan, &stage.diags);
    ck_assert_ptr_nonnull(strstr(
        plan.passwd_view, "postgres:x:1000650000:0::/tmp/home-1000650000:/sbin/nologin\nroot:x:"));
    ck_assert_ptr_eq(strstr(plan.group_view, "postgres:x:0:\n"), plan.group_view);
}
END_TEST

static const char *const homes[] = {"HOME=", "HOME=app", "HOME=/a:b", "HOME=/a\nb"};

START_TEST(a_home_that_passwd_cannot_hold_is_the_root_in_the_view)
{
    struct plan plan;
    char printed[128];
    struct text text = TEXT_OVER(printed);
    stage.config.init.passwd = "postgres";
    stage.unit[0].env = WORDS(homes[_i]);
    stage_resolve(CODE_OK);
    volumes_plan(&stage.config, &stage.facts, &stage.identities, &stage.environment, &stage.arena,
                 &plan, &stage.diags);
    ck_assert_ptr_nonnull(strstr(plan.passwd_view, "postgres:x:10001:20001::/:/sbin/nologin\n"));
    plan_text(&plan, &text);
    ck_assert_str_eq(printed, "state directory: write passwd and group\n");
}
END_TEST

Suite *
volumes_suite(void)
{
    Suite *suite = suite_create("volumes");
    TCase *tests = tcase_create("volumes");
    tcase_add_checked_fixture(tests, stage_init_app, stage_free);
    tcase_add_test(tests, what_is_right_needs_no_step);
    tcase_add_test(tests, redirected_directories_are_made_the_deepest_first);
    tcase_add_test(tests, directories_are_made_where_the_variables_end_up);
    tcase_add_test(tests, java_needs_its_temporary_directory_alone);
    tcase_add_test(tests, directories_in_the_root_itself_have_no_slash_before_them);
    tcase_add_test(tests, a_plan_may_have_any_number_of_steps);
    tcase_add_test(tests, each_user_that_runs_a_unit_gets_his_once);
    tcase_add_test(tests, a_variable_that_a_stronger_layer_sets_needs_no_directory);
    tcase_add_test(tests, mkdir_makes_directories_of_the_units_user_unless_one_is_named);
    tcase_add_loop_test(tests, a_mkdir_line_that_makes_no_sense_is_an_error, 0,
                        (int)(sizeof bad_lines / sizeof bad_lines[0]));
    tcase_add_test(tests, mkdir_of_several_users_belongs_to_the_mounts_owner);
    tcase_add_test(tests, a_mount_that_is_not_there_is_left_alone);
    tcase_add_loop_test(tests, the_top_is_given_to_its_owner_where_he_cannot_write, 0,
                        (int)(sizeof tops / sizeof tops[0]));
    tcase_add_loop_test(tests, a_seed_keeps_its_owners_but_where_all_is_the_owners_at_every_start,
                        0, 2);
    tcase_add_loop_test(tests, where_the_systems_own_things_lie_nothing_walks, 0,
                        (int)(sizeof unwalked / sizeof unwalked[0]));
    tcase_add_test(tests, his_groups_count);
    tcase_add_test(tests, the_mount_that_holds_the_state_directory_stays);
    tcase_add_test(tests, the_mode_is_set_where_it_differs);
    tcase_add_loop_test(tests, walks_and_seeds_take_long, 0, sizeof plans / sizeof plans[0]);
    tcase_add_test(tests, a_seed_may_bring_what_is_missing);
    tcase_add_loop_test(tests, a_home_that_passwd_cannot_hold_is_the_root_in_the_view, 0,
                        sizeof homes / sizeof homes[0]);
    tcase_add_test(tests, the_seed_comes_first_and_the_top_last);
    tcase_add_test(tests, the_view_has_the_final_home);
    suite_add_tcase(suite, tests);
    return suite;
}
