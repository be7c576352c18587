/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdlib.h>
#include <string.h>

#include "tests/proc/ring.h"
#include "tests/proc/suites.h"

int
main(void)
{
#define SUITE(name_) name_##_suite,
    static suite_maker *const makers[] = {
#include "tests/proc/suites.h"
        NULL,
    };
    const char *ci = getenv("CI");
    int when_left_out = ci != NULL && strcmp(ci, "true") == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (!ring_prepare()) {
        return getenv("ROINIT") == NULL ? EXIT_FAILURE : when_left_out;
    }
    int failed = runner_run(makers);
    int left_out = ring_finish();
    return failed != 0 || left_out == 0 ? failed : when_left_out;
}
