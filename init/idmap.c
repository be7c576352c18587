/* SPDX-License-Identifier: MIT */
#include "init/idmap.h"

#include <stdio.h>
#include <string.h>

void
idmap_parse(const char *text, struct idmap *ret_map)
{
    *ret_map = (struct idmap){0};
    while (*text != '\0') {
        unsigned first;
        unsigned outside;
        unsigned count;
        if (ret_map->count == IDMAP_RANGES ||
            sscanf(text, "%u %u %u", &first, &outside, &count) != 3) {
            return;
        }
        ret_map->range[ret_map->count].first = first;
        ret_map->range[ret_map->count++].count = count;
        text += strcspn(text, "\n");
        text += strspn(text, "\n");
    }
    ret_map->is_known = ret_map->count > 0;
}

bool
idmap_holds(const struct idmap *map, uint32_t id)
{
    for (size_t i = 0; i < map->count; i++) {
        if (id >= map->range[i].first && id - map->range[i].first < map->range[i].count) {
            return true;
        }
    }
    return !map->is_known;
}
