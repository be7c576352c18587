/* SPDX-License-Identifier: MIT */
/*
 * Linked into the sanitized program alone. Leaks are not looked for there: the search wants to
 * trace its own process, which a program that isn't dumpable forbids; rings 1 and 2 look for them.
 * Handlers of the sanitizer's own would be in the way where signals are passed on.
 */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
    return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:"
           "handle_abort=0";
}
