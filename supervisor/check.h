/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_CHECK_H
#define ROINIT_SUPERVISOR_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "supervisor/probe.h"

/*
 * What the [check]s say: a check is up after one probe that succeeded, and down after `retries` in
 * a row that failed, of which those of its start-period do not count (as Dockerfile's HEALTHCHECK
 * has it). Pure; time comes in as a value.
 */
/* clang-format off */
#define CHECK_RESULTS(X) \
    X(UNKNOWN, "unknown") /* its service is not ready, or no probe has said anything yet */ \
    X(UP,      "up") \
    X(DOWN,    "down")
/* clang-format on */
#define CHECK_RESULT_ENUM(name_, word_) CHECK_IS_##name_,
enum check_result { CHECK_RESULTS(CHECK_RESULT_ENUM) CHECK_RESULT_COUNT };
#undef CHECK_RESULT_ENUM
const char *check_result_name(enum check_result result);

/* One check, for whoever shows it; loop_checks() gives them, in the contract's order. */
struct check_state {
    const struct check_config *config;
    enum check_result result;
    bool is_active;               /* probes are due */
    unsigned failures;            /* in a row, that count */
    int64_t began_ms;             /* when it became active */
    int64_t since_ms;             /* of the result */
    uint64_t runs, runs_failed;   /* since the start of the container */
    struct probe_failure failure; /* of the last probe that failed; valid where runs_failed > 0 */
};

/* Its service has become ready; it is no longer. */
void check_begin(struct check_state *state, int64_t now_ms);
void check_end(struct check_state *state, int64_t now_ms);

/* A probe has ended. Returns whether the result is another now. */
bool check_note(struct check_state *state, bool is_well, const struct probe_failure *failure,
                int64_t now_ms);

/* When the next probe is due, from now: the `index`-th check has a time of its own within its
 * interval, so that not all are tried at once. The first one comes within a second. */
int64_t check_first_pause_ms(const struct check_config *config, size_t index);
int64_t check_pause_ms(const struct check_config *config, size_t index, int64_t now_ms);

#endif
