/* SPDX-License-Identifier: MIT */
#include "config/pages.h"
#include "supervisor/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/arena.h"
#include "config/text.h"
#include "supervisor/logline.h"
#include "supervisor/sys_caps.h"
#include "supervisor/loop.h"

enum {
    ATOMIC_BYTES = 4096, /* PIPE_BUF: written whole or not at all, pipe(7) */
    READ_BYTES = 65536,
    FEW_BYTES = 4096,  /* in a turn that is long already: a hundred floods are taken in pieces */
    FINISH_READS = 32, /* 2 MiB: more than a pipe holds, however large it was made */
    JSON_MAX = 6,      /* bytes that one byte may become, in JSON */
};

/* A pipe belongs to who makes it: CHOWN, which could give it away, is long gone where a unit starts
 * after the boot. */
static int
make_pipe(int ret_fds[2], uid_t uid, gid_t gid)
{
    bool is_of_other = uid != (uid_t)-1 || gid != (gid_t)-1;
    if (is_of_other) {
        proc_take_fs_ids(uid != (uid_t)-1 ? uid : geteuid(), gid != (gid_t)-1 ? gid : getegid());
    }
    int errnum = pipe2(ret_fds, O_CLOEXEC) != 0 ? errno : 0;
    if (is_of_other) {
        proc_take_fs_ids(geteuid(), getegid());
    }
    errno = errnum;
    return errnum == 0 ? 0 : -1;
}

int
log_pipe_open(struct log_pipe *pipe, uid_t uid, gid_t gid)
{
    int fds[2];
    if (make_pipe(fds, uid, gid) != 0) {
        return -1;
    }
    if (fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0) {
        int errnum = errno;
        (void)close(fds[0]);
        (void)close(fds[1]);
        errno = errnum;
        return -1;
    }
    pipe->read_fd = fds[0];
    pipe->write_fd = fds[1];
    return 0;
}

/* Lines on their way out, gathered so that one write takes as many as stay atomic. */
struct batch {
    enum log_sink sink;
    struct log_ring *ring;
    struct lograte *rate;
    int64_t time_ms;
    char bytes[ATOMIC_BYTES + LOG_LINE_MAX * JSON_MAX + 512];
    size_t length;
};

static uint64_t over_rate;

uint64_t
log_over_rate(void)
{
    return over_rate;
}

QUIET_TURN void
log_tell_rate(struct lograte *rate, bool is_end)
{
    uint64_t count = rate != NULL ? lograte_tell(rate, is_end, loop_now_ms()) : 0;
    char within[32];
    struct text text = TEXT_OVER(within);
    if (count > 0) {
        text_add_duration(&text, rate->limit.within_ms);
        log_own(LOG_WARN, "%s: %llu lines not written: more than %lld in %s (log-rate)", rate->unit,
                (unsigned long long)count, (long long)rate->limit.starts, within);
    }
}

static void
batch_write(struct batch *batch)
{
    if (batch->length > 0) {
        log_text(batch->sink, batch->bytes, batch->length);
    }
    batch->length = 0;
}

/* Keeps the line for `roinit logs`. Without memory for a ring it is not kept, and written out all
 * the same. */
static void
keep_line(struct batch *batch, const struct logline *logline, const char *bytes, size_t length)
{
    static uint64_t kept;
    struct log_ring *ring = batch->ring;
    struct log_record record = {.number = kept++,
                                .time_ms = batch->time_ms,
                                .length = (uint32_t)length,
                                .is_stderr = batch->sink == LOG_STDERR,
                                .is_split = logline->is_split};
    if (ring == NULL) {
        return;
    }
    if (ring->bytes == NULL) {
        void *memory =
            mmap(NULL, LOG_RING_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ring->bytes = memory != MAP_FAILED ? memory : NULL;
    }
    log_ring_add(ring, &record, bytes);
}

static void
batch_add(struct batch *batch, const struct logline *logline, const char *bytes, size_t length)
{
    if (batch->rate != NULL && !lograte_take(batch->rate, loop_now_ms())) {
        over_rate++;
        return;
    }
    keep_line(batch, logline, bytes, length);
    struct text out = text_over(batch->bytes + batch->length, sizeof batch->bytes - batch->length);
    logline_add(&out, logline, bytes, length);
    if (batch->length > 0 && batch->length + out.length > ATOMIC_BYTES) {
        batch_write(batch);
        out = text_over(batch->bytes, sizeof batch->bytes);
        logline_add(&out, logline, bytes, length);
    }
    batch->length += out.length;
}

static void
keep_partial(struct log_pipe *pipe, const char *bytes, size_t length)
{
    char *grown = length == 0 ? NULL : realloc(pipe->partial, pipe->partial_length + length);
    if (grown == NULL) {
        return; /* nothing to keep, or no memory: that much of the line is lost */
    }
    memcpy(grown + pipe->partial_length, bytes, length);
    pipe->partial = grown;
    pipe->partial_length += length;
}

static void
drop_partial(struct log_pipe *pipe)
{
    free(pipe->partial);
    pipe->partial = NULL;
    pipe->partial_length = 0;
}

/* Writes out one line together with what was kept of it. */
static void
add_line(struct batch *batch, struct log_pipe *pipe, struct logline *logline, const char *bytes,
         size_t length)
{
    logline->is_split = false;
    if (pipe->partial_length > 0) {
        keep_partial(pipe, bytes, length);
        batch_add(batch, logline, pipe->partial, pipe->partial_length);
        drop_partial(pipe);
    } else {
        batch_add(batch, logline, bytes, length);
    }
}

/* Of a line that is too long writes out what one may hold, without cutting a character. Returns how
 * many of the bytes are done with: written, or kept. */
static size_t
add_part(struct batch *batch, struct log_pipe *pipe, struct logline *logline, const char *bytes,
         size_t length)
{
    logline->is_split = true;
    if (pipe->partial_length == 0) {
        size_t cut = text_utf8_cut(bytes, LOG_LINE_MAX);
        batch_add(batch, logline, bytes, cut);
        return cut;
    }
    keep_partial(pipe, bytes, length);
    size_t whole = pipe->partial_length;
    size_t cut = whole > LOG_LINE_MAX ? text_utf8_cut(pipe->partial, LOG_LINE_MAX) : whole;
    batch_add(batch, logline, pipe->partial, cut);
    memmove(pipe->partial, pipe->partial + cut, whole - cut);
    pipe->partial_length = whole - cut;
    return length;
}

static void
add_lines(struct batch *batch, struct log_pipe *pipe, struct logline *logline, const char *bytes,
          size_t length)
{
    while (length > 0) {
        /* One byte more than a line may have: its newline, or what shows that it has more. */
        size_t room = LOG_LINE_MAX + 1 - pipe->partial_length;
        size_t window = length < room ? length : room;
        const char *end = memchr(bytes, '\n', window);
        size_t taken = end != NULL ? (size_t)(end - bytes) + 1 : window;
        if (end != NULL) {
            add_line(batch, pipe, logline, bytes, taken - 1);
        } else if (window == room) {
            taken = add_part(batch, pipe, logline, bytes, window);
        } else {
            keep_partial(pipe, bytes, window);
        }
        bytes += taken;
        length -= taken;
    }
}

static struct batch *
begin_batch(const struct log_pipe *pipe, struct logline *logline, char *when, size_t size)
{
    static OWN_PAGES struct batch batch;
    batch.sink = pipe->sink;
    batch.ring = pipe->ring;
    batch.rate = pipe->rate;
    batch.time_ms = loop_wall_ms();
    batch.length = 0;
    *logline = (struct logline){
        .time = log_time_text(when, size),
        .unit = pipe->unit,
        .stream = pipe->sink == LOG_STDOUT ? "stdout" : "stderr",
        .is_json = pipe->is_json,
    };
    return &batch;
}

/* `most`: not above READ_BYTES. Returns whether there was anything. */
static bool
read_lines(struct log_pipe *pipe, size_t most)
{
    static OWN_PAGES char bytes[READ_BYTES];
    char when[40];
    struct logline logline;
    ssize_t length = read(pipe->read_fd, bytes, most);
    log_tell_rate(pipe->rate, false);
    if (length <= 0) {
        return false;
    }
    struct batch *batch = begin_batch(pipe, &logline, when, sizeof when);
    add_lines(batch, pipe, &logline, bytes, (size_t)length);
    batch_write(batch);
    return true;
}

bool
log_pipe_read(struct log_pipe *pipe)
{
    return read_lines(pipe, loop_turn_is_long() ? FEW_BYTES : READ_BYTES);
}

void
log_pipe_finish(struct log_pipe *pipe)
{
    for (int reads = 0; reads < FINISH_READS && read_lines(pipe, READ_BYTES); reads++) {
    }
    if (pipe->partial_length > 0) {
        char when[40];
        struct logline logline;
        struct batch *batch = begin_batch(pipe, &logline, when, sizeof when);
        batch_add(batch, &logline, pipe->partial, pipe->partial_length);
        batch_write(batch);
        drop_partial(pipe);
    }
    log_tell_rate(pipe->rate, true);
}
