/* SPDX-License-Identifier: MIT */
#include "supervisor/probe.h"

#include <errno.h>
#include <string.h>

#include "config/err.h"
#include "config/signame.h"

enum { QUICK_MS = 10, QUICK_FOR_MS = 5000, GROWTH = 20, SLOW_MS = 500, TEXT_MAX = 200 };

int64_t
probe_pause_ms(int64_t age_ms)
{
    int64_t grown_ms = QUICK_MS + (age_ms - QUICK_FOR_MS) / GROWTH;
    if (age_ms <= QUICK_FOR_MS) {
        return QUICK_MS;
    }
    return grown_ms < SLOW_MS ? grown_ms : SLOW_MS;
}

static void
add_why(const struct probe *probe, const struct probe_failure *failure, struct text *out)
{
    char name[16];
    switch (failure->kind) {
    case PROBE_NOT_TRIED:
        text_add(out, "no answer yet");
        return;
    case PROBE_ERRNO:
        /* "or directory" is no help to anybody */
        text_add(out, failure->number == ENOENT ? "no such file" : err_errno_text(failure->number));
        return;
    case PROBE_STATUS:
        text_addf(out, "status %d", failure->number);
        return;
    case PROBE_NO_HTTP:
        text_add(out, "the answer is no HTTP");
        return;
    case PROBE_TOO_LONG:
        text_add(out, "no status in the first 64K of the answer");
        return;
    case PROBE_CLOSED:
        text_add(out, "closed without an answer");
        return;
    case PROBE_LATE:
        text_add(out, probe->kind == PROBE_FILE || probe->kind == PROBE_UNIX
                          ? "its file system does not answer: bring its server back, or name a "
                            "path elsewhere"
                          : "no answer in time");
        return;
    case PROBE_EXIT:
        text_addf(out, "exited with %d", failure->number);
        return;
    case PROBE_SIGNAL:
        text_addf(out, "died of %s", signame_text(failure->number, name, sizeof name));
        return;
    case PROBE_LAUNCH:
        text_addf(out, "cannot be started%s%s", failure->number != 0 ? ": " : "",
                  failure->number != 0 ? err_errno_text(failure->number) : "");
        return;
    case PROBE_SILENT:
        text_add(out, probe->kind == PROBE_FD ? "no newline yet" : "no READY=1 yet");
        return;
    case PROBE_ENDED:
        text_add(out, "closed without a newline: it will never be ready");
        return;
    }
}

void
probe_add_failure(const struct probe *probe, const struct probe_failure *failure, struct text *out)
{
    size_t length = strlen(probe->text);
    text_add_escaped(out, probe->text, length < TEXT_MAX ? length : TEXT_MAX);
    text_add(out, length > TEXT_MAX ? "...: " : ": ");
    add_why(probe, failure, out);
}

void
probe_add_request(const struct probe *probe, struct text *out)
{
    bool is_v6 = probe->host != NULL && strchr(probe->host, ':') != NULL;
    text_addf(out, "GET %s HTTP/1.1\r\nHost: %s%s%s", probe->path, is_v6 ? "[" : "",
              probe->host != NULL ? probe->host : "localhost", is_v6 ? "]" : "");
    if (probe->number != 80) {
        text_addf(out, ":%d", probe->number);
    }
    text_add(out, "\r\nUser-Agent: roinit\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}
