/* SPDX-License-Identifier: MIT */
#include "config/exitcode.h"
#include "config/pages.h"
#include "init/held.h"
#include "supervisor/log.h"
#include "supervisor/logline.h"

/* What goes on as long as the client reads: events and logs. At most so much is added in a turn; a
 * client that does not take it is dropped by the server. */
enum {
    TURN_BYTES = CTL_STREAM_BYTES / 2,
    EVENT_BYTES = 1024,
    LINE_BYTES = LOG_LINE_MAX * 6 + 512, /* bytes that one byte may become, in JSON */
};

/* Ends the reply, unless there is more, or more may come. Returns whether it did. */
static bool
end_stream(struct held *held, struct asking *asking, bool has_more, bool follows)
{
    held->has_more = has_more;
    if (has_more || (follows && asking->status->fleet->phase != FLEET_OVER)) {
        return false;
    }
    ctl_reply_exit(asking->reply, CODE_OK);
    return true;
}

/* ---------------------------------------------------------------- events */

struct event_stream {
    struct held held;
    uint64_t next; /* the number of the event that is told next */
    bool is_json, follows;
};

static bool
go_on_events(struct held *held, struct asking *asking, bool is_late)
{
    struct event_stream *stream = (struct event_stream *)(void *)held;
    const struct events *events = loop_events(asking->loop);
    size_t start = asking->reply->length;
    (void)is_late;
    if (stream->next < events_first(events)) {
        answer_complain(asking, "%llu events are forgotten: the last %d are kept",
                        (unsigned long long)(events_first(events) - stream->next), EVENTS_KEPT);
        stream->next = events_first(events);
    }
    while (stream->next < events->count && asking->reply->length - start < TURN_BYTES) {
        char bytes[EVENT_BYTES];
        struct text out = TEXT_OVER(bytes);
        const struct event *event = events_at(events, stream->next++);
        if (stream->is_json) {
            event_add_json(event, &out);
        } else {
            event_add_text(event, &out);
        }
        ctl_reply_add(asking->reply, CTLMSG_OUT, bytes, out.length);
    }
    return end_stream(held, asking, stream->next < events->count, stream->follows);
}

/* What happened, in order. */
void
answer_events(struct asking *asking)
{
    struct event_stream *stream = held_begin(asking, sizeof *stream, go_on_events, -1);
    if (stream != NULL) {
        stream->next = events_first(loop_events(asking->loop));
        stream->is_json = asking->usage.option[USAGE_JSON] != NULL;
        stream->follows = asking->usage.option[USAGE_FOLLOW] != NULL;
    }
}

/* ---------------------------------------------------------------- logs */

struct log_stream {
    struct held held;
    bool is_json, follows;
    size_t count;
    struct log_reader {
        size_t unit;
        struct log_place place;
    } reader[];
};

/* The reader whose next line is the oldest; NULL: there is none. */
static struct log_reader *
oldest(struct log_stream *stream, struct asking *asking, struct log_record *ret_record)
{
    struct log_reader *found = NULL;
    for (size_t i = 0; i < stream->count; i++) {
        struct log_reader *reader = &stream->reader[i];
        struct log_record record;
        uint32_t missed;
        bool is_any =
            log_ring_at(loop_log(asking->loop, reader->unit), &reader->place, &record, &missed);
        if (missed > 0) {
            answer_complain(asking, "%u lines of %s are lost: they came faster than they were read",
                            (unsigned)missed, asking->status->config->unit[reader->unit].name);
        }
        if (is_any && (found == NULL || record.number < ret_record->number)) {
            found = reader;
            *ret_record = record;
        }
    }
    return found;
}

static void
add_line(struct log_stream *stream, struct asking *asking, struct log_reader *reader,
         const struct log_record *record)
{
    static OWN_PAGES char line[LOG_RING_LINE_MAX];
    static OWN_PAGES char bytes[LINE_BYTES];
    char when[40];
    struct text time = TEXT_OVER(when);
    struct text out = TEXT_OVER(bytes);
    text_add_utc_ms(&time, record->time_ms);
    struct logline logline = {.time = when,
                              .unit = asking->status->config->unit[reader->unit].name,
                              .stream = record->is_stderr ? "stderr" : "stdout",
                              .is_json = stream->is_json,
                              .is_split = record->is_split};
    log_ring_take(loop_log(asking->loop, reader->unit), &reader->place, line);
    logline_add(&out, &logline, line, record->length);
    ctl_reply_add(asking->reply, CTLMSG_OUT, bytes, out.length);
}

static bool
go_on_logs(struct held *held, struct asking *asking, bool is_late)
{
    struct log_stream *stream = (struct log_stream *)(void *)held;
    size_t start = asking->reply->length;
    struct log_record record;
    struct log_reader *reader = oldest(stream, asking, &record);
    (void)is_late;
    while (reader != NULL && asking->reply->length - start < TURN_BYTES) {
        add_line(stream, asking, reader, &record);
        reader = oldest(stream, asking, &record);
    }
    return end_stream(held, asking, reader != NULL, stream->follows);
}

/* Where to look for the lines that do not pass through PID 1. */
static void
point_elsewhere(struct asking *asking, const struct unit_config *unit)
{
    if (unit->log == UNIT_LOG_RAW) {
        answer_complain(asking, "%s has log = raw: its lines are in `docker logs`, `kubectl logs`",
                        unit->name);
    } else if (unit->log == UNIT_LOG_NULL) {
        answer_complain(asking, "%s has log = null: its lines are nowhere", unit->name);
    }
}

/* The last lines of units. */
void
answer_logs(struct asking *asking)
{
    size_t named[USAGE_WORDS_MAX];
    unsigned long long lines = SIZE_MAX;
    struct err err = {0};
    const struct config *config = asking->status->config;
    if (usage_number(&asking->usage, USAGE_LINES, SIZE_MAX, &lines, &err) != 0) {
        answer_refuse(asking, &err);
        return;
    }
    long asked = answer_units(asking, 0, named);
    if (asked < 0) {
        return;
    }
    size_t count = asked > 0 ? (size_t)asked : config->unit_count;
    struct log_stream *stream =
        held_begin(asking, sizeof *stream + count * sizeof stream->reader[0], go_on_logs, -1);
    if (stream == NULL) {
        return;
    }
    stream->count = count;
    stream->is_json = asking->usage.option[USAGE_JSON] != NULL;
    stream->follows = asking->usage.option[USAGE_FOLLOW] != NULL;
    for (size_t i = 0; i < count; i++) {
        size_t u = asked > 0 ? named[i] : i;
        point_elsewhere(asking, &config->unit[u]);
        stream->reader[i].unit = u;
        stream->reader[i].place = log_ring_last(loop_log(asking->loop, u), (size_t)lines);
    }
}
