/* SPDX-License-Identifier: MIT */
#include "config/sha256.h"

#include <string.h>

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
/* clang-format off */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

void
sha256_init(struct sha256 *sha)
{
    *sha = (struct sha256){
        .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                  0x1f83d9ab, 0x5be0cd19},
    };
}

static uint32_t
rotate(uint32_t word, unsigned bits)
{
    return word >> bits | word << (32 - bits);
}

static void
expand_block(const unsigned char block[64], uint32_t w[64])
{
    for (size_t i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | (uint32_t)block[4 * i + 3];
    }
    for (size_t i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

static void
take_block(struct sha256 *sha)
{
    enum { A, B, C, D, E, F, G, H };
    uint32_t w[64];
    uint32_t v[8];
    expand_block(sha->block, w);
    memcpy(v, sha->state, sizeof(v));
    for (size_t i = 0; i < 64; i++) {
        uint32_t s1 = rotate(v[E], 6) ^ rotate(v[E], 11) ^ rotate(v[E], 25);
        uint32_t choice = (v[E] & v[F]) ^ (~v[E] & v[G]);
        uint32_t t1 = v[H] + s1 + choice + constants[i] + w[i];
        uint32_t s0 = rotate(v[A], 2) ^ rotate(v[A], 13) ^ rotate(v[A], 22);
        uint32_t majority = (v[A] & v[B]) ^ (v[A] & v[C]) ^ (v[B] & v[C]);
        memmove(&v[B], &v[A], 7 * sizeof(v[0]));
        v[E] += t1;
        v[A] = t1 + s0 + majority;
    }
    for (size_t i = 0; i < 8; i++) {
        sha->state[i] += v[i];
    }
}

void
sha256_add(struct sha256 *sha, const void *bytes, size_t length)
{
    const unsigned char *from = bytes;
    while (length > 0) {
        size_t used = sha->length_bytes % sizeof(sha->block);
        size_t part = sizeof(sha->block) - used;
        part = part < length ? part : length;
        memcpy(sha->block + used, from, part);
        sha->length_bytes += part;
        from += part;
        length -= part;
        if (used + part == sizeof(sha->block)) {
            take_block(sha);
        }
    }
}

void
sha256_hex(struct sha256 *sha, char ret_hex[65])
{
    static const char digits[] = "0123456789abcdef";
    static const unsigned char padding[64] = {0x80};
    uint64_t bits = sha->length_bytes * 8;
    unsigned char length[8];
    for (size_t i = 0; i < sizeof(length); i++) {
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    }
    size_t used = sha->length_bytes % sizeof(sha->block);
    sha256_add(sha, padding, (used < 56 ? 56 : 120) - used);
    sha256_add(sha, length, sizeof(length));
    for (size_t i = 0; i < 64; i++) {
        ret_hex[i] = digits[sha->state[i / 8] >> (28 - 4 * (i % 8)) & 0xf];
    }
    ret_hex[64] = '\0';
}
