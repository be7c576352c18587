/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "init/authority.h"
#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

enum { ROOT = 0, OWN = 1000, ADMIN = 2000, OTHER = 3000 };

static const struct {
    uid_t uid;
    bool is_outside, may;
} peers[] = {
    {ROOT, true, true},  {ROOT, false, false}, {OWN, true, true},    {OWN, false, false},
    {ADMIN, true, true}, {ADMIN, false, true}, {OTHER, true, false}, {OTHER, false, false},
};

START_TEST(root_and_roinits_own_uid_may_from_outside_and_an_admin_from_anywhere)
{
    static const uid_t admin[] = {ADMIN};
    const struct authority authority = {.own = OWN, .admin = admin, .admin_count = 1};
    ck_assert_int_eq(authority_may(&authority, peers[_i].uid, peers[_i].is_outside), peers[_i].may);
}
END_TEST

START_TEST(without_an_admin_a_unit_may_nothing_whoever_it_is)
{
    const struct authority authority = {.own = OWN};
    ck_assert(!authority_may(&authority, peers[_i].uid, false));
}
END_TEST

START_TEST(an_admin_is_a_user_of_the_image_or_a_number)
{
    struct authority authority;
    stage_init();
    stage.config.init.admin = WORDS("web", "nobody", "777");
    stage.config.init.from[INIT_admin] = &stage.setting;
    stage_resolve(CODE_OK);
    authority_resolve(&stage.config, &stage.identities, &stage.arena, &authority, &stage.diags);
    ck_assert_uint_eq(authority.own, 0);
    ck_assert_uint_eq(authority.admin_count, 2);
    ck_assert_uint_eq(authority.admin[0], 10002);
    ck_assert_uint_eq(authority.admin[1], 777);
    ck_assert_uint_eq(stage.diags.errors, 1);
    ck_assert_str_eq(stage_first(), "user \"nobody\" is not in /etc/passwd");
    ck_assert_str_eq(stage.diags.item[0].section, "init");
    stage_free();
}
END_TEST

Suite *
authority_suite(void)
{
    Suite *suite = suite_create("authority");
    TCase *tests = tcase_create("authority");
    int count = (int)(sizeof peers / sizeof peers[0]);
    tcase_add_loop_test(tests, root_and_roinits_own_uid_may_from_outside_and_an_admin_from_anywhere,
                        0, count);
    tcase_add_loop_test(tests, without_an_admin_a_unit_may_nothing_whoever_it_is, 0, count);
    tcase_add_test(tests, an_admin_is_a_user_of_the_image_or_a_number);
    suite_add_tcase(suite, tests);
    return suite;
}
