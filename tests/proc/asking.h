/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PROC_ASKING_H
#define ROINIT_TESTS_PROC_ASKING_H

/* A box that is asked over its socket, as a user in another shell would. */
#include "tests/proc/harness.h"

/* Starts it, and waits until the container runs. */
struct box box_running(const struct start *start);

/* Asks with `roinit ARGV…`, and fails the test unless that ends with the code. */
void box_ask(struct box *box, const char *const *argv, int code);

/* The same as another user of the container. */
void box_ask_as(struct box *box, uid_t uid, const char *const *argv, int code);

/* The last answer, both streams. */
const char *box_answer(void);

/* Fails the test unless the last answer held the text. */
void box_answered(const char *text);

/* Waits until `roinit status --json` holds the text. */
void box_await_status(struct box *box, const char *text);

/* A client from outside of the box: it has sent its request, whose words are separated by blanks.
 */
int box_dial(const struct box *box, const char *words);

/* Ends it with TERM, well. */
void box_stop(struct box *box);

#endif
