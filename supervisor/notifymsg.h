/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_NOTIFYMSG_H
#define ROINIT_SUPERVISOR_NOTIFYMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A datagram of the sd_notify protocol, sd_notify(3): lines of NAME=value. What is not known, and
 * what makes no sense, is passed over. Pure.
 */
enum { NOTIFYMSG_MAX = 4096, NOTIFYMSG_STATUS_MAX = 160 };

struct notifymsg {
    bool is_ready, is_reloading, is_stopping, is_alive, is_trigger, is_fdstore;
    bool has_status, has_watchdog, has_extension, has_errnum, has_exit_status;
    char status[NOTIFYMSG_STATUS_MAX]; /* cut where it is longer; "": it says nothing any more */
    int64_t watchdog_ms;               /* 0: none any more */
    int64_t extension_ms;
    pid_t main_pid; /* 0: not named */
    int errnum, exit_status;
};

void notifymsg_parse(const char *bytes, size_t length, struct notifymsg *ret_message);

#endif
