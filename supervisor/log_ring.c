/* SPDX-License-Identifier: MIT */
#include "supervisor/log_ring.h"

#include <string.h>

/* What stands before each line: a record in 16 bytes. */
struct head {
    uint64_t number : 48, length : 15, is_stderr : 1;
    uint64_t time_ms : 63, is_split : 1;
};

static void
put(struct log_ring *ring, const void *bytes, size_t length)
{
    size_t at = ring->next % LOG_RING_BYTES;
    size_t first = LOG_RING_BYTES - at < length ? LOG_RING_BYTES - at : length;
    memcpy(ring->bytes + at, bytes, first);
    memcpy(ring->bytes, (const char *)bytes + first, length - first);
    ring->next += length;
}

static void
get(const struct log_ring *ring, uint64_t from, void *bytes, size_t length)
{
    size_t at = from % LOG_RING_BYTES;
    size_t first = LOG_RING_BYTES - at < length ? LOG_RING_BYTES - at : length;
    memcpy(bytes, ring->bytes + at, first);
    memcpy((char *)bytes + first, ring->bytes, length - first);
}

static struct head
head_at(const struct log_ring *ring, uint64_t at)
{
    struct head head;
    get(ring, at, &head, sizeof head);
    return head;
}

static void
step(const struct log_ring *ring, struct log_place *place)
{
    place->at += sizeof(struct head) + head_at(ring, place->at).length;
    place->number++;
}

static void
drop_first(struct log_ring *ring)
{
    struct log_place place = {ring->first, ring->dropped};
    step(ring, &place);
    ring->first = place.at;
    ring->dropped = place.number;
    ring->count--;
}

/* Whether a line of that length finds room. */
static bool
has_room(const struct log_ring *ring, size_t length)
{
    uint64_t bytes = ring->next - ring->first + sizeof(struct head) + length;
    uint64_t lines = bytes - ((uint64_t)ring->count + 1) * (sizeof(struct head) - 1);
    return bytes <= LOG_RING_BYTES && lines <= LOG_RING_KEEPS;
}

void
log_ring_add(struct log_ring *ring, const struct log_record *record, const char *line)
{
    struct head head = {.number = record->number & ((UINT64_C(1) << 48) - 1),
                        .length = record->length & LOG_RING_LINE_MAX,
                        .is_stderr = record->is_stderr,
                        .time_ms = (uint64_t)record->time_ms & INT64_MAX,
                        .is_split = record->is_split};
    if (ring->bytes == NULL || record->length > LOG_RING_LINE_MAX) {
        return;
    }
    while (!has_room(ring, record->length)) {
        drop_first(ring);
    }
    put(ring, &head, sizeof head);
    put(ring, line, record->length);
    ring->count++;
}

bool
log_ring_at(const struct log_ring *ring, struct log_place *place, struct log_record *ret_record,
            uint32_t *ret_missed)
{
    *ret_missed = 0;
    if (place->at < ring->first) {
        *ret_missed = ring->dropped - place->number;
        *place = (struct log_place){ring->first, ring->dropped};
    }
    if (ring->bytes == NULL || place->at >= ring->next) {
        return false;
    }
    struct head head = head_at(ring, place->at);
    *ret_record = (struct log_record){.number = head.number,
                                      .time_ms = (int64_t)head.time_ms,
                                      .length = head.length,
                                      .is_stderr = head.is_stderr,
                                      .is_split = head.is_split};
    return true;
}

void
log_ring_take(const struct log_ring *ring, struct log_place *place, char *line)
{
    get(ring, place->at + sizeof(struct head), line, head_at(ring, place->at).length);
    step(ring, place);
}

struct log_place
log_ring_last(const struct log_ring *ring, size_t count)
{
    struct log_place place = {ring->first, ring->dropped};
    for (size_t left = ring->count; left > count; left--) {
        step(ring, &place);
    }
    return place;
}
