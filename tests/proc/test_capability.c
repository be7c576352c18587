/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* `capabilities`, what the child of a start holds in the end, and what PID 1 keeps. */

#define SETS(inh_, prm_, eff_, bnd_, amb_)                                                         \
    "CapInh: " inh_ "\nCapPrm: " prm_ "\nCapEff: " eff_ "\nCapBnd: " bnd_ "\nCapAmb: " amb_ "\n"
#define ONE_SET(set_) SETS(set_, set_, set_, set_, set_)
#define NONE "0000000000000000"
#define BIND "0000000000000400"       /* NET_BIND_SERVICE 10 */
#define BIND_CHOWN "0000000000000401" /* and CHOWN 0 */
#define ENGINE "00000000a80425fb"     /* the fourteen of container engines */
#define BASE_KEPT "00000000000001e0"  /* KILL 5, SETGID 6, SETUID 7, SETPCAP 8 */
#define RAW BASE "[defaults]\nlog = raw\n"
#define SHOW "command = /puppet status:Cap\n"

/* One unit, and the five sets that it must have. */
static const struct variant {
    const char *keys;
    const char *sets;
} variants[] = {
    {"user = app\n", ONE_SET(NONE)},
    {"user = app\ncapabilities = none\n", ONE_SET(NONE)},
    {"user = app\ncapabilities = NET_BIND_SERVICE\n", ONE_SET(BIND)},
    {"user = app\ncapabilities = CAP_NET_BIND_SERVICE CHOWN\n", ONE_SET(BIND_CHOWN)},
    {"user = 4711:4712\ncapabilities = NET_BIND_SERVICE\n", ONE_SET(BIND)},
    {"user = app\ncapabilities = keep\n", SETS(NONE, NONE, NONE, ENGINE, NONE)},
    {"", SETS(NONE, ENGINE, ENGINE, ENGINE, NONE)},
    {"user = 0\n", SETS(NONE, ENGINE, ENGINE, ENGINE, NONE)},
    {"capabilities = keep\n", SETS(NONE, ENGINE, ENGINE, ENGINE, NONE)},
    {"capabilities = none\n", ONE_SET(NONE)},
    {"user = root\ncapabilities = NET_BIND_SERVICE\n", ONE_SET(BIND)},
    {"user = 0:app\ncapabilities = CHOWN NET_BIND_SERVICE\n", ONE_SET(BIND_CHOWN)},
};

START_TEST(a_unit_holds_exactly_what_its_contract_lists)
{
    const struct variant *variant = &variants[_i];
    char contract[512];
    NEEDS_UIDS();
    snprintf(contract, sizeof(contract), RAW "[service web]\n%s" SHOW, variant->keys);
    struct box box = box_run(&(struct start){.contract = contract}, 0);
    ck_assert_msg(strcmp(box.said[OUT].text, variant->sets) == 0, "%s\nwant\n%sgot\n%s",
                  variant->keys, variant->sets, box.said[OUT].text);
    box_free(&box);
}
END_TEST

START_TEST(what_is_listed_is_held_without_no_new_privs_as_well)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = RAW "[init]\nno-new-privileges = no\n[task a]\nuser = app\n"
                                        "capabilities = NET_BIND_SERVICE\n" SHOW
                                        "[task b]\nrequires = a\ncapabilities = none\n" SHOW},
        0);
    ck_assert_str_eq(box.said[OUT].text, ONE_SET(BIND) ONE_SET(NONE));
    box_free(&box);
}
END_TEST

START_TEST(a_restart_holds_the_same_as_the_first_start)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = BASE "[service web]\nlog = raw\nuser = app\n"
                                                 "capabilities = NET_BIND_SERVICE\n"
                                                 "restart = on-failure\nrestart-delay = 0\n"
                                                 "command = /puppet status:Cap fail:/tmp/n:2:1\n"},
                0);
    ck_assert_uint_eq(box_count(&box, OUT, ONE_SET(BIND)), 3);
    box_free(&box);
}
END_TEST

START_TEST(a_lone_command_keeps_what_the_runtime_gave)
{
    struct box box = box_run(&(struct start){.argv = WORDS("--", "/puppet", "status:Cap")}, 0);
    ck_assert_str_eq(box.said[OUT].text, SETS(NONE, ENGINE, ENGINE, ENGINE, NONE));
    box_free(&box);
}
END_TEST

START_TEST(what_roinit_does_not_hold_is_a_finding_with_its_mend)
{
    NEEDS_UIDS();
    struct box box = box_run(
        &(struct start){.contract = RAW "[service web]\nuser = app\n"
                                        "capabilities = NET_ADMIN\ncommand = /puppet print:RAN\n"},
        77);
    box_must_not_say(&box, OUT, "RAN");
    box_must_say(&box, ERR, "NET_ADMIN");
    box_must_say(&box, ERR, "--cap-add NET_ADMIN");
    box_free(&box);
}
END_TEST

/* Without SETPCAP a bounding set stays as it is: no matter with no_new_privs, and else a finding.
 */
START_TEST(a_bounding_set_that_has_to_go_needs_setpcap)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = RAW "[service web]\nuser = app\n" SHOW,
                                .tracer = WORDS("/usr/bin/setpriv", "--bounding-set", "-setpcap")},
                0);
    box_must_say(&box, OUT, "CapEff: " NONE "\n");
    box_free(&box);
    box =
        box_run(&(struct start){.contract = RAW
                                "[init]\nno-new-privileges = no\n[service web]\nuser = app\n" SHOW,
                                .tracer = WORDS("/usr/bin/setpriv", "--bounding-set", "-setpcap")},
                77);
    box_must_say(&box, ERR, "roinit does not hold SETPCAP");
    box_free(&box);
    box = box_run(
        &(struct start){.contract = RAW "[init]\nno-new-privileges = no\n[service web]\n" SHOW,
                        .uid = BOX_UID},
        0); /* a default that it never had the means for */
    box_must_say(&box, OUT, "CapEff: " NONE "\n");
    box_free(&box);
}
END_TEST

START_TEST(where_that_is_no_error_the_unit_fails_and_nothing_runs)
{
    NEEDS_UIDS();
    struct box box =
        box_run(&(struct start){.contract = RAW
                                "[require]\non-violation = warn\n[service web]\nuser = app\n"
                                "capabilities = NET_ADMIN\ncommand = /puppet print:RAN\n"},
                71);
    box_must_not_say(&box, OUT, "RAN");
    box_must_say(&box, ERR, "web: cannot set capabilities: ");
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- PID 1 */

/* Waits until PID 1 holds these in its permitted, effective and bounding set. */
static void
await_kept(const struct box *box, const char *set)
{
    char path[64];
    char text[8192];
    char wanted[256];
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)box->pid);
    snprintf(wanted, sizeof(wanted),
             "CapInh:\t" NONE "\nCapPrm:\t%s\nCapEff:\t%s\nCapBnd:\t%s\n"
             "CapAmb:\t" NONE "\n",
             set, set, set);
    do {
        FILE *file = fopen(path, "re");
        ck_assert_ptr_nonnull(file);
        text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
        fclose(file);
        ck_assert_msg(proc_now_ms() < limit, "want\n%s\n in\n%s", wanted, text);
        poll(NULL, 0, 5);
    } while (strstr(text, wanted) == NULL);
}

static const struct {
    const char *keys;
    const char *kept;
} kept[] = {
    {"user = app\n", BASE_KEPT},
    {"user = app\ncapabilities = NET_BIND_SERVICE CHOWN\n", "00000000000005e1"},
    {"user = app\ncapabilities = KILL\n", BASE_KEPT},
    {"capabilities = none\n", BASE_KEPT},
    {"capabilities = NET_BIND_SERVICE\n", "00000000000005e0"},
    {"", ENGINE},
};

START_TEST(after_boot_pid_1_keeps_what_its_contract_needs)
{
    char contract[512];
    NEEDS_UIDS();
    snprintf(contract, sizeof(contract), RAW "[service web]\n%scommand = /puppet print:up sleep\n",
             kept[_i].keys);
    struct box box = box_start(&(struct start){.contract = contract});
    box_expect(&box, OUT, "up\n");
    await_kept(&box, kept[_i].kept);
    box_free(&box);
}
END_TEST

START_TEST(a_drop_of_pid_1_that_fails_is_told_and_shown)
{
    char text[8192];
    NEEDS_UIDS();
    NEEDS_STRACE();
    /* Without -f: PID 1's own calls alone. */
    struct box box = box_start(&(struct start){
        .contract = RAW "[service web]\nuser = app\ncommand = /puppet print:up sleep\n",
        .tracer = WORDS("/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", "-e", "trace=capset",
                        "-e", "inject=capset:error=EPERM")});
    box_expect(&box, OUT, "up\n");
    box_expect(&box, ERR, "capabilities: PID 1 holds more");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    ck_assert_msg(strstr(text, "\"degraded\":[{\"what\":\"capabilities\"") != NULL, "%s", text);
    box_free(&box);
}
END_TEST

START_TEST(a_pid_1_that_cannot_hide_says_so_and_shows_it)
{
    char text[8192];
    NEEDS_UIDS();
    NEEDS_STRACE();
    struct box box = box_start(&(struct start){
        .contract = RAW "[service web]\nuser = app\ncommand = /puppet print:up sleep\n",
        .tracer = WORDS("/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", "-e", "trace=prctl",
                        "-e", "inject=prctl:error=EPERM:when=1")});
    box_expect(&box, OUT, "up\n");
    box_expect(&box, ERR, "services of its uid may read PID 1");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    ck_assert_msg(strstr(text, "\"degraded\":[{\"what\":\"dumpable\"") != NULL, "%s", text);
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- status */

START_TEST(status_shows_what_each_unit_holds)
{
    static const char *const json[] = {
        "\"uid\":10001,\"gid\":10001,\"groups\":[20001],\"capabilities\":[\"NET_BIND_SERVICE\"],"
        "\"no_new_privs\":true,\"guard\":true",
        "\"uid\":4711,\"gid\":10002,\"groups\":[20002,5],\"capabilities\":[],"
        "\"no_new_privs\":true,\"guard\":false",
        "\"uid\":0,\"gid\":0,\"groups\":[],\"capabilities\":[\"CHOWN\",\"DAC_OVERRIDE\",",
    };
    static const char *const table[] = {
        "UNIT  UID:GID        GROUPS            NEW PRIVS  GUARD  CAPABILITIES\n",
        "main  10001:10001    20001             none       yes    NET_BIND_SERVICE\n",
        "b     4711:10002     20002,5           none       no     none\n",
        "c     0:0            -                 none       no     all 14 of the container\n",
    };
    char text[16384];
    NEEDS_UIDS();
    struct box box = box_start(&(struct start){
        .contract = RAW "[service main]\nuser = app\nguard = yes\ncapabilities = NET_BIND_SERVICE\n"
                        "command = /puppet sleep\n"
                        "[service b]\nuser = 4711:other\ngroups = more 5\n"
                        "command = /puppet sleep\n"
                        "[service c]\nafter = main b\ncommand = /puppet print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
        ck_assert_msg(strstr(text, json[i]) != NULL, "lacks %s: %s", json[i], text);
    }
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof(text)), 0);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ck_assert_msg(strstr(text, table[i]) != NULL, "lacks %s: %s", table[i], text);
    }
    box_free(&box);
}
END_TEST

/* ---------------------------------------------------------------- steps that fail */

#define REFUSE(call_) "trace=" call_, "inject=" call_ ":error=EPERM"

static const struct {
    const char *keys;
    const char *trace, *inject;
} refused[] = {
    {"user = app\n", REFUSE("setgroups")},
    {"user = app\n", REFUSE("setresgid")},
    {"user = app\n", REFUSE("setresuid")},
    {"user = app\n", REFUSE("capset")},
    {"user = app\n", REFUSE("prctl")},
    {"user = app\ncapabilities = NET_BIND_SERVICE\n", REFUSE("capset")},
    {"user = app\ncapabilities = NET_BIND_SERVICE\n", REFUSE("prctl")},
    {"capabilities = none\n", REFUSE("capset")},
    {"capabilities = none\n", REFUSE("prctl")},
    {"", REFUSE("prctl")},
};

START_TEST(each_step_that_the_kernel_refuses_is_code_71_and_nothing_runs)
{
    char contract[512];
    NEEDS_UIDS();
    NEEDS_STRACE();
    snprintf(contract, sizeof(contract),
             RAW "groups = more\n[service web]\n%scommand = /puppet print:RAN\n", refused[_i].keys);
    struct box box = box_run(
        &(struct start){.contract = contract,
                        .tracer = WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null",
                                        "-e", refused[_i].trace, "-e", refused[_i].inject)},
        71);
    box_must_not_say(&box, OUT, "RAN");
    box_must_say(&box, ERR, "web: cannot ");
    box_free(&box);
}
END_TEST

/* The same call, refused the N-th time alone: no single step of the drop may be passed over. */
static void
refuse_one(const char *call, int n, int *ret_ran)
{
    char inject[64];
    char trace[64];
    snprintf(trace, sizeof(trace), "trace=%s", call);
    snprintf(inject, sizeof(inject), "inject=%s:error=EACCES:when=%d", call, n);
    struct box box = box_start(&(struct start){
        .contract = RAW "[service web]\nuser = app\n"
                        "capabilities = NET_BIND_SERVICE\ncommand = /puppet status:Uid "
                        "status:Cap status:NoNewPrivs\n",
        .tracer = WORDS("/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", trace, "-e",
                        inject)});
    int code = box_end(&box);
    if (code == 0) { /* one of PID 1's own, or one of no consequence */
        *ret_ran += 1;
        ck_assert_str_eq(box.said[OUT].text,
                         "Uid: 10001 10001 10001 10001\n" ONE_SET(BIND) "NoNewPrivs: 1\n");
    } else {
        ck_assert_int_eq(code, 71);
        ck_assert(box.said[OUT].text == NULL || box.said[OUT].text[0] == '\0');
    }
    box_free(&box);
}

START_TEST(a_single_refusal_ends_in_71_or_in_exactly_what_was_asked_for)
{
    int ran = 0;
    NEEDS_UIDS();
    NEEDS_STRACE();
    /* The child reads and drops the bounding set number by number: the ends of the row will do. */
    static const int counted[] = {1,  2,  41, 42, 43, 44, 45, 55, 56,
                                  57, 58, 59, 60, 61, 62, 63, 100};
    for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
        refuse_one("prctl", counted[i], &ran);
    }
    ck_assert_int_lt(ran, 8);
}
END_TEST

Suite *
capability_suite(void)
{
    Suite *suite =
        proc_suite("capability", (const TTest *const[]){
                                     what_is_listed_is_held_without_no_new_privs_as_well,
                                     a_restart_holds_the_same_as_the_first_start,
                                     a_lone_command_keeps_what_the_runtime_gave,
                                     what_roinit_does_not_hold_is_a_finding_with_its_mend,
                                     a_bounding_set_that_has_to_go_needs_setpcap,
                                     where_that_is_no_error_the_unit_fails_and_nothing_runs,
                                     status_shows_what_each_unit_holds,
                                     a_drop_of_pid_1_that_fails_is_told_and_shown,
                                     a_pid_1_that_cannot_hide_says_so_and_shows_it,
                                     a_single_refusal_ends_in_71_or_in_exactly_what_was_asked_for,
                                     NULL,
                                 });
    TCase *rows = tcase_create("rows");
    tcase_add_loop_test(rows, a_unit_holds_exactly_what_its_contract_lists, 0,
                        sizeof(variants) / sizeof(variants[0]));
    tcase_add_loop_test(rows, after_boot_pid_1_keeps_what_its_contract_needs, 0,
                        sizeof(kept) / sizeof(kept[0]));
    tcase_add_loop_test(rows, each_step_that_the_kernel_refuses_is_code_71_and_nothing_runs, 0,
                        sizeof(refused) / sizeof(refused[0]));
    suite_add_tcase(suite, rows);
    return suite;
}
