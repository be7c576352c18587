/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_IDMAP_H
#define ROINIT_INIT_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which ids a user namespace knows: /proc/self/uid_map and gid_map, user_namespaces(7). Pure.
 */
enum { IDMAP_RANGES = 32 };

struct idmap {
    struct {
        uint32_t first, count;
    } range[IDMAP_RANGES];
    size_t count;
    bool is_known; /* else every id counts as mapped */
};

/* Reads the kernel's text. A map that has more ranges than room counts as unknown. */
void idmap_parse(const char *text, struct idmap *ret_map);

bool idmap_holds(const struct idmap *map, uint32_t id);

#endif
