/* SPDX-License-Identifier: MIT */
#include "init/idmap.h"

#include <stdlib.h>
#include <string.h>

void
idmap_parse(const char *text, struct idmap *ret_map)
{
    *ret_map = (struct idmap){0};
    while (*text != '\0') {
        /* Inside, outside, length. */
        unsigned long number[3];
        for (int i = 0; i < 3; i++) {
            char *end;
            number[i] = strtoul(text, &end, 10);
            if (end == text || number[i] > UINT32_MAX) {
                return;
            }
            text = end;
        }
        if (ret_map->count == IDMAP_RANGES) {
            return;
        }
        ret_map->range[ret_map->count].first = (uint32_t)number[0];
        ret_map->range[ret_map->count++].count = (uint32_t)number[2];
        text += strcspn(text, "\n");
        text += strspn(text, "\n");
    }
    ret_map->is_known = ret_map->count > 0;
}

bool
idmap_holds(const struct idmap *map, uint32_t id)
{
    for (size_t i = 0; i < map->count; i++) {
        if (id - map->range[i].first < map->range[i].count) { /* below it, a large number */
            return true;
        }
    }
    return !map->is_known;
}
