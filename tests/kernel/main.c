/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdlib.h>

#include "tests/proc/ring.h"

/* What only another kernel shows: tests/kernel/run.sh boots one, and runs these in it. */

#include "tests/kernel/suites.h"

int
main(void)
{
#define SUITE(name_) name_##_suite,
    static suite_maker *const makers[] = {
#include "tests/kernel/suites.h"
        NULL,
    };
    if (!ring_prepare()) {
        return EXIT_FAILURE;
    }
    int failed = runner_run(makers);
    (void)ring_finish(); /* it says what was left out */
    return failed;
}
