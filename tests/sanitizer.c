/* SPDX-License-Identifier: MIT */
/*
 * Linked into the sanitized program alone. Leaks are not looked for there: the search wants to
 * trace its own process, which a program that isn't dumpable forbids; rings 1 and 2 look for them.
 */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}
