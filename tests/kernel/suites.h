/* SPDX-License-Identifier: MIT */
/* One line a suite: SUITE(text) stands for text_suite() of test_text.c. No guard: it is included
 * twice. */
SUITE(cgroup)
SUITE(nfs)
