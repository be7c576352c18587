/* SPDX-License-Identifier: MIT */
#include "supervisor/events.h"

#include <string.h>

void
events_add(struct events *events, const struct event *event)
{
    events->kept[events->count++ % EVENTS_KEPT] = *event;
}

uint64_t
events_first(const struct events *events)
{
    return events->count > EVENTS_KEPT ? events->count - EVENTS_KEPT : 0;
}

const struct event *
events_at(const struct events *events, uint64_t number)
{
    return &events->kept[number % EVENTS_KEPT];
}

void
event_say(struct event *event, const char *sentence)
{
    static const char more[] = "...";
    struct text text = TEXT_OVER(event->words);
    text_add(&text, sentence);
    if (text.is_cut) {
        size_t cut = text_utf8_cut(event->words, text.length - strlen(more));
        memcpy(event->words + cut, more, sizeof more);
    }
}

bool
event_of_fleet(const struct fleet *fleet, const struct fleet_event *told, const char *words,
               int64_t time_ms, struct event *ret_event)
{
    struct event event = {.kind = EVENT_CONTAINER, .time_ms = time_ms, .after_ms = -1};
    const struct unit_config *unit = NULL;
    switch (told->kind) {
    case TELL_UNIT:
        unit = fleet->unit[told->unit].config;
        event.kind = EVENT_UNIT;
        event.unit = unit->name;
        event.from = life_state_name(told->from, unit->is_task);
        event.to = life_state_name(told->to, unit->is_task);
        event.after_ms = told->after_ms;
        words = told->verdict != NULL ? words : ""; /* else the states say it all */
        if (text_equal(event.from, event.to) && words[0] == '\0') {
            return false; /* a step that has no word of its own */
        }
        break;
    case TELL_OVERLAP:
        event.kind = EVENT_UNIT;
        event.unit = fleet->unit[told->unit].config->name;
        break;
    case TELL_SLOW:
    case TELL_SWEEP:
        return false;
    case TELL_RUNNING:
        event.from = "booting";
        event.to = "running";
        break;
    case TELL_STOP:
        event.to = "stopping";
        break;
    case TELL_END:
        event.from = "stopping";
        event.to = "over";
        break;
    case TELL_HURRY:
    case TELL_KILL:
        break;
    }
    event_say(&event, words);
    *ret_event = event;
    return true;
}

static const char *
kind_word(enum event_kind kind)
{
#define EVENT_KIND_WORD(name_, word_) [EVENT_##name_] = (word_),
    static const char *const words[EVENT_KIND_COUNT] = {EVENT_KINDS(EVENT_KIND_WORD)};
#undef EVENT_KIND_WORD
    return words[kind];
}

static void
add_member(const char *key, const char *value, struct text *out)
{
    if (value != NULL && value[0] != '\0') {
        text_addf(out, ",\"%s\":", key);
        text_add_json(out, value);
    }
}

void
event_add_json(const struct event *event, struct text *out)
{
    text_add(out, "{\"time\":\"");
    text_add_utc_ms(out, event->time_ms);
    text_addf(out, "\",\"event\":\"%s\"", kind_word(event->kind));
    add_member("unit", event->unit, out);
    add_member("from", event->from, out);
    add_member("to", event->to, out);
    if (event->after_ms >= 0) {
        text_addf(out, ",\"after_ms\":%lld", (long long)event->after_ms);
    }
    add_member("text", event->words, out);
    text_add(out, "}\n");
}

void
event_add_text(const struct event *event, struct text *out)
{
    text_add_utc_ms(out, event->time_ms);
    text_addf(out, "  %s", event->unit != NULL ? event->unit : kind_word(event->kind));
    if (event->from != NULL) {
        text_addf(out, " %s ->", event->from);
    }
    if (event->to != NULL) {
        text_addf(out, " %s", event->to);
    }
    if (event->after_ms >= 0) {
        text_add(out, " after ");
        text_add_duration(out, event->after_ms);
    }
    if (event->words[0] != '\0') {
        text_add(out, ": ");
        text_add_escaped(out, event->words, strlen(event->words));
    }
    text_add(out, "\n");
}
