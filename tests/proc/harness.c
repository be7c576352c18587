/* SPDX-License-Identifier: MIT */
#include "tests/proc/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/proc/ring.h"
#include "tests/proc/stage.h"

enum { CHUNK = 65536, TICK_MS = 5, SENTENCE_BYTES = 8192, TAIL_BYTES = 2900 };

/* The one that was read last, for a test that fails. */
static struct box latest = {.in = -1, .pidfd = -1, .said = {{.fd = -1}, {.fd = -1}}};

int64_t
proc_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
make_pipe(int ends[2])
{
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
}

static void
close_one(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

/* Until the report pipe is closed by exec, or says what went wrong. */
static void
await_exec(int report)
{
    char text[512];
    ssize_t got = read(report, text, sizeof(text) - 1);
    if (got > 0) {
        text[got] = '\0';
        ck_abort_msg("%s", text);
    }
    close(report);
}

struct box
box_start(const struct start *start)
{
    struct box box = BOX_NONE;
    struct stage stage = {.terminal = -1};
    int report[2];
    int master = -1;
    signal(SIGPIPE, SIG_IGN);
    make_pipe(report);
    if (start->in == STREAM_TERMINAL) {
        master = stream_open_terminal(&stage.terminal);
    }
    box.in = stream_open_input(start->in, stage.terminal, &stage.fd[0]);
    box.said[OUT].fd = stream_open_output(start->out, stage.terminal, &stage.fd[1]);
    box.said[ERR].fd = stream_open_output(start->err, stage.terminal, &stage.fd[2]);
    if (start->err == STREAM_OUTPUT) {
        stage.fd[2] = dup(stage.fd[1]);
    }
    box.said[OUT].is_held = start->out == STREAM_STUCK;
    box.said[ERR].is_held = start->err == STREAM_STUCK;
    stage.report = report[1];
    if (master >= 0) {
        box.in = master;
        box.said[OUT].fd = dup(master);
    }
    box.pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_PIDFD | SIGCHLD, NULL,
                             &box.pidfd, NULL, 0);
    ck_assert_msg(box.pid >= 0, "clone: %s", strerror(errno));
    if (box.pid == 0) {
        stage_enter(start, &stage);
    }
    ring_keep(box.pidfd);
    for (int i = 0; i < 3; i++) {
        close_one(&stage.fd[i]);
    }
    close_one(&stage.terminal);
    close(report[1]);
    await_exec(report[0]);
    latest = box;
    return box;
}

static void
keep(struct said *said, const char *text, size_t size)
{
    said->text = realloc(said->text, said->size + size + 1);
    ck_assert_ptr_nonnull(said->text);
    for (size_t i = 0; i < size; i++) { /* a NUL would end our searches */
        said->text[said->size++] = text[i] == '\0' ? '@' : text[i];
    }
    said->text[said->size] = '\0';
}

static void
take(struct said *said)
{
    static char chunk[CHUNK];
    ssize_t got = read(said->fd, chunk, sizeof(chunk));
    if (got > 0) {
        keep(said, chunk, (size_t)got);
    } else if (got == 0 || errno != EINTR) { /* EIO: the terminal is gone */
        close_one(&said->fd);
    }
}

/* Reads what there is; true where PID 1 has ended. Waits at most that long. */
static bool
step(struct box *box, int wait_ms)
{
    struct pollfd polled[3] = {{.fd = box->pidfd, .events = POLLIN}};
    for (int i = 0; i < 2; i++) {
        polled[i + 1].fd = box->said[i].is_held ? -1 : box->said[i].fd;
        polled[i + 1].events = POLLIN;
    }
    if (poll(polled, 3, wait_ms) <= 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (polled[i + 1].revents != 0) {
            take(&box->said[i]);
        }
    }
    latest = *box;
    return polled[0].revents != 0;
}

/* Takes what is left of a box that has ended. */
static void
drain(struct box *box)
{
    for (int i = 0; i < 2; i++) {
        while (box->said[i].fd >= 0 && !box->said[i].is_held) {
            take(&box->said[i]);
        }
    }
    latest = *box;
}

static const char *
text_of(const struct box *box, enum which which)
{
    return box->said[which].text == NULL ? "" : box->said[which].text;
}

/* The end of it, which tells most: Check prints 8 KiB at most. */
static const char *
tail_of(enum which which)
{
    const char *text = text_of(&latest, which);
    size_t length = strlen(text);
    return text + (length > TAIL_BYTES ? length - TAIL_BYTES : 0);
}

void
box_assert_failed(const char *file, int line, const char *expr, const char *format, ...)
{
    static char sentence[SENTENCE_BYTES];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(sentence, SENTENCE_BYTES / 4, format == NULL ? expr : format, list);
    va_end(list);
    if (latest.pid != 0) {
        size_t used = strlen(sentence);
        (void)step(&latest, TICK_MS); /* what it has said since */
        (void)snprintf(sentence + used, sizeof(sentence) - used,
                       "\n--- the box (%s), stdout:\n%s\n--- stderr:\n%s\n---",
                       latest.pid > 0 ? "not waited for" : "has ended", tail_of(OUT), tail_of(ERR));
    }
    (_ck_assert_failed)(file, line, expr, "%s", sentence);
    abort();
}

/* Fails the test; all that was said goes with it. */
_Noreturn static void
box_fail(const struct box *box, const char *what, const char *text)
{
    latest = *box;
    ck_abort_msg("%s \"%s\"", what, text);
}

size_t
box_count(const struct box *box, enum which which, const char *text)
{
    size_t count = 0;
    for (const char *at = strstr(text_of(box, which), text); at != NULL;
         at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

void
box_expect_times(struct box *box, enum which which, const char *text, size_t count)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    bool has_ended = false;
    while (box_count(box, which, text) < count) {
        if (has_ended || proc_now_ms() > limit) {
            if (has_ended) {
                drain(box);
            }
            if (box_count(box, which, text) < count) {
                box_fail(box, has_ended ? "ended before it said" : "never said", text);
            }
            return;
        }
        has_ended = step(box, 100);
    }
}

void
box_expect(struct box *box, enum which which, const char *text)
{
    box_expect_times(box, which, text, 1);
}

int
box_end(struct box *box)
{
    siginfo_t info = {.si_status = 0};
    int64_t limit = proc_now_ms() + BOX_END_MS;
    while (!step(box, 100)) {
        if (proc_now_ms() > limit) {
            box_fail(box, "does not end", "");
        }
    }
    drain(box);
    ck_assert_int_eq(waitid(P_PID, (id_t)box->pid, &info, WEXITED), 0);
    box->code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    box->pid = -1;
    latest = *box;
    return box->code;
}

struct box
box_run(const struct start *start, int code)
{
    struct box box = box_start(start);
    if (box_end(&box) != code) {
        char text[64];
        snprintf(text, sizeof(text), "%d, want %d", box.code, code);
        box_fail(&box, "ended with", text);
    }
    return box;
}

void
box_free(struct box *box)
{
    if (box->pid > 0) {
        kill(box->pid, SIGKILL);
        waitpid(box->pid, NULL, 0);
    }
    close_one(&box->pidfd);
    close_one(&box->in);
    for (int i = 0; i < 2; i++) {
        close_one(&box->said[i].fd);
        free(box->said[i].text);
        box->said[i].text = NULL;
    }
    latest = (struct box){.pid = 0};
}

void
box_signal(const struct box *box, int signal_number)
{
    /* the raw call: no C library's opinion on the numbers 32 to 34 */
    ck_assert_int_eq(syscall(SYS_kill, box->pid, signal_number), 0);
}

void
box_must_say(const struct box *box, enum which which, const char *text)
{
    if (box_count(box, which, text) == 0) {
        box_fail(box, which == OUT ? "stdout lacks" : "stderr lacks", text);
    }
}

void
box_must_not_say(const struct box *box, enum which which, const char *text)
{
    if (box_count(box, which, text) != 0) {
        box_fail(box, which == OUT ? "stdout has" : "stderr has", text);
    }
}

void
box_must_say_in_order(const struct box *box, enum which which, const char *first, const char *then)
{
    const char *at = strstr(text_of(box, which), first);
    if (at == NULL || strstr(at, then) == NULL) {
        box_fail(box, at == NULL ? "was not said:" : "was not said after the first:",
                 at == NULL ? first : then);
    }
}

void
box_feed(struct box *box, const char *text)
{
    if (text == NULL) {
        close_one(&box->in);
    } else {
        ck_assert_int_eq(write(box->in, text, strlen(text)), (ssize_t)strlen(text));
    }
}

void
box_read_on(struct box *box, enum which which)
{
    box->said[which].is_held = false;
}

/* ---- the inside of a box */

const char *
box_path(const struct box *box, const char *path)
{
    static char text[512];
    snprintf(text, sizeof(text), "/proc/%d/root%s", (int)box->pid, path);
    return text;
}

void
box_await_file(struct box *box, const char *path)
{
    int64_t limit = proc_now_ms() + BOX_WAIT_MS;
    while (access(box_path(box, path), F_OK) != 0) {
        if (step(box, TICK_MS) || proc_now_ms() > limit) {
            box_fail(box, "has no file", path);
        }
    }
}
