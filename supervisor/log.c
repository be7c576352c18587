/* SPDX-License-Identifier: MIT */
#include "supervisor/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "config/arena.h"
#include "config/insist.h"
#include "config/pages.h"
#include "config/text.h"
#include "supervisor/logline.h"
#include "supervisor/sys_child.h"

enum {
    RING_BYTES = 65536,
    ATOMIC_BYTES = 4096, /* PIPE_BUF: written whole or not at all, pipe(7) */
    NO_WAIT = 8,         /* RWF_NOWAIT, which musl's headers lack */
};

/* How a sink is written without waiting. */
enum sink_way {
    SINK_NON_BLOCKING, /* an open file description of our own */
    SINK_SOCKET,       /* MSG_DONTWAIT */
    SINK_SHARED,       /* a description that others share, and whose flags are not ours to set */
    SINK_PLAIN,        /* a regular file or a device without a reader */
};

struct sink {
    int own_fd; /* of a description of our own; 0: none, the standard one is written */
    enum sink_way way;
    bool is_torn;       /* half a line has been written, the rest is in its ring */
    size_t start, used; /* of its ring */
    uint64_t lost, lost_told;
};

static struct sink sinks[LOG_SINKS];
static bool is_one_file; /* all of them: `2>&1` */
static OWN_PAGES char rings[LOG_SINKS][RING_BYTES];
static enum log_level own_level = LOG_WARN;
static enum log_format own_format = LOG_FORMAT_TEXT;

/* ---------------------------------------------------------------- sinks */

/* Zeros are a sink as it stands before log_open(). */
static int
sink_fd(const struct sink *sink)
{
    int standard = sink == &sinks[LOG_STDOUT] ? STDOUT_FILENO : STDERR_FILENO;
    return sink->own_fd > 0 ? sink->own_fd : standard;
}

static void
open_sink(struct sink *sink, int fd)
{
    struct stat st;
    sink->way = SINK_PLAIN;
    if (fstat(fd, &st) != 0 || S_ISREG(st.st_mode)) {
        return;
    }
    if (S_ISSOCK(st.st_mode)) {
        sink->way = SINK_SOCKET;
        return;
    }
    /* A description of our own: O_NONBLOCK on the one that we got would reach everybody who
     * shares it, the units among them. */
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own >= 0 && own <= STDERR_FILENO) { /* the caller had closed a standard one */
        int first = own;
        own = fcntl(first, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        (void)close(first);
    }
    if (own >= 0) {
        sink->own_fd = own;
        sink->way = SINK_NON_BLOCKING;
    } else {
        sink->way = SINK_SHARED;
    }
}

void
log_open(void)
{
    struct stat out;
    struct stat err;
    open_sink(&sinks[LOG_STDOUT], STDOUT_FILENO);
    open_sink(&sinks[LOG_STDERR], STDERR_FILENO);
    is_one_file = fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
                  out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

void
log_close_others(void)
{
    int highest = STDERR_FILENO;
    for (int i = 0; i < LOG_SINKS; i++) {
        highest = sinks[i].own_fd > highest ? sinks[i].own_fd : highest;
    }
    for (int fd = STDERR_FILENO + 1; fd < highest; fd++) { /* ours were the lowest free ones */
        if (fd != sinks[LOG_STDOUT].own_fd && fd != sinks[LOG_STDERR].own_fd) {
            (void)close(fd);
        }
    }
    proc_close_from(highest + 1);
}

/* One write that does not wait, pwritev2(2). Older kernels, terminals and filters know none: there
 * at most PIPE_BUF is written after poll(2) has said that there is room. */
static ssize_t
write_shared(int fd, const char *bytes, size_t length)
{
    struct iovec piece = {.iov_len = length};
    memcpy(&piece.iov_base, &bytes, sizeof bytes); /* for both ways, so its type is not const */
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    ssize_t written = syscall(SYS_pwritev2, fd, &piece, 1L, -1L, -1L, (long)NO_WAIT);
    bool is_known = written >= 0 ||
                    (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL && errno != EPERM);
    if (is_known) {
        return written;
    }
    if (poll(&poll_fd, 1, 0) != 1) {
        errno = EAGAIN;
        return -1;
    }
    return write(fd, bytes, length < ATOMIC_BYTES ? length : ATOMIC_BYTES);
}

/* As write(2), but never waits. */
static ssize_t
write_now(const struct sink *sink, const char *bytes, size_t length)
{
    switch (sink->way) {
    case SINK_SOCKET:
        return send(sink_fd(sink), bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    case SINK_SHARED:
        return write_shared(sink_fd(sink), bytes, length);
    case SINK_NON_BLOCKING:
    case SINK_PLAIN:
        break;
    }
    return write(sink_fd(sink), bytes, length);
}

static char *
ring_of(const struct sink *sink)
{
    return rings[sink - sinks];
}

/* Whether the other one would have its lines within a line of this one: what then stands at the
 * start of a line could be anybody's. */
static bool
would_tear(const struct sink *sink)
{
    return is_one_file && sinks[sink == &sinks[LOG_STDOUT] ? LOG_STDERR : LOG_STDOUT].is_torn;
}

/* Writes as far as it goes. Returns the bytes that are done with: written, or not to be written
 * ever (a closed pipe, a full disk), then counted as lost. */
static size_t
write_some(struct sink *sink, const char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length && !would_tear(sink)) {
        ssize_t written = INSIST(write_now(sink, bytes + done, length - done));
        if (written > 0) {
            done += (size_t)written;
            sink->is_torn = bytes[done - 1] != '\n';
        } else if (written == 0 || errno == EAGAIN || errno == EINTR) {
            return done;
        } else {
            sink->lost += text_count_lines(bytes + done, length - done);
            sink->is_torn = false;
            return length;
        }
    }
    return done;
}

static void
ring_put(struct sink *sink, const char *bytes, size_t length)
{
    size_t end = (sink->start + sink->used) % RING_BYTES;
    char *ring = ring_of(sink);
    size_t first = RING_BYTES - end < length ? RING_BYTES - end : length;
    memcpy(ring + end, bytes, first);
    memcpy(ring, bytes + first, length - first);
    sink->used += length;
}

/* How many bytes of whole lines there are within the first `room`. */
static size_t
whole_lines(const char *bytes, size_t length, size_t room)
{
    if (length <= room) {
        return length;
    }
    const char *end = memrchr(bytes, '\n', room);
    return end == NULL ? 0 : (size_t)(end - bytes) + 1;
}

/* Queues whole lines only: half a line would be worse than none. */
static void
put(struct sink *sink, const char *bytes, size_t length)
{
    size_t done = 0;
    if (sink->used == 0 && sink->lost == sink->lost_told) {
        done = write_some(sink, bytes, length);
    }
    size_t kept = whole_lines(bytes + done, length - done, RING_BYTES - sink->used);
    ring_put(sink, bytes + done, kept);
    if (kept == 0 && done > 0 && done < length && bytes[done - 1] != '\n') {
        /* A line longer than the ring was begun: what follows is another's. */
        ring_put(sink, "\n", 1);
    }
    sink->lost += text_count_lines(bytes + done + kept, length - done - kept);
}

static void
tell_lost(struct sink *sink)
{
    char line[128];
    struct text out = TEXT_OVER(line);
    text_addf(&out, "roinit: %llu lines lost: nobody read %s\n",
              (unsigned long long)(sink->lost - sink->lost_told),
              sink == &sinks[LOG_STDOUT] ? "standard output" : "standard error");
    sink->lost_told = sink->lost;
    put(sink, line, out.length);
}

void
log_drain(enum log_sink which)
{
    struct sink *sink = &sinks[which];
    while (sink->used > 0) {
        size_t piece =
            RING_BYTES - sink->start < sink->used ? RING_BYTES - sink->start : sink->used;
        size_t done = write_some(sink, ring_of(sink) + sink->start, piece);
        sink->start = (sink->start + done) % RING_BYTES;
        sink->used -= done;
        if (done < piece) {
            return;
        }
    }
    if (sink->lost > sink->lost_told) {
        tell_lost(sink);
    }
}

QUIET_TURN int
log_waiting_fd(enum log_sink which)
{
    return sinks[which].used > 0 ? sink_fd(&sinks[which]) : -1;
}

void
log_flush(int timeout_ms)
{
    for (int left = timeout_ms; left > 0; left -= 10) {
        struct pollfd fds[LOG_SINKS];
        nfds_t count = 0;
        for (int which = 0; which < LOG_SINKS; which++) {
            log_drain((enum log_sink)which);
            if (sinks[which].used > 0) {
                fds[count++] = (struct pollfd){.fd = sink_fd(&sinks[which]), .events = POLLOUT};
            }
        }
        if (count == 0) {
            return;
        }
        (void)poll(fds, count, 10);
    }
}

uint64_t
log_lost(void)
{
    return sinks[LOG_STDOUT].lost + sinks[LOG_STDERR].lost;
}

/* ---------------------------------------------------------------- roinit's own lines */

const char *
log_time_text(char *buffer, size_t size)
{
    struct timespec now;
    struct text text = text_over(buffer, size);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    text_add_utc_ms(&text, (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    return buffer;
}

void
log_configure(enum log_level level, enum log_format format)
{
    own_level = level;
    own_format = format;
}

bool
log_is_enabled(enum log_level level)
{
    return level <= own_level;
}

void
log_own(enum log_level level, const char *format, ...)
{
    if (!log_is_enabled(level)) {
        return;
    }
    char sentence[ATOMIC_BYTES / 4];
    char line[ATOMIC_BYTES];
    char when[40];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    struct text out = TEXT_OVER(line);
    struct logline logline = {.time = log_time_text(when, sizeof when),
                              .stream = "stderr",
                              .is_json = own_format == LOG_FORMAT_JSON};
    logline_add(&out, &logline, sentence, strlen(sentence));
    put(&sinks[LOG_STDERR], line, out.length);
}

void
log_text(enum log_sink which, const char *bytes, size_t length)
{
    put(&sinks[which], bytes, length);
}

void
log_report(const char *bytes, size_t length)
{
    static const char name[] = "roinit: ";
    char when[40];
    if (own_format != LOG_FORMAT_JSON) {
        log_text(LOG_STDERR, bytes, length);
        return;
    }
    while (length > 0) {
        char line[ATOMIC_BYTES];
        struct text out = TEXT_OVER(line);
        struct logline logline = {
            .time = log_time_text(when, sizeof when), .stream = "stderr", .is_json = true};
        const char *end = memchr(bytes, '\n', length);
        size_t whole = end != NULL ? (size_t)(end - bytes) : length;
        bool is_named = whole >= sizeof name - 1 && memcmp(bytes, name, sizeof name - 1) == 0;
        size_t skipped = is_named ? sizeof name - 1 : 0;
        size_t taken = whole - skipped < ATOMIC_BYTES / 8 ? whole - skipped : ATOMIC_BYTES / 8;
        logline.is_split = taken < whole - skipped;
        logline_add(&out, &logline, bytes + skipped, taken);
        put(&sinks[LOG_STDERR], line, out.length);
        taken += skipped + (end != NULL && !logline.is_split);
        bytes += taken;
        length -= taken;
    }
}
