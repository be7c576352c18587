/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "config/diag.h"
#include "config/grow.h"
#include "config/text.h"
#include "config/vars.h"
#include "init/blame.h"
#include "init/contract.h"
#include "init/drift.h"
#include "tests/unit/stage.h"
#include "tests/unit/suites.h"

/*
 * When memory runs out after the boot. The allocators stand before those of the C library (--wrap)
 * and refuse what is asked of them that many times: an arena has what it was lent and, where that
 * goes on, no more.
 */
void *real_malloc(size_t size) __asm__("__real_malloc");
void *real_calloc(size_t count, size_t size) __asm__("__real_calloc");
void *starved_malloc(size_t size) __asm__("__wrap_malloc");
void *starved_calloc(size_t count, size_t size) __asm__("__wrap_calloc");

static size_t refusals;

static bool
refuses(void)
{
    bool does = refusals > 0;
    refusals -= does;
    return does;
}

void *
starved_malloc(size_t size)
{
    return refuses() ? NULL : real_malloc(size);
}

void *
starved_calloc(size_t count, size_t size)
{
    return refuses() ? NULL : real_calloc(count, size);
}

/* ---------------------------------------------------------------- what is made after the boot */

static void
add_words(const struct words *words, struct text *out)
{
    for (size_t i = 0; i < words->count; i++) {
        text_addf(out, "%s|", words->item[i]);
    }
}

static void
make_words(struct arena *arena, struct text *out)
{
    struct words words = {0};
    value_split(" one  two\nthree ", arena, &words);
    add_words(&words, out);
}

static void
make_vars(struct arena *arena, struct text *out)
{
    struct vars vars, copy;
    vars_init(&vars, arena);
    for (int i = 0; i < 20; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "N%d", i);
        vars_set(&vars, name, "value");
    }
    vars_copy(&copy, &vars, arena);
    vars_set(&copy, "N19", "other");
    text_add_json(out, vars_get(&copy, "N0"));
    text_add_json(out, vars_get(&copy, "N19"));
    text_addf(out, "%zu", copy.count);
}

static void
make_command(struct arena *arena, struct text *out)
{
    static const char *given[] = {"cmd", "a b", NULL};
    const struct words arguments = {2, given};
    struct words argv = {0};
    struct vars vars;
    char why[128] = "";
    bool is_runtime = false;
    vars_init(&vars, arena);
    vars_set(&vars, "A", "one two");
    if (command_expand("$A x\"$A\" ${B:-$A} 'y z' \"$@\" last", &vars, &arguments, arena, &argv,
                       why, sizeof why, &is_runtime) == 0) {
        add_words(&argv, out);
    }
}

static void
make_diags(struct arena *arena, struct text *out)
{
    struct diags diags = {.arena = arena};
    for (int i = 0; i < 20; i++) {
        diag_add(&diags, DIAG_ERROR, CODE_BROKEN, (struct diag_place){0}, "a cure", "error %d", i);
    }
    text_addf(out, "%zu of %zu with %d: %s", diags.count, diags.count + diags.more,
              (int)diag_code(&diags), diags.count == 20 ? diags.item[19].text : "");
}

static void
make_path(struct arena *arena, struct text *out)
{
    text_add_json(out, value_path("/a/./b//c", arena));
}

static void
make_copies(struct arena *arena, struct text *out)
{
    text_add_json(out, arena_printf(arena, "%d and %s", 7, "x"));
    text_add_json(out, arena_strdup(arena, "copy"));
    text_add_json(out, arena_strndup(arena, "copy", 0));
}

/* ---------------------------------------------------------------- … of a container */

static void
setup(void)
{
    static char number[] = "A=1", secret_file[] = "P_FILE=/p", language[] = "LANG=C";
    static char *inherited[] = {number, secret_file, language, NULL};
    static const char *files[] = {"/e"}, *secret_names[] = {"P"};
    static const char *words[] = {"tmp", "home", "xdg", "java"};
    static const char *own[] = {"E=$A$B$C$D$P", "HOME=/data"};
    static const struct environ_text init_files[] = {{"/i", "B=2\nC=3\n", 8}};
    static const struct environ_text secrets[] = {{"/p", "secret\n", 7}};
    stage_init();
    stage_set_user(0, "app", NULL);
    stage.environment.inherited = inherited;
    stage.environment.env_file = init_files;
    stage.environment.secret = secrets;
    stage.config.init.env_file = stage.unit[0].env_file = (struct words){1, files};
    stage.config.init.file_env = (struct words){1, secret_names};
    stage.mount[STAGE_TMP].redirect = (struct words){4, words};
    stage.unit[0].env = (struct words){2, own};
    stage.config.require.undeclared_mounts = UNDECLARED_WARN;
    stage_resolve(CODE_OK);
}

static void
make_environment(struct arena *arena, struct text *out)
{
    static const struct environ_text unit_files[] = {{"/u", "D=4\n", 4}};
    struct vars vars;
    struct diags diags = {.arena = arena};
    (void)environ_unit(&stage.environment, 0, unit_files, arena, &vars, &diags);
    text_add_json(out, vars_get(&vars, "E"));
    text_add_json(out, vars_get(&vars, "XDG_CACHE_HOME"));
    text_add_json(out, vars_get(&vars, "JDK_JAVA_OPTIONS"));
    text_addf(out, "%zu", vars.count);
}

/* What a look at the mounts finds: each is gone, and / can be written to. */
static void
make_drift(struct arena *arena, struct text *out)
{
    static const char table_text[] =
        "1 0 0:1 / / rw - overlay o rw\n2 1 0:2 / /srv rw - ext4 d rw\n";
    struct facts now;
    struct mount_table table;
    struct findings before = {.arena = arena}, found = {.arena = arena}, fresh = {.arena = arena};
    mountinfo_parse(table_text, sizeof table_text - 1, arena, &table);
    drift_facts(&stage.facts, STAGE_MOUNTS, &table, arena, &now);
    contract_check_drift(&stage.config, &now, &stage.identities, &found);
    drift_new(&before, &found, &fresh);
    for (size_t i = 0; i < fresh.count; i++) {
        text_addf(out, "%s|", fresh.item[i].subject);
    }
    text_addf(out, "%zu", fresh.count + fresh.more);
}

static void
make_blame(struct arena *arena, struct text *out)
{
    struct fleet_unit unit[] = {{.config = &stage.unit[0]}};
    struct order_list none = {0};
    struct fleet fleet = {.config = &stage.config, .unit = unit, .count = 1};
    struct blame blame;
    fleet.order = (struct order){.after = &none, .requires = &none, .awaited = &none};
    if (blame_build(&fleet, 0, arena, &blame) == 0) {
        text_addf(out, "%zu", blame.count);
    }
}

static const struct {
    void (*make)(struct arena *arena, struct text *out);
    const char *whole;
} things[] = {
    {make_words, "one|two|three|"},
    {make_vars, "\"value\"\"other\"20"},
    {make_command, "one|two|xone two|one two|y z|cmd|a b|last|"},
    {make_diags, "20 of 20 with 77: error 19"},
    {make_path, "\"/a/b/c\""},
    {make_copies, "\"7 and x\"\"copy\"\"\""},
    {make_environment, "\"1234secret\"\"/data/.cache\"\"-Djava.io.tmpdir=/tmp "
                       "-Duser.home=/data\"19"},
    {make_drift, "/|/srv|/tmp|/run|/data|5"},
    {make_blame, "1"},
};

enum { LEAST_BYTES = 32, STEP_BYTES = 16, MOST_BYTES = 16 * 1024 };

static char made[256];

/* Makes it with that much memory. Returns whether it is whole, and whether it says that it is not.
 */
static bool
make_with(int thing, size_t size, size_t refused, bool *ret_is_spent)
{
    static _Alignas(64) unsigned char memory[MOST_BYTES];
    struct text text = TEXT_OVER(made);
    struct arena arena = ARENA_INIT;
    memset(memory, 0, sizeof memory);
    arena_begin(&arena, memory, size);
    refusals = refused;
    things[thing].make(&arena, &text);
    refusals = 0;
    *ret_is_spent = arena.is_spent;
    arena_free(&arena);
    return strcmp(made, things[thing].whole) == 0;
}

static void
check_with(int thing, size_t refused)
{
    size_t spent = 0;
    bool is_spent;
    for (size_t size = LEAST_BYTES; size < MOST_BYTES; size += STEP_BYTES) {
        bool is_whole = make_with(thing, size, refused, &is_spent);
        ck_assert_msg(is_whole || is_spent, "with %zu bytes: %s", size, made);
        spent += is_spent;
    }
    ck_assert_uint_gt(spent, 0);
    ck_assert(make_with(thing, MOST_BYTES, refused, &is_spent) && !is_spent);
}

START_TEST(what_lacks_a_part_for_want_of_memory_is_marked_so)
{
    check_with(_i, SIZE_MAX);
}
END_TEST

START_TEST(and_so_it_is_where_memory_was_short_for_a_moment)
{
    check_with(_i, 1);
}
END_TEST

static int calls;

static void
count_call(void)
{
    calls++;
}

START_TEST(an_arena_tells_whoever_it_names_else_whoever_stands_in)
{
    struct arena arena = {.out_of_memory = count_call};
    struct arena other = ARENA_INIT;
    calls = 0;
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
    ck_assert_int_eq(calls, 1);
    ck_assert_ptr_null(arena_alloc(&other, SIZE_MAX));
    ck_assert_int_eq(calls, 1);
    arena_set_fallback(count_call);
    ck_assert_ptr_null(arena_alloc(&other, SIZE_MAX));
    arena_set_fallback(NULL);
    ck_assert_int_eq(calls, 2);
    ck_assert(arena.is_spent && other.is_spent);
    arena_free(&other);
    ck_assert(!other.is_spent);
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
memory_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_add_checked_fixture(tests, setup, stage_free);
    tcase_add_loop_test(tests, what_lacks_a_part_for_want_of_memory_is_marked_so, 0, COUNT(things));
    tcase_add_loop_test(tests, and_so_it_is_where_memory_was_short_for_a_moment, 0, COUNT(things));
    tcase_add_test(tests, an_arena_tells_whoever_it_names_else_whoever_stands_in);
    suite_add_tcase(suite, tests);
    return suite;
}
