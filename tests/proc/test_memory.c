/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What PID 1 costs while it sleeps: figures are the bench's, this is what they stand on. */

enum { KEPT_KB = 48, MAPPINGS_MAX = 24, LOOK_US = 50000 };

struct mappings {
    int count;
    int kept_kb; /* of the program's own code and constants */
};

static struct mappings
mappings_of(pid_t pid)
{
    char path[64];
    char line[512];
    char kind[5];
    int kb;
    struct mappings mappings = {0};
    bool is_program = false;
    (void)snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%*x-%*x %4s", kind) == 1) {
            mappings.count++;
            is_program = strstr(line, "/roinit\n") != NULL && kind[1] == '-';
        } else if (is_program && sscanf(line, "Rss: %d", &kb) == 1) {
            mappings.kept_kb += kb;
        } else if (is_program && sscanf(line, "Anonymous: %d", &kb) == 1) {
            mappings.kept_kb -= kb; /* relocated: data */
        }
    }
    (void)fclose(file);
    return mappings;
}

/* Boots, restarts and answers a request, which needs most of the program; then sleeps. */
START_TEST(asleep_it_keeps_a_few_pages_of_the_program_in_a_few_mappings)
{
    char text[8192];
    struct box box = box_start(&(struct start){
        .contract = BASE "[service web]\nlog = raw\nrestart = on-failure\nrestart-delay = 0\n"
                         "command = /puppet fail:/tmp/n:1:1 print:up sleep\n"});
    box_expect(&box, OUT, "up\n");
    box_await_file(&box, "/run/roinit/control");
    ck_assert_int_eq(box_exec(&box, WORDS("status"), text, sizeof text), 0);
    struct mappings mappings = mappings_of(box.pid);
    for (int64_t until = proc_now_ms() + BOX_WAIT_MS;
         mappings.kept_kb > KEPT_KB && proc_now_ms() < until;) {
        (void)usleep(LOOK_US);
        mappings = mappings_of(box.pid);
    }
    ck_assert_int_le(mappings.kept_kb, KEPT_KB);
    ck_assert_int_gt(mappings.count, 0);
    ck_assert_int_le(mappings.count, MAPPINGS_MAX); /* each is copied at each fork */
    box_signal(&box, SIGTERM);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
}
END_TEST

Suite *
memory_suite(void)
{
    return proc_suite(
        "memory",
        (const TTest *const[]){
            /* Not with a sanitizer's own memory: */
            BOX_IS_SANITIZED ? NULL : asleep_it_keeps_a_few_pages_of_the_program_in_a_few_mappings,
            NULL,
        });
}
