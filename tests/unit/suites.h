/* SPDX-License-Identifier: MIT */
/* One line a suite: SUITE(text) stands for text_suite() of test_text.c. No guard: main.c includes
 * it twice. */
SUITE(accounts)
SUITE(environ)
SUITE(identity)
SUITE(lines)
SUITE(load)
SUITE(redirect)
SUITE(resolve)
SUITE(tables)
SUITE(text)
SUITE(value)
SUITE(vars)
SUITE(volumes)
