/* SPDX-License-Identifier: MIT */
/* One line a suite: SUITE(text) stands for text_suite() of test_text.c. Whoever includes this gets
 * their declarations; main.c includes it once more, with a SUITE of its own. */
#ifndef SUITE
#define SUITE(name_) Suite *name_##_suite(void);
#endif
SUITE(cgroup)
SUITE(nfs)
#undef SUITE
