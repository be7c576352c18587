/* SPDX-License-Identifier: MIT */
/* One line a suite: SUITE(text) stands for text_suite() of test_text.c. No guard: main.c includes
 * it twice. */
SUITE(fleet)
