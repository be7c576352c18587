/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_ORDER_H
#define ROINIT_SUPERVISOR_ORDER_H

#include <stddef.h>

#include "config/arena.h"
#include "config/config.h"

/*
 * Who waits for whom: the names in `after` and `requires` as indices, both ways. Pure. Whether a
 * wait is over is the fleet's to say.
 */
struct order_list {
    size_t count;
    size_t *unit;
};

struct order {
    size_t count;                /* units */
    struct order_list *after;    /* [u]: what u waits for, ready or final */
    struct order_list *requires; /* [u]: what u waits for, ready */
    struct order_list *awaited;  /* [u]: who waits for u, by either key */
};

/* Builds it from a checked config: every name exists and there is no cycle; an unknown name is
 * left out. */
void order_build(const struct config *config, struct arena *arena, struct order *ret_order);

#endif
