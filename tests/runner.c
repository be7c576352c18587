/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <stdlib.h>

/* Seconds that no test takes: what hangs is ended, and what is slow on a busy machine is not.
 * Check's own 4 are too few for a sanitizer there. */
static const char test_limit_s[] = "300";

int
runner_run(suite_maker *const *makers)
{
    SRunner *runner = srunner_create(NULL);
    int failed;
    int ran;

    (void)setenv("CK_DEFAULT_TIMEOUT", test_limit_s, 0);
    for (; *makers; makers++)
        srunner_add_suite(runner, (*makers)());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    ran = srunner_ntests_run(runner);
    srunner_free(runner);
    printf("%d passed, %d failed\n", ran - failed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
