/* SPDX-License-Identifier: MIT */
#include "supervisor/launch.h"

#include <errno.h>

#include "config/err.h"

const char *
launch_stage_text(int stage)
{
#define LAUNCH_STAGE_TEXT(name_, text_) [LAUNCH_STAGE_##name_] = (text_),
    static const char *const texts[LAUNCH_STAGE_COUNT] = {LAUNCH_STAGES(LAUNCH_STAGE_TEXT)};
#undef LAUNCH_STAGE_TEXT
    return stage >= 0 && stage < LAUNCH_STAGE_COUNT ? texts[stage] : "start";
}

int
launch_exit_code(const struct launch_report *report)
{
    if (report->stage != LAUNCH_STAGE_EXEC) {
        return CODE_SYSTEM;
    }
    return report->errnum == ENOENT               ? CODE_NOT_FOUND
           : err_shortage(report->errnum) != NULL ? CODE_SYSTEM
                                                  : CODE_NOT_EXECUTABLE;
}
