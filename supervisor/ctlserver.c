/* SPDX-License-Identifier: MIT */
#include "supervisor/ctlserver.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "config/exitcode.h"

static void
drop(struct ctlserver *server, struct ctl_client *client)
{
    /* A child that has not executed yet has it open, too. */
    (void)shutdown(client->fd, SHUT_RDWR);
    (void)close(client->fd);
    server->held -= client->reply.held != NULL;
    free(client->reply.held);
    ctl_reply_free(&client->reply);
    free(client->request);
    client->request = NULL;
    client->fd = -1;
    client->reply = (struct ctl_reply){0};
}

/* How many clients of the uid have not said all that they ask. */
static int
count_silent(const struct ctlserver *server, uid_t uid)
{
    int count = 0;
    for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
        const struct ctl_client *client = &server->client[i];
        count += client->fd >= 0 && !client->is_answered && client->who.uid == uid;
    }
    return count;
}

/* Drops the oldest client whose request is not complete, of the uid that has most of those: a flood
 * costs nobody else the moment between his connect(2) and his request. Returns its slot; -1 where
 * there is none. */
static int
make_room(struct ctlserver *server)
{
    int found = -1;
    int most = 0;
    for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
        const struct ctl_client *client = &server->client[i];
        int silent = client->is_answered ? -1 : count_silent(server, client->who.uid);
        if (silent > most ||
            (silent == most && client->since_ms < server->client[found].since_ms)) {
            found = i;
            most = silent;
        }
    }
    if (found >= 0) {
        drop(server, &server->client[found]);
    }
    return found;
}

static int
find_slot(struct ctlserver *server)
{
    for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
        if (server->client[i].fd < 0) {
            return i;
        }
    }
    return make_room(server);
}

static bool
have_slots(struct ctlserver *server)
{
    if (server->client == NULL) {
        server->client = calloc(CTL_CLIENTS_MAX, sizeof *server->client);
        for (int i = 0; server->client != NULL && i < CTL_CLIENTS_MAX; i++) {
            server->client[i].fd = -1;
        }
    }
    return server->client != NULL;
}

int
ctlserver_accept(struct ctlserver *server, int64_t now_ms)
{
    /* cppcheck-suppress nullPointer ; accept(2): nobody asks for the address */
    int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        bool is_all = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
        return is_all ? -1 : -2;
    }
    int slot = have_slots(server) ? find_slot(server) : -1;
    if (slot < 0) {
        (void)close(fd);
        return -1;
    }
    struct ctl_client *client = &server->client[slot];
    client->fd = fd;
    client->since_ms = now_ms;
    client->request_length = 0;
    client->is_answered = false;
    client->sent = 0;
    socklen_t size = sizeof client->who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &client->who, &size) != 0) {
        drop(server, client);
    }
    return slot;
}

/* Whether the uid holds no more replies than it may. */
static bool
may_hold(const struct ctlserver *server, uid_t uid)
{
    size_t same = 0;
    for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
        const struct ctl_client *client = &server->client[i];
        same += client->fd >= 0 && client->reply.held != NULL && client->who.uid == uid;
    }
    return server->held <= CTL_HELD_MAX && (uid == 0 || same <= CTL_HELD_OF_ONE_UID);
}

static void
hold(struct ctlserver *server, struct ctl_client *client)
{
    static const char sentence[] = "roinit: too many requests wait already; try again\n";
    server->held++;
    if (!may_hold(server, client->who.uid)) {
        server->held--;
        free(client->reply.held);
        client->reply.held = NULL;
        ctl_reply_add(&client->reply, CTLMSG_ERR, sentence, sizeof sentence - 1);
        ctl_reply_exit(&client->reply, CODE_SYSTEM);
    }
}

static void
answer(struct ctlserver *server, struct ctl_client *client, const struct ctl_request *request)
{
    struct ctl_peer peer = {client->who.pid, client->who.uid, client->who.gid, client->fd};
    client->reply.bytes = server->small;
    client->reply.room = sizeof server->small;
    client->reply.is_borrowed = true;
    server->answer(server->context, request, &peer, &client->reply);
    client->is_answered = true;
    free(client->request);
    client->request = NULL;
    if (client->reply.held != NULL) {
        hold(server, client);
    }
    if (client->reply.is_full) {
        drop(server, client); /* half an answer would be taken for a whole one */
    }
}

/* Keeps what has come so far of a request. */
static void
keep_half(struct ctlserver *server, struct ctl_client *client, const char *bytes)
{
    if (client->request == NULL) {
        client->request = malloc(CTLMSG_REQUEST_MAX);
        if (client->request == NULL) {
            drop(server, client);
            return;
        }
        memcpy(client->request, bytes, client->request_length);
    }
}

static void
receive(struct ctlserver *server, struct ctl_client *client)
{
    char whole[CTLMSG_REQUEST_MAX]; /* most requests come in one piece: no memory is asked for */
    char *bytes = client->request != NULL ? client->request : whole;
    struct iovec room = {.iov_base = bytes + client->request_length,
                         .iov_len = CTLMSG_REQUEST_MAX - client->request_length};
    struct msghdr message = {.msg_iov = &room, .msg_iovlen = 1};
    ssize_t length = recvmsg(client->fd, &message, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    /* MSG_CTRUNC: somebody sends descriptors; the kernel has closed them. */
    if (length <= 0 || (message.msg_flags & MSG_CTRUNC) != 0) {
        drop(server, client);
        return;
    }
    client->request_length += (size_t)length;
    struct ctl_request request;
    switch (ctlmsg_parse(bytes, client->request_length, &request)) {
    case CTLMSG_MORE:
        keep_half(server, client, bytes);
        return;
    case CTLMSG_BAD:
        drop(server, client);
        return;
    case CTLMSG_WHOLE:
        answer(server, client, &request);
        return;
    }
}

/* Whether the client is there for longer than it takes to send what it has been answered. Who is
 * not may have closed his side: what was asked for is still sent. */
static bool
stays(const struct ctlserver *server, const struct ctl_client *client)
{
    return client->reply.held != NULL || client->reply.lingers || server->lingers;
}

/* Sends as far as it goes. A whole reply that was sent is the end of its client; a held one's bytes
 * are given back. */
static void
transmit(struct ctlserver *server, struct ctl_client *client, int64_t now_ms)
{
    while (client->sent < client->reply.length) {
        ssize_t sent = send(client->fd, client->reply.bytes + client->sent,
                            client->reply.length - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (sent <= 0) {
            drop(server, client);
            return;
        }
        client->sent += (size_t)sent;
        client->since_ms = client->reply.held != NULL ? now_ms : client->since_ms;
    }
    if (!stays(server, client)) {
        drop(server, client);
        return;
    }
    ctl_reply_free(&client->reply);
    client->sent = 0;
}

/* Whoever waits for an answer has nothing more to say, but may go. */
static bool
is_gone(const struct ctl_client *client)
{
    char byte;
    ssize_t length = recv(client->fd, &byte, 1, MSG_DONTWAIT);
    return length >= 0 || (errno != EAGAIN && errno != EINTR);
}

void
ctlserver_serve(struct ctlserver *server, size_t slot, int64_t now_ms)
{
    struct ctl_client *client = &server->client[slot];
    if (client->fd >= 0 && !client->is_answered) {
        receive(server, client);
        client->since_ms = client->fd >= 0 && client->is_answered ? now_ms : client->since_ms;
    } else if (client->fd >= 0 && stays(server, client) && is_gone(client)) {
        drop(server, client);
    }
    if (client->fd >= 0 && client->is_answered) {
        transmit(server, client, now_ms);
    }
    /* What the socket did not take at once waits in memory of its own. */
    if (!ctl_reply_own(&client->reply)) {
        drop(server, client);
    }
}

int64_t
ctlserver_attend(struct ctlserver *server, int64_t now_ms)
{
    int64_t next_ms = -1;
    bool has_any = server->client != NULL && server->attend != NULL;
    for (int i = 0; has_any && server->held > 0 && i < CTL_CLIENTS_MAX; i++) {
        struct ctl_client *client = &server->client[i];
        bool has_room = client->reply.length - client->sent < CTL_STREAM_BYTES;
        if (client->fd < 0 || client->reply.held == NULL || !has_room) {
            continue;
        }
        bool was_idle = client->sent == client->reply.length;
        int64_t again_ms = server->attend(server->context, &client->reply);
        server->held -= client->reply.held == NULL;
        next_ms = again_ms >= 0 && (next_ms < 0 || again_ms < next_ms) ? again_ms : next_ms;
        if (client->reply.is_full) {
            drop(server, client);
            continue;
        }
        client->since_ms = was_idle ? now_ms : client->since_ms;
        transmit(server, client, now_ms);
    }
    return next_ms;
}

bool
ctlserver_wants_write(const struct ctlserver *server, size_t slot)
{
    const struct ctl_client *client = &server->client[slot];
    return client->is_answered && client->sent < client->reply.length;
}

int64_t
ctlserver_expire(struct ctlserver *server, int64_t now_ms)
{
    int64_t next_ms = -1;
    for (int i = 0; server->client != NULL && i < CTL_CLIENTS_MAX; i++) {
        struct ctl_client *client = &server->client[i];
        bool is_idle = client->reply.held != NULL && client->sent == client->reply.length;
        if (client->fd < 0 || is_idle) {
            continue;
        }
        int64_t left_ms = client->since_ms + CTL_REQUEST_MS - now_ms;
        if (left_ms <= 0) {
            drop(server, client);
        } else if (next_ms < 0 || left_ms < next_ms) {
            next_ms = left_ms;
        }
    }
    return next_ms;
}

/* Waits for those who have been answered to take it and go. */
static void
linger(struct ctlserver *server, int linger_ms)
{
    for (int left_ms = linger_ms; left_ms > 0; left_ms -= 5) {
        struct pollfd fds[CTL_CLIENTS_MAX];
        nfds_t count = 0;
        for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
            if (server->client[i].fd >= 0) {
                ctlserver_serve(server, (size_t)i, 0);
            }
            if (server->client[i].fd >= 0) {
                fds[count++] = (struct pollfd){.fd = server->client[i].fd, .events = POLLIN};
            }
        }
        if (count == 0) {
            return;
        }
        (void)poll(fds, count, 5);
    }
}

void
ctlserver_close(struct ctlserver *server, int linger_ms)
{
    server->lingers = true;
    if (server->fd >= 0) { /* who has not been let in learns it now, and not when all is over */
        (void)close(server->fd);
        server->fd = -1;
    }
    (void)ctlserver_attend(server, 0);
    for (int i = 0; server->client != NULL && i < CTL_CLIENTS_MAX; i++) {
        struct ctl_client *client = &server->client[i];
        if (client->fd >= 0 && !client->is_answered) {
            drop(server, client);
        }
    }
    if (server->client != NULL) {
        linger(server, linger_ms);
    }
    for (int i = 0; server->client != NULL && i < CTL_CLIENTS_MAX; i++) {
        if (server->client[i].fd >= 0) {
            drop(server, &server->client[i]);
        }
    }
    free(server->client);
    server->client = NULL;
}
