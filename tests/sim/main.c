/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#define SUITE(name_) Suite *name_##_suite(void);
#include "tests/sim/suites.h"
#undef SUITE

int
main(void)
{
#define SUITE(name_) name_##_suite,
    static suite_maker *const makers[] = {
#include "tests/sim/suites.h"
        NULL,
    };
#undef SUITE

    return runner_run(makers);
}
