/* SPDX-License-Identifier: MIT */
/* One line a suite: SUITE(text) stands for text_suite() of test_text.c. No guard: main.c includes
 * it twice. */
SUITE(accounts)
SUITE(contract)
SUITE(contract_mount)
SUITE(environ)
SUITE(finding)
SUITE(identity)
SUITE(lines)
SUITE(load)
SUITE(mountinfo)
SUITE(redirect)
SUITE(resolve)
SUITE(tables)
SUITE(text)
SUITE(value)
SUITE(vars)
SUITE(volumes)
