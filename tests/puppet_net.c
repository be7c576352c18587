/* SPDX-License-Identifier: MIT */
#include "tests/puppet_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/puppet_show.h"

enum { BACKLOG = 64, CHUNK = 65536 };

static int
listen_at(struct sockaddr *address, socklen_t length)
{
    const int on = 1;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, address, length) < 0 || listen(fd, BACKLOG) < 0) {
        puppet_verdict("listen", -1);
        _exit(98);
    }
    return fd;
}

/* PORT, ADDRESS/PORT or /PATH. */
static int
open_listener(char *where)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (*where == '/') {
        strncpy(path.sun_path, where, sizeof path.sun_path - 1);
        return listen_at((struct sockaddr *)&path, sizeof path);
    }
    char *slash = strchr(where, '/');
    const char *port = slash != NULL ? slash + 1 : where;
    if (slash != NULL) {
        *slash = '\0';
        for (char *at = where; *at != '\0'; at++) {
            *at = *at == '_' ? ':' : *at; /* a colon would end the verb's argument */
        }
    }
    if (slash != NULL && inet_pton(AF_INET6, where, &v6.sin6_addr) == 1) {
        v6.sin6_port = htons((uint16_t)atoi(port));
        return listen_at((struct sockaddr *)&v6, sizeof v6);
    }
    if (slash != NULL) {
        (void)inet_pton(AF_INET, where, &v4.sin_addr);
    }
    v4.sin_port = htons((uint16_t)atoi(port));
    return listen_at((struct sockaddr *)&v4, sizeof v4);
}

void
net_listen(char *arg)
{
    (void)open_listener(arg);
}

static void
write_without_end(int client)
{
    static char bytes[CHUNK];
    memset(bytes, 'x', sizeof bytes);
    for (long chunk = 0; chunk < 1L << 14; chunk++) {
        if (send(client, bytes, sizeof bytes, MSG_NOSIGNAL) < 0) {
            return;
        }
    }
}

static void
answer(int client, const char *how)
{
    struct linger reset = {.l_onoff = 1};
    if (strcmp(how, "mute") == 0) {
        return; /* and it stays open */
    }
    if (strcmp(how, "gigabyte") == 0) {
        dprintf(client, "HTTP/1.1 100 Continue\r\nX: ");
        write_without_end(client);
    } else if (strcmp(how, "reset") == 0) {
        setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    } else if (strcmp(how, "drip") == 0) {
        for (const char *at = "HTTP/1.1 200 OK\r\n"; *at != '\0'; at++) {
            poll(NULL, 0, 1000);
            if (send(client, at, 1, MSG_NOSIGNAL) < 0) {
                break;
            }
        }
    } else if (strcmp(how, "close") != 0) {
        char request[8192];
        (void)!read(client, request, sizeof request);
        dprintf(client, "HTTP/1.1 %s Text\r\nContent-Length: 0\r\n\r\n", how);
    }
    close(client);
}

void
net_serve(char *arg)
{
    char *how = strrchr(arg, '/');
    if (how == NULL) {
        _exit(98);
    }
    *how++ = '\0';
    int fd = open_listener(arg);
    if (fork() == 0) {
        for (;;) {
            int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
            if (client >= 0) {
                answer(client, how);
            }
        }
    }
    close(fd);
}

void
net_newline(char *arg)
{
    int fd = atoi(arg);
    puppet_verdict("newline", write(fd, "\n", 1));
}

/* ---------------------------------------------------------------- NOTIFY_SOCKET */

static int
connect_notify(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (path == NULL || strlen(path) >= sizeof address.sun_path) {
        errno = ENOENT;
        close(fd);
        return -1;
    }
    size_t length = strlen(path);
    memcpy(address.sun_path, path, length);
    if (*path == '@') {
        address.sun_path[0] = '\0';
    }
    length += offsetof(struct sockaddr_un, sun_path);
    return connect(fd, (struct sockaddr *)&address, (socklen_t)length) == 0 ? fd : -1;
}

static void
unfold(char *text)
{
    for (; *text != '\0'; text++) {
        *text = *text == '|' ? '\n' : *text;
    }
}

void
net_notify(char *arg)
{
    int fd = connect_notify();
    unfold(arg);
    if (fd < 0 || send(fd, arg, strlen(arg), MSG_NOSIGNAL) < 0) {
        puppet_verdict("notify", -1);
    }
    close(fd);
}

void
net_notify_fd(char *arg)
{
    int ends[2];
    int fd = connect_notify();
    unfold(arg);
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec text = {.iov_base = arg, .iov_len = strlen(arg)};
    struct msghdr message = {.msg_iov = &text,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control.bytes};
    if (pipe2(ends, O_CLOEXEC) < 0) {
        _exit(98);
    }
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &ends[1], sizeof ends[1]);
    if (fd < 0 || sendmsg(fd, &message, MSG_NOSIGNAL) < 0) {
        puppet_verdict("notifyfd", -1);
    }
    close(ends[1]);
    struct pollfd awaited = {.fd = ends[0]};
    if (poll(&awaited, 1, 10000) == 1) {
        dprintf(STDOUT_FILENO, "notifyfd closed\n");
    }
    close(ends[0]);
    close(fd);
}

void
net_flood_notify(char *arg)
{
    int fd = connect_notify();
    for (int i = 0; i < atoi(arg); i++) {
        (void)!send(fd, "STATUS=flood", strlen("STATUS=flood"), MSG_NOSIGNAL);
    }
    close(fd);
    dprintf(STDOUT_FILENO, "flooded\n");
}
