/* SPDX-License-Identifier: MIT */
#include "init/client.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/arena.h"
#include "config/insist.h"
#include "config/pages.h"
#include "config/text.h"
#include "init/sys_state.h"
#include "supervisor/ctlmsg.h"
#include "supervisor/sys_proc.h"

enum { REPLY_SECONDS = 10 };

/* Answers only count from root, from our own uid, or from PID 1: anybody may listen in /tmp. */
static bool
is_trusted(int fd)
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid() || peer.pid == 1);
}

/* Whether the answer may take its time: it waits for something, or goes on. */
static bool
is_patient(const struct verb *verb)
{
    return strstr(verb->arguments, "--timeout") != NULL || strstr(verb->arguments, "-f]") != NULL;
}

static int
connect_to(const char *folder, const struct verb *verb)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval timeout = {.tv_sec = REPLY_SECONDS};
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/control", folder);
    if (length < 0 || (size_t)length >= sizeof address.sun_path) {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    if (!is_patient(verb)) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 || !is_trusted(fd)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static bool
read_whole(int fd, void *buffer, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t length = INSIST(read(fd, (char *)buffer + done, size - done));
        if (length <= 0) {
            return false;
        }
        done += (size_t)length;
    }
    return true;
}

static OWN_PAGES char payload[CTLMSG_FRAME_MAX]; /* of the last frame */

static bool
read_frame(int fd, enum ctlmsg_frame *ret_type, uint32_t *ret_length)
{
    unsigned char header[CTLMSG_FRAME_HEADER];
    return read_whole(fd, header, sizeof header) &&
           ctlmsg_read_header(header, ret_type, ret_length) && read_whole(fd, payload, *ret_length);
}

static void
write_whole(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t length = INSIST(write(fd, bytes, size));
        if (length <= 0) {
            return; /* our reader is gone: nobody is left to be told */
        }
        bytes += length;
        size -= (size_t)length;
    }
}

/* Prints frames until the last. Returns the exit code, or -1 where the answer breaks off. */
static int
print_reply(int fd)
{
    for (;;) {
        enum ctlmsg_frame type;
        uint32_t length;
        if (!read_frame(fd, &type, &length)) {
            return -1;
        }
        switch (type) {
        case CTLMSG_OUT:
            write_whole(STDOUT_FILENO, payload, length);
            break;
        case CTLMSG_ERR:
            write_whole(STDERR_FILENO, payload, length);
            break;
        case CTLMSG_EXIT:
            return length == 1 ? (unsigned char)payload[0] : -1;
        }
    }
}

/* The state as it was written last, where nobody answers. */
static bool
copy_status(const char *folder)
{
    char path[256];
    char bytes[16384];
    (void)snprintf(path, sizeof path, "%s/status.json", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return false;
    }
    ssize_t length;
    while ((length = read(fd, bytes, sizeof bytes)) > 0) {
        write_whole(STDOUT_FILENO, bytes, (size_t)length);
    }
    (void)close(fd);
    return length == 0;
}

bool
client_has_terminal(void)
{
    return isatty(STDOUT_FILENO) && !text_equal(getenv("TERM"), "dumb");
}

static size_t
request_bytes(const struct options *options, char *request, size_t size)
{
    const char *word[CTLMSG_WORDS_MAX];
    char width[32];
    size_t count = 0;
    struct winsize window;
    word[count++] = options->verb->name;
    for (size_t i = 0; i < options->word_count; i++) {
        if (count == CTLMSG_WORDS_MAX - 2) {
            return 0;
        }
        word[count++] = options->word[i];
    }
    if (client_has_terminal() && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
        const char *no_color = getenv("NO_COLOR");
        if (no_color == NULL || no_color[0] == '\0') {
            word[count++] = "--color";
        }
        (void)snprintf(width, sizeof width, "--width=%u", (unsigned)window.ws_col);
        word[count++] = width;
    }
    return ctlmsg_write_request(request, size, word, count);
}

static int
ask(const struct options *options, bool closes)
{
    char request[CTLMSG_REQUEST_MAX];
    (void)proc_hide_self(); /* a unit of the same uid must not borrow our origin (promises.md, fact
                               4) */
    size_t length = request_bytes(options, request, sizeof request);
    if (length == 0) {
        (void)fprintf(stderr, "roinit: too many words, or an empty one: see `roinit help %s`\n",
                      options->verb->name);
        return CODE_USAGE;
    }
    bool is_broken_off = false;
    for (size_t i = 0; i < state_folder_count; i++) {
        int fd = connect_to(state_folders[i], options->verb);
        if (fd < 0) {
            continue;
        }
        write_whole(fd, request, length);
        /* Closed by the end of this process and not before: PID 1 may wait for that, to end. */
        int code = print_reply(fd);
        if (closes) {
            (void)close(fd);
        }
        if (code >= 0) {
            return code;
        }
        is_broken_off = true;
        break; /* it was asked for, and may be done: not a second time */
    }
    bool wants_status = options->is_json && text_equal(options->verb->name, "status");
    for (size_t i = 0; wants_status && i < state_folder_count; i++) {
        if (copy_status(state_folders[i])) {
            return CODE_OK;
        }
    }
    if (is_broken_off) {
        (void)fputs("roinit: the answer broke off: roinit has ended, or is too busy\n", stderr);
        return CODE_UNAVAILABLE;
    }
    (void)fprintf(stderr,
                  "roinit: no roinit answers in %s or %s: is one running here, and is its "
                  "state-dir writable?\n",
                  state_folders[0], state_folders[1]);
    return CODE_UNAVAILABLE;
}

static void
end_by_term(int signal)
{
    (void)signal;
    (void)raise(SIGTERM);
}

static void
wait_a_second(int signal)
{
    (void)signal;
    (void)alarm(1);
}

/* Where the container ends, TERM comes to all that are left in it, and the answer at the same time:
 * it counts for a second. Whoever waits in vain ends by TERM then, and by a second one at once. */
static void
outlive_term(void)
{
    struct sigaction term = {.sa_handler = wait_a_second,
                             .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
    struct sigaction late = {.sa_handler = end_by_term};
    struct sigaction inherited;
    if (sigaction(SIGTERM, NULL, &inherited) == 0 && inherited.sa_handler == SIG_DFL) {
        (void)sigaction(SIGALRM, &late, NULL);
        (void)sigaction(SIGTERM, &term, NULL);
    }
}

int
client_ask(const struct options *options)
{
    outlive_term();
    return ask(options, false);
}

int
client_ask_again(const struct options *options)
{
    return ask(options, true);
}

int
client_watch(void)
{
    char follow[] = "-f";
    char *word[] = {follow, NULL};
    const struct options events = {.verb = verb_find("events"), .word = word, .word_count = 1};
    char request[CTLMSG_REQUEST_MAX];
    size_t length = request_bytes(&events, request, sizeof request);
    int fd = -1;
    for (size_t i = 0; fd < 0 && i < state_folder_count; i++) {
        fd = connect_to(state_folders[i], events.verb);
    }
    if (fd >= 0) {
        write_whole(fd, request, length);
    }
    return fd;
}

bool
client_has_ended(int *fd)
{
    enum ctlmsg_frame type;
    uint32_t length;
    bool is_read = read_frame(*fd, &type, &length);
    if (is_read && type != CTLMSG_EXIT) {
        return false;
    }
    bool is_end = is_read && payload[0] == CODE_OK;
    if (!is_end) { /* it was refused, or broke off */
        (void)close(*fd);
        *fd = -1;
    }
    return is_end;
}
