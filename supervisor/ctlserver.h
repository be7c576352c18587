/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_CTLSERVER_H
#define ROINIT_SUPERVISOR_CTLSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "supervisor/ctlmsg.h"

/*
 * The control socket's clients: a fixed number of slots, each with a bounded request and a bounded
 * reply. It owns the descriptors; loop.c watches them and says what happened. A client can neither
 * block PID 1 nor make it allocate without bound (I20).
 */
enum {
    CTL_CLIENTS_MAX = 64,
    CTL_REQUEST_MS = 5000, /* for a request to be complete, and for a reply to be taken */
    CTL_SMALL_BYTES = 512,
    CTL_REPLY_MAX = 4 * 1024 * 1024, /* a thousand units as JSON, several times */
    CTL_HELD_MAX = 48,               /* replies that are not whole yet, */
    CTL_HELD_OF_ONE_UID = 16,        /* of which each uid but root may have some */
    CTL_STREAM_BYTES = 65536,        /* a held reply gets more while less than that waits */
};

/* Who asks, as the kernel tells it (SO_PEERCRED). */
struct ctl_peer {
    pid_t pid; /* 0: outside of this pid namespace */
    uid_t uid;
    gid_t gid;
    int fd; /* its socket, for what the kernel knows besides */
};

struct ctl_reply {
    char *bytes; /* frames, malloc'ed */
    size_t length, room;
    bool is_borrowed; /* … or, while it is made and sent for the first time, the server's own */
    bool is_full;     /* it does not fit, or there was no memory */
    bool lingers;     /* answered, but kept until its client is gone: the container ends, and would
                       * take the client along before it has read */
    void *held; /* malloc'ed by the answer: more will come, attend() is asked for it in each turn
                 * and sets NULL when it was the last; freed with the client */
};

/* Adds a frame. */
void ctl_reply_add(struct ctl_reply *reply, enum ctlmsg_frame type, const char *bytes,
                   size_t length);
/* Adds the last frame. */
void ctl_reply_exit(struct ctl_reply *reply, int code);
/* Makes its memory its own. Returns false where there is none. */
bool ctl_reply_own(struct ctl_reply *reply);
/* Gives its frames back. */
void ctl_reply_free(struct ctl_reply *reply);

struct ctl_client {
    int fd;           /* -1: a free slot */
    struct ucred who; /* as the kernel tells it */
    int64_t since_ms; /* it came; of a held reply: it last took something */
    size_t request_length;
    char *request; /* CTLMSG_REQUEST_MAX bytes, once half a request has come; else NULL */
    bool is_answered;
    struct ctl_reply reply;
    size_t sent;
};

struct ctlserver {
    int fd;                    /* listening; -1: no socket */
    struct ctl_client *client; /* CTL_CLIENTS_MAX slots, allocated at the first client */
    void (*answer)(void *context, const struct ctl_request *request, const struct ctl_peer *peer,
                   struct ctl_reply *reply);
    /* Adds to a held reply what there is to say, and frees and clears reply->held after the last.
     * Returns when to ask again, in ms from now, whatever happens or not; -1: never. */
    int64_t (*attend)(void *context, struct ctl_reply *reply);
    void *context;
    size_t held;                 /* replies that are not whole yet */
    bool lingers;                /* the container ends: every reply lingers */
    char small[CTL_SMALL_BYTES]; /* for a reply that is short and taken at once, as most are */
};

/* Takes the clients that wait, at most a few. A slot is made by dropping the oldest client whose
 * request is not complete, of the uid that has most of those. Returns the slot of the first, or -1:
 * none came; -2: no descriptor is to be had (or the call is refused), and the caller should look
 * again later rather than be woken without end. */
int ctlserver_accept(struct ctlserver *server, int64_t now_ms);

/* A client's descriptor can be read or written. */
void ctlserver_serve(struct ctlserver *server, size_t slot, int64_t now_ms);

/* Whether the slot waits to be written (else to be read). */
bool ctlserver_wants_write(const struct ctlserver *server, size_t slot);

/* Goes on with the held replies. Returns when to do so again, in ms from now; -1: never by itself.
 */
int64_t ctlserver_attend(struct ctlserver *server, int64_t now_ms);

/* Drops clients that took too long. Returns when to look again, in ms from now; -1: never. */
int64_t ctlserver_expire(struct ctlserver *server, int64_t now_ms);

/* Sends what is left to be sent, waits at most so long for those who read it, closes everything. */
void ctlserver_close(struct ctlserver *server, int linger_ms);

#endif
