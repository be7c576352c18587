/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/ctlmsg.h"
#include "tests/proc/harness.h"
#include "tests/proc/measure.h"
#include "tests/proc/ring.h"
#include "tests/runner.h"
#include "tests/soak/seen.h"

/*
 * One container under everything at once, for SOAK_SECONDS: units killed at random, orphans, floods
 * of lines, units that end by themselves, signals to PID 1, control traffic of the well and of the
 * mad. Meanwhile status is asked again and again; afterwards nothing may be left of it all.
 */
enum {
    SECONDS = 60,
    LATENCY_MS = 50, /* $SOAK_LATENCY_MS */
    CALM_MS = 4000,  /* PID 1 gives memory back after a second of quiet */
    SETTLE_MS = 20,
    SAMPLES = 100,
    TRIES_MAX = 1 << 20,
    GROWN_KB = 96,
    RING_KB = 64,
    MAD_CLIENTS = 8,
    SPARE_S = 120,
};

static const char contract[] =
    BASE "[defaults]\nrestart = always\nrestart-delay = 20ms\nrestart-max-delay = 50ms\n"
         "start-limit = 0\n"
         "[service s0]\nlog = raw\nforward-signals = USR1 USR2 HUP\n"
         "command = /puppet ignore:10 ignore:12 ignore:1 sleep\n"
         "[service s1]\ncommand = /puppet sleep\n"
         "[service s2]\nrequires = s1\ncommand = /puppet sleep\n"
         "[service s3]\nuser = 10001\ncommand = /puppet fork fork setsid sleep end end sleep\n"
         "[service s4]\ncommand = /puppet fork:5 sleep end sleep\n"
         "[service ends]\ncommand = /puppet sleep:30 exit:3\n"
         "[service storm]\ncommand = /puppet orphans:40 sleep:20 exit:0\n"
         "[service flood]\ncommand = /puppet lines:400 sleep:10 exit:0\n"
         "[service wide]\nlog = json\ncommand = /puppet flood:100000 sleep:50 exit:0\n";
enum { UNITS = 9 };

static int64_t latency_us[TRIES_MAX];
static size_t tries;
static int64_t longest_us; /* with the time for which others had the processor */

struct state {
    size_t descriptors;
    long memory_kb; /* private and written to */
    size_t alive;   /* units that are up, or on their way */
    size_t zombies;
};

static int
connect_to(const struct box *box)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/%d/root/run/roinit/control",
                   (int)box->pid);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Asks as a client does. Returns the bytes of the answer, 0 where none came. */
static size_t
ask(const struct box *box, const char *const *words, size_t count, char *answer, size_t size)
{
    char request[CTLMSG_REQUEST_MAX];
    size_t used = 0;
    size_t length = ctlmsg_write_request(request, sizeof request, words, count);
    int fd = connect_to(box);
    if (fd < 0) {
        return 0;
    }
    if (write(fd, request, length) == (ssize_t)length) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        ssize_t got = 1;
        while (got > 0 && used < size - 1 && poll(&poll_fd, 1, BOX_WAIT_MS) == 1) {
            got = read(fd, answer + used, size - 1 - used);
            used += got > 0 ? (size_t)got : 0;
        }
    }
    for (size_t i = 0; i < used; i++) {
        answer[i] = answer[i] == '\0' ? ' ' : answer[i]; /* the frames' lengths have some */
    }
    answer[used] = '\0';
    (void)close(fd);
    return used;
}

/* The time for which others had the processor, PID 1's and ours, is not roinit's. */
static void
time_status(const struct box *box)
{
    static const char *const words[] = {"status", "--json"};
    char answer[65536];
    int64_t waited = seen_waited_us(box->pid) + seen_waited_us(getpid());
    int64_t start = measure_now_us();
    ck_assert_msg(ask(box, words, 2, answer, sizeof answer) > 100, "status: %s", answer);
    int64_t took = measure_now_us() - start;
    waited = seen_waited_us(box->pid) + seen_waited_us(getpid()) - waited;
    longest_us = took > longest_us ? took : longest_us;
    if (tries < TRIES_MAX) {
        latency_us[tries++] = took - waited;
    }
}

static void
kill_one(const struct box *box, unsigned *kills)
{
    pid_t child[SEEN_CHILDREN_MAX];
    size_t count = seen_children(box, child);
    if (count > 0) {
        *kills += kill(child[(size_t)rand() % count], SIGKILL) == 0; /* NOLINT: chance enough */
    }
}

/* Clients that say nothing, too little, nonsense, or go away before their answer. */
static void
be_mad(const struct box *box, int *held)
{
    static const char *const bad[] = {"",     "\1",      "\1sta", "\2status", "\1status\0\0x",
                                      "\1\0", "\xff\xff"};
    size_t which = (size_t)rand() % MAD_CLIENTS;                            /* NOLINT */
    const char *bytes = bad[(size_t)rand() % (sizeof bad / sizeof bad[0])]; /* NOLINT */
    if (held[which] >= 0) {
        (void)close(held[which]);
    }
    held[which] = connect_to(box);
    if (held[which] >= 0) {
        (void)send(held[which], bytes, strlen(bytes) + 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

static void
disturb(struct box *box, int *held, unsigned *kills)
{
    static const int signals[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGWINCH, SIGCHLD, SIGPIPE, SIGCONT};
    static const char *const asked[][2] = {
        {"events", "--json"}, {"metrics", NULL}, {"blame", NULL}, {"status", NULL}};
    char answer[65536];
    const char *const *words = asked[(size_t)rand() % 4]; /* NOLINT */
    switch (rand() % 8) {                                 /* NOLINT */
    case 0:
    case 1:
        kill_one(box, kills);
        break;
    case 2:
        be_mad(box, held);
        break;
    case 3:
        (void)kill(box->pid,
                   signals[(size_t)rand() % (sizeof signals / sizeof signals[0])]); /* NOLINT */
        break;
    case 4:
        (void)ask(box, words, words[1] == NULL ? 1 : 2, answer, sizeof answer);
        break;
    case 5:
        (void)box_exec(box, WORDS("restart", "s2", "--no-wait"), answer, sizeof answer);
        break;
    default:
        break;
    }
}

static size_t
count_in(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)) != NULL; text++) {
        count++;
    }
    return count;
}

static size_t
count_lost(const char *answer)
{
    static const char *const lost[] = {"exited", "failed", "stopped", "skipped", "done"};
    char member[32];
    size_t count = 0;
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
        (void)snprintf(member, sizeof member, "\"state\":\"%s\"", lost[i]);
        count += count_in(answer, member);
    }
    return count;
}

/* Reads what PID 1 and its units say, and forgets it. */
static void
read_for(const struct box *box, int64_t milliseconds)
{
    static char bytes[65536];
    int64_t left = milliseconds;
    for (int64_t until = proc_now_ms() + milliseconds; left > 0; left = until - proc_now_ms()) {
        struct pollfd poll_fd[] = {{.fd = box->said[OUT].fd, .events = POLLIN},
                                   {.fd = box->said[ERR].fd, .events = POLLIN}};
        if (poll(poll_fd, 2, (int)left) > 0) {
            for (int i = 0; i < 2; i++) {
                if ((poll_fd[i].revents & POLLIN) != 0) {
                    (void)!read(poll_fd[i].fd, bytes, sizeof bytes);
                }
            }
        }
    }
}

/* What the figures are taken of: calm, with every unit up. */
static struct state
look(struct box *box)
{
    static const char *const words[] = {"status", "--json"};
    char answer[65536];
    struct state state;
    int64_t until = proc_now_ms() + BOX_END_MS;
    do {
        read_for(box, SETTLE_MS);
        (void)ask(box, words, 2, answer, sizeof answer);
        state = (struct state){.descriptors = box_descriptors(box),
                               .memory_kb = seen_memory_kb(box),
                               .alive = count_in(answer, "\"state\":\"") - count_lost(answer),
                               .zombies = seen_zombies(box)};
    } while ((state.alive < UNITS || state.zombies > 0) && proc_now_ms() < until);
    /* A unit that starts just now holds a few for a moment: what stays is counted. */
    for (int i = 0; i < SAMPLES; i++) {
        read_for(box, SETTLE_MS);
        size_t now = box_descriptors(box);
        state.descriptors = now < state.descriptors ? now : state.descriptors;
    }
    return state;
}

/* All of it for so long, then calm. */
static struct state
storm(struct box *box, int64_t milliseconds, unsigned *kills)
{
    int held[MAD_CLIENTS];
    memset(held, 0xff, sizeof held);
    for (int64_t end = proc_now_ms() + milliseconds; proc_now_ms() < end;) {
        disturb(box, held, kills);
        time_status(box);
        read_for(box, 1);
    }
    for (int i = 0; i < MAD_CLIENTS; i++) {
        (void)close(held[i]);
    }
    read_for(box, CALM_MS);
    return look(box);
}

START_TEST(a_container_outlives_everything_at_once)
{
    struct box box =
        box_start(&(struct start){.contract = contract, .out = STREAM_STUCK, .err = STREAM_STUCK});
    unsigned kills = 0;
    long seconds = measure_setting("SOAK_SECONDS", SECONDS);
    long limit_ms = measure_setting("SOAK_LATENCY_MS", LATENCY_MS);
    srand((unsigned)measure_setting("SOAK_SEED", (long)getpid())); /* NOLINT */
    box_await_file(&box, "/run/roinit/control");
    /* In the first third its rings fill, up to their fixed size. */
    struct state before = storm(&box, seconds * 1000 / 3, &kills);
    struct state after = storm(&box, seconds * 1000 * 2 / 3, &kills);
    measure_sort(latency_us, tries);
    printf("soak: %ld s, %u killed, status %zu times: median %" PRId64
           " us, 999 of 1000 within %" PRId64 " us, the longest %" PRId64
           " us (waiting for a processor included: %" PRId64 " us)\n",
           seconds, kills, tries, latency_us[tries / 2], latency_us[tries - 1 - tries / 1000],
           latency_us[tries - 1], longest_us);
    printf("soak: descriptors %zu then %zu, memory %ld kB then %ld kB, zombies %zu\n",
           before.descriptors, after.descriptors, before.memory_kb, after.memory_kb, after.zombies);
    ck_assert_int_le(latency_us[tries - 1] / 1000, limit_ms);
    /* In a short run the rings of the units' lines are not full after a third of it. */
    long filling_kb = seconds < SECONDS / 2 ? UNITS * RING_KB : 0;
    ck_assert_int_le(after.memory_kb, before.memory_kb + GROWN_KB + filling_kb);
    ck_assert_uint_le(after.descriptors, before.descriptors);
    ck_assert_uint_eq(after.alive, UNITS);
    ck_assert_uint_eq(after.zombies, 0);
    box_signal(&box, SIGTERM);
    box_read_on(&box, OUT);
    box_read_on(&box, ERR);
    ck_assert_int_eq(box_end(&box), 0);
    box_free(&box);
    exit(EXIT_SUCCESS); /* before Check tells the time it took, in an int of microseconds */
}
END_TEST

static Suite *
soak_suite(void)
{
    Suite *suite = suite_create("soak");
    TCase *tcase = tcase_create("soak");
    tcase_set_timeout(tcase, (double)measure_setting("SOAK_SECONDS", SECONDS) + SPARE_S);
    tcase_add_exit_test(tcase, a_container_outlives_everything_at_once, EXIT_SUCCESS);
    suite_add_tcase(suite, tcase);
    return suite;
}

int
main(void)
{
    static suite_maker *const makers[] = {soak_suite, NULL};
    if (!ring_prepare()) {
        return EXIT_FAILURE;
    }
    int failed = runner_run(makers);
    return ring_finish() == 0 ? failed : EXIT_FAILURE;
}
