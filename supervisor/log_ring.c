/* SPDX-License-Identifier: MIT */
#include "supervisor/log_ring.h"

#include <string.h>

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

static void
drop_first(struct log_ring *ring)
{
    struct log_record oldest;
    get(ring, ring->first, &oldest, sizeof oldest);
    ring->first += sizeof oldest + oldest.length;
    ring->count--;
    ring->dropped++;
}

void
log_ring_add(struct log_ring *ring, const struct log_record *record, const char *line)
{
    size_t size = sizeof *record + record->length;
    if (ring->bytes == NULL || size > LOG_RING_BYTES) {
        return;
    }
    while (ring->next - ring->first + size > LOG_RING_BYTES) {
        drop_first(ring);
    }
    put(ring, record, sizeof *record);
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
    get(ring, place->at, ret_record, sizeof *ret_record);
    return true;
}

void
log_ring_take(const struct log_ring *ring, struct log_place *place, char *line)
{
    struct log_record record;
    get(ring, place->at, &record, sizeof record);
    get(ring, place->at + sizeof record, line, record.length);
    place->at += sizeof record + record.length;
    place->number++;
}

struct log_place
log_ring_last(const struct log_ring *ring, size_t count)
{
    struct log_place place = {ring->first, ring->dropped};
    for (size_t left = ring->count; left > count; left--) {
        struct log_record record;
        get(ring, place.at, &record, sizeof record);
        place.at += sizeof record + record.length;
        place.number++;
    }
    return place;
}
