/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "supervisor/sys_proc.h"

enum { READ_BYTES = 4096, READS_A_TURN = 4, LOCAL_ADDRESSES = 2 };

void
probing_end(struct probing *probing)
{
    if (probing->fd >= 0) {
        (void)close(probing->fd);
        probing->fd = -1;
    }
}

static enum probing_state
fail(struct probing *probing, enum probe_failure_kind kind, int number)
{
    probing_end(probing);
    probing->failure = (struct probe_failure){kind, number};
    return PROBING_FAILED;
}

static enum probing_state
be_well(struct probing *probing)
{
    probing_end(probing);
    return PROBING_WELL;
}

/* Want of descriptors or memory is ours, and no fault of who is probed. */
static enum probing_state
be_unable(struct probing *probing, int errnum)
{
    (void)fail(probing, PROBE_ERRNO, errnum);
    return PROBING_UNABLE;
}

/* ---------------------------------------------------------------- tcp and http */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* The n-th address of the probe's host. Returns its length. */
static socklen_t
make_address(const struct probe *probe, unsigned attempt, union address *ret)
{
    static const char *const local[LOCAL_ADDRESSES] = {"127.0.0.1", "::1"};
    const char *host = probe->host != NULL ? probe->host : local[attempt];
    memset(ret, 0, sizeof *ret);
    if (strchr(host, ':') == NULL) {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons((uint16_t)probe->number);
        (void)inet_pton(AF_INET, host, &ret->v4.sin_addr);
        return sizeof ret->v4;
    }
    ret->v6.sin6_family = AF_INET6;
    ret->v6.sin6_port = htons((uint16_t)probe->number);
    (void)inet_pton(AF_INET6, host, &ret->v6.sin6_addr);
    return sizeof ret->v6;
}

/* Whether the socket is connected to itself: where nobody listens on a port that the kernel also
 * gives to clients, it can give the connecting socket that very port. */
static bool
is_own_peer(int fd)
{
    union address own;
    union address peer;
    socklen_t own_size = sizeof own;
    socklen_t peer_size = sizeof peer;
    return getsockname(fd, &own.any, &own_size) == 0 &&
           getpeername(fd, &peer.any, &peer_size) == 0 && own_size == peer_size &&
           memcmp(&own, &peer, own_size) == 0;
}

static enum probing_state
send_request(struct probing *probing, const struct probe *probe)
{
    char bytes[PROBE_REQUEST_MAX];
    struct text request = TEXT_OVER(bytes);
    probe_add_request(probe, &request);
    /* It fits into the buffer of a socket that is empty. */
    ssize_t sent = send(probing->fd, bytes, request.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != (ssize_t)request.length) {
        return fail(probing, PROBE_ERRNO, sent < 0 ? errno : EPIPE);
    }
    probing->has_sent = true;
    return PROBING_READS;
}

static enum probing_state
be_connected(struct probing *probing, const struct probe *probe)
{
    if (is_own_peer(probing->fd)) {
        struct linger reset = {.l_onoff = 1}; /* leaves no TIME_WAIT on a port that is not ours */
        (void)setsockopt(probing->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        return fail(probing, PROBE_ERRNO, ECONNREFUSED);
    }
    return probe->kind == PROBE_HTTP ? send_request(probing, probe) : be_well(probing);
}

/* Connects to one address after the other, until one answers or takes its time. The first failure
 * is the one that is told. */
static enum probing_state
connect_next(struct probing *probing, const struct probe *probe)
{
    unsigned count = probe->host != NULL ? 1 : LOCAL_ADDRESSES;
    enum probing_state state = PROBING_FAILED;
    while (state == PROBING_FAILED && probing->attempt < count) {
        union address address;
        struct probe_failure first = probing->failure;
        socklen_t length = make_address(probe, probing->attempt, &address);
        probing->fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (probing->fd < 0 && err_shortage(errno) != NULL) {
            return be_unable(probing, errno);
        }
        if (probing->fd >= 0 && connect(probing->fd, &address.any, length) == 0) {
            state = be_connected(probing, probe);
        } else if (probing->fd >= 0 && errno == EINPROGRESS) {
            return PROBING_WRITES;
        } else {
            state = fail(probing, PROBE_ERRNO, errno);
        }
        probing->failure = probing->attempt > 0 ? first : probing->failure;
        probing->attempt++;
    }
    return state;
}

static enum probing_state
read_reply(struct probing *probing)
{
    char bytes[READ_BYTES];
    for (int reads = 0; reads < READS_A_TURN; reads++) {
        ssize_t length = recv(probing->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
            return PROBING_READS;
        }
        if (length < 0) {
            return fail(probing, PROBE_ERRNO, errno);
        }
        if (length == 0) {
            return fail(probing, PROBE_CLOSED, 0);
        }
        switch (httpreply_take(&probing->reply, bytes, (size_t)length)) {
        case HTTPREPLY_MORE:
            continue;
        case HTTPREPLY_BAD:
            return fail(probing, PROBE_NO_HTTP, 0);
        case HTTPREPLY_LONG:
            return fail(probing, PROBE_TOO_LONG, 0);
        case HTTPREPLY_WHOLE:
            break;
        }
        return httpreply_is_well(&probing->reply)
                   ? be_well(probing)
                   : fail(probing, PROBE_STATUS, probing->reply.status);
    }
    return PROBING_READS;
}

enum probing_state
probing_go_on(struct probing *probing, const struct probe *probe)
{
    int errnum = 0;
    socklen_t size = sizeof errnum;
    if (probing->has_sent) {
        return read_reply(probing);
    }
    if (getsockopt(probing->fd, SOL_SOCKET, SO_ERROR, &errnum, &size) != 0) {
        errnum = errno;
    }
    enum probing_state state =
        errnum == 0 ? be_connected(probing, probe) : fail(probing, PROBE_ERRNO, errnum);
    if (state == PROBING_FAILED && !probing->has_sent) {
        probing->attempt++;
        return connect_next(probing, probe);
    }
    return state;
}

/* ---------------------------------------------------------------- unix and file */

/* Looks at paths as that user does; NULL: as roinit again. Raw, since the wrappers speak to threads
 * that there are not. */
static void
be_user(const struct probe_as *as)
{
    if (as != NULL && as->is_other) {
        (void)syscall(SYS_setfsgid, as->gid);
        (void)syscall(SYS_setfsuid, as->uid);
        (void)proc_hide_self(); /* a change of credentials makes dumpable again (I35) */
    }
}

static void
be_self(const struct probe_as *as)
{
    if (as != NULL && as->is_other) {
        (void)syscall(SYS_setfsuid, geteuid());
        (void)syscall(SYS_setfsgid, getegid());
        (void)proc_hide_self();
    }
}

static enum probing_state
try_unix(struct probing *probing, const struct probe *probe, const struct probe_as *as)
{
    static const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, probe->path, strlen(probe->path) + 1); /* fits: value_probe.c */
    int errnum = EPROTOTYPE;
    for (size_t i = 0; i < sizeof types / sizeof types[0] && errnum == EPROTOTYPE; i++) {
        probing->fd = socket(AF_UNIX, types[i] | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (probing->fd < 0) {
            return be_unable(probing, errno);
        }
        be_user(as);
        errnum = connect(probing->fd, (const struct sockaddr *)&address, sizeof address) == 0
                     ? 0
                     : errno;
        be_self(as);
        probing_end(probing);
    }
    /* EAGAIN: somebody listens, and has more to do than he can take. */
    return errnum == 0 ? be_well(probing) : fail(probing, PROBE_ERRNO, errnum);
}

static enum probing_state
try_file(struct probing *probing, const struct probe *probe, const struct probe_as *as)
{
    struct stat st;
    be_user(as);
    int errnum = stat(probe->path, &st) == 0 ? 0 : errno;
    be_self(as);
    return errnum == 0 ? be_well(probing) : fail(probing, PROBE_ERRNO, errnum);
}

enum probing_state
probing_begin(struct probing *probing, const struct probe *probe, const struct probe_as *as)
{
    probing->fd = -1;
    probing->attempt = 0;
    probing->has_sent = false;
    probing->reply = (struct httpreply){0};
    switch (probe->kind) {
    case PROBE_TCP:
    case PROBE_HTTP:
        return connect_next(probing, probe);
    case PROBE_UNIX:
        return try_unix(probing, probe, as);
    case PROBE_FILE:
        return try_file(probing, probe, as);
    case PROBE_START:
    case PROBE_NOTIFY:
    case PROBE_FD:
    case PROBE_EXEC:
    case PROBE_KIND_COUNT:
        break;
    }
    return be_unable(probing, EINVAL);
}
