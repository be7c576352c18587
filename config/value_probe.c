/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <string.h>

#include "config/command.h"
#include "config/text.h"
#include "config/value_parse.h"

/* The probes of `ready` and [check]: a kind, and for most a colon and what it looks at. */
enum { PORT_MAX = 65535, FD_MIN = 3, FD_MAX = 1023, SOCKET_PATH_MAX = 107, WHY_BYTES = 256 };

static int
no_argument(const struct value_input *in, const char *text, struct probe *ret)
{
    (void)in;
    (void)text;
    (void)ret;
    return 0;
}

static int
take_fd(const struct value_input *in, const char *text, struct probe *ret)
{
    unsigned long long number;
    if (!text_number(text, FD_MAX, &number) || number < FD_MIN) {
        return value_why(in, "\"%.60s\" is no descriptor, want fd:%d to fd:%d", in->text, FD_MIN,
                         FD_MAX);
    }
    ret->number = (int)number;
    return 0;
}

static int
take_port(const struct value_input *in, const char *text, struct probe *ret)
{
    unsigned long long number;
    if (!text_number(text, PORT_MAX, &number) || number == 0) {
        return value_why(in, "\"%.60s\" has no port, want one of 1 to %d", in->text, PORT_MAX);
    }
    ret->number = (int)number;
    return 0;
}

/* A numeric address, an IPv6 one in brackets, or localhost: names would need a resolver, which a
 * static program has not and PID 1 must not wait for. */
static int
take_host(const struct value_input *in, const char *host, struct probe *ret)
{
    struct in6_addr address;
    size_t length = strlen(host);
    if (strcmp(host, "localhost") == 0) {
        return 0; /* NULL: both families */
    }
    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        ret->host = arena_strndup(in->arena, host + 1, length - 2);
        if (inet_pton(AF_INET6, ret->host, &address) == 1) {
            return 0;
        }
    } else if (inet_pton(AF_INET, host, &address) == 1) {
        ret->host = host;
        return 0;
    }
    return value_why(in,
                     "\"%.60s\" is no address, want a number such as 127.0.0.1 or [::1], or "
                     "localhost",
                     host);
}

/* HOST:PORT, or a PORT alone (`needs_host` is false) or a HOST alone (`port` is not 0). */
static int
take_host_and_port(const struct value_input *in, const char *text, int port, struct probe *ret)
{
    const char *bracket = *text == '[' ? strchr(text, ']') : NULL;
    const char *colon = bracket != NULL ? strchr(bracket, ':') : strrchr(text, ':');
    ret->number = port;
    if (colon == NULL && port == 0) {
        return take_port(in, text, ret);
    }
    if (colon != NULL && take_port(in, colon + 1, ret) != 0) {
        return -1;
    }
    size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
    return take_host(in, arena_strndup(in->arena, text, length), ret);
}

static int
take_tcp(const struct value_input *in, const char *text, struct probe *ret)
{
    return take_host_and_port(in, text, 0, ret);
}

static int
take_http(const struct value_input *in, const char *text, struct probe *ret)
{
    enum { HTTP_PORT = 80 };
    if (!text_starts_with(text, "//") || strpbrk(text, "@# \t\n") != NULL) {
        return value_why(in, "\"%.100s\" is no address, want http://HOST[:PORT][/PATH]", in->text);
    }
    text += strlen("//");
    size_t length = strcspn(text, "/?");
    const char *authority = arena_strndup(in->arena, text, length);
    ret->path = text[length] == '/' ? arena_strdup(in->arena, text + length)
                                    : arena_printf(in->arena, "/%s", text + length);
    return take_host_and_port(in, authority, HTTP_PORT, ret);
}

static int
take_path(const struct value_input *in, const char *text, struct probe *ret)
{
    ret->path = value_path(text, in->arena);
    if (ret->path == NULL) {
        return value_why(in, "\"%.200s\" is no path from the root: want / at its start and no ..",
                         text);
    }
    if (ret->kind == PROBE_UNIX && strlen(ret->path) > SOCKET_PATH_MAX) {
        return value_why(in, "\"%.120s\" is too long for a socket: at most %d bytes", ret->path,
                         SOCKET_PATH_MAX);
    }
    return 0;
}

static int
take_command(const struct value_input *in, const char *text, struct probe *ret)
{
    char why[WHY_BYTES];
    bool is_runtime;
    struct words argv;
    text += strspn(text, " \t\n");
    if (*text == '\0') {
        return value_why(in, "\"exec:\" has no command, want exec:COMMAND");
    }
    if (command_expand(text, NULL, NULL, in->arena, &argv, why, sizeof why, &is_runtime) != 0) {
        return value_why(in, "%s", why);
    }
    ret->path = arena_strdup(in->arena, text);
    return 0;
}

/* clang-format off */
static const struct {
    const char *name;
    const char *form; /* as users read of it */
    int (*take)(const struct value_input *in, const char *text, struct probe *ret);
} kinds[PROBE_KIND_COUNT] = {
    [PROBE_START]  = {"start",  "start",              no_argument},
    [PROBE_NOTIFY] = {"notify", "notify",             no_argument},
    [PROBE_FD]     = {"fd",     "fd:N",               take_fd},
    [PROBE_TCP]    = {"tcp",    "tcp:[HOST:]PORT",    take_tcp},
    [PROBE_UNIX]   = {"unix",   "unix:PATH",          take_path},
    [PROBE_HTTP]   = {"http",   "http://HOST[:PORT][/PATH]", take_http},
    [PROBE_FILE]   = {"file",   "file:PATH",          take_path},
    [PROBE_EXEC]   = {"exec",   "exec:COMMAND",       take_command},
};
/* clang-format on */

static int
why_no_kind(const struct value_input *in)
{
    char forms[WHY_BYTES];
    struct text text = TEXT_OVER(forms);
    for (int kind = 0; kind < PROBE_KIND_COUNT; kind++) {
        if (value_has_word(in->limits, kinds[kind].name)) {
            text_addf(&text, "%s%s", text.length == 0 ? "" : ", ", kinds[kind].form);
        }
    }
    bool is_tls = text_starts_with(in->text, "https:");
    return value_why(in, "\"%.100s\" is no probe%s, want one of %s", in->text,
                     is_tls ? ": there is no TLS in roinit" : "", forms);
}

int
value_parse_probe(const struct value_input *in, void *ret)
{
    size_t length = strcspn(in->text, ":");
    for (int kind = 0; kind < PROBE_KIND_COUNT; kind++) {
        const char *name = kinds[kind].name;
        if (strlen(name) != length || strncmp(name, in->text, length) != 0 ||
            !value_has_word(in->limits, name)) {
            continue;
        }
        bool has_argument = in->text[length] == ':';
        struct probe probe = {.kind = (enum probe_kind)kind,
                              .text = arena_strdup(in->arena, in->text)};
        if (has_argument == (kinds[kind].take == no_argument)) {
            break;
        }
        if (kinds[kind].take(in, in->text + length + has_argument, &probe) != 0) {
            return -1;
        }
        *(struct probe *)ret = probe;
        return 0;
    }
    return why_no_kind(in);
}
