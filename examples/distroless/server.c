/* SPDX-License-Identifier: MIT */
/* The smallest web server that is of use here: it tells where it may write, and ends at TERM. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
end(int signal)
{
    (void)signal;
    _exit(0);
}

static const char *
variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "(not set)";
}

static void
answer(int client)
{
    char request[2048];
    char reply[1024];
    if (read(client, request, sizeof request) > 0) {
        int length = snprintf(reply, sizeof reply,
                              "HTTP/1.0 200 OK\r\n\r\nhello from scratch\nHOME=%s\nTMPDIR=%s\n",
                              variable("HOME"), variable("TMPDIR"));
        if (write(client, reply, (size_t)length) < 0) {
            perror("write");
        }
    }
    close(client);
}

int
main(void)
{
    /* As PID 1 a program without handlers would ignore TERM; under roinit it is not PID 1. */
    signal(SIGTERM, end);
    signal(SIGPIPE, SIG_IGN);

    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
    int yes = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
        bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16)) {
        perror("server: port 8080");
        return 1;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0) {
            answer(client);
        }
    }
}
