/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdint.h>
#include <string.h>

#include "config/command.h"
#include "config/vars.h"
#include "tests/unit/suites.h"

static struct arena arena;
static struct vars vars;

static void
setup(void)
{
    vars_init(&vars, &arena);
    vars_set(&vars, "A", "one two");
    vars_set(&vars, "EMPTY", "");
    vars_set(&vars, "PUID", "abc");
}

static void
teardown(void)
{
    arena_free(&arena);
}

START_TEST(variables_are_set_replaced_and_unset)
{
    struct vars copy;
    vars_copy(&copy, &vars, &arena);
    vars_set(&copy, "A", "x");
    vars_set(&copy, "AB", "y");
    vars_set(&copy, "PUID", NULL);
    ck_assert_str_eq(vars_get(&copy, "A"), "x");
    ck_assert_str_eq(vars_get(&copy, "AB"), "y");
    ck_assert_ptr_null(vars_get(&copy, "PUID"));
    ck_assert_ptr_null(copy.item[copy.count]);
    ck_assert_str_eq(vars_get(&vars, "A"), "one two");
    ck_assert_str_eq(vars_get(&vars, "PUID"), "abc");
    for (int i = 0; i < 100; i++) {
        vars_set(&copy, arena_printf(&arena, "N%d", i), "v");
    }
    ck_assert_str_eq(vars_get(&copy, "N99"), "v");
    ck_assert_ptr_null(copy.item[copy.count]);
}
END_TEST

START_TEST(an_environment_is_taken_in_its_order_and_the_last_of_a_name_counts)
{
    static const char *const said[] = {"B=1", "A=x", "=C:", "none", "", "AB=", "A=y=z", "B=", NULL};
    char *const *environment = (char *const *)(uintptr_t)said;
    static const char *const want[] = {"AB=", "A=y=z", "B="};
    vars_take(&vars, environment, &arena, &arena);
    ck_assert_uint_eq(vars.count, sizeof want / sizeof want[0]);
    for (size_t i = 0; i < vars.count; i++) {
        ck_assert_str_eq(vars.item[i], want[i]);
    }
    ck_assert_ptr_null(vars.item[vars.count]);
    vars_take(&vars, environment + 8, &arena, &arena);
    ck_assert_uint_eq(vars.count, 0);
    ck_assert_ptr_null(vars.item[0]);
}
END_TEST

/* Not in a time that grows with the square of their number: that would be minutes. */
START_TEST(a_hundred_thousand_variables_are_taken)
{
    enum { MANY = 100000 };
    char **environment = ARENA_NEW(&arena, char *, MANY + 1);
    for (int i = 0; i < MANY; i++) {
        environment[i] = arena_printf(&arena, "SERVICE_%d_PORT=tcp://10.0.0.1:80", i / 2);
    }
    environment[MANY] = NULL;
    vars_take(&vars, environment, &arena, &arena);
    ck_assert_uint_eq(vars.count, MANY / 2);
    ck_assert_ptr_eq(vars.item[7], environment[15]);
}
END_TEST

/* NULL in `result`: a sentence that holds `part`. */
static const struct {
    const char *text, *result, *part;
    bool is_runtime;
} values[] = {
    {"plain } text", "plain } text", NULL, false},
    {"$A", "one two", NULL, false},
    {"x${A}y", "xone twoy", NULL, false},
    {"$$A", "$A", NULL, false},
    {"${NONE:-word}", "word", NULL, false},
    {"${EMPTY:-word}", "word", NULL, false},
    {"${EMPTY}", "", NULL, false},
    {"${NONE:-${PUID}}", "abc", NULL, false},
    {"${NONE:-a${NONE:-b}c}d", "abcd", NULL, false},
    {"${A:-${NONE}}", "one two", NULL, false},
    {"${NONE:-}", "", NULL, false},
    {"${NONE:-$$x}y", "$xy", NULL, false},
    {"${NONE:-$}y}", NULL, "begins no variable", false},
    {"${NONE:-a{b}c", "a{bc", NULL, false},
    {"${PUID:?say who}", "abc", NULL, false},
    {"${EMPTY:-$NONE}", NULL, "NONE is not set and has no default", true},
    {"$NONE", NULL, "NONE is not set and has no default", true},
    {"${NONE:?say who}", NULL, "NONE: say who", true},
    {"${EMPTY:?say who}", NULL, "EMPTY: say who", true},
    {"${NONE", NULL, "an unfinished ${", false},
    {"${}", NULL, "no variable's name", false},
    {"${A-b}", NULL, "neither ${NAME}", false},
    {"a $ b", NULL, "write $$", false},
    {"$1", NULL, "write $$", false},
    {"${X:-${X:-${X:-${X:-${X:-${X:-${X:-${X:-${X:-d}}}}}}}}}", NULL, "too deep", false},
};

START_TEST(values_expand)
{
    char why[256] = "";
    bool is_runtime = false;
    const char *result = expand_value(values[_i].text, &vars, &arena, why, sizeof why, &is_runtime);
    if (values[_i].result != NULL) {
        ck_assert_msg(result != NULL, "%s: %s", values[_i].text, why);
        ck_assert_str_eq(result, values[_i].result);
        return;
    }
    ck_assert_ptr_null(result);
    ck_assert_msg(strstr(why, values[_i].part) != NULL, "%s: %s", values[_i].text, why);
    ck_assert_int_eq(is_runtime, values[_i].is_runtime);
}
END_TEST

START_TEST(without_variables_the_notation_alone_is_judged)
{
    char why[256];
    bool is_runtime = false;
    ck_assert_str_eq(expand_value("$NONE", NULL, &arena, why, sizeof why, &is_runtime), "$NONE");
    ck_assert_ptr_null(expand_value("${NONE", NULL, &arena, why, sizeof why, &is_runtime));
}
END_TEST

START_TEST(an_expansion_without_bound_is_refused)
{
    char why[256], large[60000];
    bool is_runtime = false;
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    vars_set(&vars, "L", large);
    ck_assert_ptr_null(expand_value("$L$L$L$L", &vars, &arena, why, sizeof why, &is_runtime));
    ck_assert(is_runtime);
    struct words argv = {0};
    is_runtime = false;
    ck_assert_int_eq(command_expand("x $L a\"$L\"${L}b$L", &vars, NULL, &arena, &argv, why,
                                    sizeof why, &is_runtime),
                     -1);
    ck_assert_str_eq(why, "a word of it comes to more than 131071 bytes");
    ck_assert(is_runtime);
}
END_TEST

/* Words are shown with | between; NULL in `argv`: a sentence that holds `part`. */
static const struct {
    const char *text, *argv, *part;
} commands[] = {
    {"nginx -g \"daemon off;\"", "nginx|-g|daemon off;", NULL},
    {"sh -c 'a ; b # $c'", "sh|-c|a ; b # $c", NULL},
    {"a\\ b \\\"c \\\\", "a b|\"c|\\", NULL},
    {"\"a\\\"b\\\\c\\$d\\n\"", "a\"b\\c$d\\n", NULL},
    {"x ''", "x|", NULL},
    {"x 'a'\"b\"c", "x|abc", NULL},
    {"x\ty", "x|y", NULL},
    {"x\\\ny", "x|y", NULL},
    {"x \"a\\", NULL, "a \" that is not closed"},
    {"x $A", "x|one|two", NULL},
    {"x $A/b", "x|one two/b", NULL},
    {"x $EMPTY y", "x|y", NULL},
    {"x \"$A\" ${A} a$A", "x|one two|one two|aone two", NULL},
    {"x ${NONE:-a b} y", "x|a b|y", NULL},
    {"x ${EMPTY}", "x|", NULL},
    {"x $$A", "x|$A", NULL},
    {"x\n  y", "x|y", NULL},
    {"x \\\ny", "x|y", NULL},
    {"\"$@\"", "cmd|a b|it's", NULL},
    {"pre \"$@\" post", "pre|cmd|a b|it's|post", NULL},
    {"sh '\"$@\"'", "sh|\"$@\"", NULL},
    {"x 'a", NULL, "a ' that is not closed"},
    {"x \"a", NULL, "a \" that is not closed"},
    {"x \\", NULL, "escapes nothing"},
    {"x $@", NULL, "only as a word of its own"},
    {"x \"a$@\"", NULL, "only as a word of its own"},
    {"x ${A", NULL, "an unfinished ${"},
    {"x $(id)", NULL, "write $$"},
    {"x $NONE", NULL, "NONE is not set"},
    {"$EMPTY", NULL, "is empty"},
    {"", NULL, "is empty"},
    {"'' x", NULL, "is empty"},
};

START_TEST(commands_become_argv_without_a_shell)
{
    static const char *given[] = {"cmd", "a b", "it's", NULL};
    struct words arguments = {3, given}, argv = {0};
    char why[256] = "", joined[256] = "";
    bool is_runtime = false;
    int status = command_expand(commands[_i].text, &vars, &arguments, &arena, &argv, why,
                                sizeof why, &is_runtime);
    if (commands[_i].argv == NULL) {
        ck_assert_int_eq(status, -1);
        ck_assert_msg(strstr(why, commands[_i].part) != NULL, "%s: %s", commands[_i].text, why);
        return;
    }
    ck_assert_msg(status == 0, "%s: %s", commands[_i].text, why);
    for (size_t i = 0; i < argv.count; i++) {
        strcat(joined, i == 0 ? "" : "|");
        strcat(joined, argv.item[i]);
    }
    ck_assert_str_eq(joined, commands[_i].argv);
    ck_assert_ptr_null(argv.item[argv.count]);
}
END_TEST

/* Of the words "$@" none are given. */
static const struct {
    const char *text;
    bool is_runtime;
} empties[] = {{"", false}, {"''", false}, {"\"$@\"", true}, {"$EMPTY", true}};

START_TEST(a_command_of_no_words_is_to_blame_on_what_was_to_bring_them)
{
    struct words arguments = {0}, argv = {0};
    char why[256] = "";
    bool is_runtime = !empties[_i].is_runtime;
    ck_assert_int_eq(command_expand(empties[_i].text, &vars, &arguments, &arena, &argv, why,
                                    sizeof why, &is_runtime),
                     -1);
    ck_assert_str_eq(why, "its first word, which is the program, is empty");
    ck_assert_int_eq(is_runtime, empties[_i].is_runtime);
}
END_TEST

static const struct {
    const char *text;
    bool has;
} holders[] = {{"$A", true},   {"x${A}", true}, {"$$$A", true}, {"x", false},
               {"$$A", false}, {"$1", false},   {"a$", false},  {"$-", false}};

START_TEST(a_variable_is_seen_where_there_is_one)
{
    ck_assert_int_eq(expand_has_variable(holders[_i].text), holders[_i].has);
}
END_TEST

static const struct {
    const char *text;
    bool takes;
} takers[] = {
    {"\"$@\"", true},         {"x \"$@\" y", true},  {"x '\"$@\"'", false},
    {"x\"$@\"", false},       {"x \"$@\"y", false},  {"x \"a \\\"$@\" ", false},
    {"x \\\n\"$@\"", true},   {"x \\\"$@\"", false}, {"sh -c 'a b' \"$@\"", true},
    {"x 'a\\' \"$@\"", true}, {"x \\", false},       {"", false},
};

START_TEST(the_word_for_arguments_is_seen_where_it_stands_alone)
{
    ck_assert_int_eq(command_takes_arguments(takers[_i].text), takers[_i].takes);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
vars_suite(void)
{
    Suite *suite = suite_create("vars");
    TCase *tests = tcase_create("vars");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, variables_are_set_replaced_and_unset);
    tcase_add_test(tests, an_environment_is_taken_in_its_order_and_the_last_of_a_name_counts);
    tcase_add_test(tests, a_hundred_thousand_variables_are_taken);
    tcase_add_loop_test(tests, values_expand, 0, COUNT(values));
    tcase_add_test(tests, without_variables_the_notation_alone_is_judged);
    tcase_add_test(tests, an_expansion_without_bound_is_refused);
    tcase_add_loop_test(tests, commands_become_argv_without_a_shell, 0, COUNT(commands));
    tcase_add_loop_test(tests, a_command_of_no_words_is_to_blame_on_what_was_to_bring_them, 0,
                        COUNT(empties));
    tcase_add_loop_test(tests, a_variable_is_seen_where_there_is_one, 0, COUNT(holders));
    tcase_add_loop_test(tests, the_word_for_arguments_is_seen_where_it_stands_alone, 0,
                        COUNT(takers));
    suite_add_tcase(suite, tests);
    return suite;
}
