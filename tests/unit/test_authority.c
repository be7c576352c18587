/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "init/authority.h"

#define SUITE(name_) Suite *name_##_suite(void);
#include "tests/unit/suites.h"
#undef SUITE

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

Suite *
authority_suite(void)
{
    Suite *suite = suite_create("authority");
    TCase *tests = tcase_create("authority");
    int count = (int)(sizeof peers / sizeof peers[0]);
    tcase_add_loop_test(tests, root_and_roinits_own_uid_may_from_outside_and_an_admin_from_anywhere,
                        0, count);
    tcase_add_loop_test(tests, without_an_admin_a_unit_may_nothing_whoever_it_is, 0, count);
    suite_add_tcase(suite, tests);
    return suite;
}
