/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <string.h>

#include "init/completion.h"
#include "tests/unit/suites.h"

static char bytes[65536];

static const char *
script(const char *shell)
{
    struct text out = TEXT_OVER(bytes);
    ck_assert(completion_add(shell, &out));
    ck_assert(!out.is_cut);
    return bytes;
}

/* What each shell is told of a verb's words: units, files, verbs, signals, words, and nothing. */
static const struct {
    const char *shell, *line;
} offers[] = {
    {"bash", "\n        status)\n            _roinit_offer $(_roinit_units)\n"
             "            _roinit_offer --json\n            ;;\n"},
    {"bash", "\n        lint)\n            compopt -o default 2>/dev/null\n"},
    {"bash",
     "\n        help)\n            _roinit_offer run lint show verify prepare probe explain "
     "help status "},
    {"bash", "\n        signal)\n            _roinit_offer HUP INT QUIT "},
    {"bash", "\n        completion)\n            _roinit_offer bash zsh fish\n"},
    {"bash", "\n        shutdown)\n            :\n"},
    {"bash", "\n        wait:--for) _roinit_offer ready final stopped; return ;;\n"},
    {"bash", "\n        wait:--timeout) :; return ;;\n"},
    {"zsh", "#compdef roinit\n"},
    {"zsh", "\n        status)\n            compadd -- $(_roinit_units)\n"},
    {"zsh", "\n        lint)\n            _files\n            compadd -- --json\n"},
    {"zsh", "\n        logs:-n) :; return ;;\n"},
    {"fish", "\ncomplete -c roinit -n __fish_use_subcommand -a lint -d 'check the contract without "
             "a container'\n"},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from start' -a '(__roinit_units)'\n"},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from lint' -F\n"},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from help' -a 'run lint show "},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from signal' -a 'HUP INT QUIT "},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'"},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from shutdown'\n"},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from wait' -l for -x -a 'ready final "
             "stopped'\n"},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from logs' -s n -x\n"},
    {"fish", "\ncomplete -c roinit -n '__fish_seen_subcommand_from logs' -s f\n"},
};

START_TEST(each_shell_offers_what_the_row_of_a_verb_names)
{
    ck_assert_msg(strstr(script(offers[_i].shell), offers[_i].line) != NULL, "%s lacks %s:\n%s",
                  offers[_i].shell, offers[_i].line, bytes);
}
END_TEST

START_TEST(no_shell_offers_what_is_reserved_or_ends_the_options)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        ck_assert_ptr_null(strstr(script(shells[i]), "learn"));
    }
    ck_assert_ptr_null(strstr(bytes, " -l  "));
}
END_TEST

START_TEST(there_is_nothing_for_another_shell)
{
    struct text out = TEXT_OVER(bytes);
    ck_assert(!completion_add("ksh", &out));
    ck_assert_uint_eq(out.length, 0);
}
END_TEST

Suite *
completion_suite(void)
{
    Suite *suite = suite_create("completion");
    TCase *tests = tcase_create("completion");
    tcase_add_loop_test(tests, each_shell_offers_what_the_row_of_a_verb_names, 0,
                        sizeof offers / sizeof offers[0]);
    tcase_add_test(tests, no_shell_offers_what_is_reserved_or_ends_the_options);
    tcase_add_test(tests, there_is_nothing_for_another_shell);
    suite_add_tcase(suite, tests);
    return suite;
}
