/* SPDX-License-Identifier: MIT */
#include "supervisor/httpreply.h"
#include "tests/fuzz/fuzz.h"

/* The reply to a probe: what it is does not depend on the pieces in which it comes. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct httpreply whole = {0};
    struct httpreply pieces = {0};
    enum httpreply_state state = httpreply_take(&whole, (const char *)data, size);
    enum httpreply_state last = HTTPREPLY_MORE;
    for (size_t i = 0; i < size && last == HTTPREPLY_MORE; i++) {
        last = httpreply_take(&pieces, (const char *)data + i, 1);
    }
    MUST(size == 0 || state == last);
    MUST(state != HTTPREPLY_WHOLE || (whole.status == pieces.status && whole.status <= 999));
    MUST(state != HTTPREPLY_WHOLE || httpreply_is_well(&whole) == httpreply_is_well(&pieces));
    return 0;
}
