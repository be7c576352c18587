/* SPDX-License-Identifier: MIT */
/* One line a suite: SUITE(text) stands for text_suite() of test_text.c. Whoever includes this gets
 * their declarations; main.c includes it once more, with a SUITE of its own. */
#ifndef SUITE
#define SUITE(name_) Suite *name_##_suite(void);
#endif
SUITE(blame)
SUITE(fleet_ask)
SUITE(fleet_boot)
SUITE(fleet_kill)
SUITE(fleet_loss)
SUITE(fleet_random)
SUITE(fleet_ready)
SUITE(fleet_restart)
SUITE(fleet_schedule)
SUITE(fleet_stop)
SUITE(fleet_tasks)
SUITE(metrics)
#undef SUITE
