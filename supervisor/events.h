/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_EVENTS_H
#define ROINIT_SUPERVISOR_EVENTS_H

#include <stdint.h>

#include "config/text.h"
#include "supervisor/fleet.h"

/*
 * What happened, in order: the last events of the container, in a ring of fixed size, for `roinit
 * events`. Pure; the wall clock comes in as a value.
 */

/* Kinds, by their words in JSON. */
/* clang-format off */
#define EVENT_KINDS(X) \
    X(UNIT,      "unit")      /* a unit went from one state to another */ \
    X(CONTAINER, "container") /* the container went from one phase to another, or why it will */ \
    X(CHECK,     "check")     /* a check's result changed */ \
    X(MOUNT,     "mount")     /* a declared mount's fill level */ \
    X(DRIFT,     "drift")     /* a mount changed while the container runs */ \
    X(MEMORY,    "memory")    /* the kernel killed for want of memory */ \
    X(CONTROL,   "control")   /* somebody asked for something over the socket */
/* clang-format on */
#define EVENT_KIND_ENUM(name_, word_) EVENT_##name_,
enum event_kind { EVENT_KINDS(EVENT_KIND_ENUM) EVENT_KIND_COUNT };
#undef EVENT_KIND_ENUM

enum { EVENTS_KEPT = 256, EVENT_WORDS_MAX = 88 };

struct event {
    enum event_kind kind;
    int64_t time_ms;             /* wall clock, since 1970 */
    int64_t after_ms;            /* how long it was as it is no longer; -1: that says nothing */
    const char *unit;            /* or a check's or mount's name, which live as long; or NULL */
    const char *from, *to;       /* words that live for ever; NULL: none */
    char words[EVENT_WORDS_MAX]; /* a sentence, set by event_say(); "": none */
};

/* Zeros are an empty ring; its memory is the caller's and is not touched before it is needed. */
struct events {
    struct event kept[EVENTS_KEPT];
    uint64_t count; /* ever added: the number of the next one */
};

/* Sets its sentence; of one that is too long the start, and "...". */
void event_say(struct event *event, const char *sentence);

/* Adds one; the oldest goes where the ring is full. */
void events_add(struct events *events, const struct event *event);

/* The number of the oldest that is kept; events->count: there is none. */
uint64_t events_first(const struct events *events);

/* The event of that number, which is from events_first() to events->count - 1. */
const struct event *events_at(const struct events *events, uint64_t number);

/* Makes an event of what the fleet tells. Returns false for what is none, such as news for people
 * alone. `words` is the sentence that people read. */
bool event_of_fleet(const struct fleet *fleet, const struct fleet_event *told, const char *words,
                    int64_t time_ms, struct event *ret_event);

/* Adds one line: the object of behaviour.md, or a sentence with its time. */
void event_add_json(const struct event *event, struct text *out);
void event_add_text(const struct event *event, struct text *out);

#endif
