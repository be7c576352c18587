/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_SHA256_H
#define ROINIT_CONFIG_SHA256_H

#include <stddef.h>
#include <stdint.h>

/*
 * SHA-256 (FIPS 180-4), to name a contract by its bytes. Pure.
 */
struct sha256 {
    uint32_t state[8];
    uint64_t length_bytes;
    unsigned char block[64];
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t length);
/* Writes 64 hexadecimal digits and a NUL. */
void sha256_hex(struct sha256 *sha, char ret_hex[65]);

#endif
