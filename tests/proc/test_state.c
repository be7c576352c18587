/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* The state directory: fresh, ours, never fatal. */

#define CONTRACT BASE "[service web]\nlog = raw\ncommand = /puppet print:up sleep\n"
#define OPEN_RUN "mode=1777,size=16m" /* anyone may have planted something */

static struct box
start_with(void (*plant)(void), const char *run_options)
{
    struct box box = box_start(
        &(struct start){.contract = CONTRACT, .run_options = run_options, .plant = plant});
    box_expect(&box, OUT, "up\n");
    return box;
}

static void
end_well(struct box *box)
{
    box_signal(box, SIGTERM);
    ck_assert_int_eq(box_end(box), 0);
    box_free(box);
}

START_TEST(the_state_directory_is_made_with_its_files)
{
    struct stat info;
    struct box box = start_with(NULL, NULL);
    box_await_file(&box, "/run/roinit/status.json");
    ck_assert_int_eq(stat(box_path(&box, "/run/roinit"), &info), 0);
    ck_assert_uint_eq(info.st_mode, S_IFDIR | 0755);
    ck_assert_int_eq(stat(box_path(&box, "/run/roinit/status.json"), &info), 0);
    ck_assert_uint_eq(info.st_mode, S_IFREG | 0644);
    ck_assert_int_eq(stat(box_path(&box, "/run/roinit/control"), &info), 0);
    ck_assert_uint_eq(info.st_mode, S_IFSOCK | 0666);
    end_well(&box);
}
END_TEST

static void
plant_stale(void)
{
    mkdir("/run/roinit", 0755);
    close(open("/run/roinit/status.json", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    close(open("/run/roinit/control", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    mkfifo("/run/roinit/notify", 0666);
}

START_TEST(what_a_former_run_left_is_replaced)
{
    char text[8192];
    struct box box = start_with(plant_stale, NULL);
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"name\":\"web\""));
    end_well(&box);
}
END_TEST

static void
plant_symlink(void)
{
    mkdir("/tmp/elsewhere", 0777);
    (void)!symlink("/tmp/elsewhere", "/run/roinit");
    (void)!lchown("/run/roinit", 10002, 10002);
}

static void
plant_foreign_folder(void)
{
    mkdir("/run/roinit", 0755);
    (void)!chown("/run/roinit", 10002, 10002);
}

static void
plant_file(void)
{
    close(open("/run/roinit", O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    (void)!chown("/run/roinit", 10002, 10002);
}

static void
plant_fifo(void)
{
    mkfifo("/run/roinit", 0666);
    (void)!chown("/run/roinit", 10002, 10002);
}

static void
plant_open_folder(void)
{
    mkdir("/run/roinit", 0777);
    chmod("/run/roinit", 0777);
    (void)!chown("/run/roinit", 10002, 10002);
}

START_TEST(a_state_directory_that_somebody_planted_is_not_used)
{
    static void (*const plants[])(void) = {plant_symlink, plant_foreign_folder, plant_file,
                                           plant_fifo, plant_open_folder};
    NEEDS_UIDS();
    for (size_t i = 0; i < sizeof(plants) / sizeof(plants[0]); i++) {
        char text[8192];
        struct box box = start_with(plants[i], OPEN_RUN);
        ck_assert_int_ne(access(box_path(&box, "/tmp/elsewhere/status.json"), F_OK), 0);
        ck_assert_int_ne(access(box_path(&box, "/run/roinit/control"), F_OK), 0);
        /* the second place serves, and the client looks there as well */
        ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
        ck_assert_int_eq(access(box_path(&box, "/tmp/.roinit/control"), F_OK), 0);
        end_well(&box);
    }
}
END_TEST

static void
plant_link_on_the_way(void)
{
    mkdir("/tmp/elsewhere", 0777);
    mkdir("/tmp/elsewhere/state", 0777);
    (void)!symlink("/tmp/elsewhere", "/run/way");
    (void)!lchown("/run/way", 10002, 10002);
}

START_TEST(a_link_on_the_way_that_somebody_may_have_planted_is_not_followed)
{
    NEEDS_UIDS();
    struct box box =
        box_start(&(struct start){.contract = "[init]\nstate-dir = /run/way/state\n" CONTRACT,
                                  .run_options = OPEN_RUN,
                                  .plant = plant_link_on_the_way});
    box_expect(&box, OUT, "up\n");
    box_expect(&box, ERR, "/run/way/state");
    ck_assert_int_ne(access(box_path(&box, "/tmp/elsewhere/state/control"), F_OK), 0);
    end_well(&box);
}
END_TEST

START_TEST(a_planted_directory_is_refused_with_the_reason_where_it_was_asked_for)
{
    static void (*const plants[])(void) = {plant_symlink, plant_foreign_folder, plant_file,
                                           plant_fifo, plant_open_folder};
    NEEDS_UIDS();
    for (size_t i = 0; i < sizeof(plants) / sizeof(plants[0]); i++) {
        struct box box =
            box_start(&(struct start){.contract = "[init]\nstate-dir = /run/roinit\n" CONTRACT,
                                      .run_options = OPEN_RUN,
                                      .plant = plants[i]});
        box_expect(&box, OUT, "up\n");
        box_expect(&box, ERR, "/run/roinit");
        ck_assert_int_ne(access(box_path(&box, "/tmp/elsewhere/control"), F_OK), 0);
        end_well(&box);
    }
}
END_TEST

static void
fill_run(void)
{
    static char chunk[65536];
    int fd = open("/run/full", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    memset(chunk, 'x', sizeof(chunk));
    while (write(fd, chunk, sizeof(chunk)) > 0) {
    }
    while (write(fd, chunk, 1) > 0) {
    }
    close(fd);
}

START_TEST(a_full_run_is_not_fatal)
{
    struct box box = start_with(fill_run, "mode=0755,size=1m");
    end_well(&box);
}
END_TEST

START_TEST(a_run_without_inodes_is_not_fatal)
{
    struct box box = start_with(NULL, "mode=0755,size=1m,nr_inodes=1");
    end_well(&box);
}
END_TEST

START_TEST(status_answers_from_memory_when_run_is_filled_later)
{
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\nrestart = on-failure\nrestart-delay = 0\n"
                         "command = /bin/sh -c 'cat /dev/zero >/run/full 2>/dev/null; exec /puppet "
                         "fail:/tmp/n:2:1 print:up sleep'\n",
        .run_options = "mode=0755,size=1m"});
    char text[8192];
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"restarts\":2"));
    end_well(&box);
}
END_TEST

static void
make_tmp_read_only(void)
{
    (void)!mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

START_TEST(a_read_only_run_that_nobody_declared_is_not_fatal)
{
    char text[8192];
    struct box box =
        box_start(&(struct start){.contract = "[tmpfs /tmp]\n[service web]\nlog = raw\n"
                                              "command = /puppet print:up sleep\n",
                                  .run_options = "mode=0755,size=1m,ro"});
    box_expect(&box, OUT, "up\n");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    end_well(&box);
}
END_TEST

START_TEST(without_any_writable_path_it_runs_all_the_same)
{
    struct box box = box_start(&(struct start){.contract = "[service web]\nlog = raw\n"
                                                           "command = /puppet print:up sleep\n",
                                               .run_options = "mode=0755,size=1m,ro",
                                               .plant = make_tmp_read_only});
    box_expect(&box, OUT, "up\n");
    ck_assert_uint_eq(box.said[ERR].size, 0);
    end_well(&box);
}
END_TEST

START_TEST(a_second_roinit_leaves_a_live_one_alone)
{
    struct box box = box_start(&(struct start){
        .contract =
            CONTRACT "[task second]\nlog = raw\n"
                     "command = /roinit -c /etc/second.ini -- /puppet print:second exit:0\n",
        .file = {{.path = "/etc/second.ini", .text = "[init]\nstate-dir = /run/roinit\n" BASE}}});
    char text[8192];
    box_expect(&box, OUT, "up\n");
    box_expect(&box, OUT, "second\n");
    ck_assert_int_eq(box_exec(&box, WORDS("status", "--json"), text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"name\":\"web\""));
    end_well(&box);
}
END_TEST

START_TEST(a_root_that_can_be_written_is_refused_with_77_before_anything_runs)
{
    struct box box = box_run(&(struct start){.contract = CONTRACT, .root_is_writable = true}, 77);
    box_must_say(&box, ERR, "--read-only");
    box_must_say(&box, ERR, "ROINIT_ON_VIOLATION=warn");
    box_must_not_say(&box, OUT, "up\n");
    box_free(&box);
}
END_TEST

START_TEST(on_violation_warn_reports_and_goes_on)
{
    struct box box = box_start(&(struct start){
        .contract = CONTRACT, .root_is_writable = true, .env = WORDS("ROINIT_ON_VIOLATION=warn")});
    box_expect(&box, OUT, "up\n");
    box_expect(&box, ERR, "--read-only");
    end_well(&box);
}
END_TEST

Suite *
state_suite(void)
{
    return proc_suite("state",
                      (const TTest *const[]){
                          the_state_directory_is_made_with_its_files,
                          what_a_former_run_left_is_replaced,
                          a_state_directory_that_somebody_planted_is_not_used,
                          a_link_on_the_way_that_somebody_may_have_planted_is_not_followed,
                          a_planted_directory_is_refused_with_the_reason_where_it_was_asked_for,
                          a_full_run_is_not_fatal,
                          a_run_without_inodes_is_not_fatal,
                          status_answers_from_memory_when_run_is_filled_later,
                          a_read_only_run_that_nobody_declared_is_not_fatal,
                          without_any_writable_path_it_runs_all_the_same,
                          a_second_roinit_leaves_a_live_one_alone,
                          a_root_that_can_be_written_is_refused_with_77_before_anything_runs,
                          on_violation_warn_reports_and_goes_on,
                          NULL,
                      });
}
