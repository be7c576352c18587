/* SPDX-License-Identifier: MIT */
/* One line a suite: SUITE(text) stands for text_suite() of test_text.c. No guard: main.c includes
 * it twice. */
SUITE(lone)
SUITE(child)
SUITE(stop)
SUITE(restart)
SUITE(order)
SUITE(orphans)
SUITE(forward)
SUITE(privilege)
SUITE(log)
SUITE(streams)
SUITE(terminal)
SUITE(control)
SUITE(schedule)
SUITE(state)
SUITE(faults)
SUITE(prepare)
