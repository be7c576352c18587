/* SPDX-License-Identifier: MIT */
#include "init/boot.h"
#include "supervisor/log.h"
#include "supervisor/sys_proc.h"

enum { FLUSH_MS = 300 };

/* Runs the container. PID 1 guards itself first: nothing of what follows may find it dumpable,
 * with somebody else's descriptors or with a signal that ends it. */
int
cmd_run(const struct options *options)
{
    struct boot *boot = boot_line();
    bool is_subreaper = false;
    proc_guard_self(&is_subreaper);
    log_open();
    if (!proc_hide_self()) {
        static const char why[] = "services of its uid may read PID 1 and control it: a filter "
                                  "refuses prctl(PR_SET_DUMPABLE)";
        log_own(LOG_WARN, "%s; let the seccomp profile allow it", why);
        status_degrade(&boot->host.status, "dumpable", why);
    }
    proc_note_limits();
    if (!is_subreaper) {
        log_own(LOG_INFO, "not PID 1, and the system does not let it be a subreaper: orphans of "
                          "the units go elsewhere");
    }
    int code = boot_walk(boot, options, BOOT_SUPERVISE, false);
    log_flush(FLUSH_MS); /* a reader who is slow still learns why */
    return code;
}
