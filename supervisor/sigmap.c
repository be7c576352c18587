/* SPDX-License-Identifier: MIT */
#include "supervisor/sigmap.h"

#include <signal.h>

#include "config/signame.h"

/* systemd's "halt", sent by some runtimes: no program but an init knows it. */
enum { SIGNAL_HALT = SIGNAME_RTMIN + 3 };

enum sigmap_action
sigmap_action(const struct config *config, int signal)
{
    if (signal == SIGCHLD) {
        return SIGMAP_CHILD;
    }
    /* A lone command is asked by the signal itself; roinit counts only if it was given a clock. */
    bool has_end = !config->is_lone || config->init.stop_timeout_ms != DURATION_NONE;
    if (has_end && (config->init.stop_signals & SIGNAME_BIT(signal)) != 0) {
        return SIGMAP_STOP;
    }
    return SIGMAP_FORWARD;
}

int
sigmap_forwarded(const struct unit_config *unit, int signal)
{
    int rewritten = unit->forward_signals.to[signal];
    if (rewritten != 0) {
        return rewritten;
    }
    return unit->forward_signals.all ? signal : 0;
}

int
sigmap_stop_signal(const struct unit_config *unit, int arrived)
{
    if (unit->stop_signal != 0) {
        return unit->stop_signal;
    }
    if (!unit->is_main || arrived == 0 || arrived == SIGNAL_HALT) {
        return SIGTERM;
    }
    int rewritten = unit->forward_signals.to[arrived];
    return rewritten != 0 ? rewritten : arrived;
}
