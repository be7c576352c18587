/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"
#include "config/text.h"
#include "tests/unit/written.h"
#include "tests/unit/suites.h"

static char folder[64], path[4096];

static void
setup(void)
{
    written_init();
    strcpy(folder, "/tmp/roinit-load.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
teardown(void)
{
    char command[128];
    written_free();
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static const char *
in_folder(const char *name)
{
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void
put_bytes(const char *name, const char *bytes, size_t length)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
    ck_assert_int_eq(close(fd), 0);
}

static void
put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static void
load(const char *name)
{
    struct load_source source = {
        .file = in_folder(name), .must_exist = true, .check_permissions = true};
    load_contract(&source, &written.arena, &written.doc, &written.diags);
}

START_TEST(drop_ins_come_in_byte_order_and_change_what_was_said)
{
    put("a.ini", "[service web]\ncommand = one\nafter = x\nlog = json\n[defaults]\nenv = A=1\n");
    ck_assert_int_eq(mkdir(in_folder("a.d"), 0755), 0);
    put("a.d/20.ini", "[service web]\ncommand = three\nafter += z\n");
    put("a.d/10.ini", "[service web]\ncommand = two\nafter += y\nlog =\nenv += B=2\n[service "
                      "new]\ncommand = n\n");
    put("a.d/30.txt", "not for us");
    put("a.d/.40.ini", "not for us");
    put("a.d/ini", "not for us");
    load("a.ini");
    written_expect(0, NULL);
    ck_assert_str_eq(written_text("service web", "command"), "three");
    ck_assert_str_eq(written_text("service web", "after"), "x y z");
    ck_assert_ptr_null(written_text("service web", "log"));
    ck_assert_str_eq(written_text("service web", "env"), "A=1\nB=2");
    ck_assert_str_eq(written_text("service new", "command"), "n");
    ck_assert_uint_eq(strlen(written.doc.digest), 64);
}
END_TEST

static void
make_empty(void)
{
    put("a.ini", "");
}
static void
make_blank(void)
{
    put("a.ini", " \n\r\n");
}
static void
make_binary(void)
{
    put_bytes("a.ini", "[init]\n\0x", 9);
}
static void
make_large(void)
{
    static char large[1024 * 1024 + 1];
    memset(large, '#', sizeof large);
    put_bytes("a.ini", large, sizeof large);
}
static void
make_half(void)
{
    put("a.ini", "[service a]\ncommand = x\n[tmpfs /t");
}
static void
make_loop(void)
{
    ck_assert_int_eq(symlink("a.ini", in_folder("a.ini")), 0);
}
static void
make_dangling(void)
{
    ck_assert_int_eq(symlink("nowhere", in_folder("a.ini")), 0);
}
static void
make_directory(void)
{
    ck_assert_int_eq(mkdir(in_folder("a.ini"), 0755), 0);
}
static void
make_fifo(void)
{
    ck_assert_int_eq(mkfifo(in_folder("a.ini"), 0644), 0);
}
static void
make_nothing(void)
{
}
static void
make_writable(void)
{
    put("a.ini", "[init]\n");
    ck_assert_int_eq(chmod(path, 0666), 0);
}
static void
make_writable_drop_in(void)
{
    put("a.ini", "[init]\n");
    ck_assert_int_eq(mkdir(in_folder("a.d"), 0755), 0);
    put("a.d/x.ini", "[init]\n");
    ck_assert_int_eq(chmod(path, 0664), 0);
}
static void
make_writable_folder(void)
{
    put("a.ini", "[init]\n");
    ck_assert_int_eq(mkdir(in_folder("a.d"), 0755), 0);
    ck_assert_int_eq(chmod(in_folder("a.d"), 0777), 0);
}
static void
make_shared_folder(void)
{
    put("a.ini", "[init]\n");
    ck_assert_int_eq(chmod(folder, 0777), 0);
}
static void
make_file_for_folder(void)
{
    put("a.ini", "[init]\n");
    put("a.d", "x");
}
static void
make_dangling_drop_in(void)
{
    put("a.ini", "[init]\n");
    ck_assert_int_eq(mkdir(in_folder("a.d"), 0755), 0);
    ck_assert_int_eq(symlink("nowhere", in_folder("a.d/x.ini")), 0);
}
static void
make_many_drop_ins(void)
{
    put("a.ini", "[init]\n");
    ck_assert_int_eq(mkdir(in_folder("a.d"), 0755), 0);
    for (int i = 0; i < 10000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "a.d/%d.ini", i);
        put(name, "[init]\n");
    }
}

static const struct {
    void (*make)(void);
    const char *part;
} bad_files[] = {
    {make_empty, "it is empty"},
    {make_blank, "it is empty"},
    {make_binary, "it is binary"},
    {make_large, "larger than 1 MiB"},
    {make_half, "without its closing bracket"},
    {make_loop, "too many symbolic links"},
    {make_dangling, "no such file"},
    {make_directory, "it is a directory"},
    {make_fifo, "no regular file"},
    {make_nothing, "no such file"},
    {make_writable, "others may write it"},
    {make_writable_drop_in, "others may write it"},
    {make_writable_folder, "others may write it"},
    {make_shared_folder, "others may write it"},
    {make_file_for_folder, "not a directory"},
    {make_dangling_drop_in, "no such file"},
    {make_many_drop_ins, "more than 1000 drop-ins"},
};

START_TEST(a_bad_file_has_one_clear_sentence_and_code_78)
{
    bad_files[_i].make();
    load("a.ini");
    written_expect(1, bad_files[_i].part);
    ck_assert_int_eq(diag_code(&written.diags), CODE_CONFIG);
    ck_assert(text_starts_with(written.diags.item[0].file, folder));
}
END_TEST

START_TEST(a_sticky_folder_keeps_the_file_from_others)
{
    put("a.ini", "[init]\n");
    ck_assert_int_eq(chmod(folder, 01777), 0);
    load("a.ini");
    written_expect(0, NULL);
}
END_TEST

START_TEST(a_file_of_another_user_is_refused_on_a_writable_mount)
{
    put("a.ini", "[init]\n");
    if (geteuid() != 0) {
        return; /* only root can give files away */
    }
    ck_assert_int_eq(chown(path, 12345, 12345), 0);
    load("a.ini");
    written_expect(1, "belongs to another user");
}
END_TEST

START_TEST(lint_does_not_ask_who_could_write_the_file)
{
    make_writable();
    struct load_source source = {.file = in_folder("a.ini"), .must_exist = true};
    load_contract(&source, &written.arena, &written.doc, &written.diags);
    written_expect(0, NULL);
}
END_TEST

START_TEST(without_a_file_the_built_in_contract_holds)
{
    struct load_source source = {.file = in_folder("none.ini")};
    load_contract(&source, &written.arena, &written.doc, &written.diags);
    written_expect(0, NULL);
    ck_assert_ptr_null(written.doc.file);
    ck_assert_str_eq(written_text("require", "root"), "ro");
    ck_assert_str_eq(written_text("tmpfs /tmp", "redirect"), "tmp home xdg");
    ck_assert_str_eq(written_text("tmpfs /run", "optional"), "yes");
}
END_TEST

/* Loads the file as whoever names none would: it need not be there. */
static void
load_if_there(const char *file)
{
    struct load_source source = {
        .file = file, .check_permissions = true, .defaults = "[service a]\ncommand = x\n"};
    load_contract(&source, &written.arena, &written.doc, &written.diags);
}

/* NULL in `part`: it is as if there were none. */
static const struct {
    void (*make)(void);
    const char *name, *part;
} absences[] = {
    {make_nothing, "a.ini", NULL},
    {make_half, "a.ini/b.ini", NULL}, /* below a file */
    {make_dangling, "a.ini", "no such file"},
    {make_loop, "a.ini", "too many symbolic links"},
};

START_TEST(only_a_file_that_is_not_there_at_all_may_be_missing)
{
    absences[_i].make();
    load_if_there(in_folder(absences[_i].name));
    written_expect(absences[_i].part == NULL ? 0 : 1, absences[_i].part);
    ck_assert_int_eq(written.doc.file == NULL, absences[_i].part == NULL);
    const char *command = written_text("service a", "command");
    ck_assert_pstr_eq(command, absences[_i].part == NULL ? "x" : NULL);
}
END_TEST

START_TEST(drop_ins_lie_beside_the_file_whatever_its_name_ends_in)
{
    put("conf", "[service a]\ncommand = x\n");
    ck_assert_int_eq(mkdir(in_folder("conf.d"), 0755), 0);
    load("conf");
    written_expect(0, NULL);
    put("conf.d/1.ini", "[service a]\ncommand = y\n");
    written_free();
    written_init();
    load("conf");
    ck_assert_str_eq(written_text("service a", "command"), "y");
}
END_TEST

START_TEST(a_name_without_a_folder_lies_in_the_working_directory)
{
    put("f", "[service a]\ncommand = y\n");
    ck_assert_int_eq(chdir(folder), 0);
    load_if_there("f");
    written_expect(0, NULL);
    ck_assert_str_eq(written_text("service a", "command"), "y");
    ck_assert_int_eq(chmod(folder, 0777), 0);
    load_if_there("f");
    written_expect(1, "others may write it");
    ck_assert_str_eq(written.diags.item[0].file, ".");
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(a_file_that_breaks_off_while_it_is_read_is_no_contract)
{
    struct load_source source = {.file = "/proc/self/mem", .must_exist = true};
    load_contract(&source, &written.arena, &written.doc, &written.diags);
    written_expect(1, "it cannot be read: input or output error");
}
END_TEST

START_TEST(want_of_descriptors_is_the_systems_fault_and_not_the_contracts)
{
    struct rlimit limit;
    put("a.ini", "[init]\n");
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    load_if_there(path);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(diag_code(&written.diags), CODE_SYSTEM);
    written_expect(1, "it cannot be read: too many open files");
    ck_assert_str_eq(written.diags.item[0].cure, "raise ulimit -n");
}
END_TEST

START_TEST(a_drop_in_alone_is_a_contract)
{
    ck_assert_int_eq(mkdir(in_folder("none.d"), 0755), 0);
    put("none.d/x.ini", "[service a]\ncommand = x\n");
    struct load_source source = {.file = in_folder("none.ini")};
    load_contract(&source, &written.arena, &written.doc, &written.diags);
    ck_assert_ptr_nonnull(written.doc.file);
    ck_assert_ptr_null(written_text("require", "root"));
}
END_TEST

#define COUNT(table_) (int)(sizeof(table_) / sizeof((table_)[0]))

Suite *
load_suite(void)
{
    Suite *suite = suite_create("load");
    TCase *tests = tcase_create("load");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, drop_ins_come_in_byte_order_and_change_what_was_said);
    tcase_add_loop_test(tests, a_bad_file_has_one_clear_sentence_and_code_78, 0, COUNT(bad_files));
    tcase_add_test(tests, a_file_of_another_user_is_refused_on_a_writable_mount);
    tcase_add_test(tests, a_sticky_folder_keeps_the_file_from_others);
    tcase_add_test(tests, lint_does_not_ask_who_could_write_the_file);
    tcase_add_test(tests, without_a_file_the_built_in_contract_holds);
    tcase_add_loop_test(tests, only_a_file_that_is_not_there_at_all_may_be_missing, 0,
                        COUNT(absences));
    tcase_add_test(tests, drop_ins_lie_beside_the_file_whatever_its_name_ends_in);
    tcase_add_test(tests, a_name_without_a_folder_lies_in_the_working_directory);
    tcase_add_test(tests, a_file_that_breaks_off_while_it_is_read_is_no_contract);
    tcase_add_test(tests, want_of_descriptors_is_the_systems_fault_and_not_the_contracts);
    tcase_add_test(tests, a_drop_in_alone_is_a_contract);
    suite_add_tcase(suite, tests);
    return suite;
}
