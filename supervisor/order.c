/* SPDX-License-Identifier: MIT */
#include "supervisor/order.h"

#include <stdlib.h>
#include <string.h>

/* Names sorted, so that a thousand units that all wait for all others stay cheap. */
struct named {
    const char *name;
    size_t unit;
};

static int
compare_named(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static struct order_list
resolve_names(const struct words *names, const struct named *sorted, size_t count,
              struct arena *arena)
{
    struct order_list list = {.unit = ARENA_NEW(arena, size_t, names->count)};
    for (size_t i = 0; i < names->count; i++) {
        struct named key = {.name = names->item[i]};
        const struct named *found = bsearch(&key, sorted, count, sizeof key, compare_named);
        if (found != NULL) {
            list.unit[list.count++] = found->unit;
        }
    }
    return list;
}

static void
count_awaited(const struct order_list *list, struct order *order)
{
    for (size_t i = 0; i < list->count; i++) {
        order->awaited[list->unit[i]].count++;
    }
}

static void
add_awaited(const struct order_list *list, size_t waiter, struct order *order)
{
    for (size_t i = 0; i < list->count; i++) {
        struct order_list *awaited = &order->awaited[list->unit[i]];
        awaited->unit[awaited->count++] = waiter;
    }
}

void
order_build(const struct config *config, struct arena *arena, struct order *ret_order)
{
    size_t count = config->unit_count;
    struct named *sorted = ARENA_NEW(arena, struct named, count);
    *ret_order = (struct order){
        .count = count,
        .after = ARENA_NEW(arena, struct order_list, count),
        .requires = ARENA_NEW(arena, struct order_list, count),
        .awaited = ARENA_NEW(arena, struct order_list, count),
    };
    for (size_t u = 0; u < count; u++) {
        sorted[u] = (struct named){.name = config->unit[u].name, .unit = u};
    }
    qsort(sorted, count, sizeof *sorted, compare_named);
    for (size_t u = 0; u < count; u++) {
        const struct unit_config *unit = &config->unit[u];
        ret_order->after[u] = resolve_names(&unit->after, sorted, count, arena);
        ret_order->requires[u] = resolve_names(&unit->requires, sorted, count, arena);
        count_awaited(&ret_order->after[u], ret_order);
        count_awaited(&ret_order->requires[u], ret_order);
    }
    for (size_t u = 0; u < count; u++) {
        struct order_list *awaited = &ret_order->awaited[u];
        awaited->unit = ARENA_NEW(arena, size_t, awaited->count);
        awaited->count = 0;
    }
    for (size_t u = 0; u < count; u++) {
        add_awaited(&ret_order->after[u], u, ret_order);
        add_awaited(&ret_order->requires[u], u, ret_order);
    }
}
