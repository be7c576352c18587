/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "init/finding.h"
#include "tests/unit/suites.h"

static struct arena arena;
static struct findings findings;
static struct diags diags;
static char bytes[64 * 1024];

static void
setup(void)
{
    arena = (struct arena)ARENA_INIT;
    findings = (struct findings){.arena = &arena};
    diags = (struct diags){.arena = &arena};
}

static void
teardown(void)
{
    arena_free(&arena);
}

static const struct finding a_root = {
    .level = FINDING_ERROR,
    .subject = "/",
    .found = "mounted read-write",
    .expected = "read-only",
    .place = {"/etc/roinit.ini", 2, "require", "root"},
    .mend = {[MEND_DOCKER] = "--read-only",
             [MEND_COMPOSE] = "read_only: true",
             [MEND_KUBERNETES] = "securityContext.readOnlyRootFilesystem: true"},
};
static const struct finding a_tmpfs = {
    .level = FINDING_ERROR,
    .subject = "/tmp",
    .found = "not a mount",
    .expected = "tmpfs rw",
    .mend = {[MEND_DOCKER] = "--tmpfs /tmp:rw,nosuid,nodev,noexec",
             [MEND_KUBERNETES] = "emptyDir {medium: Memory} at /tmp"},
};
static const struct finding an_upload = {
    .level = FINDING_WARN,
    .subject = "/srv/upload",
    .found = "writable, and not in the contract",
    .expected = "declared, or read-only",
    .mend = {[MEND_CONTRACT] = "add [volume /srv/upload], or mount it read-only"},
};
static const struct finding a_wish = {
    .level = FINDING_WISH,
    .subject = "/tmp",
    .found = "exec",
    .expected = "noexec",
    .mend =
        {[MEND_DOCKER] = "D", [MEND_PODMAN] = "P", [MEND_COMPOSE] = "C", [MEND_KUBERNETES] = "K"},
};

static void
text_is(const struct report *report, const char *want)
{
    struct text text = TEXT_OVER(bytes);
    findings_text(&findings, report, &text);
    ck_assert_str_eq(bytes, want);
}

START_TEST(a_broken_contract_is_told_as_the_page_says)
{
    struct report report = {.file = "/etc/roinit.ini"};
    findings_add(&findings, &a_root);
    findings_add(&findings, &a_tmpfs);
    findings_add(&findings, &an_upload);
    text_is(&report, "roinit: the container breaks its contract (/etc/roinit.ini)\n"
                     "  error  /              mounted read-write, want read-only\n"
                     "         docker: --read-only   compose: read_only: true   "
                     "kubernetes: securityContext.readOnlyRootFilesystem: true\n"
                     "  error  /tmp           not a mount, want tmpfs rw\n"
                     "         docker: --tmpfs /tmp:rw,nosuid,nodev,noexec   "
                     "kubernetes: emptyDir {medium: Memory} at /tmp\n"
                     "  warn   /srv/upload    writable, and not in the contract\n"
                     "         add [volume /srv/upload], or mount it read-only\n");
    ck_assert_uint_eq(findings.errors, 2);
}
END_TEST

START_TEST(what_keeps_the_contract_is_not_said_to_break_it)
{
    struct report report = {0};
    text_is(&report, "");
    findings_add(&findings, &an_upload);
    text_is(&report, "roinit: the container keeps its contract (built in)\n"
                     "  warn   /srv/upload    writable, and not in the contract\n"
                     "         add [volume /srv/upload], or mount it read-only\n");
}
END_TEST

START_TEST(wishes_are_told_only_where_asked_for)
{
    struct report report = {.file = "F"};
    findings_add(&findings, &a_wish);
    text_is(&report, "");
    report.shows_wishes = true;
    text_is(&report, "roinit: the container keeps its contract (F)\n"
                     "  warn   /tmp           exec, want noexec\n"
                     "         docker: D   podman: P   compose: C   kubernetes: K\n");
}
END_TEST

/* clang-format off */
static const struct {
    enum platform platform;
    bool has_podman;
    const char *want;
} mends[] = {
    {PLATFORM_UNKNOWN,    true,  "docker: D   podman: P   compose: C   kubernetes: K\n"},
    {PLATFORM_UNKNOWN,    false, "docker: D   compose: C   kubernetes: K\n"},
    {PLATFORM_DOCKER,     true,  "docker: D   compose: C\n"},
    {PLATFORM_PODMAN,     true,  "podman: P\n"},
    {PLATFORM_PODMAN,     false, "docker: D   compose: C\n"},
    {PLATFORM_KUBERNETES, true,  "kubernetes: K\n"},
};
/* clang-format on */

START_TEST(a_report_names_the_mends_of_the_platform_at_hand)
{
    struct report report = {.shows_wishes = true, .platform = mends[_i].platform};
    struct finding finding = a_wish;
    struct text text = TEXT_OVER(bytes);
    finding.mend[MEND_PODMAN] = mends[_i].has_podman ? "P" : NULL;
    findings_add(&findings, &finding);
    findings_text(&findings, &report, &text);
    const char *second = strchr(strchr(bytes, '\n') + 1, '\n') + 1;
    ck_assert_str_eq(second + strspn(second, " "), mends[_i].want);
}
END_TEST

START_TEST(the_mend_of_the_contract_helps_on_every_platform)
{
    struct report report = {.file = "F", .platform = PLATFORM_KUBERNETES};
    findings_add(&findings, &an_upload);
    text_is(&report, "roinit: the container keeps its contract (F)\n"
                     "  warn   /srv/upload    writable, and not in the contract\n"
                     "         add [volume /srv/upload], or mount it read-only\n");
}
END_TEST

START_TEST(on_a_terminal_the_level_has_its_colour)
{
    struct report report = {.file = "F", .has_color = true, .platform = PLATFORM_PODMAN};
    struct finding warn = {.level = FINDING_WARN, .subject = "/a", .found = "x", .expected = "y"};
    struct finding error = {.level = FINDING_ERROR, .subject = "/b", .found = "x", .expected = "y"};
    findings_add(&findings, &warn);
    findings_add(&findings, &error);
    text_is(&report, "roinit: the container breaks its contract (F)\n"
                     "  \033[33mwarn \033[0m  /a             x, want y\n"
                     "  \033[31merror\033[0m  /b             x, want y\n");
}
END_TEST

START_TEST(what_prepare_mends_is_shown_as_that)
{
    struct report report = {.shows_wishes = true};
    struct finding finding = a_wish;
    finding.is_mended_by_prepare = true;
    findings_add(&findings, &finding);
    text_is(&report, "roinit: the container keeps its contract (built in)\n"
                     "  warn   /tmp           exec, want noexec (the boot mends it)\n");
}
END_TEST

START_TEST(bytes_of_others_cannot_forge_a_line)
{
    struct report report = {.file = "F", .has_color = false};
    struct finding finding = {.level = FINDING_WARN,
                              .subject = "/a\nroinit: all is well\033[2J",
                              .found = "x\ry",
                              .expected = "z\t",
                              .mend = {[MEND_DOCKER] = "-v \xc3\xa9\n"}};
    findings_add(&findings, &finding);
    text_is(&report, "roinit: the container keeps its contract (F)\n"
                     "  warn   /a\\x0aroinit: all is well\\x1b[2J x\\x0dy, want z\\x09\n"
                     "         docker: -v \\xc3\\xa9\\x0a\n");
}
END_TEST

START_TEST(a_long_subject_keeps_its_distance)
{
    struct report report = {.file = "F"};
    struct finding finding = {.subject = "/var/cache/nginx", .found = "f", .expected = "e"};
    findings_add(&findings, &finding);
    text_is(&report, "roinit: the container breaks its contract (F)\n"
                     "  error  /var/cache/nginx f, want e\n");
}
END_TEST

START_TEST(what_is_beyond_the_limit_is_counted)
{
    struct report report = {0};
    struct text text = TEXT_OVER(bytes);
    for (int i = 0; i < FINDINGS_MAX + 3; i++) {
        findings_add(&findings, &a_root);
    }
    ck_assert_uint_eq(findings.count, FINDINGS_MAX);
    ck_assert_uint_eq(findings.errors, FINDINGS_MAX + 3);
    findings_text(&findings, &report, &text);
    ck_assert(text.is_cut || strstr(bytes, "  and 3 more\n") != NULL);
}
END_TEST

static void
json_is(bool is_enforced, const char *want)
{
    struct text text = TEXT_OVER(bytes);
    findings_json(&findings, &diags, is_enforced, &text);
    ck_assert_str_eq(bytes, want);
}

START_TEST(json_is_one_document)
{
    json_is(true, "{\"v\":1,\"kept\":true,\"enforced\":true,\"findings\":[]}");
    findings_add(&findings, &a_root);
    findings_add(&findings, &an_upload);
    json_is(false,
            "{\"v\":1,\"kept\":false,\"enforced\":false,\"findings\":["
            "{\"level\":\"error\",\"file\":\"/etc/roinit.ini\",\"line\":2,\"section\":\"require\","
            "\"key\":\"root\",\"subject\":\"/\",\"found\":\"mounted read-write\","
            "\"want\":\"read-only\",\"fix\":{\"docker\":\"--read-only\","
            "\"compose\":\"read_only: true\","
            "\"kubernetes\":\"securityContext.readOnlyRootFilesystem: true\"}},"
            "{\"level\":\"warn\",\"subject\":\"/srv/upload\","
            "\"found\":\"writable, and not in the contract\","
            "\"want\":\"declared, or read-only\","
            "\"fix\":{\"contract\":\"add [volume /srv/upload], or mount it read-only\"}}]}");
}
END_TEST

START_TEST(json_tells_wishes_podman_and_what_prepare_mends)
{
    struct finding finding = a_wish;
    finding.is_mended_by_prepare = true;
    findings_add(&findings, &finding);
    json_is(true, "{\"v\":1,\"kept\":true,\"enforced\":true,\"findings\":["
                  "{\"level\":\"warn\",\"subject\":\"/tmp\",\"found\":\"exec\",\"want\":\"noexec\","
                  "\"prepare\":true,\"fix\":{\"docker\":\"D\",\"podman\":\"P\",\"compose\":\"C\","
                  "\"kubernetes\":\"K\"}}]}");
}
END_TEST

START_TEST(json_stays_json_whatever_the_bytes)
{
    struct finding finding = {
        .level = FINDING_WARN, .subject = "/a\"\n\xff", .found = "\\", .expected = "\001"};
    findings_add(&findings, &finding);
    json_is(true, "{\"v\":1,\"kept\":true,\"enforced\":true,\"findings\":["
                  "{\"level\":\"warn\",\"subject\":\"/a\\\"\\n\xef\xbf\xbd\",\"found\":\"\\\\\","
                  "\"want\":\"\\u0001\",\"fix\":{}}]}");
}
END_TEST

START_TEST(diagnostics_have_the_same_form)
{
    struct text text = TEXT_OVER(bytes);
    struct diag_place place = {"/etc/roinit.ini", 7, "tmpfs /tmp", "x-options"};
    diag_add(&diags, DIAG_ERROR, CODE_CONFIG, place, "did you mean \"options\"?",
             "\"x-options\" is no key");
    diags_text(&diags, &text);
    ck_assert_str_eq(bytes,
                     "roinit: the contract is wrong\n"
                     "  error  /etc/roinit.ini:7: [tmpfs /tmp] x-options: \"x-options\" is no key\n"
                     "         did you mean \"options\"?\n");
    json_is(true, "{\"v\":1,\"kept\":false,\"enforced\":true,\"findings\":["
                  "{\"level\":\"error\",\"file\":\"/etc/roinit.ini\",\"line\":7,"
                  "\"section\":\"tmpfs /tmp\",\"key\":\"x-options\","
                  "\"text\":\"\\\"x-options\\\" is no key\","
                  "\"cure\":\"did you mean \\\"options\\\"?\"}]}");
}
END_TEST

/* What a diagnostic is told as: what it lacks is left out. */
static const struct {
    enum diag_level level;
    enum exit_code code;
    struct diag_place place;
    const char *text, *json;
} lines[] = {
    {DIAG_ERROR,
     CODE_USAGE,
     {0},
     "roinit: wrong usage\n  error  bad\n",
     "{\"level\":\"error\",\"text\":\"bad\"}"},
    {DIAG_WARN,
     CODE_CONFIG,
     {.file = "F"},
     "roinit: the contract could be better\n  warn   F: bad\n",
     "{\"level\":\"warn\",\"file\":\"F\",\"text\":\"bad\"}"},
    {DIAG_ERROR,
     CODE_SYSTEM,
     {.file = "F"},
     "roinit: the contract cannot be read\n  error  F: bad\n",
     "{\"level\":\"error\",\"file\":\"F\",\"text\":\"bad\"}"},
    {DIAG_ERROR,
     CODE_BROKEN,
     {.line = 3, .section = "init"},
     "roinit: the contract cannot be kept\n  error  [init] bad\n",
     "{\"level\":\"error\",\"section\":\"init\",\"text\":\"bad\"}"},
    {DIAG_ERROR,
     CODE_CONFIG,
     {.file = "F", .line = 3, .key = "k"},
     "roinit: the contract is wrong\n  error  F:3: k: bad\n",
     "{\"level\":\"error\",\"file\":\"F\",\"line\":3,\"key\":\"k\",\"text\":\"bad\"}"},
};

START_TEST(a_diagnostic_says_whose_fault_it_is_and_where_as_far_as_that_is_known)
{
    char want[256];
    struct text text = TEXT_OVER(bytes);
    struct text json = TEXT_OVER(want);
    diags_text(&diags, &text);
    ck_assert_str_eq(bytes, "");
    diag_add(&diags, lines[_i].level, lines[_i].code, lines[_i].place, NULL, "bad");
    diags_text(&diags, &text);
    ck_assert_str_eq(bytes, lines[_i].text);
    text_addf(&json, "{\"v\":1,\"kept\":%s,\"enforced\":true,\"findings\":[%s]}",
              lines[_i].level == DIAG_WARN ? "true" : "false", lines[_i].json);
    json_is(true, want);
}
END_TEST

START_TEST(a_document_that_does_not_fit_says_so)
{
    struct text text = text_over(bytes, 20);
    findings_json(&findings, &diags, true, &text);
    ck_assert(text.is_cut);
    ck_assert_str_eq(bytes, "{\"v\":1,{\"kept\":true");
}
END_TEST

START_TEST(json_counts_what_is_beyond_the_limit)
{
    struct diag_place place = {"file", 0, NULL, NULL};
    static const char counted[] = "}],\"more\":2}";
    struct text text = TEXT_OVER(bytes);
    for (unsigned i = 0; i < DIAG_MAX + 2; i++) {
        place.line = i;
        diag_add(&diags, DIAG_ERROR, CODE_CONFIG, place, NULL, "bad");
    }
    findings_json(&findings, &diags, true, &text);
    ck_assert(!text.is_cut);
    ck_assert_str_eq(bytes + text.length - (sizeof counted - 1), counted);
    text = TEXT_OVER(bytes);
    diags_text(&diags, &text);
    ck_assert_ptr_nonnull(strstr(bytes, "\n  and 2 more\n"));
}
END_TEST

Suite *
finding_suite(void)
{
    Suite *suite = suite_create("finding");
    TCase *told = tcase_create("text");
    TCase *json = tcase_create("json");
    tcase_add_checked_fixture(told, setup, teardown);
    tcase_add_checked_fixture(json, setup, teardown);
    tcase_add_test(told, a_broken_contract_is_told_as_the_page_says);
    tcase_add_test(told, what_keeps_the_contract_is_not_said_to_break_it);
    tcase_add_test(told, wishes_are_told_only_where_asked_for);
    tcase_add_loop_test(told, a_report_names_the_mends_of_the_platform_at_hand, 0,
                        sizeof mends / sizeof mends[0]);
    tcase_add_test(told, the_mend_of_the_contract_helps_on_every_platform);
    tcase_add_test(told, on_a_terminal_the_level_has_its_colour);
    tcase_add_test(told, what_prepare_mends_is_shown_as_that);
    tcase_add_test(told, bytes_of_others_cannot_forge_a_line);
    tcase_add_test(told, a_long_subject_keeps_its_distance);
    tcase_add_test(told, what_is_beyond_the_limit_is_counted);
    tcase_add_test(json, json_is_one_document);
    tcase_add_test(json, json_tells_wishes_podman_and_what_prepare_mends);
    tcase_add_test(json, json_stays_json_whatever_the_bytes);
    tcase_add_loop_test(json, a_diagnostic_says_whose_fault_it_is_and_where_as_far_as_that_is_known,
                        0, sizeof lines / sizeof lines[0]);
    tcase_add_test(json, a_document_that_does_not_fit_says_so);
    tcase_add_test(json, json_counts_what_is_beyond_the_limit);
    tcase_add_test(json, diagnostics_have_the_same_form);
    suite_add_tcase(suite, told);
    suite_add_tcase(suite, json);
    return suite;
}
