/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_FUZZ_FUZZ_H
#define ROINIT_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * A target of libFuzzer: one function over any bytes. Besides what the sanitizers find, a target
 * holds its parser to what its header promises; MUST() is that, and is never compiled out.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(holds_) ((holds_) ? (void)0 : abort())

#endif
