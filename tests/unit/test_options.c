/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/text.h"
#include "init/options.h"
#include "tests/unit/suites.h"

enum { WORDS_MAX = 6 };

/* Parses the words of `line`, which blanks separate, behind "roinit". The words live until
 * the next call. */
static int
parse(const char *line, bool is_pid1, struct options *options, struct err *err)
{
    static char name[] = "roinit", words[256];
    static char *argv[WORDS_MAX + 2];
    int argc = 1;
    memset(argv, 0, sizeof argv);
    memset(options, 0, sizeof *options);
    argv[0] = name;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_int_le(argc, WORDS_MAX);
        argv[argc++] = word;
    }
    return options_parse(argc, argv, is_pid1, options, err);
}

static const struct {
    const char *line;
    bool is_pid1;
    const char *verb, *words, *file;
} good[] = {
    {"", true, "run", "", NULL},
    {"", false, "run", "", NULL},
    {"-- nginx -g x", true, "run", "nginx -g x", NULL},
    {"-- lint", false, "run", "lint", NULL}, /* after -- everything is a command */
    {"nginx -g x", true, "run", "nginx -g x", NULL},
    {"start now", true, "run", "start now", NULL}, /* a CMD called start */
    {"status web", false, "status", "web", NULL},
    {"run nginx --json", true, "run", "nginx --json", NULL},
    {"run -- nginx", true, "run", "nginx", NULL},
    {"run -- nginx", false, "run", "nginx", NULL},
    {"lint file", true, "lint", "file", NULL},
    {"-c other lint", false, "lint", "", "other"},
    {"-c one -c two", true, "run", "", "two"},
    {"-c other -- lint", true, "run", "lint", "other"},
    {"explain volume.chown", false, "explain", "volume.chown", NULL},
    {"--help", false, "help", "", NULL},
    {"-h", true, "help", "", NULL},
    {"- x", true, "run", "- x", NULL},
    {"learn what", false, "learn", "what", NULL}, /* says that it is reserved */
    {"--version what", false, "run", "what", NULL},
};

START_TEST(a_command_line_is_a_verb_and_its_words_or_a_command)
{
    struct options options;
    struct err err = {0};
    char words[256];
    struct text text = TEXT_OVER(words);
    ck_assert_msg(parse(good[_i].line, good[_i].is_pid1, &options, &err) == 0, "%s: %s",
                  good[_i].line, err.text);
    ck_assert_str_eq(options.verb->name, good[_i].verb);
    for (size_t i = 0; i < options.word_count; i++) {
        text_addf(&text, i == 0 ? "%s" : " %s", options.word[i]);
    }
    ck_assert_str_eq(words, good[_i].words);
    ck_assert_ptr_null(options.word[options.word_count]);
    ck_assert(text_equal(options.file, good[_i].file));
    ck_assert_int_eq(options.is_pid1, good[_i].is_pid1);
}
END_TEST

/* The keys that a lone command takes before it. */
static const struct {
    const char *line;
    const char *lone[OPTIONS_LONE_MAX];
    const char *words;
} lone[] = {
    {"--kill-mode group nginx", {NULL, "group", NULL}, "nginx"},
    {"--kill-mode=group nginx", {NULL, "group", NULL}, "nginx"},
    {"--kill-mode=process --kill-mode group x", {NULL, "group", NULL}, "x"},
    {"--success-status 0,3 -c file --forward-signals= x", {"", NULL, "0,3"}, "x"},
    {"x --kill-mode group", {NULL, NULL, NULL}, "x --kill-mode group"},
};

START_TEST(a_lone_command_takes_keys_before_it)
{
    struct options options;
    struct err err = {0};
    char words[256];
    struct text text = TEXT_OVER(words);
    ck_assert_msg(parse(lone[_i].line, true, &options, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < OPTIONS_LONE_MAX; i++) {
        ck_assert_pstr_eq(options.lone[i], lone[_i].lone[i]);
    }
    for (size_t i = 0; i < options.word_count; i++) {
        text_addf(&text, i == 0 ? "%s" : " %s", options.word[i]);
    }
    ck_assert_str_eq(words, lone[_i].words);
}
END_TEST

static const struct {
    const char *line;
    const char *says;
} bad[] = {
    {"--kill-mode", "--kill-mode wants a value: see `roinit explain service.kill-mode`"},
    {"--success-status=0\n[service", "--success-status wants a value"},
    {"--kill-modes group", "unknown option \"--kill-modes\""},
    {"-c", "-c wants a file"},
    {"lnit", "did you mean `roinit lint`"},
    {"lnit", "roinit -- lnit"},
    {"qqqqqqqq", "see `roinit help`"},
    {"--frob", "unknown option \"--frob\""},
    {"lint --frob", "`roinit lint` has no option \"--frob\""},
    {"lint --js", "`roinit lint` has no option \"--js\""},
    {"prepare --json", "`roinit prepare` has no option \"--json\""},
    {"explain init nonsense", "`roinit explain` has no use for \"nonsense\""},
    {"verify foo", "`roinit verify` has no use for \"foo\""},
    {"lint one two", "`roinit lint` has no use for \"two\""},
    {"lern", "see `roinit help`"}, /* nobody means a word that is refused */
};

START_TEST(a_wrong_command_line_ends_with_64_and_names_the_cure)
{
    struct options options;
    struct err err = {0};
    ck_assert_int_eq(parse(bad[_i].line, false, &options, &err), -1);
    ck_assert_int_eq((int)err.code, CODE_USAGE);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].line, err.text);
}
END_TEST

START_TEST(json_and_version_are_seen)
{
    struct options options;
    struct err err = {0};
    ck_assert_int_eq(parse("status web --json", false, &options, &err), 0);
    ck_assert(options.is_json);
    ck_assert_int_eq(parse("-- status --json", false, &options, &err), 0);
    ck_assert(!options.is_json);
    ck_assert_int_eq(parse("--version", false, &options, &err), 0);
    ck_assert(options.wants_version);
    ck_assert_int_eq(parse("-V", true, &options, &err), 0);
    ck_assert(options.wants_version);
}
END_TEST

START_TEST(every_verb_is_found_by_its_name_and_as_pid_1_only_those_that_say_so)
{
    const struct verb *verb = &verb_table[_i];
    struct options options;
    struct err err = {0};
    ck_assert_ptr_eq(verb_find(verb->name), verb);
    ck_assert(verb->where == VERB_LOCAL ? verb->run != NULL : true);
    ck_assert(verb->where == VERB_REMOTE ? verb->answer != NULL : true);
    if (verb->arguments[0] >= 'A' && verb->arguments[0] <= 'z' && verb->arguments[0] != '[') {
        return; /* it wants a word */
    }
    ck_assert_int_eq(parse(verb->name, false, &options, &err), 0);
    ck_assert_ptr_eq(options.verb, verb);
    ck_assert_int_eq(parse(verb->name, true, &options, &err), 0);
    ck_assert_str_eq(options.verb->name, verb->is_for_pid1 ? verb->name : "run");
    ck_assert_uint_eq(options.word_count, verb->is_for_pid1 ? 0 : 1);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *tests = tcase_create("options");
    tcase_add_loop_test(tests, a_command_line_is_a_verb_and_its_words_or_a_command, 0, COUNT(good));
    tcase_add_loop_test(tests, a_wrong_command_line_ends_with_64_and_names_the_cure, 0, COUNT(bad));
    tcase_add_loop_test(tests, a_lone_command_takes_keys_before_it, 0, COUNT(lone));
    tcase_add_test(tests, json_and_version_are_seen);
    tcase_add_loop_test(tests, every_verb_is_found_by_its_name_and_as_pid_1_only_those_that_say_so,
                        0, (int)verb_count);
    suite_add_tcase(suite, tests);
    return suite;
}
