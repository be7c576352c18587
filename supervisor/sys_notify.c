/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 253 /* SCM_MAX_FD */ };

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static int
bind_in(int fd, int folder_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "notify"};
    int back_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool is_bound = fchdir(folder_fd) == 0 &&
                    bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
                    fchmodat(AT_FDCWD, "notify", 0666, 0) == 0;
    if (back_fd >= 0) {
        (void)!fchdir(back_fd);
        (void)close(back_fd);
    }
    return is_bound ? 0 : -1;
}

/* Containers of one pod share the name space of abstract addresses: the name is made by chance. */
static int
bind_abstract(int fd, char *name, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint64_t chance = (uint64_t)getpid();
    (void)!getrandom(&chance, sizeof chance, GRND_NONBLOCK);
    int length = snprintf(name, size, "@roinit-%016llx", (unsigned long long)chance);
    if (length < 0 || (size_t)length >= size) {
        return -1;
    }
    memcpy(address.sun_path, name, (size_t)length);
    address.sun_path[0] = '\0';
    return bind(fd, (const struct sockaddr *)&address,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length));
}

int
notify_open(int folder_fd, const char *path, char *address, size_t size, struct err *err)
{
    const int is_on = 1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &is_on, sizeof is_on) != 0) {
        int errnum = errno;
        if (fd >= 0) {
            (void)close(fd);
        }
        return err_set(err, CODE_SYSTEM, errnum, "cannot make the socket for sd_notify");
    }
    int length = snprintf(address, size, "%s/notify", path);
    bool fits = length > 0 && (size_t)length < size &&
                (size_t)length < sizeof((struct sockaddr_un *)NULL)->sun_path;
    if ((folder_fd >= 0 && fits && bind_in(fd, folder_fd) == 0) ||
        bind_abstract(fd, address, size) == 0) {
        return fd;
    }
    (void)err_set(err, CODE_SYSTEM, errno, "cannot bind the socket for sd_notify");
    (void)close(fd);
    return -1;
}

/* musl's macro of that name, cmsg(3), converts signs without saying so. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static struct cmsghdr *
next_header(struct msghdr *message, struct cmsghdr *at)
{
    return CMSG_NXTHDR(message, at);
}
#pragma GCC diagnostic pop

void
notify_let_go(struct notify_sender *sender)
{
    if (sender->fd >= 0) {
        (void)close(sender->fd);
        sender->fd = -1;
    }
}

/* Who sent it, and the descriptor of a barrier: whoever waits for that to be closed may be gone a
 * moment later, and then nobody can tell whose he was. Of several the last is held. */
static bool
read_control(struct msghdr *message, struct notify_sender *ret_sender)
{
    bool has_sender = false;
    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at != NULL; at = next_header(message, at)) {
        if (at->cmsg_level != SOL_SOCKET) {
            continue;
        }
        size_t bytes = at->cmsg_len - CMSG_LEN(0);
        if (at->cmsg_type == SCM_CREDENTIALS && bytes == sizeof(struct ucred)) {
            struct ucred credentials;
            memcpy(&credentials, CMSG_DATA(at), sizeof credentials);
            ret_sender->pid = credentials.pid;
            ret_sender->uid = credentials.uid;
            has_sender = true;
        } else if (at->cmsg_type == SCM_RIGHTS) {
            for (size_t i = 0; i < bytes / sizeof(int); i++) {
                int fd;
                memcpy(&fd, CMSG_DATA(at) + i * sizeof fd, sizeof fd);
                notify_let_go(ret_sender);
                ret_sender->fd = fd;
            }
        }
    }
    return has_sender;
}

ssize_t
notify_receive(int fd, char *bytes, size_t size, struct notify_sender *ret_sender)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
    } control;
    struct iovec room = {.iov_base = bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &room,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    *ret_sender = (struct notify_sender){.fd = -1};
    ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0) {
        return -1;
    }
    bool has_sender = read_control(&message, ret_sender);
    return has_sender && (message.msg_flags & MSG_TRUNC) == 0 ? length : -2;
}

int
notify_connect(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = name != NULL ? strlen(name) : 0;
    if (length < 2 || length >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@')) {
        return -1;
    }
    memcpy(address.sun_path, name, length);
    if (name[0] == '@') {
        address.sun_path[0] = '\0';
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, size) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

void
notify_say(int fd, const char *text)
{
    (void)send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

int
notify_watch(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */
}
