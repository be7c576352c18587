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
log_ring_at(const struct log_ring *ring, uint64_t *at, struct log_record *ret_record,
            bool *ret_is_gap)
{
    *ret_is_gap = *at<ring->first && * at> 0;
    if (*at < ring->first) {
        *at = ring->first;
    }
    if (ring->bytes == NULL || *at >= ring->next) {
        return false;
    }
    get(ring, *at, ret_record, sizeof *ret_record);
    return true;
}

void
log_ring_take(const struct log_ring *ring, uint64_t *at, char *line)
{
    struct log_record record;
    get(ring, *at, &record, sizeof record);
    get(ring, *at + sizeof record, line, record.length);
    *at += sizeof record + record.length;
}

uint64_t
log_ring_last(const struct log_ring *ring, size_t count)
{
    uint64_t at = ring->first;
    for (size_t left = ring->count; left > count; left--) {
        struct log_record record;
        get(ring, at, &record, sizeof record);
        at += sizeof record + record.length;
    }
    return at;
}
