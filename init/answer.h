/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_INIT_ANSWER_H
#define ROINIT_INIT_ANSWER_H

#include "init/status.h"
#include "supervisor/ctlserver.h"

/*
 * The answers to the requests on the control socket. Pure but for the memory of a reply: all it
 * needs is in the status. Changing verbs are an issue of their own; `status` is for anybody.
 */
void answer_request(const struct status *status, const struct ctl_request *request,
                    struct ctl_reply *reply);

#endif
