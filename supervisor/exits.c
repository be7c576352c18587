/* SPDX-License-Identifier: MIT */
#include "supervisor/exits.h"

#include <stddef.h>

void
exits_add(struct exits *exits, int code)
{
    for (size_t i = 0; i < EXITS_KEPT; i++) {
        if (exits->count[i] == 0 || exits->code[i] == (uint8_t)code) {
            exits->code[i] = (uint8_t)code;
            exits->count[i]++;
            return;
        }
    }
    exits->others++;
}
