/* SPDX-License-Identifier: MIT */
#include "tests/proc/served.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/proc/harness.h"

enum { REQUEST_BYTES = 1 << 17, REPLY_BYTES = 512, FOLDER = FUSE_ROOT_ID, A_FILE = 2 };

static int served_fd = -1;
static pid_t server;

static struct fuse_attr
attributes_of(uint64_t node)
{
    return (struct fuse_attr){
        .ino = node,
        .size = node == A_FILE ? strlen(SERVED_TEXT) : 0,
        .mode = node == A_FILE ? S_IFREG | 0644 : S_IFDIR | 0777,
        .nlink = 1,
        .blksize = 4096,
    };
}

/* Fills what follows the header. Returns its length, or minus an errno. Nothing may be kept by the
 * kernel (the times of validity are zero): each look asks. */
static int
fill_reply(const struct fuse_in_header *in, void *reply)
{
    const char *name = (const char *)(in + 1);
    switch (in->opcode) {
    case FUSE_INIT:
        *(struct fuse_init_out *)reply = (struct fuse_init_out){
            .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096, .time_gran = 1};
        return (int)sizeof(struct fuse_init_out);
    case FUSE_LOOKUP:
        if (strncmp(name, "file", 4) != 0) {
            return -ENOENT;
        }
        *(struct fuse_entry_out *)reply =
            (struct fuse_entry_out){.nodeid = A_FILE, .attr = attributes_of(A_FILE)};
        return (int)sizeof(struct fuse_entry_out);
    case FUSE_GETATTR:
        *(struct fuse_attr_out *)reply = (struct fuse_attr_out){.attr = attributes_of(in->nodeid)};
        return (int)sizeof(struct fuse_attr_out);
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        *(struct fuse_open_out *)reply = (struct fuse_open_out){.open_flags = FOPEN_DIRECT_IO};
        return (int)sizeof(struct fuse_open_out);
    case FUSE_READ:
        if (((const struct fuse_read_in *)(in + 1))->offset > 0) {
            return 0;
        }
        memcpy(reply, SERVED_TEXT, strlen(SERVED_TEXT));
        return (int)strlen(SERVED_TEXT);
    case FUSE_STATFS:
        *(struct fuse_statfs_out *)reply =
            (struct fuse_statfs_out){.st = {.blocks = 1, .bsize = 4096, .namelen = 255}};
        return (int)sizeof(struct fuse_statfs_out);
    case FUSE_UNLINK:
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_ACCESS:
        return 0;
    default:
        return -ENOSYS;
    }
}

static _Noreturn void
serve(void)
{
    static _Alignas(struct fuse_in_header) char request[REQUEST_BYTES];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        ssize_t length = read(served_fd, request, sizeof request);
        const struct fuse_in_header *in = (const void *)request;
        if (length < 0 && (errno == ENOENT || errno == EINTR || errno == EPERM)) {
            (void)usleep(1000); /* given up before it was read; or not mounted yet */
            continue;
        }
        if (length < (ssize_t)sizeof *in) {
            _exit(0); /* unmounted */
        }
        if (in->opcode == FUSE_FORGET || in->opcode == FUSE_BATCH_FORGET ||
            in->opcode == FUSE_INTERRUPT) {
            continue;
        }
        struct {
            struct fuse_out_header header;
            _Alignas(8) char body[REPLY_BYTES];
        } out = {.header.unique = in->unique};
        int filled = fill_reply(in, out.body);
        out.header.error = filled < 0 ? filled : 0;
        out.header.len = (uint32_t)(sizeof out.header + (size_t)(filled > 0 ? filled : 0));
        (void)!write(served_fd, &out, out.header.len);
    }
}

bool
served_is_possible(void)
{
    return geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0;
}

void
served_begin(void)
{
    served_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(served_fd, 0);
    server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        serve();
    }
}

void
served_plant(void)
{
    char options[128];
    (void)snprintf(options, sizeof options, "fd=%d,rootmode=40777,user_id=0,group_id=0,allow_other",
                   served_fd);
    (void)mkdir(SERVED, 0755);
    if (mount("served", SERVED, "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
        (void)rmdir(SERVED); /* then the test does not find it */
    }
}

void
served_be_dead(void)
{
    int status;
    ck_assert_int_eq(kill(server, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(server, &status, WUNTRACED), server);
}

void
served_be_alive(void)
{
    ck_assert_int_eq(kill(server, SIGCONT), 0);
}

void
served_end(void)
{
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
    (void)close(served_fd);
}
