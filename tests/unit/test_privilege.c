/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <linux/capability.h>
#include <string.h>

#include "init/privilege.h"
#include "init/status.h"
#include "tests/unit/judged.h"
#include "tests/unit/suites.h"

#define ALL UINT64_MAX

/* ---------------------------------------------------------------- what a unit gets */

/* clang-format off */
static const struct {
    const char *what;
    const char *words[3];
    const char *user;
    bool is_lone, can_switch, init_nnp, guard;
    bool keeps, is_strict, has_nnp;
    uint64_t capabilities, held;
} privileges[] = {
    {"a user's unit has none",     {NULL}, "web",   false, true,  false, false, false, true,  false, 0, 0},
    {"who never could drop them",  {NULL}, "10001", false, false, false, false, false, false, false, 0, 0},
    {"none is none, and is asked", {"none"}, "10001", false, false, false, false, false, true, false, 0, 0},
    {"what is listed",             {"CHOWN", "KILL"}, "web", false, true, false, false, false, true, false,
        CAPABILITY(CHOWN) | CAPABILITY(KILL), CAPABILITY(CHOWN) | CAPABILITY(KILL)},
    {"no new ones: nothing to make small", {"CHOWN"}, "web", false, true, true, false, false, false, true,
        CAPABILITY(CHOWN), CAPABILITY(CHOWN)},
    {"a guard wants no new ones",  {"CHOWN"}, "web", false, true, false, true, false, false, true,
        CAPABILITY(CHOWN), CAPABILITY(CHOWN)},
    {"root's unit keeps all",      {NULL}, "root",  false, true,  false, false, true,  false, false, 0, CAPABILITY(FOWNER)},
    {"root's unit without any",    {"none"}, "root", false, true, false, false, false, true, false, 0, 0},
    {"keep, as roinit's own user", {"keep"}, "10001", false, false, false, false, true, false, false, 0, CAPABILITY(CHOWN)},
    {"keep, as another user",      {"keep"}, "web",  false, true, false, false, true, false, false, 0, 0},
    {"a lone command keeps all",   {NULL}, "10001", true,  false, false, false, true, false, false, 0, CAPABILITY(CHOWN)},
};
/* clang-format on */

START_TEST(a_unit_holds_what_the_contract_gives_it)
{
    struct words words = stage_words((const char *[]){
        privileges[_i].words[0], privileges[_i].words[1], privileges[_i].words[2]});
    stage_set_user(0, privileges[_i].user, NULL);
    stage.self.can_switch = privileges[_i].can_switch;
    stage.self.uid = privileges[_i].can_switch ? 0 : STAGE_APP;
    stage.config.is_lone = privileges[_i].is_lone;
    stage.config.init.no_new_privileges = privileges[_i].init_nnp;
    stage.unit[0].guard = privileges[_i].guard;
    stage.unit[0].capabilities = words;
    stage.facts.cap_bounding = CAPABILITY(CHOWN) | CAPABILITY(FOWNER);
    stage.facts.cap_permitted = CAPABILITY(KILL) | CAPABILITY(FOWNER);
    stage.facts.cap_ambient = CAPABILITY(CHOWN);
    stage_resolve(CODE_OK);
    struct privilege is = privilege_of(&stage.config, &stage.identities, 0);
    const char *what = privileges[_i].what;
    ck_assert_msg(is.keeps == privileges[_i].keeps, "%s", what);
    ck_assert_msg(is.is_written == (words.count > 0), "%s", what);
    ck_assert_msg(is.capabilities == privileges[_i].capabilities, "%s", what);
    ck_assert_msg(is.has_no_new_privs == privileges[_i].has_nnp, "%s", what);
    ck_assert_msg(is.is_guarded == privileges[_i].guard, "%s", what);
    ck_assert_msg(privilege_is_strict(&stage.config, &stage.identities, 0) ==
                      privileges[_i].is_strict,
                  "%s", what);
    ck_assert_msg(privilege_held(&stage.config, &stage.identities, &stage.facts, 0) ==
                      privileges[_i].held,
                  "%s", what);
}
END_TEST

#define STARTS (CAPABILITY(KILL) | CAPABILITY(SETUID) | CAPABILITY(SETGID) | CAPABILITY(SETPCAP))

START_TEST(pid_1_keeps_what_its_units_need_and_no_more)
{
    stage.config.unit_count = 2;
    stage_set_user(0, "app", NULL);
    stage_set_user(1, "app", NULL);
    stage_resolve(CODE_OK);
    ck_assert_uint_eq(privilege_kept(&stage.config, &stage.identities), STARTS);
    stage.unit[0].capabilities = WORDS("CHOWN");
    ck_assert_uint_eq(privilege_kept(&stage.config, &stage.identities), STARTS | CAPABILITY(CHOWN));
    stage.unit[1].limits.count = 1;
    ck_assert_uint_eq(privilege_kept(&stage.config, &stage.identities),
                      STARTS | CAPABILITY(CHOWN) | CAPABILITY(SYS_RESOURCE));
    stage.unit[1].limits.count = 0;
    stage.unit[1].oom_score_adj = -1;
    ck_assert_uint_eq(privilege_kept(&stage.config, &stage.identities),
                      STARTS | CAPABILITY(CHOWN) | CAPABILITY(SYS_RESOURCE));
    stage.unit[1].oom_score_adj = 0;
    stage.unit[1].remove = WORDS("/run/pid");
    ck_assert_uint_eq(privilege_kept(&stage.config, &stage.identities),
                      STARTS | CAPABILITY(CHOWN) | CAPABILITY(DAC_OVERRIDE));
    stage.unit[1].env_file = WORDS("/run/env");
    ck_assert_uint_eq(privilege_kept(&stage.config, &stage.identities),
                      STARTS | CAPABILITY(CHOWN) | CAPABILITY(DAC_OVERRIDE) |
                          CAPABILITY(DAC_READ_SEARCH));
    stage.unit[1].capabilities = WORDS("keep");
    ck_assert_uint_eq(privilege_kept(&stage.config, &stage.identities), ALL);
}
END_TEST

/* ---------------------------------------------------------------- the clause */

START_TEST(what_units_are_to_be_given_has_to_be_there)
{
    stage.unit[0].capabilities = WORDS("CHOWN", "NET_BIND_SERVICE");
    stage.facts.cap_bounding = CAPABILITY(CHOWN) | CAPABILITY(NET_BIND_SERVICE);
    stage.facts.cap_permitted = CAPABILITY(CHOWN);
    judged_findings_are("error capabilities: roinit does not hold NET_BIND_SERVICE, "
                        "want NET_BIND_SERVICE for one\n");
    judged_mend_is(MEND_DOCKER, "--user 0 --cap-add NET_BIND_SERVICE");
    judged_mend_is(MEND_COMPOSE, "user: \"0\", cap_add: [NET_BIND_SERVICE]");
    judged_mend_is(MEND_KUBERNETES,
                   "securityContext: {runAsUser: 0, capabilities: {add: [NET_BIND_SERVICE]}}");
    /* A bounding set that is larger takes SETPCAP to be made smaller. */
    stage.facts.cap_permitted = ALL;
    stage.facts.cap_bounding = ALL & ~CAPABILITY(SYS_ADMIN);
    stage.self.uid = 0;
    stage.self.can_switch = true;
    stage.facts.cap_effective = CAPABILITY(CHOWN);
    stage.config.mount_count = 0;
    judged_findings_are("error capabilities: roinit does not hold SETPCAP, want SETPCAP for one\n");
    judged_mend_is(MEND_DOCKER, "--cap-add SETPCAP");
    judged_mend_is(MEND_COMPOSE, "cap_add: [SETPCAP]");
    judged_mend_is(MEND_KUBERNETES, "securityContext: {capabilities: {add: [SETPCAP]}}");
    stage.facts.cap_effective = ALL;
    judged_findings_are("");
    stage.facts.cap_permitted = stage.facts.cap_effective = 0;
    judged_findings_are("error capabilities: roinit does not hold CHOWN SETPCAP NET_BIND_SERVICE, "
                        "want CHOWN SETPCAP NET_BIND_SERVICE for one\n");
    judged_mend_is(MEND_DOCKER, "--cap-add CHOWN,SETPCAP,NET_BIND_SERVICE");
    stage.unit[0].capabilities = WORDS("keep");
    judged_findings_are("");
}
END_TEST

/* ---------------------------------------------------------------- the status */

static char bytes[8192];

static const char *
told(const struct status *status, bool is_json, const char *name)
{
    const char *const names[] = {name};
    struct status_view view = {.name = names, .name_count = name != NULL};
    struct text out = TEXT_OVER(bytes);
    (is_json ? status_json : status_table)(status, &view, &out);
    ck_assert_uint_ge(status_size(status), out.length);
    ck_assert(!out.is_cut);
    return bytes;
}

static void
holds(const char *text, const char *want)
{
    ck_assert_msg(strstr(text, want) != NULL, "lacks %s:\n%s", want, text);
}

START_TEST(the_status_tells_who_units_are_and_what_they_may)
{
    struct fleet_unit unit[2] = {{.config = &stage.unit[0], .state = LIFE_READY},
                                 {.config = &stage.unit[1], .state = LIFE_READY}};
    struct fleet fleet = {.config = &stage.config, .unit = unit, .count = 2};
    struct findings none = {0};
    struct status status = {.config = &stage.config,
                            .fleet = &fleet,
                            .facts = &stage.facts,
                            .identities = &stage.identities,
                            .findings = &none,
                            .digest = "d"};
    stage.config.unit_count = 2;
    stage.config.mount_count = 0;
    stage.self.uid = stage.self.gid = 0;
    stage.self.can_switch = true;
    stage_set_user(0, "app", NULL);
    stage_set_user(1, "root", NULL);
    stage.unit[0].capabilities = WORDS("CHOWN", "KILL");
    stage.unit[0].guard = true;
    stage.facts.cap_bounding = stage.facts.cap_permitted = 7 | 1ULL << 63;
    stage_resolve(CODE_OK);
    const char *text = told(&status, false, NULL);
    holds(text, "UNIT  UID:GID        GROUPS            NEW PRIVS  GUARD  CAPABILITIES\n");
    holds(text, "one   10001:20001    44,29             none       yes    CHOWN KILL\n");
    holds(text,
          "two   0:0            6                 possible   no     all 4 of the container\n");
    text = told(&status, false, "one");
    holds(text, "CHOWN KILL\n");
    ck_assert_ptr_null(strstr(text, "of the container"));
    text = told(&status, true, NULL);
    holds(text,
          "\"uid\":10001,\"gid\":20001,\"groups\":[44,29],\"capabilities\":[\"CHOWN\",\"KILL\"]"
          ",\"no_new_privs\":true,\"guard\":true}");
    holds(text, "\"uid\":0,\"gid\":0,\"groups\":[6],\"capabilities\":[\"CHOWN\",\"DAC_OVERRIDE\","
                "\"DAC_READ_SEARCH\",\"63\"],\"no_new_privs\":false,\"guard\":false}");
    stage.identities.unit[1].group_count = 0;
    stage.unit[1].capabilities = WORDS("none");
    holds(told(&status, false, NULL),
          "two   0:0            -                 possible   no     none\n");
}
END_TEST

Suite *
privilege_suite(void)
{
    Suite *suite = suite_create("privilege");
    TCase *tests = judged_case(suite, "privilege");
    tcase_add_loop_test(tests, a_unit_holds_what_the_contract_gives_it, 0,
                        sizeof privileges / sizeof privileges[0]);
    tcase_add_test(tests, pid_1_keeps_what_its_units_need_and_no_more);
    tcase_add_test(tests, what_units_are_to_be_given_has_to_be_there);
    tcase_add_test(tests, the_status_tells_who_units_are_and_what_they_may);
    return suite;
}
