/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_SYS_SELF_H
#define ROINIT_INIT_SYS_SELF_H

#include "init/identity.h"

/* Who roinit itself is: pid, uid, gid, supplementary groups, and whether it may start and signal
 * units of other users. */
void self_observe(struct self *ret_self);

#endif
