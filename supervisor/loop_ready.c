/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <unistd.h>

#include "supervisor/loop_probe.h"

/*
 * Units that are ready by more than being executed: each is looked at from its exec until it is
 * ready, or is no longer on its way there. State there is only for units whose contract asks for
 * it.
 */
enum { TRY_MS = 3000 /* for one try: a peer that is not up yet may never answer */ };

struct loop_ready {
    struct loop_probe try; /* with fd:N its watcher alone is used */
    int64_t since_ms;
};

static void
be_ready(struct loop *loop, size_t u)
{
    loop_ready_end(loop, u);
    fleet_ready(&loop->fleet, u, loop_now_ms());
}

static void
on_tried(struct loop_probe *self, enum probing_state result)
{
    struct loop_ready *ready = (struct loop_ready *)(void *)self;
    if (result == PROBING_WELL) {
        be_ready(self->loop, self->unit);
    } else {
        loop_probe_after(self, probe_pause_ms(loop_now_ms() - ready->since_ms));
    }
}

/* fd:N, as s6 has it: the first newline; the end of the file without one is no readiness. */
static void
on_line(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop_probe *self = watcher->data;
    char bytes[256];
    (void)events;
    ssize_t length = read(watcher->fd, bytes, sizeof bytes);
    for (ssize_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            be_ready(self->loop, self->unit);
            return;
        }
    }
    if (length == 0) {
        self->probing.failure.kind = PROBE_ENDED;
        ev_io_stop(ev, watcher);
        log_own(LOG_WARN, "%s: it closed descriptor %d without a newline: it will never be ready",
                self->loop->config->unit[self->unit].name, self->probe->number);
    }
}

void
loop_ready_init(struct loop *loop, struct arena *arena)
{
    for (size_t u = 0; u < loop->config->unit_count; u++) {
        const struct unit_config *unit = &loop->config->unit[u];
        if (unit->ready.kind == PROBE_START || unit->is_task) {
            continue;
        }
        struct loop_ready *ready = ARENA_NEW(arena, struct loop_ready, 1);
        loop_probe_init(&ready->try, loop, &unit->ready, u, TRY_MS, on_tried);
        loop->unit[u].ready = ready;
        if (unit->ready.kind == PROBE_FD) {
            ev_set_cb(&ready->try.io, on_line);
        }
    }
}

void
loop_ready_begin(struct loop *loop, size_t u)
{
    struct loop_ready *ready = loop->unit[u].ready;
    if (ready == NULL) {
        fleet_ready(&loop->fleet, u, loop_now_ms());
        return;
    }
    if (loop->fleet.unit[u].state != LIFE_STARTING) {
        return; /* told to stop already */
    }
    ready->since_ms = loop_now_ms();
    ready->try.probing.failure = (struct probe_failure){0};
    switch (ready->try.probe->kind) {
    case PROBE_NOTIFY:
        ready->try.probing.failure.kind = PROBE_SILENT;
        return;
    case PROBE_FD:
        ready->try.probing.failure.kind = PROBE_SILENT;
        ev_io_set(&ready->try.io, loop->unit[u].io.ready_fd, EV_READ);
        ev_io_start(loop->ev, &ready->try.io);
        return;
    case PROBE_TCP:
    case PROBE_UNIX:
    case PROBE_HTTP:
    case PROBE_FILE:
    case PROBE_EXEC:
        loop_probe_after(&ready->try, 0);
        return;
    case PROBE_START:
    case PROBE_KIND_COUNT:
        return;
    }
}

void
loop_ready_end(struct loop *loop, size_t u)
{
    struct loop_ready *ready = loop->unit[u].ready;
    if (ready != NULL) {
        loop_probe_stop(&ready->try);
        unit_close_ready(&loop->unit[u].io);
    }
}

const char *
loop_ready_awaited(const struct loop *loop, size_t u, struct text *out)
{
    const struct loop_ready *ready = loop->unit[u].ready;
    if (ready == NULL) {
        return NULL;
    }
    probe_add_failure(ready->try.probe, &ready->try.probing.failure, out);
    return out->bytes;
}
