/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include "tests/sim/suites.h"

int
main(void)
{
#define SUITE(name_) name_##_suite,
    static suite_maker *const makers[] = {
#include "tests/sim/suites.h"
        NULL,
    };

    return runner_run(makers);
}
